"""A gate holds at every door: the card's facts are everyone's, the files are the members'."""

import pytest
from starlette.testclient import TestClient

FILE = "/ada/gated/resolve/main/.gitattributes"


@pytest.fixture(autouse=True)
def gated(client: TestClient, as_ada: dict[str, str]) -> None:
    client.post("/api/repos/create", json={"name": "gated"}, headers=as_ada)
    client.put("/api/models/ada/gated/settings", json={"gated": "manual"}, headers=as_ada)


def test_strangers_do_not_read(client: TestClient, as_linus: dict[str, str]) -> None:
    for path in (FILE, "/ada/gated/raw/main/.gitattributes", "/ada/gated/blob/main/.gitattributes"):
        visitor, linus = client.get(path), client.get(path, headers=as_linus)
        assert (visitor.status_code, linus.status_code) == (401, 403)
        assert visitor.headers["X-Error-Code"] == linus.headers["X-Error-Code"] == "GatedRepo"
        assert "you are not in the authorized list" in linus.headers["X-Error-Message"]


def test_members_do(client: TestClient, as_ada: dict[str, str]) -> None:
    assert client.get(FILE, headers=as_ada).status_code == 200


def test_an_open_gate_is_open(client: TestClient, as_ada: dict[str, str]) -> None:
    client.put("/api/models/ada/gated/settings", json={"gated": False}, headers=as_ada)
    assert client.get(FILE).status_code == 200


def test_what_its_files_are_called_is_told(client: TestClient) -> None:
    listed = client.get("/api/models/ada/gated/tree/main").json()
    assert [entry["path"] for entry in listed] == [".gitattributes"]
    info = client.get("/api/models/ada/gated").json()
    assert info["siblings"] == [{"rfilename": ".gitattributes"}]
