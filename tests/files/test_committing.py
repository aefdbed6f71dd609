"""Commits as rows and bytes, on SQLite and PostgreSQL, on disk and on S3."""

import hashlib
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from bearhug.app import build_hub
from bearhug.config import Settings
from bearhug.errors import EntryNotFound, Forbidden, RepoNotFound, Stale, TooLarge, Unprocessable
from bearhug.files import service as files
from bearhug.files import store
from bearhug.files.model import Add, AddLfs, Copy, Delete, Op, Proposal
from bearhug.hub import Actor, Hub, Transaction
from bearhug.repos import service as repos
from bearhug.repos import store as repo_rows
from bearhug.repos.model import Access, Repo, RepoKind
from bearhug.storage import lfs_key
from tests.conftest import introduce, person
from tests.seaweed import S3Server

PLACES = ["sqlite-disk", "postgresql-disk", "sqlite-s3", "postgresql-s3"]


@pytest.fixture(params=PLACES)
def hub(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Hub]:
    """The same hub, wherever its rows and its bytes are."""
    rows, bytes = request.param.split("-")
    settings: dict[str, object] = {"data_dir": tmp_path / "data"}
    if rows == "postgresql":
        settings["database_url"] = request.getfixturevalue("fresh_postgres")
    if bytes == "s3":
        server: S3Server = request.getfixturevalue("s3_server")
        settings |= {
            "objects_url": f"{server.url}/{tmp_path.name}",
            "s3_endpoint": server.credentials.endpoint,
            "s3_access_key": server.credentials.access_key,
            "s3_secret_key": server.credentials.secret_key,
        }
    hub = build_hub(Settings(**settings))  # type: ignore[arg-type]
    hub.write(introduce)
    yield hub
    hub.db.close()


@pytest.fixture
def ada(hub: Hub) -> Actor:
    return person(hub, "ada")


@pytest.fixture
def repo(hub: Hub, ada: Actor) -> Repo:
    return hub.write_as(ada, repos.create, RepoKind.MODEL, "bert")


def commit(hub: Hub, actor: Actor, *ops: Op, title: str = "Change", **more: str) -> str:
    return files.commit_now(hub, actor, RepoKind.MODEL, "ada/bert", Proposal(ops, title, **more))


def content(hub: Hub, path: str, rev: str = "main") -> bytes:
    def read(tx: Transaction) -> bytes:
        repo = repos.find(tx, RepoKind.MODEL, "ada/bert", access=Access.READ)
        return files.read(tx, files.at(tx, repo, rev), path)

    return hub.read(read)


def listed(hub: Hub, rev: str = "main") -> list[str]:
    def read(tx: Transaction) -> list[str]:
        repo = repos.find(tx, RepoKind.MODEL, "ada/bert")
        nodes = files.nodes(tx, files.at(tx, repo, rev), recursive=True)
        return sorted(node.path for node in nodes if not node.is_dir)

    return hub.read(read)


def upload(hub: Hub, repo: Repo, data: bytes) -> str:
    """What an LFS upload leaves behind."""
    sha256 = hashlib.sha256(data).hexdigest()
    scratch = hub.objects.scratch / sha256
    scratch.write_bytes(data)
    files.claim(hub, repo, scratch, sha256, len(data))
    return sha256


def test_what_is_committed_is_there_at_its_revision(hub: Hub, ada: Actor, repo: Repo) -> None:
    first = commit(hub, ada, Add("a/b.txt", b"one"))
    second = commit(hub, ada, Add("a/b.txt", b"two"), Add("c.txt", b"three"))
    assert content(hub, "a/b.txt") == b"two"
    assert content(hub, "a/b.txt", first) == b"one"
    assert listed(hub, first) == [".gitattributes", "a/b.txt"]
    row = hub.db.read(lambda db: repo_rows.by_id(db, repo.id))
    assert row is not None
    assert row.head == second


def test_a_pack_too_large_for_its_row_is_an_object(hub: Hub, ada: Actor, repo: Repo) -> None:
    noise = hashlib.shake_256(b"noise").digest(900_000)
    commit(hub, ada, Add("noise.dat", noise))
    hub.git.drop(repo.id)  # another node has no cache of it
    assert content(hub, "noise.dat") == noise


def test_an_object_is_committed_by_its_hash_once_it_was_sent(
    hub: Hub, ada: Actor, repo: Repo
) -> None:
    weights = bytes(100_000)
    sha256 = hashlib.sha256(weights).hexdigest()
    with pytest.raises(Unprocessable, match=r"w\.bin: no object"):
        commit(hub, ada, AddLfs("w.bin", sha256))
    upload(hub, repo, weights)
    with pytest.raises(Unprocessable, match="of that size"):
        commit(hub, ada, AddLfs("w.bin", sha256, 99))
    commit(hub, ada, AddLfs("w.bin", sha256))
    assert content(hub, "w.bin") == weights


