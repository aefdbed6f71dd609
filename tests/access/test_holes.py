"""Seven holes that were measured in another hub. Each is tried here as it was found there."""

import hashlib
import json
from typing import Any

import pytest
from starlette.testclient import TestClient

from bearhug.db import adding
from bearhug.db.schema import tokens
from bearhug.files import service as files
from bearhug.hub import Hub, Transaction
from tests.access.cast import LFS, SHA
from tests.conftest import person
from tests.repos_of import make_repo, push

ADA = {"Authorization": "Bearer hf_ada"}
LINUS = {"Authorization": "Bearer hf_linus"}
NEVER = hashlib.sha256(b"never sent").hexdigest()


@pytest.fixture
def hidden(hub: Hub) -> None:
    """ada/hidden owns a whole file; linus/own is his, and empty."""
    repo = make_repo(hub, "hidden", private=True)
    path = hub.settings.data_dir / "whole.bin"
    path.write_bytes(LFS)
    files.claim(hub, repo, path, SHA, len(LFS))
    make_repo(hub, "own", by="linus")


def batch(client: TestClient, repo: str, operation: str, sha256: str, who: dict[str, str]) -> Any:
    body = {"operation": operation, "objects": [{"oid": sha256, "size": len(LFS)}]}
    return client.post(f"/{repo}.git/info/lfs/objects/batch", json=body, headers=who)


def commit(client: TestClient, repo: str, sha256: str, who: dict[str, str]) -> Any:
    line = {"path": "stolen.bin", "algo": "sha256", "oid": sha256, "size": len(LFS)}
    lines = [{"key": "header", "value": {"summary": "s"}}, {"key": "lfsFile", "value": line}]
    content = "\n".join(json.dumps(each) for each in lines)
    return client.post(f"/api/models/{repo}/commit/main", content=content, headers=who)


def test_1_a_hash_is_no_key_to_another_repos_bytes(client: TestClient, hidden: None) -> None:
    (told,) = batch(client, "linus/own", "download", SHA, LINUS).json()["objects"]
    assert told["error"]["code"] == 404
    assert "actions" not in told
    # Nor is it on the way up: "you need not send it" would say that somebody has it.
    (told,) = batch(client, "linus/own", "upload", SHA, LINUS).json()["objects"]
    assert "upload" in told["actions"]
    assert commit(client, "linus/own", SHA, LINUS).status_code >= 400
    verify = client.post(
        "/linus/own.git/info/lfs/verify", json={"oid": SHA, "size": len(LFS)}, headers=LINUS
    )
    assert verify.status_code == 404
    assert client.get("/linus/own/resolve/main/stolen.bin", headers=LINUS).status_code == 404
    assert batch(client, "ada/hidden", "download", SHA, ADA).json()["objects"][0]["actions"]


def test_2_what_was_never_sent_is_not_claimed(client: TestClient, hidden: None) -> None:
    refused = commit(client, "linus/own", NEVER, LINUS)
    assert 400 <= refused.status_code < 500
    (told,) = batch(client, "linus/own", "download", NEVER, LINUS).json()["objects"]
    assert told["error"]["code"] == 404
    listed = client.get("/api/models/linus/own/tree/main", headers=LINUS).json()
    assert [each["path"] for each in listed] == [".gitattributes"]


def test_3_there_are_no_links_to_repos_that_are_not_ones_own(
    client: TestClient, hidden: None
) -> None:
    for repo in ("ada/hidden", "ada/none", "nobody/none"):
        for operation in ("upload", "download"):
            told = batch(client, repo, operation, SHA, LINUS)
            assert told.status_code == 404, repo
            assert batch(client, repo, operation, SHA, {}).status_code == 401, repo
    assert batch(client, "linus/own", "upload", SHA, {}).status_code == 401
    forged = client.put("/lfs/upload/forged.forged", content=LFS, headers=LINUS)
    assert forged.status_code == 404


