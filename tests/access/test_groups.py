"""Resource groups: in one, a repo is its members', by what they are there."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from bearhug.hub import Hub
from tests.repos_of import make_repo

ADA = {"Authorization": "Bearer hf_ada"}
GRACE = {"Authorization": "Bearer hf_grace"}
LINUS = {"Authorization": "Bearer hf_linus"}
API = "/api/organizations/bears/resource-groups"
REPO = "/api/models/bears/den"


@pytest.fixture
def group(hub: Hub, client: TestClient) -> str:
    """A group with bears/den in it, and nobody."""
    make_repo(hub, "den", {"notes.txt": "quince"}, owner="bears", private=True)
    body = {"name": "North", "repos": [{"type": "model", "name": "bears/den"}]}
    answer = client.post(API, json=body, headers=ADA)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["id"])


def put(client: TestClient, group: str, user: str, role: str) -> Any:
    body = {"users": [{"user": user, "role": role}]}
    return client.post(f"{API}/{group}/users", json=body, headers=ADA)


def listed(client: TestClient, who: dict[str, str]) -> list[str]:
    return [each["id"] for each in client.get("/api/models", headers=who).json()]


def test_a_member_outside_the_group_sees_nothing(client: TestClient, group: str) -> None:
    assert client.get(REPO, headers=GRACE).status_code == 404
    assert listed(client, GRACE) == []
    assert client.get("/api/models?author=bears", headers=ADA).json() != []


def test_in_it_they_are_what_the_group_makes_them(client: TestClient, group: str) -> None:
    assert listed(client, GRACE) == []
    assert put(client, group, "grace", "read").status_code == 200
    assert client.get(REPO, headers=GRACE).status_code == 200
    assert listed(client, GRACE) == ["bears/den"]
    branch = f"{REPO}/branch/b"
    assert client.post(branch, json={}, headers=GRACE).status_code == 403
    role = {"role": "write"}
    client.patch(f"{API}/{group}/users/grace", json=role, headers=ADA)
    assert client.post(branch, json={}, headers=GRACE).status_code == 200
    client.delete(f"{API}/{group}/users/grace", headers=ADA)
    assert client.get(REPO, headers=GRACE).status_code == 404


def test_its_info_says_where_a_repo_is(client: TestClient, group: str) -> None:
    told = client.get(f"{REPO}?expand=resourceGroup", headers=ADA).json()
    assert told["resourceGroup"] == {"id": group, "name": "North"}
    assert client.get(f"{REPO}/resource-group", headers=ADA).json()["name"] == "North"


def test_a_repo_is_made_in_a_group_and_leaves_it(client: TestClient, group: str) -> None:
    new = {"name": "cave", "organization": "bears", "private": True, "resourceGroupId": group}
    assert client.post("/api/repos/create", json=new, headers=GRACE).status_code == 403
    put(client, group, "grace", "contributor")
    assert client.post("/api/repos/create", json=new, headers=GRACE).status_code == 200
    own = "/api/models/bears/cave"
    assert client.post(f"{own}/branch/b", json={}, headers=GRACE).status_code == 200
    assert client.post(f"{REPO}/branch/b", json={}, headers=GRACE).status_code == 403
    out = {"resourceGroupId": None}
    assert client.post(f"{own}/resource-group", json=out, headers=GRACE).status_code == 403
    assert client.post(f"{own}/resource-group", json=out, headers=ADA).status_code == 200
    assert client.get(f"{own}/resource-group", headers=ADA).json() is None
    unknown = {**new, "name": "other", "resourceGroupId": "0" * 24}
    assert client.post("/api/repos/create", json=unknown, headers=ADA).status_code == 400


def test_a_groups_admin_manages_it_and_nothing_else(client: TestClient, group: str) -> None:
    put(client, group, "grace", "admin")
    assert [each["id"] for each in client.get(API, headers=GRACE).json()] == [group]
    change = {"name": "South", "description": "Warmer."}
    answer = client.patch(f"{API}/{group}", json=change, headers=GRACE)
    assert (answer.json()["name"], answer.json()["description"]) == ("South", "Warmer.")
    assert client.delete(f"{API}/{group}", headers=GRACE).status_code == 403
    assert client.post(API, json={"name": "Mine"}, headers=GRACE).status_code == 403
    assert client.get(API, headers=LINUS).status_code == 403
    assert client.get(f"{API}/{group}", headers=LINUS).status_code == 404


def test_refusals(client: TestClient, group: str) -> None:
    assert put(client, group, "nobody", "read").status_code == 400
    assert put(client, group, "linus", "read").status_code == 403
    assert put(client, group, "grace", "king").status_code == 400
    assert put(client, group, "grace", "read").status_code == 200
    assert put(client, group, "grace", "read").status_code == 403
    assert client.post(API, json={"name": "North"}, headers=ADA).status_code == 409
    assert client.post(API, json={"name": " "}, headers=ADA).status_code == 422
    foreign = {"name": "x", "repos": [{"type": "model", "name": "ada/none"}]}
    assert client.post(API, json=foreign, headers=ADA).status_code == 404


def test_new_members_join_where_a_group_takes_them(client: TestClient, group: str) -> None:
    join = {"autoJoin": {"enabled": True, "role": "write"}}
    answer = client.post(f"{API}/{group}/settings", json=join, headers=ADA)
    assert answer.json()["autoJoin"] == {"enabled": True, "role": "write"}
    data = {"user": "linus", "role": "no_access"}
    client.post("/organizations/bears/settings/members", data=data, headers=ADA)
    assert client.get(REPO, headers=LINUS).status_code == 200
    client.post("/organizations/bears/settings/members/linus/remove", headers=ADA)
    assert client.get(REPO, headers=LINUS).status_code == 404
    assert client.get(f"{API}/{group}", headers=ADA).json()["users"] == []


def test_a_member_gets_another_role(client: TestClient, group: str) -> None:
    path = "/api/organizations/bears/members/grace/role"
    groups = [{"id": group, "role": "read"}]
    answer = client.put(path, json={"role": "write", "resourceGroups": groups}, headers=ADA)
    assert answer.json() == {"success": True}
    assert client.get(REPO, headers=GRACE).status_code == 200
    assert client.put(path, json={"role": "write"}, headers=ADA).status_code == 200
    assert client.get(REPO, headers=GRACE).status_code == 404
    for body, status in (
        ({"role": "read", "resourceGroups": [{"id": "0" * 24, "role": "read"}]}, 403),
        ({"role": "king"}, 400),
    ):
        assert client.put(path, json=body, headers=ADA).status_code == status
    own = "/api/organizations/bears/members/ada/role"
    assert client.put(own, json={"role": "read"}, headers=ADA).status_code == 400
    nobody = "/api/organizations/bears/members/linus/role"
    assert client.put(nobody, json={"role": "read"}, headers=ADA).status_code == 404


def test_a_repo_that_is_given_away_leaves_its_group(client: TestClient, group: str) -> None:
    put(client, group, "grace", "write")
    move = {"fromRepo": "bears/den", "toRepo": "ada/den", "type": "model"}
    assert client.post("/api/repos/move", json=move, headers=ADA).status_code == 200
    assert client.get("/api/models/ada/den", headers=GRACE).status_code == 404
    assert client.get(f"{API}/{group}", headers=ADA).json()["repos"] == []


def test_deleting_a_group_opens_its_repos_to_all_members(client: TestClient, group: str) -> None:
    assert client.delete(f"{API}/{group}", headers=ADA).status_code == 200
    assert client.get(REPO, headers=GRACE).status_code == 200


def test_groups_are_managed_on_pages(client: TestClient, group: str) -> None:
    base = "/organizations/bears/settings/groups"
    assert "North" in client.get(base, headers=ADA).text
    page = client.get(f"{base}/{group}", headers=ADA).text
    assert "bears/den" in page
    assert "grace" in page
    data = {"user": "grace", "role": "read"}
    assert client.post(f"{base}/{group}/members", data=data, headers=ADA).status_code == 200
    assert client.get(REPO, headers=GRACE).status_code == 200
    client.post(f"{base}/{group}/members/grace/remove", headers=ADA)
    assert client.get(REPO, headers=GRACE).status_code == 404
    client.post(
        f"{base}/{group}/repos", data={"repo": "model bears/den", "place": "out"}, headers=ADA
    )
    assert client.get(REPO, headers=GRACE).status_code == 200
    change = {"name": "East", "description": "", "auto_join": "read"}
    assert "East" in client.post(f"{base}/{group}", data=change, headers=ADA).text
    made = client.post(base, data={"name": "West", "description": "Far."}, headers=ADA)
    assert "West" in made.text
    client.post(f"{base}/{group}/delete", data={"confirm": "East"}, headers=ADA)
    assert client.get(f"{base}/{group}", headers=ADA).status_code == 404
    assert client.get(base, headers=LINUS).status_code == 403
