"""Making repos and setting them, by forms."""

from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

from bearhug.repos.model import Repo

Make = Callable[..., Repo]


@pytest.fixture
def ada(client: TestClient, as_ada: dict[str, str]) -> TestClient:
    client.headers.update({"Accept": "text/html", **as_ada})
    return client


@pytest.mark.parametrize(
    ("address", "path"),
    [
        ("/new", "/ada/first"),
        ("/new-dataset", "/datasets/ada/first"),
        ("/new-space", "/spaces/ada/first"),
    ],
)
def test_each_kind_is_made_with_its_licence(ada: TestClient, address: str, path: str) -> None:
    form = ada.get(address).text
    assert '<option value="ada"' in form
    assert '<option value="bears"' in form
    wish = {"owner": "ada", "name": "first", "visibility": "public", "licence": "mit"}
    made = ada.post(address, data={**wish, "sdk": "static"})
    assert made.url.path == path
    assert "license: mit" in ada.get(f"{path}/raw/main/README.md").text


def test_private_and_in_an_organisation(ada: TestClient, as_linus: dict[str, str]) -> None:
    wish = {"owner": "bears", "name": "den", "visibility": "private", "licence": ""}
    assert ada.post("/new", data=wish).url.path == "/bears/den"
    assert ada.get("/bears/den/tree/main", headers=as_linus).status_code == 404


def test_what_is_wrong_stands_in_the_form(ada: TestClient, make: Make) -> None:
    make("taken")
    wish = {"owner": "ada", "visibility": "public", "licence": "mit"}
    bad = ada.post("/new", data={**wish, "name": "a--b"})
    assert (bad.status_code, 'value="a--b"' in bad.text) == (422, True)
    taken = ada.post("/new", data={**wish, "name": "taken"})
    assert taken.status_code == 409
    assert "You already created this model repo" in taken.text
    foreign = ada.post("/new", data={**wish, "name": "x", "owner": "linus"})
    assert foreign.status_code == 403


def test_a_visitor_signs_in_first(client: TestClient) -> None:
    led = client.get("/new", headers={"Accept": "text/html"}, follow_redirects=False)
    assert led.headers["Location"] == "/login?next=/new"
    assert client.post("/new", data={"owner": "ada", "name": "x"}).status_code == 401


def test_a_repo_is_renamed_and_its_old_address_leads_on(ada: TestClient, make: Make) -> None:
    make("old")
    page = ada.post("/ada/old/settings/name", data={"owner": "bears", "name": "new"})
    assert page.url.path == "/bears/new/settings"
    assert ada.get("/ada/old/tree/main").url.path == "/bears/new/tree/main"


def test_a_name_that_cannot_be_is_told_beside_it(ada: TestClient, make: Make) -> None:
    make("one")
    make("two")
    taken = ada.post("/ada/one/settings/name", data={"owner": "ada", "name": "two"})
    assert taken.status_code == 409
    assert "already exists" in taken.text
    bad = ada.post("/ada/one/settings/name", data={"owner": "ada", "name": "-"})
    assert bad.status_code == 422


def test_visibility(ada: TestClient, make: Make, as_linus: dict[str, str]) -> None:
    make("bert")
    ada.post("/ada/bert/settings/visibility", data={"visibility": "private"})
    assert ada.get("/ada/bert/tree/main", headers=as_linus).status_code == 404
    ada.post("/ada/bert/settings/visibility", data={"visibility": "public"})
    assert ada.get("/ada/bert/tree/main", headers=as_linus).status_code == 200
    wrong = ada.post("/ada/bert/settings/visibility", data={"visibility": "hidden"})
    assert wrong.status_code == 422


def test_it_is_deleted_once_its_name_is_typed(ada: TestClient, make: Make) -> None:
    make("bert")
    kept = ada.post("/ada/bert/settings/delete", data={"confirm": "bert"})
    assert kept.status_code == 422
    assert "Nothing was deleted" in kept.text
    gone = ada.post(
        "/ada/bert/settings/delete", data={"confirm": "ada/bert"}, follow_redirects=False
    )
    assert gone.headers["Location"] == "/ada"
    assert ada.get("/ada/bert/tree/main").status_code == 404


@pytest.mark.parametrize("deed", ["", "/name", "/visibility", "/delete"])
def test_settings_are_the_owners(
    client: TestClient, make: Make, deed: str, as_linus: dict[str, str]
) -> None:
    make("bert")
    client.headers["Accept"] = "text/html"
    fields = {"owner": "linus", "name": "x", "visibility": "private", "confirm": "ada/bert"}
    url = f"/ada/bert/settings{deed}"
    if deed:
        assert client.post(url, data=fields, headers=as_linus).status_code == 403
        assert client.post(url, data=fields).status_code == 401
    else:
        assert client.get(url, headers=as_linus).status_code == 403
    assert client.get("/ada/bert/tree/main").status_code == 200
