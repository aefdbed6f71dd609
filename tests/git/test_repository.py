import random
import time
from dataclasses import replace

import pytest

from bearhug.errors import EntryNotFound, RevisionNotFound
from bearhug.git import Change, Repository, edit
from bearhug.git.writing import annotated_tag

from .conftest import ADA, NativeGit, Shelf, changes


@pytest.fixture
def database_url() -> str:
    """Reading asks little of the database: one kind is enough."""
    return ""


@pytest.fixture
def repo_id(shelf: Shelf) -> int:
    return shelf.add("honey")


FILES = {
    "README.md": b"# Honey\n",
    "a.txt": b"a",
    "a/one": b"1",
    "a/b/two": b"2",
    "a-b/three": b"3",
    "z": b"z",
}


def test_a_revision_is_a_branch_a_tag_a_ref_or_an_id(shelf: Shelf, repo_id: int) -> None:
    first = shelf.commit(repo_id, FILES).oid
    second = shelf.commit(repo_id, {"z": b"y"}).oid
    tag = annotated_tag(first, "v1", tagger=ADA, message="First")
    shelf.save(repo_id, "refs/heads/unrelated", None, edit(None, None, {}, author=ADA, message=""))
    shelf.branch(repo_id, "refs/tags/v1", tag.oid, peeled=first)
    shelf.branch(repo_id, "refs/tags/both", first)
    shelf.branch(repo_id, "refs/heads/both", second)
    shelf.branch(repo_id, "refs/pr/1", second)
    shelf.branch(repo_id, f"refs/heads/{first}", second)
    repository = shelf.open(repo_id)
    for revision in ("main", "HEAD", "both", "refs/heads/main", "refs/pr/1", second, second[:7]):
        assert repository.resolve(revision) == second
    for revision in ("v1", "refs/tags/v1", first, first[:12]):
        assert repository.resolve(revision) == first


@pytest.mark.parametrize("revision", ["nope", "", "0" * 40, "0000000", "abc", "../HEAD", "pr/1"])
def test_what_names_no_commit_is_not_found(shelf: Shelf, repo_id: int, revision: str) -> None:
    written = shelf.commit(repo_id, FILES)
    shelf.branch(repo_id, "refs/pr/1", written.oid)
    for wrong in (revision, written.oid[:6], written.oid.upper(), written.tree, written.tree[:9]):
        with pytest.raises(RevisionNotFound, match="Invalid rev id: "):
            shelf.open(repo_id).resolve(wrong)


def test_an_empty_repository_has_no_revision(shelf: Shelf, repo_id: int) -> None:
    with pytest.raises(RevisionNotFound):
        shelf.open(repo_id).resolve("main")


def test_entries_are_found_by_path(shelf: Shelf, repo_id: int) -> None:
    written = shelf.commit(repo_id, {**FILES, "run": Change(b"!", 0o100755)})
    repository = shelf.open(repo_id)
    entry = repository.entry(written.oid, "a/b/two")
    assert entry is not None
    assert (entry.path, entry.name, entry.mode, entry.is_dir) == ("a/b/two", "two", 0o100644, False)
    assert repository.blob(entry.oid) == b"2"
    assert repository.blob_size(entry.oid) == 1
    root, folder = repository.entry(written.oid, ""), repository.entry(written.oid, "a/b")
    assert root is not None
    assert folder is not None
    assert root.is_dir
    assert folder.is_dir
    assert root.oid == written.tree
    for missing in ("b", "a/b/two/three", "a/", "/a", "a//b", "README", "EADME.md"):
        assert repository.entry(written.oid, missing) is None


def test_a_blob_that_is_none_is_not_found(shelf: Shelf, repo_id: int) -> None:
    written = shelf.commit(repo_id, FILES)
    for oid in ("0" * 40, written.oid, written.tree, "short"):
        with pytest.raises(EntryNotFound):
            shelf.open(repo_id).blob(oid)


