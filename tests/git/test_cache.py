import os
import shutil
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from bearhug.db import Connection
from bearhug.errors import Unavailable
from bearhug.git import GitCache, edit, store

from .conftest import ADA, NativeGit, Shelf, changes

SMALL = {"README.md": b"# Honey", "data/a.csv": b"1,2"}
LARGE = {"large.bin": os.urandom(400_000)}


@pytest.fixture
def repo_id(shelf: Shelf) -> int:
    number = shelf.add("honey")
    shelf.commit(number, SMALL)
    shelf.commit(number, LARGE)
    return number


def read(shelf: Shelf, repo_id: int) -> dict[str, bytes]:
    repository = shelf.open(repo_id)
    entries = repository.walk(repository.resolve("main"))
    return {entry.path: repository.blob(entry.oid) for entry in entries if not entry.is_dir}


def pack_files(shelf: Shelf, repo_id: int) -> list[Path]:
    return sorted((shelf.bare(repo_id) / "objects" / "pack").iterdir())


def test_a_cache_is_made_from_rows_and_objects(shelf: Shelf, repo_id: int) -> None:
    files = pack_files(shelf, repo_id)
    assert len(files) == 4
    shutil.rmtree(shelf.cache.root)
    assert read(shelf.reopened(), repo_id) == {**SMALL, **LARGE}
    assert pack_files(shelf, repo_id) == files


def test_a_large_pack_is_the_object_itself(shelf: Shelf, repo_id: int) -> None:
    again = replace(shelf, cache=GitCache(shelf.cache.root.with_name("cold"), shelf.objects))
    packs = [file for file in pack_files(again, repo_id) if file.suffix == ".pack"]
    assert sorted(file.stat().st_nlink for file in packs) == [1, 2]


def test_a_commit_is_read_from_what_was_noted(shelf: Shelf, repo_id: int) -> None:
    shelf.open(repo_id)
    shelf.commit(repo_id, {"README.md": b"# Mead"})
    assert len(list((shelf.cache.root / f"{repo_id:02x}").rglob("*.pack"))) == 3
    assert read(shelf, repo_id) == {**SMALL, **LARGE, "README.md": b"# Mead"}


def test_what_was_read_and_then_rolled_back_is_not_taken_for_what_came_after(
    shelf: Shelf, repo_id: int
) -> None:
    lost = edit(shelf.open(repo_id), None, changes({"lost.txt": b"lost"}), author=ADA, message="")

    def read_and_fail(db: Connection) -> None:
        store.add_pack(db, repo_id, lost.pack, stored=False, at=0)
        shelf.cache.open(db, repo_id)
        raise Unavailable("The disk is full.")

    with pytest.raises(Unavailable):
        shelf.database.write(read_and_fail)
    another_node = GitCache(shelf.cache.root.with_name("another"), shelf.objects)
    replace(shelf, cache=another_node).commit(repo_id, {"README.md": b"# Mead"})  # its id again
    assert read(shelf, repo_id) == {**SMALL, **LARGE, "README.md": b"# Mead"}


def test_a_repository_nobody_reads_leaves_no_files(shelf: Shelf) -> None:
    repo_id, cold = shelf.add("cold"), shelf.reopened()
    written = shelf.commit(repo_id, SMALL)
    shelf.cache.drop(repo_id)
    cold.cache.note(repo_id, 99, written.pack)
    assert not list(cold.cache.root.rglob("*.pack"))


@pytest.mark.parametrize("suffix", [".pack", ".idx"])
@pytest.mark.parametrize("cut", [0, 1, 30])
def test_a_file_cut_short_is_made_again(shelf: Shelf, repo_id: int, suffix: str, cut: int) -> None:
    for file in pack_files(shelf, repo_id):
        if file.suffix == suffix:
            shortened(file, cut)
    assert read(shelf.reopened(), repo_id) == {**SMALL, **LARGE}


def shortened(file: Path, left: int) -> None:
    """The file with only its first bytes; nothing else that shares its inode is touched."""
    content = file.read_bytes()[:left]
    file.unlink()
    file.write_bytes(content)


def test_a_pack_without_an_index_is_not_believed(shelf: Shelf, repo_id: int) -> None:
    for file in pack_files(shelf, repo_id):
        if file.suffix == ".idx":
            file.unlink()
    assert read(shelf.reopened(), repo_id) == {**SMALL, **LARGE}


def test_what_is_deleted_under_an_open_cache_comes_back(shelf: Shelf, repo_id: int) -> None:
    read(shelf, repo_id)
    shutil.rmtree(shelf.bare(repo_id) / "objects")
    assert read(shelf, repo_id) == {**SMALL, **LARGE}
    shutil.rmtree(shelf.bare(repo_id))
    assert read(shelf, repo_id) == {**SMALL, **LARGE}
    shutil.rmtree(shelf.cache.root)
    shelf.commit(repo_id, {"more": b""})
    assert read(shelf, repo_id) == {**SMALL, **LARGE, "more": b""}


