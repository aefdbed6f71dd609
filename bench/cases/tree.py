"""Last commits of a folder of 100 files whose history is 1,000 commits long."""

import random
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pygit2

from bearhug.git.reader import Reader
from bearhug.git.repository import Repository
from bearhug.git.trees import Entry
from bench.results import Result, interleave, median_ms, seconds

COMMITS, FILES, ROUNDS = 1_000, 100, 9
AIM_MS = 10
NATIVE = "git log, one walk"


def measure() -> Iterator[Result]:
    with tempfile.TemporaryDirectory(prefix="bearhug-bench-") as folder:
        bare = Path(folder) / "history.git"
        _fill(bare)
        names = _open(bare).children(_head(bare))

        def anew() -> float:
            repository = _open(bare)
            return 1000 * seconds(_asking(repository, _head(bare), names))

        def native() -> float:
            walk = ["git", "-C", str(bare), "log", "--format=%H", "--name-only", "main"]
            return 1000 * seconds(lambda: subprocess.run(walk, check=True, capture_output=True))

        found = interleave(ROUNDS, {"ours": anew, NATIVE: native})
        yield Result(
            what="first time after a start", ours=found["ours"], unit="ms",
            peer=found[NATIVE], peer_name=NATIVE,
        )  # fmt: skip
        yield Result(
            what="after each of 20 more commits", ours=median_ms(_after_each(bare)), unit="ms",
            peer=found[NATIVE], peer_name=NATIVE, at_most=AIM_MS,
        )  # fmt: skip


def _after_each(bare: Path) -> Iterator[Callable[[], object]]:
    """One more commit, and the folder asked again, as a page that is looked at all day is."""
    repository = _open(bare)
    repository.last_commits(
        _head(bare), "", [each.name for each in repository.children(_head(bare))]
    )
    commits = [line.split()[0] for line in _run(bare, "log", "--format=%H", "-21").splitlines()]
    warm = _open(bare)
    _asking(warm, commits[-1], warm.children(commits[-1]))()
    for commit in reversed(commits[:-1]):
        yield _asking(warm, commit, warm.children(commit))


def _asking(repository: Repository, commit: str, entries: list[Entry]) -> Callable[[], object]:
    names = [entry.name for entry in entries]
    return lambda: repository.last_commits(commit, "", names)


def _open(bare: Path) -> Repository:
    return Repository(Reader(pygit2.Repository(str(bare)), threading.RLock(), lambda: None), {})


def _head(bare: Path) -> str:
    return _run(bare, "rev-parse", "main").strip()


def _run(bare: Path, *arguments: str) -> str:
    command = ["git", "-C", str(bare), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def _fill(bare: Path) -> None:
    """Each commit changes one file of the folder, or adds one beneath it."""
    dice = random.Random(1)
    subprocess.run(["git", "init", "-q", "--bare", "-b", "main", str(bare)], check=True)
    lines: list[bytes] = []
    for number in range(COMMITS):
        lines.append(
            b"commit refs/heads/main\ncommitter a <a@b> %d +0000\n" % (1.7e9 + 60 * number)
        )
        lines.append(b"data 2\nok\n")
        if number == 0:
            lines += [b"M 644 inline f%03d.txt\ndata 1\nx\n" % each for each in range(FILES)]
        nested = number % 3 == 0
        path = b"sub/%d.txt" % number if nested else b"f%03d.txt" % dice.randrange(FILES)
        content = b"%d" % number
        lines.append(b"M 644 inline %s\ndata %d\n%s\n" % (path, len(content), content))
    load = ["git", "-C", str(bare), "fast-import", "--quiet"]
    subprocess.run(load, input=b"".join(lines), check=True)
    _run(bare, "repack", "-adq")
