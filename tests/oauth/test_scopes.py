"""What a token may, it was allowed; what nobody allowed, it may not."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from starlette.testclient import TestClient

from bearhug.hub import Hub
from bearhug.repos import service as repos
from bearhug.repos.model import RepoKind
from tests.conftest import person
from tests.oauth.conftest import ADA, BEARS, GRACE, Client, bearer
from tests.repos_of import make_repo

Browser = Callable[[int], TestClient]
Make = Callable[..., Client]


@dataclass
class Armed:
    """Somebody who holds a token of these scopes."""

    http: TestClient
    headers: dict[str, str]

    def sees(self, repo: str) -> bool:
        return bool(self.http.get(f"/api/models/{repo}", headers=self.headers).status_code == 200)

    def reads(self, repo: str) -> bool:
        answer = self.http.get(f"/{repo}/resolve/main/notes.txt", headers=self.headers)
        return bool(answer.status_code == 200)

    def commits(self, repo: str) -> int:
        lines = (
            '{"key": "header", "value": {"summary": "x"}}\n'
            '{"key": "file", "value": {"content": "x", "path": "x.txt"}}'
        )
        path = f"/api/models/{repo}/commit/main"
        return int(self.http.post(path, content=lines, headers=self.headers).status_code)

    def creates(self, name: str, org: str | None = None) -> int:
        said = {"name": name, "organization": org, "type": "model"}
        return int(self.http.post("/api/repos/create", json=said, headers=self.headers).status_code)

    def closes(self, repo: str) -> int:
        path = f"/api/models/{repo}/settings"
        put = self.http.put(path, json={"private": True}, headers=self.headers)
        return int(put.status_code)

    def get(self, path: str) -> Any:
        return self.http.get(path, headers=self.headers)


@pytest.fixture
def armed(timed: Hub, browser: Browser, make_client: Make) -> Callable[..., Armed]:
    """`armed("read-repos")`: an app that ada let do so; `org=True` in bears as well."""
    make_repo(timed, "mine", {"notes.txt": "hers"}, private=True)
    make_repo(timed, "ours", {"notes.txt": "theirs"}, private=True, owner="bears")
    make_repo(timed, "open", {"notes.txt": "all's"})
    client = make_client()

    def arm(scopes: str, *, org: bool = False, user: int = ADA) -> Armed:
        asked = client.asking(f"openid {scopes}")
        data = {**asked, "decision": "allow", "org": [str(BEARS)] if org else []}
        answer = browser(user).post("/oauth/authorize", data=data)
        code = answer.headers["location"].partition("code=")[2].partition("&")[0]
        return Armed(client.http, bearer(client.redeem(code)["access_token"]))

    return arm


def test_who_may_only_know_who_it_is_reads_nothing_private(armed: Callable[..., Armed]) -> None:
    app = armed("profile")
    assert app.get("/api/whoami-v2").json()["name"] == "ada"
    assert app.reads("ada/open")
    assert not app.sees("ada/mine")
    assert not app.sees("bears/ours")
    assert app.commits("ada/open") == 403
    assert app.creates("new") == 403
    listed = app.get("/api/models?author=ada").json()
    assert [each["id"] for each in listed] == ["ada/open"]


def test_reading_is_not_writing(armed: Callable[..., Armed]) -> None:
    app = armed("read-repos")
    assert app.reads("ada/mine")
    assert not app.sees("bears/ours")
    assert app.commits("ada/mine") == 403
    assert app.closes("ada/open") == 403
    assert app.creates("new") == 403


def test_organisations_come_only_if_they_were_ticked(armed: Callable[..., Armed]) -> None:
    app = armed("read-repos", org=True)
    assert app.reads("bears/ours")
    assert app.commits("bears/ours") == 403


def test_writing_is_not_managing(armed: Callable[..., Armed]) -> None:
    app = armed("write-repos")
    assert app.reads("ada/mine")
    assert app.commits("ada/mine") == 200
    assert app.closes("ada/open") == 403
    assert app.creates("new") == 403
    assert app.commits("bears/ours") == 404


def test_managing_is_all_of_it(armed: Callable[..., Armed]) -> None:
    app = armed("manage-repos", org=True)
    assert app.creates("new") == 200
    assert app.creates("new", "bears") == 200
    assert app.closes("ada/open") == 200


def test_no_scope_gives_more_than_its_holder_has(armed: Callable[..., Armed]) -> None:
    app = armed("manage-repos", org=True, user=GRACE)
    assert app.reads("bears/ours")
    assert app.commits("bears/ours") == 403
    assert app.creates("new", "bears") == 403


def test_a_contributor_works_in_what_it_made(armed: Callable[..., Armed]) -> None:
    app = armed("contribute-repos")
    assert app.creates("made") == 200
    assert app.commits("ada/made") == 200
    assert not app.sees("ada/mine")
    assert app.commits("ada/open") == 403


def test_running_models_reads_nothing(armed: Callable[..., Armed]) -> None:
    app = armed("inference-api")
    assert not app.sees("ada/mine")
    assert app.commits("ada/open") == 403


def test_gated_repos_opens_gates_and_nothing_private(
    timed: Hub, armed: Callable[..., Armed]
) -> None:
    make_repo(timed, "gated", {"notes.txt": "let in"})
    ada = person(timed, "ada")
    timed.write_as(ada, repos.change_settings, RepoKind.MODEL, "ada/gated", gated="manual")
    assert armed("gated-repos").reads("ada/gated")
    assert not armed("gated-repos").sees("ada/mine")
    assert not armed("profile").reads("ada/gated")
    assert not armed("gated-repos", user=GRACE).reads("ada/gated")


def test_talking_is_a_scope_of_its_own(armed: Callable[..., Armed]) -> None:
    said = {"title": "A word", "description": "x", "pullRequest": False}
    path = "/api/models/ada/open/discussions"
    for scope, status in (("read-repos", 403), ("write-discussions", 200), ("write-repos", 200)):
        app = armed(scope, user=ADA)
        assert app.http.post(path, json=said, headers=app.headers).status_code == status, scope
    elsewhere = armed("write-repos", user=GRACE)
    refused = elsewhere.http.post(path, json=said, headers=elsewhere.headers)
    assert refused.status_code == 403
    talks = armed("write-discussions", user=GRACE)
    assert talks.http.post(path, json=said, headers=talks.headers).status_code == 200
    assert talks.commits("ada/open") == 403


def test_collections_are_scopes_of_their_own(armed: Callable[..., Armed]) -> None:
    said = {"title": "Mine", "namespace": "ada", "private": True}
    for scope in ("manage-repos", "read-collections"):
        app = armed(scope)
        refused = app.http.post("/api/collections", json=said, headers=app.headers)
        assert refused.status_code == 403, scope
    app = armed("write-collections")
    made = app.http.post("/api/collections", json=said, headers=app.headers)
    assert made.status_code == 200
    path = f"/api/collections/{made.json()['slug']}"
    assert armed("read-collections").get(path).status_code == 200
    assert armed("read-repos").get(path).status_code == 404
    assert armed("write-collections", user=GRACE).get(path).status_code == 404


def test_webhooks_are_a_scope_of_their_own(armed: Callable[..., Armed]) -> None:
    path = "/api/settings/webhooks"
    assert armed("manage-repos").get(path).status_code == 403
    assert armed("webhooks").get(path).status_code == 200


def test_no_app_agrees_to_anything_for_its_user(timed: Hub, armed: Callable[..., Armed]) -> None:
    make_repo(timed, "asks", {"notes.txt": "let in"})
    ada = person(timed, "ada")
    timed.write_as(ada, repos.change_settings, RepoKind.MODEL, "ada/asks", gated="auto")
    app = armed("manage-repos gated-repos", user=GRACE)
    asked = app.http.post("/ada/asks/ask-access", data={}, headers=app.headers)
    assert asked.status_code == 403


def test_an_app_is_told_what_it_asked_for(armed: Callable[..., Armed]) -> None:
    bare = armed("").get("/oauth/userinfo").json()
    assert list(bare) == ["sub"]
    full = armed("profile email read-memberships").get("/oauth/userinfo").json()
    assert (full["name"], full["preferred_username"], full["email"]) == (
        "ada",
        "ada",
        "ada@bears.example",
    )
    assert full["isPro"] is False
    assert [(org["preferred_username"], org["roleInOrg"]) for org in full["orgs"]] == [
        ("bears", "admin")
    ]
    me = armed("profile").get("/api/whoami-v2").json()
    assert (me["email"], me["orgs"]) == (None, [])
    assert me["auth"]["type"] == "oauth"
    assert "accessToken" not in me["auth"]
    told = armed("email read-memberships").get("/api/whoami-v2").json()
    assert told["email"] == "ada@bears.example"
    assert [org["name"] for org in told["orgs"]] == ["bears"]


def test_the_picture_an_app_is_told_of_stays_where_it_is(
    browser: Browser, armed: Callable[..., Armed]
) -> None:
    image = b"\x89PNG\r\n\x1a\n" + b"a bear"
    sent = browser(ADA).post("/settings/profile/avatar", files={"avatar": ("a.png", image)})
    assert sent.status_code == 303
    picture = armed("profile").get("/oauth/userinfo").json()["picture"]
    assert picture.startswith("http://hub.test/avatars/")
    assert picture.endswith(".png")
    shown = browser(0).get(picture)
    assert (shown.content, shown.headers["content-type"]) == (image, "image/png")
    assert browser(0).get("/avatars/" + "0" * 64 + ".png").status_code == 404


def test_only_a_token_is_told_who_its_holder_is(browser: Browser, make_client: Make) -> None:
    http = make_client().http
    for answer in (browser(ADA).get("/oauth/userinfo"), http.get("/oauth/userinfo")):
        assert answer.status_code == 401
    refused = http.get("/oauth/userinfo", headers=bearer("hf_oauth_nobody"))
    assert refused.status_code == 401
    assert refused.headers["www-authenticate"] == 'Bearer error="invalid_token"'
    assert refused.headers["access-control-allow-origin"] == "*"


def test_no_app_operates_the_hub_or_changes_who_one_is(
    timed: Hub, armed: Callable[..., Armed]
) -> None:
    app = armed("manage-repos", org=True)
    for path in ("/admin", "/settings/tokens", "/settings/connected-applications"):
        assert app.get(path).status_code in (403, 404), path
    role = app.http.post(
        "/organizations/bears/settings/members",
        data={"user": "linus", "role": "admin"},
        headers=app.headers,
    )
    assert role.status_code == 403
