import random

import pytest

from bearhug.errors import EntryNotFound, Unprocessable
from bearhug.git import Change, edit
from bearhug.git.formats import EMPTY_TREE

from .conftest import ADA, Edits, NativeGit, Shelf, changes


@pytest.fixture
def database_url() -> str:
    """Writing asks nothing of the database: one kind is enough."""
    return ""


def paths(shelf: Shelf, repo_id: int) -> list[str]:
    repository = shelf.open(repo_id)
    head = repository.resolve("main")
    return [entry.path for entry in repository.walk(head) if not entry.is_dir]


@pytest.fixture
def repo_id(shelf: Shelf) -> int:
    number = shelf.add("honey")
    files = {"README.md": b"# Honey", "data/a.csv": b"a", "data/deep/b.csv": b"b", "run": b"!"}
    shelf.commit(number, {**files, "run": Change(b"!", 0o100755)})
    return number


def test_a_file_takes_the_place_of_a_folder_and_the_reverse(shelf: Shelf, repo_id: int) -> None:
    shelf.commit(repo_id, {"data": b"now a file", "README.md/x": b"now a folder"})
    assert paths(shelf, repo_id) == ["README.md/x", "data", "run"]


def test_an_emptied_folder_goes(shelf: Shelf, repo_id: int) -> None:
    shelf.commit(repo_id, {"data/deep/b.csv": None})
    assert paths(shelf, repo_id) == ["data/a.csv", "README.md", "run"]
    assert shelf.open(repo_id).entry(shelf.open(repo_id).resolve("main"), "data/deep") is None


def test_a_folder_is_deleted_or_replaced_by_its_path(shelf: Shelf, repo_id: int) -> None:
    shelf.commit(repo_id, {"data": None, "data/new.csv": b"new"})
    assert paths(shelf, repo_id) == ["data/new.csv", "README.md", "run"]
    shelf.commit(repo_id, {"data": None})
    assert paths(shelf, repo_id) == ["README.md", "run"]


def test_deleting_everything_leaves_the_empty_tree(shelf: Shelf, repo_id: int) -> None:
    written = shelf.commit(repo_id, {"data": None, "README.md": None, "run": None})
    assert written.tree == EMPTY_TREE
    assert paths(shelf, repo_id) == []


def test_deleting_what_is_not_there_changes_nothing(shelf: Shelf, repo_id: int) -> None:
    repository = shelf.open(repo_id)
    head = repository.resolve("main")
    gone: Edits = {"nope": None, "README.md/x/y": None, "data/none/at/all": None}
    same = {**gone, "README.md": b"# Honey"}
    written = edit(repository, head, changes(same), author=ADA, message="Nothing")
    assert written.tree == repository.commit(head).tree
    assert written.blobs == {}
    assert written.pack.count == 1


def test_an_executable_stays_one(shelf: Shelf, repo_id: int) -> None:
    shelf.commit(repo_id, {"run": b"?"})
    repository = shelf.open(repo_id)
    entry = repository.entry(repository.resolve("main"), "run")
    assert entry is not None
    assert entry.mode == 0o100755


def test_a_blob_is_copied_by_its_id(shelf: Shelf, repo_id: int) -> None:
    repository = shelf.open(repo_id)
    entry = repository.entry(repository.resolve("main"), "data/a.csv")
    assert entry is not None
    written = shelf.commit(repo_id, {"copy.csv": Change(entry.oid), "data/a.csv": None})
    assert written.blobs == {}
    assert paths(shelf, repo_id) == ["data/deep/b.csv", "README.md", "copy.csv", "run"]
    with pytest.raises(EntryNotFound):
        shelf.commit(repo_id, {"copy.csv": Change("0" * 40)})
    with pytest.raises(Unprocessable):
        edit(None, None, {"x": Change(entry.oid)}, author=ADA, message="From nowhere")


@pytest.mark.parametrize(
    "path",
    [
        *("", "/a", "a/", "a//b", ".", "a/../b", "./a", ".git/config", "a/.GIT", "a/.Git/hooks/x"),
        *("git~1", ".git ", ".git...", ".git::$INDEX_ALLOCATION", ".g\u200cit", "a\0b"),
        *("..\\b", ".\\b", "\\b", "C:\\b", "c:/b", "a\\.git\\config"),
        *("a\nb", "a\x7f", "\ud800", "x" * 256),
    ],
)
def test_a_path_no_checkout_should_hold_is_refused(path: str) -> None:
    with pytest.raises(Unprocessable, match="Invalid path"):
        edit(None, None, {path: Change(b"")}, author=ADA, message="Bad")


@pytest.mark.parametrize("path", ["...", ".gitignore", ".github/x", "git", "a b/ü~1", "x" * 255])
def test_an_odd_path_is_taken(path: str) -> None:
    edit(None, None, {path: Change(b"")}, author=ADA, message="Good")


def test_a_path_cannot_be_file_and_folder_at_once() -> None:
    for both in ({"a": b"", "a/b": b""}, {"a/b": b"", "a": b""}):
        with pytest.raises(Unprocessable, match="at once"):
            edit(None, None, changes(both), author=ADA, message="Both")


def test_a_hundred_random_edits_end_as_gits_own(shelf: Shelf, git: NativeGit) -> None:
    dice = random.Random(7)
    repo_id = shelf.add("random")
    names = ["a", "a.b", "a-b", "b", "c", "é"]
    for number in range(100):
        edits: dict[str, bytes | None] = {}
        for _ in range(dice.randint(1, 6)):
            path = "/".join(dice.choices(names, k=dice.randint(1, 4)))
            clash = any(f"{path}/".startswith(f"{p}/") or p.startswith(f"{path}/") for p in edits)
            if not clash:
                edits[path] = None if dice.random() < 0.3 else b"%d" % dice.randint(0, 9)
        written = shelf.commit(repo_id, edits, f"Edit {number}")
        assert git_tree(git, edits) == written.tree, edits
    bare = shelf.bare(repo_id)
    assert git("--git-dir", str(bare), "fsck", "--strict", "--full", "--no-dangling") == ""
    assert git("--git-dir", str(bare), "rev-list", "--count", "main") == "100\n"


def git_tree(git: NativeGit, edits: dict[str, bytes | None]) -> str:
    """The same edits to git's own index, and the tree it makes of it."""
    for path, content in edits.items():
        beneath = git("ls-files", "-z", "--", f":(literal){path}").encode()
        here = ("--work-tree", str(git.folder))
        git(*here, "update-index", "-z", "--force-remove", "--stdin", stdin=beneath)
        if content is not None:
            oid = git("hash-object", "-w", "--stdin", stdin=content).strip()
            git("update-index", "--add", "--replace", "--cacheinfo", f"100644,{oid},{path}")
    return git("write-tree").strip()
