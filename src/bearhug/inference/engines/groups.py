"""A control group (cgroups(7)) of a runner's own, where we may make one: it bounds its memory."""

import contextlib
import os
from pathlib import Path

ROOT = Path("/sys/fs/cgroup")
PREFIX = "bearhug-"


def enter(most_bytes: int) -> bool:
    """Move this process into a new group that may use that much memory; False if it may not be."""
    for parent, limit in _parents():
        _sweep(parent)
        group = parent / f"{PREFIX}{os.getpid()}"
        with contextlib.suppress(OSError):
            group.mkdir()
            try:
                (group / limit).write_text(str(most_bytes), "ascii")
                (group / "cgroup.procs").write_text(str(os.getpid()), "ascii")
            except OSError:
                group.rmdir()
                raise
            return True
    return False


def _parents() -> list[tuple[Path, str]]:
    """Groups we are in that hold memory, each with the file that has its limit."""
    found = []
    for line in _lines():
        _, controllers, path = line.split(":", 2)
        if controllers == "":
            roots, limit = [ROOT, ROOT / "unified"], "memory.max"
        elif "memory" in controllers.split(","):
            roots, limit = [ROOT / "memory"], "memory.limit_in_bytes"
        else:
            continue
        # In a container the path is the host's, and the root is our own group.
        places = [place for root in roots for place in (root / path.lstrip("/"), root)]
        found += [(place, limit) for place in places if (place / "cgroup.procs").exists()][:1]
    return found


def _lines() -> list[str]:
    try:
        return Path("/proc/self/cgroup").read_text("utf-8").splitlines()
    except OSError:
        return []


def _sweep(parent: Path) -> None:
    """Remove the groups that runners left when they ended; one in use refuses."""
    for old in parent.glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError):
            old.rmdir()
