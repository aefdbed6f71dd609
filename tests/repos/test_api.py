"""Making, moving, setting and deleting repos as clients do it."""

import pytest
from huggingface_hub import HfApi
from huggingface_hub.errors import HfHubHTTPError, RepositoryNotFoundError
from starlette.testclient import TestClient

from bearhug.db import adding
from bearhug.db.schema import tokens
from bearhug.hub import Hub, Transaction
from bearhug.identity.service import digest
from tests.conftest import Server

_TOKEN = adding(tokens, "sha256", "user_id", "name", "role", "scopes", "ending", "created_at")


@pytest.fixture
def api(server: Server) -> HfApi:
    return HfApi(endpoint=server.url, token="hf_ada")


def give_token(hub: Hub, secret: str, role: str, scopes: str = "[]") -> dict[str, str]:
    """A token of ada's with this role."""

    def add(tx: Transaction) -> None:
        values = {"sha256": digest(secret), "user_id": 1, "name": secret, "role": role}
        tx.db.run(_TOKEN, **values, scopes=scopes, ending=secret[-4:], created_at=tx.now)

    hub.write(add)
    return {"Authorization": f"Bearer {secret}"}


@pytest.mark.client
def test_create_is_told_where_the_repo_is_and_again_if_it_exists(api: HfApi) -> None:
    assert api.create_repo("ada/bert").repo_id == "ada/bert"
    assert api.create_repo("Ada/BERT", exist_ok=True).repo_id.lower() == "ada/bert"
    with pytest.raises(HfHubHTTPError, match="You already created this model repo"):
        api.create_repo("ada/bert")


@pytest.mark.client
def test_without_an_owner_it_is_the_callers(api: HfApi) -> None:
    assert api.create_repo("squad", repo_type="dataset").repo_id == "ada/squad"


@pytest.mark.client
def test_in_an_organisation_for_those_with_a_role(api: HfApi, server: Server) -> None:
    assert api.create_repo("bears/shared").repo_id == "bears/shared"
    for name in ("grace", "linus"):
        with pytest.raises(HfHubHTTPError, match="403"):
            HfApi(endpoint=server.url, token=f"hf_{name}").create_repo("bears/other")


@pytest.mark.client
def test_a_space_says_its_sdk(api: HfApi) -> None:
    made = api.create_repo("ada/app", repo_type="space", space_sdk="static")
    assert made.url.endswith("/spaces/ada/app")


@pytest.mark.client
def test_delete_and_what_is_missing(api: HfApi) -> None:
    api.create_repo("ada/bert")
    api.delete_repo("ada/bert")
    with pytest.raises(RepositoryNotFoundError):
        api.delete_repo("ada/bert")
    api.delete_repo("ada/bert", missing_ok=True)


@pytest.mark.client
def test_move_and_the_old_name_goes_on_working(api: HfApi) -> None:
    api.create_repo("ada/old", private=True)
    api.move_repo("ada/old", "ada/new")
    api.auth_check("ada/old")
    api.auth_check("ada/new", write=True)
    api.move_repo("ada/new", "ada/old")
    api.auth_check("ada/old")


@pytest.mark.client
def test_move_onto_another(api: HfApi) -> None:
    api.create_repo("ada/one")
    api.create_repo("ada/two")
    with pytest.raises(HfHubHTTPError, match=r"A model repository called ada/two already exists"):
        api.move_repo("ada/one", "ada/two")


@pytest.mark.client
def test_settings_decide_who_may_read(api: HfApi, server: Server) -> None:
    linus = HfApi(endpoint=server.url, token="hf_linus")
    api.create_repo("ada/bert")
    linus.auth_check("ada/bert")
    api.update_repo_settings("ada/bert", private=True)
    with pytest.raises(RepositoryNotFoundError):
        linus.auth_check("ada/bert")
    with pytest.raises(RepositoryNotFoundError):
        HfApi(endpoint=server.url, token=False).auth_check("ada/bert")