def test_folders_come_first_and_pages_follow_each_other(shelf: Shelf, repo_id: int) -> None:
    head = shelf.commit(repo_id, FILES).oid
    repository = shelf.open(repo_id)
    top = [entry.path for entry in repository.children(head)]
    assert top == ["a-b", "a", "README.md", "a.txt", "z"]
    everything = [entry.path for entry in repository.walk(head)]
    inside = ["a-b", "a-b/three", "a", "a/b", "a/b/two", "a/one"]
    assert everything == [*inside, "README.md", "a.txt", "z"]
    assert [entry.path for entry in repository.walk(head, "a")] == ["a/b", "a/b/two", "a/one"]
    for after, path in enumerate(top):
        assert [e.path for e in repository.children(head, after=path)] == top[after + 1 :]
    for after, path in enumerate(everything):
        page = repository.walk(head, after=path, limit=2)
        assert [entry.path for entry in page] == everything[after + 1 : after + 3]
    assert [e.path for e in repository.walk(head, "a", after="a/b")] == ["a/b/two", "a/one"]


def test_a_page_goes_on_where_a_vanished_file_was(shelf: Shelf, repo_id: int) -> None:
    head = shelf.commit(repo_id, FILES).oid
    repository = shelf.open(repo_id)
    assert [e.path for e in repository.walk(head, after="a/c/gone")] == [
        *("a/one", "README.md", "a.txt", "z")
    ]
    assert [e.path for e in repository.walk(head, after="b.gone")] == ["z"]


def test_listing_what_is_no_folder_is_an_error(shelf: Shelf, repo_id: int) -> None:
    head = shelf.commit(repo_id, FILES).oid
    for path in ("README.md", "nope", "a/"):
        with pytest.raises(EntryNotFound):
            shelf.open(repo_id).children(head, path)


def test_the_log_is_newest_first_and_pages(shelf: Shelf, repo_id: int) -> None:
    oids = [shelf.commit(repo_id, {"n": b"%d" % n}, f"Edit {n}").oid for n in range(10)][::-1]
    repository = shelf.open(repo_id)
    log = repository.commits(oids[0])
    assert [commit.oid for commit in log] == oids
    assert [commit.title for commit in log][:2] == ["Edit 9", "Edit 8"]
    page = repository.commits(oids[0], after=oids[3], limit=3)
    assert [commit.oid for commit in page] == oids[4:7]
    assert repository.commits(oids[0], after=oids[-1]) == []
    assert repository.count(oids[0]) == 10
    oids.insert(0, shelf.commit(repo_id, {"n": b"more"}).oid)
    assert shelf.open(repo_id).count(oids[0]) == 11
    assert shelf.open(repo_id).count(oids[3]) == 8


def tangle(shelf: Shelf, repo_id: int) -> None:
    """Forty commits on three branches that are merged into each other now and then."""
    dice = random.Random(3)
    shelf.commit(repo_id, FILES)
    for name in ("left", "right"):
        shelf.branch(repo_id, f"refs/heads/{name}", shelf.open(repo_id).resolve("main"))
    for number in range(40):
        branch = dice.choice(["main", "left", "right"])
        path = dice.choice(["a/one", "a/b/two", "z", "new", "a/b/c/d"])
        content = None if dice.random() < 0.2 else b"%d\n" % dice.randint(0, 3)
        parents: tuple[str, ...] = ()
        edits: dict[str, bytes | Change | None] = {path: content}
        if dice.random() < 0.3:
            repository = shelf.open(repo_id)
            other = repository.resolve(dice.choice(["main", "left", "right"]))
            parents = (other,) if other != repository.resolve(branch) else ()
            entry = repository.entry(other, path)
            edits = {path: Change(entry.oid) if entry and not entry.is_dir else None}
        shelf.commit(repo_id, edits, f"Edit {number}", branch=branch, parents=parents)