def test_another_repo_does_not_own_it(hub: Hub, ada: Actor, repo: Repo) -> None:
    sha256 = upload(hub, repo, b"secret weights")
    linus = person(hub, "linus")
    hub.write_as(linus, repos.create, RepoKind.MODEL, "thief")
    steal = Proposal((AddLfs("w.bin", sha256),), "Mine")
    with pytest.raises(Unprocessable):
        files.commit_now(hub, linus, RepoKind.MODEL, "linus/thief", steal)
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{sha256}\nsize 14\n"
    by_hand = Proposal((Add("w.bin", pointer.encode()),), "Mine, by hand")
    with pytest.raises(Unprocessable):
        files.commit_now(hub, linus, RepoKind.MODEL, "linus/thief", by_hand)


def test_the_same_bytes_in_two_repos_are_stored_once(hub: Hub, ada: Actor, repo: Repo) -> None:
    other = hub.write_as(ada, repos.create, RepoKind.MODEL, "roberta")
    assert upload(hub, repo, b"same") == (sha256 := upload(hub, other, b"same"))
    for each in (repo, other):
        assert hub.db.read(lambda db, each=each: store.owned(db, each.id, [sha256])) == {sha256: 4}  # type: ignore[misc]
    assert hub.objects.size(lfs_key(sha256)) == 4


def test_lfs_paths_join_gitattributes(hub: Hub, ada: Actor, repo: Repo) -> None:
    sha256 = upload(hub, repo, b"x" * 5000)
    commit(hub, ada, AddLfs("odd name.weights", sha256), AddLfs("w.bin", sha256))
    attributes = content(hub, ".gitattributes").decode().splitlines()
    assert attributes[-1] == "odd[[:space:]]name.weights filter=lfs diff=lfs merge=lfs -text"
    assert files.Attributes("\n".join(attributes)).lfs("odd name.weights")


def test_deleting_and_copying(hub: Hub, ada: Actor, repo: Repo) -> None:
    first = commit(hub, ada, Add("dir/a", b"1"), Add("dir/b", b"2"), Add("c", b"3"))
    commit(hub, ada, Delete("dir/"), Copy("c", "d"), Copy("dir/a", "old-a", first))
    assert listed(hub) == [".gitattributes", "c", "d", "old-a"]
    assert content(hub, "old-a") == b"1"
    with pytest.raises(EntryNotFound, match="A file with this name doesn't exist: dir"):
        commit(hub, ada, Delete("dir"))


def test_a_stale_parent_is_refused_and_a_right_one_taken(hub: Hub, ada: Actor, repo: Repo) -> None:
    first = commit(hub, ada, Add("a", b"1"))
    commit(hub, ada, Add("a", b"2"), parent=first[:7])
    with pytest.raises(Stale):
        commit(hub, ada, Add("a", b"3"), parent=first)
    assert content(hub, "a") == b"2"


def test_paths_that_cannot_be_are_named(hub: Hub, ada: Actor, repo: Repo) -> None:
    for path in ("../up", "a//b", ".git/config", "..\\ddd", "", "a/./b"):
        with pytest.raises(Unprocessable, match="Invalid path"):
            commit(hub, ada, Add(path, b"x"))
    assert listed(hub) == [".gitattributes"]


def test_a_file_too_large_for_git_says_what_to_do(hub: Hub, ada: Actor, repo: Repo) -> None:
    with pytest.raises(TooLarge, match=r"big has 10485761 bytes.*LFS"):
        commit(hub, ada, Add("big", bytes(10 * 1024**2 + 1)))


def test_commits_at_once_all_land(hub: Hub, ada: Actor, repo: Repo) -> None:
    failures: list[BaseException] = []

    def work(number: int) -> None:
        try:
            commit(hub, ada, Add(f"n/{number}", b"x"))
        except BaseException as error:  # told below, where the test can see it
            failures.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert listed(hub) == sorted([".gitattributes", *(f"n/{number}" for number in range(8))])


def test_who_may_not_write_does_not(hub: Hub, ada: Actor, repo: Repo) -> None:
    linus = person(hub, "linus")
    with pytest.raises(Forbidden):
        commit(hub, linus, Add("a", b"x"))
    hub.write_as(ada, repos.delete, RepoKind.MODEL, "ada/bert")
    with pytest.raises(RepoNotFound):
        commit(hub, ada, Add("a", b"x"))