@pytest.mark.client
def test_ones_own_repos_are_listed(api: HfApi) -> None:
    api.create_repo("ada/bert")
    api.create_repo("ada/squad", repo_type="dataset", private=True)
    api.create_repo("bears/shared")
    own = [(repo.id, repo.type, repo.visibility) for repo in api.list_user_repos()]
    assert own == [("ada/squad", "dataset", "private"), ("ada/bert", "model", "public")]
    assert [repo.id for repo in api.list_user_repos(namespace="bears")] == ["bears/shared"]


def test_only_members_list_an_organisations_repos(
    client: TestClient, as_linus: dict[str, str]
) -> None:
    url = "/api/organizations/bears/settings/repositories"
    assert client.get(url, headers=as_linus).status_code == 403
    assert client.get(url).status_code == 401


@pytest.mark.parametrize(
    ("body", "status", "word"),
    [
        ({"name": "a--b"}, 422, "name: "),
        ({"name": "x.git"}, 422, "name: "),
        ({}, 400, "name: "),
        ({"name": "x", "type": "bucket"}, 400, "type: "),
        ({"name": "x", "type": "space"}, 400, "sdk: "),
        ({"name": "x", "visibility": "protected"}, 422, "visibility: "),
        ({"name": "x", "visibility": "secret"}, 400, "visibility: "),
    ],
)
def test_what_is_wrong_is_named(
    client: TestClient, as_ada: dict[str, str], body: dict[str, str], status: int, word: str
) -> None:
    refused = client.post("/api/repos/create", json=body, headers=as_ada)
    assert refused.status_code == status
    assert refused.json()["error"].startswith(word)


def test_a_visitor_makes_nothing(client: TestClient) -> None:
    assert client.post("/api/repos/create", json={"name": "x"}).status_code == 401
    assert client.request("DELETE", "/api/repos/delete", json={"name": "x"}).status_code == 401


def test_a_read_token_makes_nothing(client: TestClient, hub: Hub, as_ada: dict[str, str]) -> None:
    reader = give_token(hub, "hf_reader", "read")
    assert client.post("/api/repos/create", json={"name": "x"}, headers=reader).status_code == 403

    client.post("/api/repos/create", json={"name": "y"}, headers=as_ada)
    url = "/api/models/ada/y/settings"
    refused = client.put(url, json={"private": True}, headers=reader)
    assert refused.status_code == 403
    assert "this token does not allow it" in refused.json()["error"]


def test_a_fine_grained_token_reaches_what_it_names(
    client: TestClient, hub: Hub, as_ada: dict[str, str]
) -> None:
    scopes = '[{"type": "org", "id": 4, "permissions": ["repo.write"]}]'
    fine = give_token(hub, "hf_fine", "fineGrained", scopes)
    client.post("/api/repos/create", json={"name": "own"}, headers=as_ada)

    shared = {"name": "shared", "organization": "bears"}
    assert client.post("/api/repos/create", json=shared, headers=fine).status_code == 200
    assert client.post("/api/repos/create", json={"name": "x"}, headers=fine).status_code == 403
    delete = client.request("DELETE", "/api/repos/delete", json={"name": "own"}, headers=fine)
    assert delete.status_code == 403
    assert "token" in delete.json()["error"]


def test_a_gate_is_kept_as_it_was_set(client: TestClient, as_ada: dict[str, str]) -> None:
    client.post("/api/repos/create", json={"name": "bert"}, headers=as_ada)
    for gate in ("manual", "auto", False):
        url = "/api/models/ada/bert/settings"
        answer = client.put(url, json={"gated": gate}, headers=as_ada)
        assert answer.json()["gated"] == gate


def test_nothing_to_set_is_said(client: TestClient, as_ada: dict[str, str]) -> None:
    client.post("/api/repos/create", json={"name": "bert"}, headers=as_ada)
    assert client.put("/api/models/ada/bert/settings", json={}, headers=as_ada).status_code == 400


def test_settings_are_the_owners(client: TestClient, as_ada: dict[str, str]) -> None:
    client.post("/api/repos/create", json={"name": "bert"}, headers=as_ada)
    url = "/api/models/ada/bert/settings"
    linus = {"Authorization": "Bearer hf_linus"}
    assert client.put(url, json={"private": True}, headers=linus).status_code == 403
    assert client.put(url, json={"private": True}).status_code == 401