def test_history_agrees_with_gits_own(shelf: Shelf, repo_id: int, git: NativeGit) -> None:
    tangle(shelf, repo_id)
    native = replace(git, folder=shelf.bare(repo_id))
    repository = shelf.open(repo_id)
    for branch in ("main", "left", "right"):
        head = repository.resolve(branch)
        assert native("log", "--format=%H", branch).split() == [
            commit.oid for commit in repository.commits(head, limit=1000)
        ]
        assert int(native("rev-list", "--count", branch)) == repository.count(head)
        for path in ("z", "a", "a/b", "a/b/c/d", "gone"):
            assert native("log", "--format=%H", branch, "--", path).split() == [
                commit.oid for commit in repository.commits(head, path=path, limit=1000)
            ]
        entries = [entry.path for entry in repository.walk(head)]
        last = repository.last_commit_of_paths(head, [*entries, "gone", ""])
        assert {path: commit.oid for path, commit in last.items()} == {
            path: native("log", "-1", "--format=%H", branch, "--", path).strip() for path in entries
        }
    one, other = repository.resolve("left"), repository.resolve("right")
    assert repository.merge_base(one, other) in native("merge-base", "-a", "left", "right")
    ahead = {commit.oid for commit in repository.compare(one, other).commits}
    assert ahead == set(native("rev-list", "left..right").split())


def test_the_last_commit_of_each_entry(shelf: Shelf, repo_id: int) -> None:
    first = shelf.commit(repo_id, FILES, "First").oid
    second = shelf.commit(repo_id, {"a/b/two": b"22"}, "Second").oid
    third = shelf.commit(repo_id, {"z": b"zz"}, "Third").oid
    repository = shelf.open(repo_id)
    names = [entry.name for entry in repository.children(third)]
    last = {name: commit.oid for name, commit in repository.last_commits(third, "", names).items()}
    assert last == {"a-b": first, "a": second, "README.md": first, "a.txt": first, "z": third}
    inside = repository.last_commits(third, "a", ["b", "one", "nope"])
    assert {name: commit.title for name, commit in inside.items()} == {
        "b": "Second",
        "one": "First",
    }


def test_a_diff_names_what_came_went_moved_and_changed(shelf: Shelf, repo_id: int) -> None:
    old = shelf.commit(repo_id, {**FILES, "b.bin": b"\0\1", "list": b"1\n2\n3\n4\n5\n6"}).oid
    edits: dict[str, bytes | Change | None] = {
        "a/one": None,
        "moved": b"1",
        "b.bin": b"\0\2",
        "list": b"1\n2\n3\n4\nfive\n6\n",
        "z": Change(b"z", 0o100755),
        "new": b"",
        "a.txt/now": b"a folder",
    }
    new = shelf.commit(repo_id, edits).oid
    repository = shelf.open(repo_id)
    files = {file.path: file for file in repository.diff(old, new)}
    assert {path: file.status for path, file in files.items()} == {
        "a.txt": "D",
        "a.txt/now": "A",
        "b.bin": "M",
        "list": "M",
        "moved": "R",
        "new": "A",
        "z": "M",
    }
    assert files["moved"].old_path == "a/one"
    assert files["b.bin"].binary
    assert (files["list"].additions, files["list"].deletions) == (2, 2)
    lines = files["list"].hunks[0].lines
    assert [(line.origin, line.text, line.old, line.new) for line in lines] == [
        *((" ", "2", 2, 2), (" ", "3", 3, 3), (" ", "4", 4, 4)),
        *(("-", "5", 5, None), ("-", "6", 6, None)),
        ("\\", " No newline at end of file", None, None),
        *(("+", "five", None, 5), ("+", "6", None, 6)),
    ]
    assert [change.path for change in repository.changes(old, new)] == [
        *("a/one", "a.txt", "a.txt/now", "b.bin", "list", "moved", "new", "z")
    ]


def test_a_diff_is_bounded(shelf: Shelf, repo_id: int) -> None:
    head = shelf.commit(repo_id, {f"{n:03}": b"x\n" * n for n in range(50)}).oid
    files = shelf.open(repo_id).diff(None, head, max_files=30, max_bytes=20)
    assert len(files) == 30
    assert [file.too_large for file in files] == [n > 10 for n in range(30)]
    assert not files[20].hunks


def test_git_applies_our_patch(shelf: Shelf, repo_id: int, git: NativeGit) -> None:
    shelf.commit(repo_id, {**FILES, 'odd "name"': b"x\n", "café": b"x", "mode": b"m"})
    old = shelf.open(repo_id).resolve("main")
    edits: dict[str, bytes | Change | None] = {
        **{'odd "name"': b"y\n", "café": b"y", "a/one": None, "moved": b"1", "a/b": None},
        **{"mode": Change(b"m", 0o100755), "new/file": b"1\n2\n", "z": b"", "empty": b""},
    }
    written = shelf.commit(repo_id, edits)
    native = replace(git, folder=shelf.bare(repo_id))
    native("read-tree", old)
    native("apply", "--cached", stdin=shelf.open(repo_id).patch(old, written.oid))
    assert native("write-tree").strip() == written.tree


