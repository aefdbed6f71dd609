"""Fetching by real git."""

import gzip
import os
import socket
from pathlib import Path

import httpx
import pytest

from bearhug.files import service as files
from bearhug.files.model import Add, Proposal
from bearhug.git import store as git
from bearhug.hub import Transaction
from bearhug.repos import service as repos
from bearhug.repos.model import Repo, RepoKind
from tests.conftest import Server, person
from tests.files.desks import Desk, wait_until
from tests.files.served import ada, grace, linus, served, visitor
from tests.repos_of import make_repo

__all__ = ["ada", "grace", "linus", "served", "visitor"]

pytestmark = pytest.mark.client


def commit(server: Server, repo: Repo, content: dict[str, bytes], title: str = "By API") -> str:
    ops = tuple(Add(path, data) for path, data in content.items())
    who = person(server.hub, "ada")
    return files.commit_now(server.hub, who, repo.kind, str(repo.name), Proposal(ops, title))


def read(place: Path) -> dict[str, str]:
    found = (path for path in place.rglob("*") if path.is_file() and ".git/" not in str(path))
    return {str(path.relative_to(place)): path.read_text() for path in found}


@pytest.mark.parametrize("version", ["0", "1", "2"])
@pytest.mark.parametrize("ending", ["", ".git"])
def test_a_clone_has_what_the_hub_has(
    served: Server, visitor: Desk, version: str, ending: str
) -> None:
    name = f"clone{version}{ending and 'dot'}"
    repo = make_repo(served.hub, name, {"a.txt": "A", "deep/er/b.txt": "B"})
    last = commit(served, repo, {"ümläut ☃.txt": b"C"})
    place = visitor.clone(f"ada/{name}{ending}", "-c", f"protocol.version={version}", into="it")
    assert visitor.git("rev-parse", "HEAD", at=place) == last
    assert visitor.git("symbolic-ref", "HEAD", at=place) == "refs/heads/main"
    visitor.git("fsck", "--strict", at=place)
    expected = {"a.txt": "A", "deep/er/b.txt": "B", "ümläut ☃.txt": "C"}
    assert expected.items() <= read(place).items()


@pytest.mark.parametrize("kind", [RepoKind.DATASET, RepoKind.SPACE, RepoKind.KERNEL])
def test_other_kinds_have_their_own_addresses(
    served: Server, visitor: Desk, kind: RepoKind
) -> None:
    make_repo(served.hub, f"of-{kind}", {"a.txt": "A"}, kind=kind)
    place = visitor.clone(f"{kind.plural}/ada/of-{kind}")
    assert read(place)["a.txt"] == "A"


def test_a_fetch_brings_what_is_new(served: Server, visitor: Desk) -> None:
    repo = make_repo(served.hub, "new", {"a.txt": "A"})
    place = visitor.clone("ada/new")
    for number in range(30):  # more haves than fit into an answer's first round
        visitor.commit(place, {"mine": b"%d" % number})
    last = commit(served, repo, {"b.txt": b"B"})
    visitor.git("fetch", "-q", at=place)
    assert visitor.git("rev-parse", "origin/main", at=place) == last
    visitor.git("-c", "protocol.version=0", "fetch", "-q", at=place)


def test_shallow_and_partial_clones(served: Server, visitor: Desk) -> None:
    repo = make_repo(served.hub, "parts", {"a.txt": "A", "b.txt": "B"})
    for number in range(4):
        last = commit(served, repo, {"a.txt": b"%d" % number})
    shallow = visitor.clone("ada/parts", "--depth=2", into="shallow")
    assert visitor.git("rev-list", "--count", "HEAD", at=shallow) == "2"
    visitor.git("fetch", "-q", "--unshallow", at=shallow)
    assert visitor.git("rev-list", "--count", "HEAD", at=shallow) == "6"
    partial = visitor.clone("ada/parts", "--filter=blob:none", "--no-checkout", into="partial")
    missing = visitor.git("rev-list", "--objects", "--all", "--missing=print", at=partial)
    assert missing.count("?") > 4
    visitor.git("checkout", "-q", "main", at=partial)
    assert read(partial)["b.txt"] == "B"
    visitor.git("init", "-q", "one")
    place = visitor.home / "one"
    visitor.git("fetch", "-q", "--depth=1", f"{served.url}/ada/parts", last, at=place)
    assert visitor.git("rev-parse", "FETCH_HEAD", at=place) == last


def test_refs_of_pull_requests_and_conversions_are_there_to_be_fetched(
    served: Server, visitor: Desk
) -> None:
    repo = make_repo(served.hub, "refs", {"a.txt": "A"})
    oid = commit(served, repo, {"b.txt": b"B"})

    def more(tx: Transaction) -> None:
        for name in ("refs/pr/7", "refs/convert/parquet"):
            git.create_ref(tx.db, repo.id, name, oid)

    served.hub.write(more)
    place = visitor.clone("ada/refs")
    assert visitor.git("branch", "-r", at=place) == "origin/HEAD -> origin/main\n  origin/main"
    for ref in ("refs/pr/7", "refs/convert/parquet"):
        visitor.git("fetch", "-q", "origin", ref, at=place)
        assert visitor.git("rev-parse", "FETCH_HEAD", at=place) == oid
    listed = visitor.git("ls-remote", f"{served.url}/ada/refs")
    assert "refs/pr/7" in listed


