"""Large files by real git-lfs: sent, had, locked."""

import hashlib
import json
import os
import shutil
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from bearhug.files import service as files
from bearhug.repos import service as repos
from bearhug.repos.model import Repo, RepoKind
from tests.conftest import Server, person
from tests.files.desks import Desk
from tests.files.served import ada, grace, linus, served, visitor
from tests.repos_of import make_repo

__all__ = ["ada", "grace", "linus", "served", "visitor"]

pytestmark = pytest.mark.client

MEGABYTE = 1024 * 1024


@pytest.fixture(autouse=True)
def with_lfs(ada: Desk, grace: Desk, linus: Desk) -> None:
    for desk in (ada, grace, linus):
        desk.git("lfs", "install", "--skip-repo")
        desk.git("config", "--global", "lfs.locksverify", "true")


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sparse(path: Path, size: int) -> None:
    """A large file that is quick to make: a few bytes, and holes."""
    with path.open("wb") as file:
        file.write(os.urandom(1000))
        file.truncate(size)


def large_files(server: Server, name: str) -> dict[str, Any]:
    tree = httpx.get(f"{server.url}/api/models/{name}/tree/main").json()
    return {each["path"]: each for each in tree if "lfs" in each}


def test_what_git_lfs_pushes_the_api_serves_and_a_clone_has(
    served: Server, ada: Desk, visitor: Desk
) -> None:
    repo = make_repo(served.hub, "weights", {"a.txt": "A"})
    place = ada.clone("ada/weights")
    content = os.urandom(3 * MEGABYTE)
    pushed = ada.commit(place, {"model.safetensors": content, "run.py": b"print()\n"})
    ada.git("push", at=place)
    found = large_files(served, "ada/weights")["model.safetensors"]
    digest = hashlib.sha256(content).hexdigest()
    assert (found["lfs"]["oid"], found["size"]) == (digest, len(content))
    assert found["oid"] == ada.git("rev-parse", "HEAD:model.safetensors", at=place)
    answer = httpx.head(f"{served.url}/ada/weights/resolve/main/model.safetensors")
    assert answer.headers["x-linked-etag"] == f'"{digest}"'
    assert answer.headers["x-repo-commit"] == pushed
    held = served.hub.read(lambda tx: repos.find(tx, repo.kind, "ada/weights")).used_bytes
    assert held > len(content)

    again = ada.clone("ada/weights", into="again")
    assert (again / "model.safetensors").read_bytes() == content
    plain = visitor.clone("ada/weights")
    assert (plain / "model.safetensors").read_bytes().startswith(b"version https://git-lfs")


def test_what_the_api_commits_git_lfs_checks_out_and_calls_clean(
    served: Server, ada: Desk, tmp_path: Path
) -> None:
    repo = make_repo(served.hub, "mixed", {"a.txt": "A"})
    place = ada.clone("ada/mixed")
    content = os.urandom(2 * MEGABYTE)
    given = tmp_path / "given"
    given.write_bytes(content)
    commit_large(served, repo, "api.bin", given)
    ada.git("pull", "-q", at=place)
    assert (place / "api.bin").read_bytes() == content
    assert ada.git("status", "--porcelain", at=place) == ""
    ada.commit(place, {"copy.bin": content})
    ada.git("push", "-q", at=place)
    found = large_files(served, "ada/mixed")
    assert found["api.bin"]["oid"] == found["copy.bin"]["oid"]


def commit_large(server: Server, repo: Repo, path: str, given: Path) -> None:
    digest, size = sha256(given), given.stat().st_size
    files.claim(server.hub, repo, given, digest, size)
    lines = [
        {"key": "header", "value": {"summary": "By API"}},
        {"key": "lfsFile", "value": {"path": path, "algo": "sha256", "oid": digest, "size": size}},
    ]
    answer = httpx.post(
        f"{server.url}/api/models/{repo.name}/commit/main",
        content="\n".join(json.dumps(line) for line in lines),
        headers={"Authorization": "Bearer hf_ada"},
    )
    assert answer.status_code == 200, answer.text


