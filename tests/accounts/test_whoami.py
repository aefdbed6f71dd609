"""Who one is, over JSON: as huggingface_hub asks and as its JavaScript sister reads."""

import json
import subprocess
import sys

import pytest
from starlette.testclient import TestClient

from bearhug.accounts import service
from bearhug.accounts.model import Scope, TokenRole
from bearhug.hub import Hub, Permission
from bearhug.repos import service as repos
from bearhug.repos.model import RepoKind
from tests.accounts.conftest import Open
from tests.conftest import Server

ASK = """
import json, sys
from huggingface_hub import HfApi
print(json.dumps(HfApi(endpoint=sys.argv[1], token=sys.argv[2]).whoami()))
"""


@pytest.mark.client
def test_the_official_client_learns_who_it_is(server: Server, client_home: dict[str, str]) -> None:
    command = [sys.executable, "-c", ASK, server.url, server.token("ada")]
    done = subprocess.run(command, env=client_home, capture_output=True, text=True, check=True)
    me = json.loads(done.stdout)
    assert (me["type"], me["name"], me["email"]) == ("user", "ada", "ada@bears.example")
    assert [(org["name"], org["roleInOrg"]) for org in me["orgs"]] == [("bears", "admin")]
    assert me["auth"]["accessToken"]["displayName"] == "test"
    assert me["auth"]["accessToken"]["role"] == "write"
    assert len(me["id"]) == 24
    assert me["avatarUrl"] == f"{server.url}/avatars/ada"


def test_a_visitor_is_nobody(client: TestClient) -> None:
    assert client.get("/api/whoami-v2").status_code == 401


def test_an_unknown_token_is_told_in_the_clients_words(client: TestClient) -> None:
    answer = client.get("/api/whoami-v2", headers={"Authorization": "Bearer hf_nobody"})
    assert answer.status_code == 401
    assert answer.headers["X-Error-Message"] == "Invalid credentials in Authorization header"


def test_a_browser_is_known_without_a_token(opened: Open) -> None:
    me = opened("dora").get("/api/whoami-v2").json()
    assert (me["name"], me["auth"]) == ("dora", {"type": "session"})


def test_a_fine_grained_token_lists_what_it_may(client: TestClient, hub: Hub) -> None:
    repo = hub.write(repos.create, RepoKind.DATASET, "facts", owner="ada")
    org = hub.read(service.find, "bears")
    scopes = [
        Scope("global", frozenset({Permission.INFERENCE})),
        Scope("org", frozenset({Permission.READ}), org.id),
        Scope("repo", frozenset({Permission.WRITE, Permission.READ}), repo.id),
    ]
    _, secret = hub.write(service.create_token, 1, "ci", TokenRole.FINE, scopes)
    me = client.get("/api/whoami-v2", headers={"Authorization": f"Bearer {secret}"}).json()
    token = me["auth"]["accessToken"]
    assert token["role"] == "fineGrained"
    assert token["fineGrained"] == {
        "canReadGatedRepos": False,
        "global": ["inference.serverless.write"],
        "scoped": [
            {
                "entity": {"_id": org.object_id, "type": "org", "name": "bears"},
                "permissions": ["repo.content.read"],
            },
            {
                "entity": {"_id": repo.object_id, "type": "dataset", "name": "ada/facts"},
                "permissions": ["repo.content.read", "repo.write"],
            },
        ],
    }


def test_everybody_has_a_picture(client: TestClient) -> None:
    for path in ("/api/users/ada/avatar", "/api/organizations/bears/avatar"):
        address = client.get(path).json()["avatarUrl"]
        assert client.get(address).headers["content-type"] == "image/svg+xml"
    assert client.get("/api/users/bears/avatar").status_code == 404
    assert client.get("/api/organizations/ada/avatar").status_code == 404


def test_harnesses_are_an_object_or_the_client_breaks(client: TestClient) -> None:
    assert client.get("/api/agent-harnesses").json() == {"standardEnvVars": [], "harnesses": {}}
