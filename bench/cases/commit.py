"""Durable commits of 1, 100 and 1,000 files over HTTP, into repos of 10,000 and 100,000."""

import os
import random
import subprocess
from collections.abc import Iterator
from pathlib import Path

from bench.machine import folder
from bench.repos import Files, Owner, commit_body, nested
from bench.results import Result, interleave, seconds
from bench.servers import hub

REPOS = (10_000, 100_000)
ROUNDS = {1: 25, 100: 11, 1000: 7}
AIMS_MS = {(1, 100_000): 15.0, (100, 10_000): 60.0, (100, 100_000): 60.0}
A_FOLDER = 10
"""Files changed in each folder that is touched."""


def measure() -> Iterator[Result]:
    with folder() as scratch, hub(scratch / "data") as server:
        server.user("ada")
        ada = Owner(server.url, server.token("ada"))
        for size in REPOS:
            repo = f"ada/files-{size}"
            ada.create(f"files-{size}")
            ada.fill(repo, size)
            native = Native(scratch / f"{size}.git")
            native.commit({nested(n, size): b"%d\n" % n for n in range(size)})
            for count, rounds in ROUNDS.items():
                yield _compare(ada, repo, native, size, count, rounds)
        ada.close()


def _compare(ada: Owner, repo: str, native: "Native", size: int, count: int, rounds: int) -> Result:
    chance = random.Random(count)

    def ours() -> float:
        body = commit_body(_changes(chance, size, count))
        return seconds(lambda: ada.commit(repo, body))

    def peer() -> float:
        changes = _changes(chance, size, count)
        return seconds(lambda: native.commit(changes))

    figures = interleave(rounds, {"ours": ours, "peer": peer})
    return Result(
        what=f"{count:,} of {size:,} files",
        ours=1000 * figures["ours"],
        unit="ms",
        peer=1000 * figures["peer"],
        peer_name="git fast-import",
        at_most=AIMS_MS.get((count, size)),
    )


def _changes(chance: random.Random, size: int, count: int) -> Files:
    """New contents for `count` files, ten to a folder, in folders all over the repo."""
    tops = chance.sample(range(size // A_FOLDER), -(-count // A_FOLDER))
    width = size // 1000
    numbers = [
        top % 100 + 100 * (top // 100) + 100 * width * turn
        for top in tops
        for turn in range(A_FOLDER)
    ]
    return {
        nested(number, size): chance.randbytes(100).hex().encode() for number in numbers[:count]
    }


class Native:
    """The quickest durable way git itself has: one process that writes all objects.

    It is alone on the machine: no HTTP, no rows, no permissions, no feed.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._begun = False
        self._environment = {
            "PATH": os.environ["PATH"],
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
        }
        self._git("init", "--quiet", "--bare", "--initial-branch=main", str(path))
        self._git("-C", str(path), "config", "core.fsync", "all")

    def commit(self, files: Files) -> None:
        lines = [b"commit refs/heads/main", b"committer Ada <ada@example.org> 1750000000 +0000"]
        lines += [b"data 12", b"Change files"]
        lines += [b"from refs/heads/main^0"] if self._begun else []
        for path, content in files.items():
            lines += [f"M 100644 inline {path}".encode(), b"data %d" % len(content), content]
        self._git("-C", str(self._path), "fast-import", "--quiet", stdin=b"\n".join(lines) + b"\n")
        self._begun = True

    def _git(self, *arguments: str, stdin: bytes = b"") -> None:
        subprocess.run(
            ["git", *arguments], input=stdin, check=True, capture_output=True, env=self._environment
        )
