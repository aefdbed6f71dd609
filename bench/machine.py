"""What was measured on: one line that stands above every report."""

import os
import platform
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bearhug import __version__

MEMORY_DISK = Path("/dev/shm")


def describe() -> str:
    """Processor, memory, load, kernel, Python, version and commit."""
    cpu = _field(Path("/proc/cpuinfo"), "model name") or platform.processor()
    memory_kib = int((_field(Path("/proc/meminfo"), "MemTotal") or "0 kB").split()[0])
    return ", ".join(
        [
            f"{os.cpu_count()} × {cpu}",
            f"{memory_kib / 1024**2:.0f} GiB",
            f"load {os.getloadavg()[0]:.1f}",
            f"Linux {platform.release()}",
            f"Python {platform.python_version()}",
            f"Bearhug {__version__} at {_commit()}",
            time.strftime("%Y-%m-%d %H:%M"),
        ]
    )


@contextmanager
def folder(*, in_memory: bool = False) -> Iterator[Path]:
    """A temporary folder; in memory, where a disk would be the slowest part of both rivals."""
    where = MEMORY_DISK if in_memory and MEMORY_DISK.is_dir() else None
    with tempfile.TemporaryDirectory(prefix="bearhug-bench-", dir=where) as path:
        yield Path(path)


def _field(path: Path, name: str) -> str | None:
    """The first `name: value` of one of the kernel's tables."""
    for line in path.read_text(encoding="utf-8").splitlines():
        key, _, value = line.partition(":")
        if key.strip() == name:
            return value.strip()
    return None


def _commit() -> str:
    command = ["git", "-c", "safe.directory=*", "describe", "--always", "--dirty"]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    return found.stdout.strip() or "no commit"
