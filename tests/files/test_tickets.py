"""Signed addresses: good for one thing, for so long, and only while their bearer may still."""

import hashlib
from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

from bearhug.app import Application
from bearhug.files import service as files
from bearhug.files.model import AddLfs, Proposal
from bearhug.files.service import objects as lfs
from bearhug.files.service.objects import Ticket
from bearhug.hub import Hub
from bearhug.repos import service as repos
from bearhug.repos.model import Repo, RepoKind, Visibility
from tests.conftest import person
from tests.repos_of import make_repo

BYTES = b"a bear's weights" * 100
SHA = hashlib.sha256(BYTES).hexdigest()
LINUS = {"Authorization": "Bearer hf_linus"}


@pytest.fixture
def repo(hub: Hub) -> Repo:
    """Public, with one large file."""
    made = make_repo(hub, "large")
    path = hub.objects.scratch / "coming"
    path.write_bytes(BYTES)
    lfs.claim(hub, made, path, SHA, len(BYTES))
    proposal = Proposal((AddLfs("w.bin", SHA),), "Add it")
    files.commit_now(hub, person(hub, "ada"), made.kind, "ada/large", proposal)
    return made


def batch(
    client: TestClient, operation: str, who: dict[str, str], sha: str = SHA, ref: str = ""
) -> Any:
    asked: dict[str, Any] = {
        "operation": operation,
        "objects": [{"oid": sha, "size": len(BYTES)}],
        **({"ref": {"name": ref}} if ref else {}),
    }
    return client.post("/ada/large.git/info/lfs/objects/batch", json=asked, headers=who)


def address(client: TestClient, operation: str, who: dict[str, str], sha: str = SHA) -> str:
    answer = batch(client, operation, who, sha).json()
    href: str = answer["objects"][0]["actions"][operation]["href"]
    return href


def hide(hub: Hub) -> None:
    hub.write_as(
        person(hub, "ada"),
        repos.change_settings,
        RepoKind.MODEL,
        "ada/large",
        visibility=Visibility.PRIVATE,
    )


def gate(hub: Hub) -> None:
    hub.write_as(
        person(hub, "ada"), repos.change_settings, RepoKind.MODEL, "ada/large", gated="manual"
    )


def drop(hub: Hub) -> None:
    hub.write_as(person(hub, "ada"), repos.delete, RepoKind.MODEL, "ada/large")


@pytest.mark.parametrize("happens", [hide, gate, drop])
@pytest.mark.parametrize("who", [{}, LINUS])
def test_a_download_address_ends_with_the_right_to_it(
    hub: Hub, repo: Repo, client: TestClient, who: dict[str, str], happens: Callable[[Hub], None]
) -> None:
    href = address(client, "download", who)
    assert client.get(href).content == BYTES
    happens(hub)
    refused = client.get(href)
    assert refused.status_code in (401, 403, 404)
    assert BYTES not in refused.content


def test_an_upload_address_ends_with_the_repo(hub: Hub, repo: Repo, client: TestClient) -> None:
    sha = hashlib.sha256(BYTES[::-1]).hexdigest()
    href = address(client, "upload", {"Authorization": "Bearer hf_ada"}, sha)
    assert client.get(href.replace("/upload/", "/object/")).status_code == 404  # another purpose
    drop(hub)
    assert client.put(href, content=BYTES[::-1]).status_code == 404
    assert list(hub.objects.scratch.iterdir()) == []


def test_who_may_not_write_is_given_no_address(repo: Repo, client: TestClient) -> None:
    assert batch(client, "upload", {}).status_code == 401
    assert batch(client, "upload", LINUS, ref="refs/heads/main").status_code == 403
    proposing = batch(client, "upload", LINUS)  # a pull request's bytes come before it has a ref
    assert proposing.status_code == 200


def test_finishing_again_is_no_error_and_nobody_elses_object_is_claimed(
    hub: Hub, repo: Repo
) -> None:
    lfs.finish_upload(hub, Ticket(repo.id, SHA, len(BYTES), 1, "gone"))
    mine = make_repo(hub, "mine", by="linus")
    begun = hub.write_as(person(hub, "linus"), lfs.begin_upload, mine, SHA, len(BYTES))
    with pytest.raises(Exception, match="parts are missing"):
        lfs.finish_upload(hub, Ticket(mine.id, SHA, len(BYTES), 3, begun.id))
    assert hub.read(lambda tx: lfs.owned(tx, mine, [SHA])) == {}


def test_no_shared_cache_keeps_what_only_some_may_read(
    hub: Hub, repo: Repo, as_ada: dict[str, str]
) -> None:
    with TestClient(Application(hub), base_url="http://hub.test") as client:

        def kept(rev: str) -> str:
            path = f"/ada/large/resolve/{rev}/w.bin"
            return str(client.head(path, headers=as_ada).headers["Cache-Control"])

        commit = client.head("/ada/large/resolve/main/w.bin").headers["X-Repo-Commit"]
        assert kept(commit) == "public, max-age=31536000, immutable"
        gate(hub)
        assert kept(commit) == "private, max-age=31536000, immutable"
        assert kept("main") == "private, no-cache"
