"""fsck: a whole hub is whole, and each kind of damage is found and named."""

import os
import random
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from bearhug.admin import service as admin
from bearhug.admin.model import Health
from bearhug.cas.model import Finding
from bearhug.cas.service import checking, scrubbing
from bearhug.cli import main
from bearhug.db import statement
from bearhug.db.schema import objects, packs, refs, xorbs
from bearhug.files import service as files
from bearhug.files.model import Add, AddLfs, Proposal
from bearhug.hub import Hub
from bearhug.kit.hashing import sha256_of
from bearhug.repos.model import RepoKind
from bearhug.storage import lfs_key
from tests.cas.sending import pack, repo_of, send, send_xorb
from tests.conftest import person

CHUNKED = pack(random.Random(31).randbytes(300_000))
RAW = random.Random(32).randbytes(200_000)
LARGE = random.Random(33).randbytes(400_000)
"""Plain in git, and too large for a row."""


@pytest.fixture
def full(hub: Hub, tmp_path: Path) -> Hub:
    """A repo with a file in chunks, one that is whole, and one that git holds."""
    repo = repo_of(hub, "mine")
    send(hub, repo, CHUNKED)
    path = tmp_path / "raw"
    path.write_bytes(RAW)
    raw = sha256_of(path)
    files.claim(hub, repo, path, raw, len(RAW))
    ops = (
        AddLfs("chunked.bin", CHUNKED.sha256, len(CHUNKED.data)),
        AddLfs("raw.bin", raw, len(RAW)),
        Add("notes.txt", LARGE),
    )
    ada = person(hub, "ada")
    files.commit_now(hub, ada, RepoKind.MODEL, str(repo.name), Proposal(ops, "Add"))
    return hub


def only(hub: Hub, prefix: str) -> Path:
    (stored,) = hub.objects.walk(prefix)
    path = hub.objects.path(stored.key)
    assert path is not None
    return path


def flip(path: Path, at: int = 1000) -> None:
    with path.open("r+b") as file:
        file.seek(at)
        byte = file.read(1)
        file.seek(at)
        file.write(bytes([byte[0] ^ 255]))


def shorten(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-5000])


def look(hub: Hub, *, quick: bool = False) -> list[Finding]:
    return list(checking.examine(hub, quick=quick))


def test_a_whole_hub_is_whole(full: Hub) -> None:
    assert look(full) == []
    assert look(full, quick=True) == []


@pytest.mark.parametrize(
    ("prefix", "subjects"),
    [
        ("xorbs", {"xorb", "object"}),
        ("lfs", {"object"}),
        ("packs", {"model"}),
    ],
)
@pytest.mark.parametrize("harm", [flip, shorten, Path.unlink])
def test_harm_to_bytes_is_found(
    full: Hub, prefix: str, subjects: set[str], harm: Callable[[Path], None]
) -> None:
    harm(only(full, prefix))
    found = look(full)
    assert all(finding.damage for finding in found)
    assert {finding.subject.split()[0] for finding in found} <= subjects
    assert found
    quick = look(full, quick=True)
    assert bool(quick) == (harm is not flip), "quick looks at sizes alone"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (xorbs.update().values(hashes=bytes(32 * CHUNKED.layout.chunks)), "another hash"),
        (xorbs.delete(), "of which it is made, is not there"),
        (objects.update().values(size=7), "bytes of 7"),
        (objects.update().values(raw=False, file_id=None), "neither whole nor in chunks"),
        (packs.update().values(size=packs.c.size + 1), "bytes of"),
        (refs.update().values(oid="1" * 40), "git says"),
    ],
)
def test_harm_to_rows_is_found(full: Hub, change: object, words: str) -> None:
    full.db.write(lambda db: db.run(statement(change)))  # type: ignore[arg-type]
    assert any(words in finding.words and finding.damage for finding in look(full))


def test_bytes_without_a_row_are_a_note(full: Hub) -> None:
    full.objects.put(lfs_key("ab" * 32), b"lost")
    assert look(full) == [], "they may be on their way in"
    path = full.objects.path(lfs_key("ab" * 32))
    assert path is not None
    os.utime(path, (time.time() - 10**6,) * 2)
    (found,) = look(full)
    assert (found.damage, "no row names" in found.words) == (False, True)


def test_the_command_says_what_is_damaged(full: Hub, capsys: pytest.CaptureFixture[str]) -> None:
    data = str(full.settings.data_dir)
    assert main(["fsck", "--data", data]) == 0
    assert "nothing is damaged" in capsys.readouterr().out
    only(full, "lfs").unlink()
    assert main(["fsck", "--data", data, "--quick"]) == 1
    assert "DAMAGED  object " in capsys.readouterr().out


def test_the_collector_says_what_it_freed(full: Hub, capsys: pytest.CaptureFixture[str]) -> None:
    data = str(full.settings.data_dir)
    unused = pack(b"never in a file" * 9000)
    send_xorb(full, unused)
    assert main(["gc", "--now", "--dry-run", "--data", data]) == 0
    assert f"{unused.layout.stored_bytes:,} bytes would be freed" in capsys.readouterr().out
    assert main(["gc", "--now", "--data", data]) == 0
    assert f"{unused.layout.stored_bytes:,} bytes freed" in capsys.readouterr().out
    assert look(full) == []


def test_the_scrub_finds_what_rots_and_sees_it_mended(full: Hub) -> None:
    later = replace(full, clock=lambda: time.time_ns() // 1_000_000 + 40 * 24 * 3600 * 1000)
    assert scrubbing.scrub(later) == []
    much_later = replace(full, clock=lambda: later.clock() + 40 * 24 * 3600 * 1000)
    flip(only(full, "xorbs"))
    (found,) = scrubbing.scrub(much_later)
    assert "is not what it is called" in found.words
    (words,) = full.read(scrubbing.damaged).values()
    assert str(found) == words
    assert any(each.health is Health.BAD and words in each.words for each in admin.examine(full))
    assert scrubbing.scrub(much_later) == [], "it was read just now"
    flip(only(full, "xorbs"))
    assert scrubbing.scrub(replace(full, clock=lambda: much_later.clock() * 2)) == []
    assert full.read(scrubbing.damaged) == {}
