"""The OpenAPI document, and whatever it allows sent to every route: no answer is a bug of ours."""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings, strategies
from starlette.testclient import TestClient

from bearhug.app import Application, all_routes
from bearhug.hub import Hub
from tests.repos_of import make_repo

ADA = {"Authorization": "Bearer hf_ada"}
FILES = {"README.md": "# A card", "notes.txt": "quince", "config.json": "{}"}
EXAMPLES = 3
OTHER_KINDS = ("/api/datasets/{owner}", "/api/spaces/{owner}", "/api/kernels/{owner}")
KNOWN = {"owner": "ada", "name": "open", "rev": "main", "org": "bears", "user": "ada"}


@pytest.fixture
def client(hub: Hub) -> Iterator[TestClient]:
    make_repo(hub, "open", FILES)
    with TestClient(
        Application(hub), base_url="http://hub.test", raise_server_exceptions=False
    ) as client:
        yield client


def test_it_is_served_and_whole(client: TestClient) -> None:
    told = client.get("/openapi.json").json()
    assert told == client.get("/.well-known/openapi.json").json()
    assert told["openapi"].startswith("3.1")
    assert "/api/models/{owner}/{name}/settings" in told["paths"]
    assert not [path for path in told["paths"] if "{kind" in path]
    listed = sum(len(methods) for methods in told["paths"].values())
    routes = [route for route in all_routes() if route.path.startswith("/api/")]
    assert listed >= len(routes) / 2
    ids = [each["operationId"] for path in told["paths"].values() for each in path.values()]
    assert len(ids) == len(set(ids))


def test_no_answer_is_a_bug(client: TestClient) -> None:
    """Each operation a few times: about what there is, and about anything else.

    Of what every kind of repo has, models stand for all: one function answers for the four.
    """
    told = client.get("/openapi.json").json()
    told["paths"] = {
        path: each for path, each in told["paths"].items() if not path.startswith(OTHER_KINDS)
    }
    tried = 0
    for found in schemathesis.openapi.from_dict(told).get_all_operations():
        check(client, found.ok())  # type: ignore[union-attr]
        tried += 1
    assert tried > 100


def check(client: TestClient, operation: Any) -> None:
    @seed(len(operation.label))
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(), known=strategies.booleans())
    def run(case: Any, known: bool) -> None:
        if known:
            case.path_parameters = {**case.path_parameters, **only(KNOWN, case.path_parameters)}
        asked = case.as_transport_kwargs(base_url="http://hub.test")
        del asked["cookies"]
        answer = client.request(**{**asked, "headers": {**asked["headers"], **ADA}})
        assert answer.status_code < 500 or answer.status_code == 501, (
            f"{asked['method']} {asked['url']} {asked.get('json')}: {answer.text[:300]}"
        )

    run()


def only(values: dict[str, str], wanted: Any) -> dict[str, str]:
    return {name: value for name, value in values.items() if name in wanted}