def test_two_hundred_megabytes(served: Server, ada: Desk) -> None:
    make_repo(served.hub, "heavy", {"a.txt": "A"})
    place = ada.clone("ada/heavy")
    sparse(place / "weights.bin", 200 * MEGABYTE)
    digest = sha256(place / "weights.bin")
    ada.commit(place, {})
    ada.git("push", "-q", at=place)
    assert large_files(served, "ada/heavy")["weights.bin"]["lfs"]["oid"] == digest
    with httpx.stream("GET", f"{served.url}/ada/heavy/resolve/main/weights.bin") as answer:
        taken = hashlib.sha256()
        for block in answer.iter_bytes(MEGABYTE):
            taken.update(block)
    assert taken.hexdigest() == digest


def test_in_parts_by_the_hubs_own_transfer(served: Server, ada: Desk) -> None:
    """As `hf lfs-enable-largefiles` sets it up: a file in parts, and a small one beside it."""
    hf = Path(sys.executable).with_name("hf")
    make_repo(served.hub, "parts", {"a.txt": "A"})
    place = ada.clone("ada/parts")
    ada.env |= {"PATH": f"{hf.parent}:{ada.env['PATH']}", "HF_HUB_DISABLE_XET": "1"}
    ada.git("config", "lfs.customtransfer.multipart.path", "hf", at=place)
    ada.git("config", "lfs.customtransfer.multipart.args", "lfs-multipart-upload", at=place)
    sparse(place / "weights.bin", 257 * MEGABYTE)
    ada.commit(place, {"small.bin": os.urandom(1000)})
    ada.git("push", "-q", at=place)
    found = large_files(served, "ada/parts")
    for path in ("weights.bin", "small.bin"):
        assert found[path]["lfs"]["oid"] == sha256(place / path)
        assert served.hub.objects.size(f"lfs/{_spread(sha256(place / path))}") is not None


def _spread(digest: str) -> str:
    return f"{digest[:2]}/{digest[2:4]}/{digest}"


def test_pushing_without_git_lfs_is_explained(served: Server, ada: Desk) -> None:
    make_repo(served.hub, "without", {"a.txt": "A"})
    place = ada.clone("ada/without")
    ada.commit(place, {"model.bin": os.urandom(1000)})
    said = ada.refused("push", "--no-verify", at=place)  # git-lfs's hook is what sends objects
    assert "remote: model.bin is an LFS pointer" in said
    ada.git("lfs", "push", "--all", "origin", at=place)
    ada.git("push", "-q", at=place)


def test_objects_of_private_and_gated_repos_are_for_their_readers(
    served: Server, ada: Desk, linus: Desk, visitor: Desk
) -> None:
    make_repo(served.hub, "closed", {"a.txt": "A"})
    place = ada.clone("ada/closed")
    content = os.urandom(1000)
    ada.commit(place, {"model.bin": content})
    ada.git("push", "-q", at=place)
    theirs = linus.clone("ada/closed")
    shutil.rmtree(theirs / ".git" / "lfs")
    owner = person(served.hub, "ada")
    served.hub.write_as(owner, repos.change_settings, RepoKind.MODEL, "ada/closed", gated="manual")
    said = linus.refused("lfs", "fetch", at=theirs)
    assert "Access to model ada/closed is restricted" in said
    body = {
        "operation": "download",
        "objects": [{"oid": hashlib.sha256(content).hexdigest(), "size": 1000}],
    }
    address = f"{served.url}/ada/closed.git/info/lfs/objects/batch"
    assert httpx.post(address, json=body).status_code == 401
    assert httpx.post(address, json=body, auth=("x", "hf_linus")).status_code == 403
    assert httpx.post(address, json=body, auth=("x", "hf_ada")).status_code == 200