def test_branches_compare_from_where_they_parted(shelf: Shelf, repo_id: int) -> None:
    base = shelf.commit(repo_id, FILES).oid
    shelf.branch(repo_id, "refs/heads/topic", base)
    main = shelf.commit(repo_id, {"only-main": b""}).oid
    topic = shelf.commit(repo_id, {"only-topic": b""}, branch="topic").oid
    comparison = shelf.open(repo_id).compare(main, topic)
    assert comparison.merge_base == base
    assert [commit.oid for commit in comparison.commits] == [topic]
    assert [file.path for file in comparison.files] == ["only-topic"]


def test_histories_without_a_common_root_compare(shelf: Shelf, repo_id: int) -> None:
    one = shelf.commit(repo_id, FILES).oid
    other = shelf.commit(repo_id, {"x": b""}, branch="other").oid
    comparison = shelf.open(repo_id).compare(one, other)
    assert comparison.merge_base is None
    assert [file.path for file in comparison.files] == ["x"]


def test_names_that_are_no_utf8_are_still_found(shelf: Shelf, repo_id: int, git: NativeGit) -> None:
    tree = git("mktree", "-z", stdin=f"100644 blob {blob(git)}\t".encode() + b"caf\xe9\0").strip()
    oid = git("commit-tree", tree, "-m", "Latin").strip()
    pack = git("pack-objects", "--revs", "out", stdin=f"{oid}\n").strip()
    repository = pushed(shelf, repo_id, git, pack, oid)
    (entry,) = repository.children(oid)
    assert repository.entry(oid, entry.path) == entry
    assert repository.last_commits(oid, "", [entry.name])[entry.name].oid == oid


def blob(git: NativeGit) -> str:
    return git("hash-object", "-w", "--stdin", stdin=b"x").strip()


def pushed(shelf: Shelf, repo_id: int, git: NativeGit, pack: str, oid: str) -> Repository:
    """A pack that git made, as a push would leave it: without an index of ours."""
    data = (git.folder / f"out-{pack}.pack").read_bytes()
    written = edit(None, None, {}, author=ADA, message="")
    made = replace(written.pack, sha=pack, size=len(data), data=data, idx=None)
    shelf.save(repo_id, "refs/heads/main", None, replace(written, oid=oid, pack=made))
    return shelf.open(repo_id)


def test_a_large_repository_is_edited_and_read_quickly(shelf: Shelf, repo_id: int) -> None:
    """A guard against reading everything, with ten times the room measured: see bench/."""
    many = {f"{n // 1000:03}/{n % 1000 // 100}/{n:06}": b"%d" % n for n in range(20_000)}
    shelf.commit(repo_id, many)
    repository = shelf.open(repo_id)
    head = repository.resolve("main")
    started = time.perf_counter()
    for number in range(10):
        edit(repository, head, changes({f"007/3/{number}": b""}), author=ADA, message="One")
        repository.walk(head, after="015/5/015500", limit=100)
    assert time.perf_counter() - started < 1


def test_last_commits_are_told_anew_from_where_the_last_walk_began(
    shelf: Shelf, repo_id: int, git: NativeGit
) -> None:
    names = ["z", "a.txt", "README.md"]
    shelf.commit(repo_id, FILES)
    for number in range(5):
        head = shelf.commit(repo_id, {"z": b"%d" % number} if number % 2 else {"n": b"x"}).oid
        shelf.open(repo_id).last_commits(head, "", names)
    merged = shelf.commit(repo_id, {"a.txt": b"new"}, parents=(head,)).oid
    native = replace(git, folder=shelf.bare(repo_id))
    repository = shelf.open(repo_id)
    for asked in (names, [*names, "n", "a"]):
        last = repository.last_commits(merged, "", asked)
        assert {name: commit.oid for name, commit in last.items()} == {
            name: native("log", "-1", "--format=%H", "main", "--", name).strip() for name in asked
        }