def test_3_a_link_outlives_neither_its_repo_nor_its_right(
    client: TestClient, hub: Hub, hidden: None
) -> None:
    (told,) = batch(client, "ada/hidden", "download", SHA, ADA).json()["objects"]
    link = told["actions"]["download"]["href"]
    assert client.get(link).content == LFS
    client.request("DELETE", "/api/repos/delete", json={"name": "ada/hidden"}, headers=ADA)
    assert client.get(link).status_code == 404


def test_4_no_other_sites_page_acts_by_a_cookie(client: TestClient, hidden: None) -> None:
    evil = {"Origin": "https://evil.example", "Cookie": "bearhug_session=x"}
    for path in ("/api/whoami-v2", "/ada/hidden/resolve/main/.gitattributes"):
        said = client.get(path, headers=evil).headers
        assert "Access-Control-Allow-Credentials" not in said
        assert said["Access-Control-Allow-Origin"] == "*"
    sent = {**evil, "Sec-Fetch-Site": "cross-site"}
    made = client.post("/api/repos/create", json={"name": "x"}, headers=sent)
    assert made.status_code == 403


def test_5_a_card_makes_nobody_call_an_address(client: TestClient, hub: Hub) -> None:
    card = "---\nthumbnail: http://169.254.169.254/latest\n---\n![x](http://10.0.0.1/x.png)\n"
    make_repo(hub, "images", {"README.md": card + '<img src="http://127.0.0.1/y.png">'})
    for path in ("/ada/images", "/ada/images/blob/main/README.md", "/models", "/ada"):
        page = client.get(path).text
        for tag in page.split("<img")[1:]:
            assert "http" not in tag.partition(">")[0], path
    policy = client.get("/ada/images").headers["Content-Security-Policy"]
    assert "img-src 'self' data: blob:" in policy


def test_6_an_old_revision_stays_what_it_was(client: TestClient, hub: Hub) -> None:
    repo = make_repo(hub, "aged", {"notes.txt": "old"})
    old = client.get("/api/models/ada/aged").json()["sha"]
    before = client.get(f"/ada/aged/resolve/{old}/notes.txt")
    push(hub, repo, {"notes.txt": "new"})
    after = client.get(f"/ada/aged/resolve/{old}/notes.txt")
    assert (after.text, after.headers["ETag"]) == ("old", before.headers["ETag"])
    assert after.headers["X-Repo-Commit"] == old
    now = client.get("/ada/aged/resolve/main/notes.txt")
    assert now.text == "new"
    assert now.headers["ETag"] != before.headers["ETag"]
    stale = {"If-None-Match": before.headers["ETag"]}
    assert client.get("/ada/aged/resolve/main/notes.txt", headers=stale).status_code == 200
    assert client.get(f"/ada/aged/resolve/{old}/notes.txt", headers=stale).status_code == 304
    head = client.head(f"/ada/aged/resolve/{old}/notes.txt")
    assert head.headers["ETag"] == before.headers["ETag"]


def test_7_a_token_out_of_date_or_without_a_role_does_nothing(
    client: TestClient, hub: Hub, hidden: None
) -> None:
    add = adding(
        tokens,
        *("sha256", "user_id", "name", "role", "ending", "created_at", "expires_at"),
    )

    def make(tx: Transaction) -> None:
        for secret, role, until in (
            ("hf_old", "write", tx.now - 1),
            ("hf_none", "fineGrained", None),
        ):
            tx.db.run(
                add,
                sha256=hashlib.sha256(secret.encode()).hexdigest(),
                user_id=person(hub, "ada").user_id,
                name=secret,
                role=role,
                ending=secret[-4:],
                created_at=0,
                expires_at=until,
            )

    hub.write(make)
    old, none = ({"Authorization": f"Bearer {each}"} for each in ("hf_old", "hf_none"))
    for path in ("/api/models", "/api/models/ada/hidden", "/api/whoami-v2"):
        answer = client.get(path, headers=old)
        assert answer.status_code == 401
        assert answer.headers["X-Error-Message"] == "Invalid credentials in Authorization header"
    assert client.get("/api/models/ada/hidden", headers=none).status_code == 404
    assert client.post("/api/repos/create", json={"name": "x"}, headers=none).status_code == 403
    assert client.get("/api/models", headers=none).json() == client.get("/api/models").json()
