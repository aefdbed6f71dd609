import subprocess
from pathlib import Path

import pytest

from bearhug.git import Change, edit
from bearhug.git.merging import ahead, merge

from .conftest import ADA, Edits, Shelf


@pytest.fixture
def database_url() -> str:
    return ""


@pytest.fixture
def repo_id(shelf: Shelf) -> int:
    return shelf.add("honey")


LINES = b"".join(b"line %d\n" % n for n in range(20))


def both(shelf: Shelf, repo_id: int, base: Edits, ours: Edits, theirs: Edits) -> tuple[str, str]:
    """Two branches from one commit."""
    first = shelf.commit(repo_id, base).oid
    shelf.branch(repo_id, "refs/heads/pr", first)
    one = shelf.commit(repo_id, ours).oid if ours else first
    return one, shelf.commit(repo_id, theirs, branch="pr").oid


def test_what_both_sides_did_apart_comes_together(shelf: Shelf, repo_id: int) -> None:
    ours, theirs = both(
        shelf,
        repo_id,
        {"text": LINES, "gone": b"x", "kept": b"k", "deep/er/file": b"1", "run": b"#!"},
        {"text": LINES.replace(b"line 2\n", b"LINE 2\n"), "ours": b"o"},
        {
            "text": LINES.replace(b"line 17\n", b"LINE 17\n"),
            "gone": None,
            "deep/er/file": b"2",
            "theirs": b"t",
            "run": Change(b"#!", 0o100755),
        },
    )
    repository = shelf.open(repo_id)
    merged = merge(repository, ours, theirs)
    assert merged.clean
    assert merged.base == repository.merge_base(ours, theirs)
    assert merged.changes.keys() == {"text", "gone", "deep/er/file", "theirs", "run"}
    assert merged.changes["gone"] is None
    written = edit(
        repository, ours, merged.changes, author=ADA, message="Merge", other_parents=[theirs]
    )
    shelf.save(repo_id, "refs/heads/main", ours, written)
    now = shelf.open(repo_id)
    assert now.commit(written.oid).parents == (ours, theirs)
    found = {entry.path: now.blob(entry.oid) for entry in now.walk(written.oid) if not entry.is_dir}
    assert found == {
        "text": LINES.replace(b"line 2\n", b"LINE 2\n").replace(b"line 17\n", b"LINE 17\n"),
        "kept": b"k",
        "deep/er/file": b"2",
        "ours": b"o",
        "theirs": b"t",
        "run": b"#!",
    }
    entry = now.entry(written.oid, "run")
    assert entry is not None
    assert entry.mode == 0o100755
    assert len(written.blobs) == 1, "only what merging made is new"


def test_the_tree_is_the_one_git_makes(shelf: Shelf, repo_id: int, tmp_path: Path) -> None:
    base = {f"folder/{n}": b"%d\n" % n * 9 for n in range(30)}
    ours, theirs = both(
        shelf,
        repo_id,
        base,
        {"folder/1": None, "moved/1": b"1\n" * 9, "folder/2": b"two"},
        {"folder/1": b"1\n" * 8 + b"one\n", "folder/3": None},
    )
    repository = shelf.open(repo_id)
    written = edit(
        repository, ours, merge(repository, ours, theirs).changes, author=ADA, message="Merge"
    )
    bare = shelf.database.read(lambda db: shelf.cache.sync_refs(db, repo_id))
    made = subprocess.run(
        ["git", f"--git-dir={bare}", "merge-tree", "--write-tree", ours, theirs],
        capture_output=True,
        check=True,
        text=True,
    )
    assert written.tree == made.stdout.strip()


def test_what_both_changed_otherwise_is_a_conflict(shelf: Shelf, repo_id: int) -> None:
    ours, theirs = both(
        shelf,
        repo_id,
        {"text": LINES, "deleted": LINES[:40], "apart": b"a"},
        {"text": LINES.replace(b"line 2\n", b"A\n"), "deleted": None, "new": b"1", "apart": b"b"},
        {"text": LINES.replace(b"line 2\n", b"B\n"), "deleted": b"other", "new": b"2"},
    )
    merged = merge(shelf.open(repo_id), ours, theirs)
    assert not merged.clean
    assert merged.conflicts == ("deleted", "new", "text")
    assert merged.changes == {}


def test_what_is_merged_already_changes_nothing(shelf: Shelf, repo_id: int) -> None:
    ours, theirs = both(shelf, repo_id, {"a": b"a"}, {}, {"b": b"b"})
    repository = shelf.open(repo_id)
    forward = merge(repository, ours, theirs)
    assert forward.base == ours
    assert forward.changes.keys() == {"b"}
    back = merge(repository, theirs, ours)
    assert (back.base, back.changes, back.conflicts) == (ours, {}, ())


def test_histories_without_a_common_beginning_are_compared_whole(
    shelf: Shelf, repo_id: int
) -> None:
    ours = shelf.commit(repo_id, {"a": b"a", "same": b"s"}).oid
    other = edit(None, None, {"b": Change(b"b"), "same": Change(b"s")}, author=ADA, message="")
    shelf.save(repo_id, "refs/heads/other", None, other)
    merged = merge(shelf.open(repo_id), ours, other.oid)
    assert (merged.base, merged.changes.keys()) == (None, {"b"})
    clash = edit(None, None, {"a": Change(b"not a")}, author=ADA, message="")
    shelf.save(repo_id, "refs/heads/clash", None, clash)
    assert merge(shelf.open(repo_id), ours, clash.oid).conflicts == ("a",)


def test_merging_leaves_nothing_in_the_cache(shelf: Shelf, repo_id: int) -> None:
    ours, theirs = both(
        shelf,
        repo_id,
        {"text": LINES},
        {"text": LINES.replace(b"line 2\n", b"LINE 2\n")},
        {"text": LINES.replace(b"line 17\n", b"LINE 17\n")},
    )
    bare = shelf.database.read(lambda db: shelf.cache.sync_refs(db, repo_id))
    before = sorted(bare.rglob("*"))
    assert merge(shelf.open(repo_id), ours, theirs).clean
    assert sorted(bare.rglob("*")) == before


def test_a_submodule_is_merged_as_a_link(shelf: Shelf, repo_id: int) -> None:
    ours, theirs = both(
        shelf, repo_id, {"a": b"a"}, {"b": b"b"}, {"lib": Change("1" * 40, 0o160000)}
    )
    repository = shelf.open(repo_id)
    merged = merge(repository, ours, theirs)
    assert merged.changes == {"lib": Change("1" * 40, 0o160000)}
    edit(repository, ours, merged.changes, author=ADA, message="Merge")


def test_commits_ahead_are_those_of_the_tip_alone(shelf: Shelf, repo_id: int) -> None:
    first = shelf.commit(repo_id, {"a": b"a"}).oid
    shelf.branch(repo_id, "refs/heads/pr", first)
    one = shelf.commit(repo_id, {"b": b"1"}, branch="pr").oid
    two = shelf.commit(repo_id, {"b": b"2"}, branch="pr").oid
    main = shelf.commit(repo_id, {"a": b"b"}).oid
    repository = shelf.open(repo_id)
    assert ahead(repository, main, two) == [two, one]
    assert ahead(repository, two, main) == [main]
    assert ahead(repository, main, main) == []
    assert ahead(repository, main, two, limit=1) == [two]
