"""Reports, what operators disable, and tokens that are to work no more."""

import hashlib

import pytest
from sqlalchemy import func, select
from starlette.testclient import TestClient

from bearhug.admin import store as admin
from bearhug.db import adding, statement
from bearhug.db.schema import oauth_tokens
from bearhug.hub import Hub, Transaction
from tests.repos_of import make_repo

ADA = {"Authorization": "Bearer hf_ada"}
GRACE = {"Authorization": "Bearer hf_grace"}
LINUS = {"Authorization": "Bearer hf_linus"}
COLUMNS = ("sha256", "kind", "family", "user_id", "scopes", "created_at", "expires_at")
WORDS = "It holds somebody's letters."
FILE = "/ada/odd/resolve/main/notes.txt"


@pytest.fixture
def odd(hub: Hub, client: TestClient) -> None:
    make_repo(hub, "odd", {"notes.txt": "quince", "README.md": "# A card of sorts"})
    client.get("/")

    def promote(tx: Transaction) -> None:
        admin.set_operator(tx.db, "grace", True)

    hub.write(promote)


def test_a_report_reaches_the_operators(client: TestClient, odd: None) -> None:
    assert client.get("/ada/odd/report", headers=LINUS).status_code == 200
    short = client.post("/ada/odd/report", data={"reason": "bad"}, headers=LINUS)
    assert short.status_code == 422
    sent = client.post("/ada/odd/report", data={"reason": WORDS, "discussion": "3"}, headers=LINUS)
    assert sent.status_code == 200
    page = client.get("/admin/reports", headers=GRACE).text
    assert "somebody&#39;s letters" in page
    assert "ada/odd #3" in page
    assert client.get("/admin/reports", headers=LINUS).status_code == 404
    assert (
        client.post("/admin/reports/1", data={"act": "disable"}, headers=LINUS).status_code == 404
    )
    client.post("/admin/reports/1", data={"act": "close"}, headers=GRACE)
    assert "Nothing waits" in client.get("/admin/reports", headers=GRACE).text
    handled = client.get("/admin/reports?handled=1", headers=GRACE).text
    assert "handled by grace" in handled
    again = client.post("/admin/reports/1", data={"act": "close"}, headers=GRACE)
    assert again.status_code == 404
    assert client.post("/ada/odd/report", data={"reason": WORDS}).status_code == 401


def test_a_disabled_repo_is_shut_to_its_owner_too(client: TestClient, odd: None) -> None:
    client.post("/ada/odd/report", data={"reason": WORDS}, headers=LINUS)
    client.post("/admin/reports/1", data={"act": "disable"}, headers=GRACE)
    for who in (ADA, LINUS, {}):
        answer = client.get(FILE, headers=who)
        assert answer.status_code == 403
        assert answer.headers["X-Error-Message"] == "Access to this resource is disabled."
        assert client.get("/api/models/ada/odd", headers=who).json()["disabled"] is True
    assert client.get(FILE, headers=GRACE).status_code == 200
    owners = client.get("/ada/odd", headers=ADA).text
    assert "operators agreed" in owners
    assert "A card of sorts" not in owners
    visitors = client.get("/ada/odd").text
    assert "is disabled" in visitors
    assert "operators agreed" not in visitors
    listed = [each["id"] for each in client.get("/api/models").json()]
    own = [each["id"] for each in client.get("/api/models", headers=ADA).json()]
    assert ("ada/odd" in listed, "ada/odd" in own) == (False, True)
    form = {"kind": "model", "repo": "ada/odd", "act": "enable"}
    assert client.post("/admin/suspensions", data=form, headers=ADA).status_code == 404
    client.post("/admin/suspensions", data=form, headers=GRACE)
    assert client.get(FILE).status_code == 200
    assert "ada/odd" in [each["id"] for each in client.get("/api/models").json()]


def test_operators_disable_by_name_and_say_why(client: TestClient, odd: None) -> None:
    form = {"kind": "model", "repo": "ada/odd", "act": "disable", "reason": ""}
    assert client.post("/admin/suspensions", data=form, headers=GRACE).status_code == 422
    form["reason"] = "Until its licence is clear."
    assert "Until its licence" in client.post("/admin/suspensions", data=form, headers=GRACE).text
    assert "Until its licence" in client.get("/ada/odd", headers=ADA).text
    form["repo"] = "ada/none"
    assert client.post("/admin/suspensions", data=form, headers=GRACE).status_code == 404


def test_whoever_finds_a_token_ends_it(client: TestClient, hub: Hub) -> None:
    def add(tx: Transaction) -> None:
        made = adding(
            oauth_tokens,
            "sha256",
            "kind",
            "family",
            "user_id",
            "scopes",
            "created_at",
            "expires_at",
        )
        for secret, family in (("hf_oauth_a", "f"), ("hf_oauth_b", "f"), ("hf_oauth_c", "g")):
            tx.db.run(
                made,
                sha256=hashlib.sha256(secret.encode()).hexdigest(),
                kind="access",
                family=family,
                user_id=1,
                scopes="",
                created_at=tx.now,
                expires_at=tx.now + 10**9,
            )

    hub.write(add)
    assert client.get("/api/whoami-v2", headers=LINUS).status_code == 200
    body = {"credentials": ["hf_linus", "hf_of_nobody", "hf_oauth_a"]}
    for _ in range(2):
        answer = client.post("/api/credentials/revoke", json=body)
        assert (answer.status_code, answer.json()) == (202, {"status": "accepted"})
    assert client.get("/api/whoami-v2", headers=LINUS).status_code == 401
    assert client.get("/api/whoami-v2", headers=ADA).status_code == 200
    assert left(hub) == 1
    assert client.post("/api/credentials/revoke", json={"credentials": "x"}).status_code == 400
    many = {"credentials": ["x"] * 1001}
    assert client.post("/api/credentials/revoke", json=many).status_code == 400


def left(hub: Hub) -> int:
    count = statement(select(func.count()).select_from(oauth_tokens))
    return int(hub.read(lambda tx: tx.db.value(count)))


def test_an_organisation_refuses_a_members_token(client: TestClient, hub: Hub) -> None:
    make_repo(hub, "den", {"a.txt": "a"}, owner="bears", private=True)
    path = "/api/organizations/bears/settings/tokens/revoke"
    assert client.get("/api/models/bears/den", headers=GRACE).status_code == 200
    assert client.post(path, json={"token": "hf_linus"}, headers=ADA).status_code == 404
    assert client.post(path, json={"token": "hf_grace"}, headers=GRACE).status_code == 403
    assert client.post(path, json={"token": "hf_grace"}, headers=ADA).status_code == 200
    assert client.get("/api/models/bears/den", headers=GRACE).status_code == 404
    assert client.get("/api/whoami-v2", headers=GRACE).status_code == 200


def test_network_security_promises_nothing(client: TestClient) -> None:
    path = "/api/organizations/bears/settings/network-security"
    assert client.get(path, headers=ADA).json()["enforceIpRestriction"] is False
    assert client.patch(path, json={"ipRanges": []}, headers=ADA).status_code == 200
    refused = client.patch(path, json={"ipRanges": ["10.0.0.0/8"]}, headers=ADA)
    assert refused.status_code == 501
    assert "ipRanges" in refused.json()["error"]
    assert client.get(path, headers=GRACE).status_code == 403