def test_two_people_and_a_lock(served: Server, ada: Desk, linus: Desk) -> None:
    make_repo(served.hub, "locked", {"a.txt": "A"})
    make_repo(served.hub, "locked", {"a.txt": "A"}, by="linus")
    place = ada.clone("ada/locked")
    ada.commit(place, {"art.bin": os.urandom(10), "free.bin": os.urandom(10)})
    ada.git("push", "-q", at=place)
    made = json.loads(ada.git("lfs", "lock", "art.bin", "--json", at=place))
    made = made[0] if isinstance(made, list) else made
    assert (made["path"], made["owner"]["name"]) == ("art.bin", "ada")
    assert "locked by ada" in ada.refused("lfs", "lock", "art.bin", at=place)
    theirs = linus.clone("ada/locked")
    assert "art.bin" in linus.git("lfs", "locks", at=theirs)
    assert "may not write" in linus.refused("lfs", "lock", "free.bin", at=theirs)
    assert "may not write" in linus.refused("lfs", "unlock", "--force", "art.bin", at=theirs)
    ada.git("push", "-q", at=place)
    ada.git("lfs", "unlock", "art.bin", at=place)
    assert ada.git("lfs", "locks", at=place) == ""


def test_a_push_heeds_anothers_lock(served: Server, ada: Desk, grace: Desk) -> None:
    make_repo(served.hub, "shared", {"a.txt": "A"}, owner="bears")
    change_role(served, "write")
    try:
        place = ada.clone("bears/shared")
        ada.commit(place, {"art.bin": b"1"})
        ada.git("push", "-q", at=place)
        ada.git("lfs", "lock", "art.bin", at=place)
        hers = grace.clone("bears/shared")
        (hers / "art.bin").chmod(0o644)
        grace.commit(hers, {"art.bin": b"2"})
        said = grace.refused("push", at=hers)
        assert "Cannot update locked files." in said
        assert "locked by ada" in grace.refused("lfs", "unlock", "art.bin", at=hers)
        grace.git("lfs", "unlock", "--force", "art.bin", at=hers)
        grace.git("push", "-q", at=hers)
    finally:
        change_role(served, "read")


def change_role(server: Server, role: str) -> None:
    answer = httpx.put(
        f"{server.url}/api/organizations/bears/members/grace/role",
        json={"role": role},
        headers={"Authorization": "Bearer hf_ada"},
    )
    assert answer.status_code == 200, answer.text


def test_locks_are_listed_by_pages_and_by_path(served: Server) -> None:
    make_repo(served.hub, "pages", {"a.txt": "A"})
    address = f"{served.url}/ada/pages.git/info/lfs/locks"
    with httpx.Client(auth=("x", "hf_ada")) as client:
        made = [
            client.post(address, json={"path": f"{n}.bin", "ref": {"name": "refs/heads/main"}})
            for n in range(5)
        ]
        assert {answer.status_code for answer in made} == {201}
        first = client.get(address, params={"limit": 3}).json()
        rest = client.get(address, params={"limit": 3, "cursor": first["next_cursor"]}).json()
        paths = [lock["path"] for lock in (*first["locks"], *rest["locks"])]
        assert paths == [f"{n}.bin" for n in range(5)]
        assert "next_cursor" not in rest
        [one] = client.get(address, params={"path": "3.bin"}).json()["locks"]
        assert client.get(address, params={"id": one["id"]}).json()["locks"] == [one]
        assert client.get(address, params={"id": "none"}).json()["locks"] == []
        again = client.post(address, json={"path": "3.bin"})
        assert (again.status_code, again.json()["lock"]) == (409, one)
        assert client.post(address, json={"path": "../x"}).status_code == 422
        assert client.post(address, json={}).status_code == 400
        page = client.post(f"{address}/verify", json={"limit": 2}).json()
        assert (len(page["ours"]), page["theirs"], bool(page["next_cursor"])) == (2, [], True)
        assert client.post(f"{address}/999999/unlock", json={}).status_code == 404
    assert httpx.get(address).json()["locks"], "whoever reads the repo may know"
    assert httpx.post(address, json={"path": "x"}).status_code == 401
    assert httpx.post(f"{address}/verify", json={}, auth=("x", "hf_linus")).status_code == 403