def test_who_may_not_read_is_asked_for_a_token(
    served: Server, ada: Desk, linus: Desk, visitor: Desk
) -> None:
    make_repo(served.hub, "secret", {"a.txt": "A"}, private=True)
    assert read(ada.clone("ada/secret"))["a.txt"] == "A"
    address = f"{served.url}/ada/secret"
    assert "could not read Username" in visitor.refused("clone", address)
    said = linus.refused("clone", address)
    assert "remote: Repository not found" in said
    assert linus.refused("clone", f"{served.url}/ada/nothing").replace("nothing", "secret") == said
    asked = httpx.get(f"{address}/info/refs?service=git-upload-pack")
    assert (asked.status_code, asked.headers["www-authenticate"][:5]) == (401, "Basic")
    for service in ("git-upload-pack", "git-receive-pack"):
        assert httpx.post(f"{address}/{service}", content=b"0000").status_code == 401


def test_a_gate_stands_before_git_too(served: Server, ada: Desk, linus: Desk) -> None:
    make_repo(served.hub, "gated", {"a.txt": "A"})
    owner = person(served.hub, "ada")
    served.hub.write_as(owner, repos.change_settings, RepoKind.MODEL, "ada/gated", gated="manual")
    assert read(ada.clone("ada/gated"))["a.txt"] == "A"
    said = linus.refused("clone", f"{served.url}/ada/gated")
    assert "remote: Access to model ada/gated is restricted" in said


def test_git_follows_a_repo_to_its_new_name(served: Server, ada: Desk) -> None:
    repo = make_repo(served.hub, "before", {"a.txt": "A"})
    place = ada.clone("ada/before")
    owner = person(served.hub, "ada")
    served.hub.write_as(owner, repos.move, repo.kind, "ada/before", "ada/after")
    last = commit(served, repos_named(served, "ada/after"), {"b.txt": b"B"})
    ada.git("pull", "-q", at=place)
    assert ada.git("rev-parse", "HEAD", at=place) == last
    pushed = ada.commit(place, {"c.txt": b"C"})
    ada.git("push", "-q", at=place)
    assert ada.git("ls-remote", f"{served.url}/ADA/After.git", "main").startswith(pushed)


def repos_named(server: Server, name: str) -> Repo:
    return server.hub.read(lambda tx: repos.find(tx, RepoKind.MODEL, name))


def test_what_is_no_request_of_git_is_refused_in_words(served: Server) -> None:
    make_repo(served.hub, "asked", {"a.txt": "A"})
    address = f"{served.url}/ada/asked"
    assert "smart protocol" in httpx.get(f"{address}/info/refs").text
    assert httpx.get(f"{address}/info/refs?service=git-shell").status_code == 403
    with httpx.Client(base_url=address) as client:
        post = client.post
        two = {"Git-Protocol": "version=2"}
        assert post("/git-upload-pack", content=b"what", headers=two).status_code == 400
        assert post("/git-upload-pack", content=b"0014command=ls-r", headers=two).status_code == 400
        odd = {"Content-Encoding": "br"}
        assert post("/git-upload-pack", content=b"0000", headers=odd).status_code == 415
        packed = {"Content-Encoding": "gzip"}
        assert post("/git-upload-pack", content=b"no gzip", headers=packed).status_code == 400
        bomb = gzip.compress(b"0" * 40_000_000)
        assert post("/git-upload-pack", content=bomb, headers=packed).status_code == 413
        want = b"0032want " + b"1" * 40 + b"\n00000009done\n"
        answer = post("/git-upload-pack", content=want)
        assert b"ERR" in answer.content
        assert answer.status_code == 200, "git reads its own protocol's error"


def test_a_process_ends_with_its_client(served: Server) -> None:
    repo = make_repo(served.hub, "big", {"a.txt": "A"})
    for number in range(8):
        commit(served, repo, {f"{number}.bin": os.urandom(1_000_000)})
    oid = repos_named(served, "ada/big").head
    assert oid
    asked = b"0032want " + oid.encode() + b"\n00000009done\n"
    host, port = served.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        head = f"POST /ada/big/git-upload-pack HTTP/1.1\r\nHost: {host}\r\n"
        connection.sendall(f"{head}Content-Length: {len(asked)}\r\n\r\n".encode() + asked)
        assert connection.recv(100).startswith(b"HTTP/1.1 200")
        wait_until(lambda: bool(fetching(served)))
    wait_until(lambda: not fetching(served))


def fetching(server: Server) -> list[str]:
    """Command lines of git at work on this hub's cache."""
    found = []
    for each in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = each.read_bytes().replace(b"\0", b" ").decode()
        except OSError:  # it has ended meanwhile
            continue
        if str(server.hub.git.root) in line and "upload-pack" in line:
            found.append(line)
    return found
