import os
from collections.abc import Sequence

import pytest

from bearhug.git import compact, store
from bearhug.git.compact import THRESHOLD, due
from bearhug.git.store import PackRow

from .conftest import ADA, NativeGit, Shelf
from .test_cache import read


def rows(*sizes: int) -> list[PackRow]:
    return [PackRow(number, f"{number:040x}", size, 1) for number, size in enumerate(sizes)]


@pytest.mark.parametrize(
    ("sizes", "rolled"),
    [
        ([10] * (THRESHOLD - 1), 0),
        ([10] * THRESHOLD, THRESHOLD),
        ([10] * THRESHOLD + [10_000], THRESHOLD),
        ([10] * THRESHOLD + [1_000, 10_000], THRESHOLD),
        ([10] * THRESHOLD + [900, 10_000], THRESHOLD + 1),
        ([10] * THRESHOLD + [900, 2_000], THRESHOLD + 2),
        ([3**n for n in range(THRESHOLD)], 0),
    ],
)
def test_small_packs_are_rolled_and_large_ones_left(sizes: Sequence[int], rolled: int) -> None:
    assert len(due(rows(*sizes))) == rolled


def run(shelf: Shelf, repo_id: int) -> list[str]:
    return compact.run(shelf.database, shelf.cache, shelf.objects, repo_id, at=ADA.at)


def pack_count(shelf: Shelf, repo_id: int) -> int:
    return len(shelf.database.read(lambda db: store.packs(db, repo_id)))


def fill(shelf: Shelf, repo_id: int, commits: int = THRESHOLD) -> None:
    for number in range(commits):
        shelf.commit(repo_id, {f"f{number % 10}": b"%d" % number, f"d/{number}": b"x"})


def test_everything_stays_readable(shelf: Shelf, git: NativeGit) -> None:
    repo_id = shelf.add("honey")
    shelf.branch(repo_id, "refs/heads/gone", shelf.commit(repo_id, {"a": b"1"}, branch="old").oid)
    shelf.database.write(lambda db: store.delete_ref(db, repo_id, "refs/heads/old"))
    shelf.database.write(lambda db: store.delete_ref(db, repo_id, "refs/heads/gone"))
    fill(shelf, repo_id)
    before, held = read(shelf, repo_id), shelf.open(repo_id)
    head = held.resolve("main")
    gone = run(shelf, repo_id)
    assert len(gone) == THRESHOLD + 1
    assert pack_count(shelf, repo_id) == 1
    assert run(shelf, repo_id) == []
    for each in (shelf, shelf.reopened()):
        assert read(each, repo_id) == before
        assert len(each.open(repo_id).commits(head, limit=1000)) == THRESHOLD
    assert held.count(head) == THRESHOLD
    bare = shelf.bare(repo_id)
    assert git("--git-dir", str(bare), "fsck", "--full", "--strict", "--no-dangling") == ""
    assert list((bare / "objects" / "pack").glob("*.bitmap"))


def test_what_no_ref_reaches_is_kept(shelf: Shelf) -> None:
    repo_id = shelf.add("honey")
    lost = shelf.commit(repo_id, {"lost": b"and found"}, branch="topic").oid
    shelf.database.write(lambda db: store.delete_ref(db, repo_id, "refs/heads/topic"))
    fill(shelf, repo_id)
    assert run(shelf, repo_id)
    repository = shelf.reopened().open(repo_id)
    entry = repository.entry(repository.resolve(lost), "lost")
    assert entry is not None
    assert repository.blob(entry.oid) == b"and found"


def test_a_large_pack_is_left_alone(shelf: Shelf) -> None:
    repo_id = shelf.add("honey")
    shelf.commit(repo_id, {"large": os.urandom(400_000)})
    fill(shelf, repo_id)
    before = read(shelf, repo_id)
    assert len(run(shelf, repo_id)) == THRESHOLD
    assert pack_count(shelf, repo_id) == 2
    assert read(shelf.reopened(), repo_id) == before


def test_a_large_result_goes_to_the_object_store(shelf: Shelf) -> None:
    repo_id = shelf.add("honey")
    for number in range(THRESHOLD):
        shelf.commit(repo_id, {f"{number}": os.urandom(10_000)})
    before = read(shelf, repo_id)
    assert run(shelf, repo_id)
    (row,) = shelf.database.read(lambda db: store.packs(db, repo_id))
    (stored,) = (shelf.objects.root / "packs").rglob("*.pack")
    assert stored.name == f"{row.sha}.pack"
    assert not list(shelf.objects.scratch.iterdir())
    shelf.cache.drop(repo_id)
    assert read(shelf, repo_id) == before


def test_commits_meanwhile_are_kept(shelf: Shelf) -> None:
    repo_id = shelf.add("honey")
    fill(shelf, repo_id)
    old = shelf.database.read(lambda db: store.packs(db, repo_id))
    bare = shelf.bare(repo_id)
    shelf.commit(repo_id, {"meanwhile": b"1"})
    pack = compact.roll(bare, old, rest=[])
    ids = [row.id for row in old]
    assert shelf.database.write(
        lambda db: store.replace_packs(db, repo_id, ids, pack, stored=False, at=0)
    )
    assert pack_count(shelf, repo_id) == 2
    assert read(shelf.reopened(), repo_id)["meanwhile"] == b"1"


def test_only_packs_no_repository_names_are_deleted(shelf: Shelf) -> None:
    source, copy = shelf.add("honey"), shelf.add("copy")
    for number in range(THRESHOLD):
        shelf.commit(source, {f"{number}": os.urandom(300_000 if number < 2 else 200_000)})
    shelf.database.write(lambda db: store.copy(db, source, copy))
    before = read(shelf, copy)
    gone = run(shelf, source)
    compact.forget(shelf.database, shelf.objects, gone)
    shelf.cache.drop(copy)
    assert read(shelf, copy) == before
    gone += shelf.database.write(lambda db: store.drop(db, copy))
    compact.forget(shelf.database, shelf.objects, gone)
    assert len(list((shelf.objects.root / "packs").rglob("*.pack"))) == 1
    shelf.cache.drop(source)
    assert read(shelf, source) == before
