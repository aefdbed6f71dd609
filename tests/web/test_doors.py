"""Routing on the raw path: the right route, decoded once, and told apart when nothing fits."""

import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send

from bearhug.errors import HubError
from bearhug.web.doors import Doors, repo_routes


def saying(name: str) -> object:
    async def endpoint(request: Request) -> Response:
        return JSONResponse({"route": name, **request.path_params})

    return endpoint


DOORS = Doors(
    [
        Route("/models", saying("list")),  # type: ignore[arg-type]
        Route("/{name:seg}", saying("profile")),  # type: ignore[arg-type]
        *repo_routes("/{owner:seg}/{name:seg}", saying("repo")),
        *repo_routes("/{owner:seg}/{name:seg}/resolve/{rev:seg}/{path:rest}", saying("resolve")),
        Route("/api/{kind:kind}/{owner:seg}/{name:seg}/tree/{rev:seg}", saying("top")),  # type: ignore[arg-type]
        Route("/api/{kind:kind}/{owner:seg}/{name:seg}/tree/{rev:seg}/{path:rest}", saying("in")),  # type: ignore[arg-type]
        Route("/lfs/{ticket:seg}", saying("put"), methods=["PUT"]),  # type: ignore[arg-type]
    ]
)


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    try:
        await DOORS(scope, receive, send)
    except HubError as error:
        await JSONResponse({"code": error.code}, error.status)(scope, receive, send)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/models", {"route": "list"}),
        ("/ada", {"route": "profile", "name": "ada"}),
        ("/ada/bert", {"route": "repo", "kind": "model", "owner": "ada", "name": "bert"}),
        ("/datasets/ada/squad", {"route": "repo", "kind": "dataset"}),
        ("/spaces/ada/app/", {"route": "repo", "kind": "space", "name": "app"}),
        ("/ada/bert/resolve/refs%2Fpr%2F1/a/b%3F.txt", {"rev": "refs/pr/1", "path": "a/b?.txt"}),
        ("/api/models/ada/bert/tree/main", {"route": "top", "kind": "model"}),
        ("/api/datasets/ada/bert/tree/v%2F1/a%2Fb", {"route": "in", "rev": "v/1", "path": "a/b"}),
        ("/datasets/ada/x/resolve/main/100%2525", {"kind": "dataset", "path": "100%25"}),
    ],
)
def test_a_path_finds_its_route(path: str, expected: dict[str, str]) -> None:
    answer = TestClient(app).get(path)
    assert answer.status_code == 200
    assert expected.items() <= answer.json().items()


@pytest.mark.parametrize("path", ["/a/b/c", "/api/nothing/ada/bert/tree/main"])
def test_what_fits_no_route_is_not_found(path: str) -> None:
    answer = TestClient(app).get(path)
    assert (answer.status_code, answer.json()["code"]) == (404, "NotFound")


def test_a_wrong_method_is_told_apart() -> None:
    answer = TestClient(app).post("/lfs/x")
    assert (answer.status_code, answer.json()["code"]) == (405, "MethodNotAllowed")
