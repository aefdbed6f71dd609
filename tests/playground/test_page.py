"""The Playground's page, read without a script."""

from starlette.testclient import TestClient

from bearhug.hub import Hub
from tests.catalog.weights import gguf
from tests.repos_of import make_repo


def test_an_empty_hub_says_what_would_do(client: TestClient) -> None:
    page = client.get("/playground").text
    assert "No model answers here yet" in page
    assert 'href="/models?pipeline_tag=text-generation"' in page


def test_it_stands_in_the_navigation(client: TestClient) -> None:
    assert 'href="/playground" aria-current="page"' in client.get("/playground").text


def test_a_name_that_does_not_answer_is_told(client: TestClient, hub: Hub) -> None:
    make_repo(hub, "mute", {"README.md": "# Mute"})
    make_repo(hub, "hidden", {"m.gguf": gguf({"w": (2,)})}, private=True)
    for name in ("ada/mute", "ada/hidden", "no/where"):
        page = client.get(f"/playground?model={name}").text
        assert f"{name} does not answer here, or is not on this hub" in page
    assert "ada/hidden</option>" not in client.get("/playground").text
