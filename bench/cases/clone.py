"""Clones, fetches and pushes over HTTP by git itself, beside git with a bare repository on disk."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from functools import partial
from itertools import count
from pathlib import Path

from bench.machine import folder
from bench.repos import Owner, nested
from bench.results import Result, interleave, seconds
from bench.servers import hub

SIZES = {10: 15, 10_000: 9, 100_000: 3}
"""Files of a repo, and how many rounds are measured with it."""

CLONE_RATIO = 1.3
"""Of 10,000 objects, by the issue."""

_numbers = count()


def measure() -> Iterator[Result]:
    with folder() as scratch, hub(scratch / "data") as server:
        server.user("ada")
        token = server.token("ada")
        ada = Owner(server.url, token)
        base = server.url.replace("://", f"://ada:{token}@")
        for size, rounds in SIZES.items():
            sides: dict[str, _Hub | _Disk] = {
                "ours": _Hub(ada, base),
                "native": _Disk(scratch / f"bare-{size}"),
            }
            bench = _Bench(scratch / f"work-{size}", sides, rounds)
            bench.fill(size)
            yield bench.compare(f"push {size:,} new files", bench.push_all)
            aim = CLONE_RATIO if size == 10_000 else None
            yield bench.compare(f"clone {size:,} files", bench.clone, aim)
            yield bench.compare(f"push a commit onto {size:,} files", bench.push_one)
            yield bench.compare(f"fetch nothing new of {size:,} files", bench.fetch)
        ada.close()


class _Hub:
    """Repos of the hub's."""

    def __init__(self, ada: Owner, base: str) -> None:
        self._ada = ada
        self._base = base

    def fresh(self) -> str:
        name = f"bench-{next(_numbers)}"
        self._ada.create(name)
        return f"{self._base}/ada/{name}"


class _Disk:
    """Bare repositories, which git itself serves without a network."""

    def __init__(self, place: Path) -> None:
        self._place = place
        place.mkdir()

    def fresh(self) -> str:
        path = self._place / f"{next(_numbers)}.git"
        _git("init", "--quiet", "--bare", "--initial-branch=main", str(path))
        return f"file://{path}"


class _Bench:
    """One repo, pushed to both sides, and what is measured of them."""

    def __init__(self, place: Path, sides: "dict[str, _Hub | _Disk]", rounds: int) -> None:
        self._place = place
        self._sides = sides
        self._rounds = rounds
        self._at: dict[str, str] = {}
        self._commits = 0

    def fill(self, size: int) -> None:
        _git("init", "--quiet", "--initial-branch=main", str(self._place))
        lines = [b"commit refs/heads/main", b"committer Ada <ada@example.org> 1750000000 +0000"]
        lines += [b"data 4", b"Fill"]
        for number in range(size):
            content = b"file %d\n" % number
            lines += [f"M 100644 inline {nested(number, size)}".encode()]
            lines += [b"data %d" % len(content), content]
        self._run("fast-import", "--quiet", stdin=b"\n".join(lines) + b"\n")
        self._run("repack", "-adq")
        for name, side in self._sides.items():
            self._at[name] = side.fresh()
            self._run("push", "--quiet", "--force", self._at[name], "main")

    def compare(self, what: str, work: Callable[[str], float], aim: float | None = None) -> Result:
        figures = interleave(self._rounds, {name: partial(work, name) for name in self._sides})
        return Result(
            what=what,
            ours=1000 * figures["ours"],
            unit="ms",
            peer=1000 * figures["native"],
            peer_name="git file://",
            ratio_at_most=aim,
        )

    def push_all(self, side: str) -> float:
        target = self._sides[side].fresh()
        return seconds(lambda: self._run("push", "--quiet", "--force", target, "main"))

    def push_one(self, side: str) -> float:
        self._commits += 1
        lines = b"commit refs/heads/main\ncommitter Ada <ada@example.org> 1750000001 +0000\n"
        lines += b"data 4\nMore\nfrom refs/heads/main^0\nM 100644 inline more.txt\n"
        content = b"%d" % self._commits
        self._run(
            "fast-import", "--quiet", stdin=lines + b"data %d\n%s\n" % (len(content), content)
        )
        return seconds(lambda: self._run("push", "--quiet", self._at[side], "main"))

    def clone(self, side: str) -> float:
        into = self._place.with_name("clone.git")
        taken = seconds(lambda: _git("clone", "--quiet", "--bare", self._at[side], str(into)))
        shutil.rmtree(into)
        return taken

    def fetch(self, side: str) -> float:
        return seconds(lambda: self._run("fetch", "--quiet", self._at[side], "main"))

    def _run(self, *arguments: str, stdin: bytes = b"") -> None:
        _git("-C", str(self._place), *arguments, stdin=stdin)


def _git(*arguments: str, stdin: bytes = b"") -> None:
    subprocess.run(
        ["git", *arguments],
        input=stdin,
        check=True,
        capture_output=True,
        env={
            "PATH": os.environ["PATH"],
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_TERMINAL_PROMPT": "0",
        },
    )
