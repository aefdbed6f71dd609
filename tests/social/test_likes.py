"""Liking: once each, counted in the same moment, never of what one may not see."""

import hashlib

import pytest
from starlette.testclient import TestClient

from bearhug.db import adding
from bearhug.db.schema import tokens
from bearhug.errors import NotSignedIn, RepoNotFound
from bearhug.hub import Hub
from bearhug.repos import store as repo_rows
from bearhug.repos.model import RepoKind
from bearhug.social import service as social
from tests.conftest import person
from tests.repos_of import make_repo

BERT = "ada/bert"


def likes(hub: Hub, name: str = BERT) -> int:
    repo = hub.read(lambda tx: repo_rows.by_name(tx.db, RepoKind.MODEL, name))
    assert repo is not None
    return repo.likes


def test_liking_twice_is_liking(any_hub: Hub) -> None:
    make_repo(any_hub, "bert")
    for name in ("grace", "grace", "linus"):
        any_hub.write_as(person(any_hub, name), social.like, RepoKind.MODEL, BERT)
    assert likes(any_hub) == 2
    found = any_hub.read(social.likers, RepoKind.MODEL, BERT)
    assert {each.name for each in found} == {"grace", "linus"}
    for _ in range(2):
        any_hub.write_as(person(any_hub, "grace"), social.unlike, RepoKind.MODEL, BERT)
    assert likes(any_hub) == 1


def test_a_hidden_repo_cannot_be_liked(any_hub: Hub) -> None:
    make_repo(any_hub, "secret", private=True)
    with pytest.raises(RepoNotFound):
        any_hub.write_as(person(any_hub, "linus"), social.like, RepoKind.MODEL, "ada/secret")


def test_a_visitor_signs_in_first(any_hub: Hub) -> None:
    make_repo(any_hub, "bert")
    with pytest.raises(NotSignedIn):
        any_hub.read(social.like, RepoKind.MODEL, BERT)


def test_what_somebody_likes_shows_only_what_one_may_see(any_hub: Hub) -> None:
    make_repo(any_hub, "bert")
    make_repo(any_hub, "secret", private=True)
    ada = person(any_hub, "ada")
    for name in (BERT, "ada/secret"):
        any_hub.write_as(ada, social.like, RepoKind.MODEL, name)
    own = any_hub.read_as(ada, social.liked_by, "ada")
    seen = any_hub.read(social.liked_by, "ada")
    assert [str(each.repo.name) for each in own] == ["ada/secret", BERT]
    assert [str(each.repo.name) for each in seen] == [BERT]


def test_over_http(client: TestClient, hub: Hub, as_grace: dict[str, str]) -> None:
    make_repo(hub, "bert")
    assert client.post(f"/api/models/{BERT}/like", headers=as_grace).status_code == 200
    assert [each["user"] for each in client.get(f"/api/models/{BERT}/likers").json()] == ["grace"]
    liked = client.get("/api/users/grace/likes").json()
    assert liked[0]["repo"] == {"name": BERT, "type": "model"}
    assert client.delete(f"/api/models/{BERT}/like", headers=as_grace).status_code == 200
    assert client.get("/api/users/grace/likes").json() == []
    assert client.post(f"/api/models/{BERT}/like").status_code == 401
    assert client.get("/api/users/nobody/likes").status_code == 404
    bare = client.delete("/api/models/missing/like", headers=as_grace)
    assert (bare.status_code, bare.headers["X-Error-Code"]) == (404, "RepoNotFound")


def test_a_reading_token_likes_nothing(client: TestClient, hub: Hub) -> None:
    make_repo(hub, "bert")
    query = adding(tokens, "sha256", "user_id", "name", "role", "ending", "created_at")
    sha256 = hashlib.sha256(b"hf_read").hexdigest()
    hub.write(
        lambda tx: tx.db.run(
            query, sha256=sha256, user_id=2, name="r", role="read", ending="read", created_at=0
        )
    )
    answer = client.post(f"/api/models/{BERT}/like", headers={"Authorization": "Bearer hf_read"})
    assert answer.status_code == 403
    assert likes(hub) == 0


def test_likers_come_in_pages(client: TestClient, hub: Hub, as_grace: dict[str, str]) -> None:
    make_repo(hub, "bert")
    for name in ("ada", "grace", "linus"):
        hub.write_as(person(hub, name), social.like, RepoKind.MODEL, BERT)
    last = hub.read(social.likers, RepoKind.MODEL, BERT)[0]
    rest = client.get(f"/api/models/{BERT}/likers?cursor={last.at}-{last.id}").json()
    assert len(rest) == 2
    assert last.name not in {each["user"] for each in rest}
    assert client.get(f"/api/models/{BERT}/likers?cursor=nonsense").status_code == 200


def test_the_button_is_a_form(client: TestClient, hub: Hub, as_grace: dict[str, str]) -> None:
    make_repo(hub, "bert")
    answer = client.post(
        f"/{BERT}/like", data={"on": "1"}, headers=as_grace, follow_redirects=False
    )
    assert (answer.status_code, answer.headers["location"]) == (303, f"/{BERT}")
    assert likes(hub) == 1
    asked = {**as_grace, "Fragment": "like"}
    button = client.post(f"/{BERT}/like", data={"on": "0"}, headers=asked)
    assert 'aria-pressed="false"' in button.text
    assert "<html" not in button.text
