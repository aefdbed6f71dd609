"""The page of a Space's variables and secrets."""

import pytest
from starlette.testclient import TestClient

from bearhug.hub import Hub
from bearhug.repos.model import RepoKind
from tests.repos_of import make_repo

HTML = {"Accept": "text/html", "Authorization": "Bearer hf_ada"}
PAGE = "/spaces/ada/app/settings/variables"


@pytest.fixture(autouse=True)
def space(hub: Hub) -> None:
    make_repo(hub, "app", kind=RepoKind.SPACE)


def test_a_variable_is_set_shown_and_taken_away(client: TestClient) -> None:
    form = {"kind": "variable", "key": "MODEL", "value": "ada/<bert>", "description": "which"}
    assert client.post(PAGE, data=form, headers=HTML).status_code == 200
    shown = client.get(PAGE, headers=HTML).text
    assert "ada/&lt;bert&gt;" in shown
    client.post(PAGE + "/delete", data={"kind": "variable", "key": "MODEL"}, headers=HTML)
    assert "MODEL" not in client.get(PAGE, headers=HTML).text.replace('placeholder="MODEL_ID"', "")


def test_a_secret_is_shown_by_name_alone(client: TestClient) -> None:
    form = {"kind": "secret", "key": "API_KEY", "value": "grizzly-marmalade"}
    shown = client.post(PAGE, data=form, headers=HTML).text
    assert "API_KEY" in shown
    assert "grizzly" not in shown


def test_a_bad_name_is_told_beside_its_field(client: TestClient) -> None:
    form = {"kind": "variable", "key": "1ST", "value": "x", "description": "kept"}
    answer = client.post(PAGE, data=form, headers=HTML)
    assert answer.status_code == 422
    assert "cannot name a variable" in answer.text
    assert 'value="kept"' in answer.text


@pytest.mark.parametrize("who", ["hf_linus", "hf_grace"])
def test_strangers_see_none_of_it(client: TestClient, who: str) -> None:
    answer = client.get(PAGE, headers={**HTML, "Authorization": f"Bearer {who}"})
    assert answer.status_code == 403