def test_a_damaged_file_heals_once_it_was_noticed(shelf: Shelf, repo_id: int) -> None:
    again = replace(shelf, cache=GitCache(shelf.cache.root.with_name("cold"), shelf.objects))
    for file in pack_files(again, repo_id):
        if file.suffix == ".pack":
            content = bytearray(file.read_bytes())
            content[12:-20] = bytes(len(content) - 32)
            file.unlink()
            file.write_bytes(content)
    with pytest.raises(Unavailable):
        read(again, repo_id)
    assert read(again, repo_id) == {**SMALL, **LARGE}


def test_a_reboot_empties_the_cache(shelf: Shelf, repo_id: int) -> None:
    assert pack_files(shelf, repo_id)
    assert list(shelf.reopened().cache.root.rglob("*.pack"))
    (shelf.cache.root / "boot").write_text("another boot")
    again = shelf.reopened()
    assert not list(again.cache.root.rglob("*.pack"))
    assert read(again, repo_id) == {**SMALL, **LARGE}


def test_a_pack_that_is_lost_or_wrong_is_said_to_be(shelf: Shelf, repo_id: int) -> None:
    (stored,) = (shelf.objects.root / "packs").rglob("*.pack")
    content = stored.read_bytes()
    shutil.rmtree(shelf.cache.root)
    stored.write_bytes(content[:-1] + b"x")
    with pytest.raises(Unavailable, match="damaged"):
        shelf.reopened().open(repo_id)
    stored.unlink()
    with pytest.raises(Unavailable, match="not in the object store"):
        shelf.reopened().open(repo_id)
    stored.write_bytes(content)
    assert read(shelf.reopened(), repo_id) == {**SMALL, **LARGE}


def test_files_no_row_names_are_swept_when_they_are_old(shelf: Shelf, repo_id: int) -> None:
    folder = shelf.bare(repo_id) / "objects" / "pack"
    (folder / "tmp_half").write_bytes(b"x")
    shelf.open(repo_id)
    assert len(list(folder.iterdir())) == 5
    impatient = replace(shelf, cache=GitCache(shelf.cache.root, shelf.objects, grace_seconds=-1))
    assert read(impatient, repo_id) == {**SMALL, **LARGE}
    assert len(list(folder.iterdir())) == 4


def test_more_repositories_are_read_than_are_kept_open(shelf: Shelf) -> None:
    small = replace(shelf, cache=GitCache(shelf.cache.root, shelf.objects, open_repositories=2))
    ids = [shelf.add(f"r{number}") for number in range(5)]
    for repo_id in ids:
        small.commit(repo_id, {"id": b"%d" % repo_id})
    for repo_id in [*ids, *ids]:
        assert read(small, repo_id) == {"id": b"%d" % repo_id}


def test_a_dropped_repository_leaves_nothing(shelf: Shelf, repo_id: int) -> None:
    bare = shelf.bare(repo_id)
    shelf.cache.drop(repo_id)
    shelf.cache.drop(repo_id)
    assert not bare.exists()


def test_git_clones_what_the_rows_say(shelf: Shelf, repo_id: int, git: NativeGit) -> None:
    head = shelf.open(repo_id).resolve("main")
    shelf.branch(repo_id, "refs/pr/1", head)
    shelf.branch(repo_id, "refs/heads/topic", head)
    bare = shelf.bare(repo_id)
    listed = git("ls-remote", str(bare)).split()
    assert listed[1::2] == ["HEAD", "refs/heads/main", "refs/heads/topic", "refs/pr/1"]
    shelf.database.write(lambda db: store.delete_ref(db, repo_id, "refs/heads/topic"))
    assert "refs/heads/topic" not in git("ls-remote", str(shelf.bare(repo_id)))
    git("clone", "-q", str(bare), "clone")
    assert (git.folder / "clone" / "large.bin").read_bytes() == LARGE["large.bin"]


def test_readers_in_many_threads_see_every_commit_of_a_writer(shelf: Shelf) -> None:
    repo_id = shelf.add("busy")
    shelf.commit(repo_id, {"n": b"0", "d/n": b"0"})
    done = threading.Event()
    seen: list[int] = []
    errors: list[BaseException] = []

    def look() -> None:
        last = 0
        try:
            while not done.is_set():
                files = read(shelf, repo_id)
                assert files["n"] == files["d/n"]
                assert int(files["n"]) >= last
                last = int(files["n"])
                repository = shelf.open(repo_id)
                head = repository.resolve("main")
                assert len(repository.commits(head, limit=1000)) == repository.count(head)
                repository.last_commits(head, "", ["n", "d"])
            seen.append(last)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=look) for _ in range(6)]
    for thread in threads:
        thread.start()
    for number in range(1, 60):
        shelf.commit(repo_id, {"n": b"%d" % number, "d/n": b"%d" % number})
        if number == 30:
            shutil.rmtree(shelf.cache.root, ignore_errors=True)
    done.set()
    for thread in threads:
        thread.join()
    assert not errors or all(isinstance(error, Unavailable) for error in errors)
    assert read(shelf, repo_id) == {"n": b"59", "d/n": b"59"}
