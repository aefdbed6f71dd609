"""Following people and organisations, and the lists of it."""

from collections.abc import Iterator

import pytest
from huggingface_hub import HfApi
from starlette.testclient import TestClient

from bearhug.accounts import service as accounts
from bearhug.hub import Hub
from bearhug.social import service as social
from tests.conftest import Server, person


def test_following_twice_is_following(any_hub: Hub) -> None:
    for name in ("grace", "linus", "linus"):
        any_hub.write_as(person(any_hub, name), social.follow, "ada")
    any_hub.write_as(person(any_hub, "grace"), social.follow, "bears")
    any_hub.write_as(person(any_hub, "grace"), social.follow, "linus")
    ada, grace, bears = (any_hub.read(accounts.find, name) for name in ("ada", "grace", "bears"))
    assert [each.name for each in any_hub.read(social.followers, ada)] == ["linus", "grace"]
    assert [each.name for each in any_hub.read(social.following, grace)] == ["linus", "ada"]
    everything = any_hub.read(social.following, grace, with_orgs=True)
    assert {each.name for each in everything} == {"linus", "bears", "ada"}
    standing = any_hub.read_as(person(any_hub, "grace"), social.standing, bears)
    assert (standing.followers, standing.followed) == (1, True)
    standing = any_hub.read(social.standing, grace)
    assert (standing.people, standing.orgs, standing.followed) == (2, 1, False)
    any_hub.write_as(person(any_hub, "linus"), social.unfollow, "ada")
    seen = any_hub.read_as(person(any_hub, "grace"), social.followers, ada)
    assert [(each.name, each.followed) for each in seen] == [("grace", False)]


@pytest.fixture
def api(server: Server) -> Iterator[HfApi]:
    """The client asks these four at its module's address, whatever it was given."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("huggingface_hub.constants.ENDPOINT", server.url)
        yield HfApi(endpoint=server.url, token="hf_grace")


@pytest.mark.client
def test_the_client_reads_all_lists(server: Server, api: HfApi) -> None:
    hub = server.hub
    hub.write_as(person(hub, "linus"), social.follow, "ada")
    hub.write_as(person(hub, "grace"), social.follow, "linus")
    hub.write_as(person(hub, "linus"), social.follow, "bears")
    (follower,) = api.list_user_followers("ada")
    assert (follower.username, follower.is_following, follower.user_type) == ("linus", True, "user")
    assert follower.avatar_url.startswith(server.url)
    assert [each.username for each in api.list_user_following("linus")] == ["ada"]
    assert [each.username for each in api.list_organization_followers("bears")] == ["linus"]
    members = list(api.list_organization_members("bears"))
    assert [(each.username, each.role) for each in members] == [  # type: ignore[attr-defined]
        ("ada", "admin"),
        ("grace", "read"),
    ]


def test_over_http(client: TestClient, as_linus: dict[str, str], as_ada: dict[str, str]) -> None:
    assert client.post("/api/users/ada/follow").status_code == 401
    assert client.post("/api/users/ada/follow", headers=as_linus).json() == {"isFollowing": True}
    assert client.get("/api/users/ada/overview", headers=as_linus).json()["isFollowing"]
    assert client.get("/api/users/ada/overview").json()["numFollowers"] == 1
    assert client.post("/api/users/linus/follow", headers=as_linus).status_code == 400
    assert client.post("/api/users/bears/follow", headers=as_linus).status_code == 404
    path = "/api/organizations/bears/follow"
    assert client.post(path, headers=as_linus).status_code == 200
    assert client.get("/api/organizations/bears/overview").json()["numFollowers"] == 1
    assert client.delete(path, headers=as_linus).json() == {"isFollowing": False}
    assert client.get("/api/organizations/bears/followers").json() == []
    assert client.get("/api/users/nobody/followers").status_code == 404


def test_what_members_are_is_told_to_members(
    client: TestClient, as_linus: dict[str, str], as_ada: dict[str, str], as_grace: dict[str, str]
) -> None:
    path = "/api/organizations/bears/members"
    assert [each.get("role") for each in client.get(path, headers=as_linus).json()] == [None, None]
    assert [each["role"] for each in client.get(path, headers=as_grace).json()] == ["admin", "read"]
    first = client.get(f"{path}?limit=1", headers=as_grace)
    assert [each["user"] for each in first.json()] == ["ada"]
    rest = client.get(first.links["next"]["url"], headers=as_grace)
    assert [each["user"] for each in rest.json()] == ["grace"]
    by_mail = f"{path}?email=GRACE@bears.example"
    assert [each["user"] for each in client.get(by_mail, headers=as_ada).json()] == ["grace"]
    assert client.get(by_mail, headers=as_grace).status_code == 403
    assert client.get(f"{path}?limit=0").status_code == 400


def test_the_button_is_a_form(client: TestClient, as_grace: dict[str, str]) -> None:
    answer = client.post(
        "/linus/-/follow", data={"on": "1"}, headers=as_grace, follow_redirects=False
    )
    assert (answer.status_code, answer.headers["location"]) == (303, "/linus")
    page = client.get("/linus?show=followers", headers=as_grace).text
    assert 'aria-pressed="true"' in page
    button = client.post(
        "/linus/-/follow", data={"on": "0"}, headers={**as_grace, "Fragment": "like"}
    )
    assert 'aria-pressed="false"' in button.text
    assert "<html" not in button.text
