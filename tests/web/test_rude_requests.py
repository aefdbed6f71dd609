"""Requests nobody means well with: each is refused in words, none breaks anything."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import quote

import pytest
from starlette.testclient import TestClient

from bearhug.app import Application
from bearhug.collections import service as collections
from bearhug.config import Settings
from bearhug.hub import Hub
from bearhug.web.guard import POLICY
from tests.conftest import person
from tests.repos_of import make_repo

ADA = {"Authorization": "Bearer hf_ada"}
JSON = {"Content-Type": "application/json"}
HTML = {"Accept": "text/html"}
NUMBERS = ("-1", "0", "999999999999", "9" * 30, "9" * 5000, "²", "x", "1e9", "", "\0", "٣")
API = "/api/models/ada/open"


@pytest.fixture
def client(hub: Hub) -> Iterator[TestClient]:
    make_repo(hub, "open", {"notes.txt": "A note."})
    with TestClient(Application(hub), base_url="http://hub.test") as client:
        yield client


@pytest.mark.parametrize("number", NUMBERS)
def test_numbers_that_are_none(client: TestClient, number: str) -> None:
    asked = quote(number)
    for path in (
        f"/api/models?limit={asked}",
        f"/api/models?cursor={asked}",
        f"/api/models?num_parameters=min:{asked}",
        f"{API}/tree/main?limit={asked}",
        f"{API}/tree/main?cursor={asked}",
        f"{API}/commits/main?limit={asked}",
        f"{API}/commits/main?cursor={asked}",
        f"{API}/likers?cursor={asked}",
        f"/api/users/ada/likes?cursor={asked}",
        f"/api/settings/repositories?cursor={asked}",
        f"/runs?all&before={asked}",
        f"/runs?before={asked}",
        f"/models?p={asked}&page={asked}&cursor={asked}",
        f"/search?q={asked}&page={asked}",
        f"/ada?since={asked}&before={asked}&cursor={asked}",
        f"/ada/open/commits/main?after={asked}&p={asked}",
        f"/ada/open/tree/main?after={asked}",
        f"/admin/people?after={asked}&page={asked}",
        f"/ada/open/try?example={asked}",
        f"/api/collections?limit={asked}",
        f"/api/collections?cursor={asked}-{asked}",
        f"/collections?after={asked}-{asked}",
        f"/api/daily_papers?p={asked}&limit={asked}",
        f"/api/daily_papers?date={asked}&week={asked}&month={asked}",
        f"/papers?p={asked}",
        f"/papers/{asked}.md",
        f"/api/organizations/bears/members?limit={asked}&cursor={asked}",
        f"/api/users/ada/followers?cursor={asked}-{asked}",
        f"/ada?show=followers&after={asked}",
    ):
        answer = client.get(path, headers=ADA)
        assert answer.status_code < 500, f"{path}: {answer.text[:200]}"
    for path in (
        f"/settings/tokens/{asked}/delete",
        f"/settings/sessions/{asked}/end",
        f"/lfs/upload/x/{asked}",
        f"/admin/jobs/{asked}/again",
    ):
        assert client.request("PUT" if "lfs" in path else "POST", path).status_code < 500, path


@pytest.mark.parametrize("text", ["a\0b", "half \ud800", "x" * 100_000])
def test_texts_no_row_takes(any_hub: Hub, text: str) -> None:
    make_repo(any_hub, "open", {"notes.txt": "A note."})
    made = any_hub.write_as(person(any_hub, "ada"), collections.create, "Rude")
    slug = made.slug.partition("/")[2]
    bodies: list[tuple[str, str, Any]] = [
        ("POST", "/api/repos/create", {"name": text}),
        ("POST", "/api/repos/create", {"name": "ok", "organization": text}),
        ("POST", "/api/repos/move", {"fromRepo": text, "toRepo": text}),
        ("DELETE", "/api/repos/delete", {"name": text}),
        ("POST", f"{API}/paths-info/main", {"paths": [text]}),
        ("POST", f"{API}/branch/b", {"startingPoint": text}),
        ("POST", f"{API}/tag/main", {"tag": text, "message": "m"}),
        ("POST", f"{API}/tag/main", {"tag": "t", "message": text}),
        ("POST", f"{API}/preupload/main", {"files": [{"path": text, "size": 1, "sample": "é"}]}),
        ("POST", f"{API}/preupload/main", {"files": [], "gitIgnore": text, "gitAttributes": text}),
        ("POST", "/ada/open.git/info/lfs/objects/batch", {"operation": text, "objects": []}),
        (
            "POST",
            "/ada/open.git/info/lfs/objects/batch",
            {"operation": "download", "objects": [{"oid": text, "size": 1}]},
        ),
        ("POST", "/v1/chat/completions", {"model": text, "messages": [{"role": "user"}]}),
        ("POST", "/v1/completions", {"model": "ada/open", "prompt": text}),
        ("POST", "/runs", {"id": text}),
        ("POST", "/api/validate-yaml", {"content": text}),
        ("POST", "/api/collections", {"title": text, "namespace": text, "description": text}),
        ("POST", f"/api/collections/ada/{slug}/items", {"item": {"id": text, "type": "model"}}),
        ("POST", f"/api/collections/ada/{slug}/items", {"item": {"id": text, "type": "paper"}}),
        ("POST", f"/api/collections/ada/{slug}/items", {"item": {"id": text, "type": text}}),
        ("PATCH", f"/api/collections/ada/{slug}", {"title": text, "position": 10**30}),
        ("PATCH", f"/api/collections/ada/{slug}/items/{'0' * 24}", {"note": text}),
    ]
    with TestClient(Application(any_hub), base_url="http://hub.test") as client:
        for method, path, body in bodies:
            answer = client.request(method, path, content=dumped(body), headers={**ADA, **JSON})
            assert answer.status_code < 500, f"{path} {str(body)[:80]}: {answer.text[:200]}"
        for line in ("summary", "description"):
            header = {"summary": "s", line: text}
            answer = commit(client, header, "n.txt")
            assert answer.status_code < 500, answer.text[:200]
        assert commit(client, {"summary": "s"}, text).status_code == (
            400 if "\ud800" in text else 422
        )
        form = {
            "name": text[:200],
            "email": f"{text[:200]}@x.example",
            "password": "twelve letters",
        }
        if "\ud800" not in text:
            encoded = quote(text[:3000])
            for path in ("/login", "/join", "/new", "/organizations/new"):
                assert client.post(path, data=form).status_code < 500, path
            for path in (
                f"/ada/{encoded}",
                f"/{encoded}",
                f"/api/models/ada/{encoded}",
                f"{API}/tree/{encoded}",
                f"{API}/tree/main/{encoded}",
                f"/ada/open/resolve/main/{encoded}",
                f"/api/users/{encoded}/overview",
                f"/runs/{encoded}",
                f"/api/models?search={encoded}&author={encoded}&filter={encoded}",
                f"/models?q={encoded}",
                f"/search?q={encoded}",
                f"/api/quicksearch?q={encoded}",
                f"/avatars/{encoded}",
                f"/collections?q={encoded}&item={encoded}&sort={encoded}",
                f"/api/collections?owner={encoded}&item=models/{encoded}&q={encoded}",
                f"/api/collections/ada/{encoded}",
                f"/collections/-/add?item={encoded}",
                f"/papers?q={encoded}",
                f"/api/papers/{encoded}",
                f"/api/daily_papers?submitter={encoded}",
            ):
                assert client.get(path, headers=ADA).status_code < 500, path


def commit(client: TestClient, header: dict[str, str], path: str) -> Any:
    lines = [{"key": "header", "value": header}]
    lines.append({"key": "file", "value": {"path": path, "content": "x"}})
    return client.post(
        f"{API}/commit/main", content=b"\n".join(dumped(each) for each in lines), headers=ADA
    )


def dumped(value: object) -> bytes:
    return json.dumps(value).encode()


DEEP = "[" * 100_000


def test_bodies_nested_beyond_reason(client: TestClient) -> None:
    for path in (
        f"{API}/paths-info/main",
        f"{API}/commit/main",
        f"{API}/preupload/main",
        "/ada/open.git/info/lfs/objects/batch",
        "/api/repos/create",
        "/v1/chat/completions",
        "/hf-inference/models/ada/open",
        "/runs",
    ):
        for body in (DEEP, '{"a":' * 100_000, "", "null", "[]", '{"key": 1, "value": []}'):
            answer = client.post(
                path, content=body, headers={**ADA, "Content-Type": "application/json"}
            )
            assert answer.status_code < 500, f"{path} {body[:9]}: {answer.text[:200]}"


@pytest.mark.parametrize("kind", ["multipart/form-data; boundary=b", "multipart/form-data"])
def test_forms_that_are_none(client: TestClient, kind: str) -> None:
    for path in ("/login", "/join", "/new", "/runs", "/oauth/token", "/oauth/device"):
        for body in (b"\xff\xfe", b"--b\r\nx", b"--b--", b"--b\r\n\r\n\r\n--b"):
            answer = client.post(path, content=body, headers={**ADA, "Content-Type": kind})
            assert answer.status_code < 500, f"{path} {body!r}: {answer.text[:200]}"


def test_a_path_of_ten_thousand_folders(client: TestClient) -> None:
    deep = "a/" * 10_000 + "b"
    for path in (f"/ada/open/tree/main/{deep}", f"{API}/tree/main/{deep}", f"/{deep}"):
        assert client.get(path).status_code == 404
    assert commit(client, {"summary": "s"}, deep).status_code == 422


@pytest.mark.parametrize(
    "headers",
    [
        {"Cookie": "bearhug_flash=é"},
        {"Cookie": "bearhug_flash=%%%"},
        {"Cookie": "bearhug_session=é; theme=<script>"},
        {"Authorization": "Basic é"},
        {"Authorization": "Basic ===="},
        {"Authorization": "Bearer é"},
        {"Authorization": "é"},
        {"Origin": "http://["},
        {"Host": "a<script>"},
        {"X-Request-Id": "é"},
        {"Range": "bytes=0-" + "9" * 5000},
        {"Fragment": "é"},
    ],
)
def test_headers_of_garbage(client: TestClient, headers: dict[str, str]) -> None:
    sent: Any = {name: value.encode("latin-1") for name, value in headers.items()}
    for path in ("/", "/login", "/ada/open", "/ada/open/resolve/main/notes.txt"):
        answer = client.get(path, headers=HTML | sent)
        assert answer.status_code < 500, f"{path}: {answer.text[:200]}"
        assert "<script>" not in answer.text
    assert client.post("/login", data={"name": "x"}, headers=sent).status_code < 500


def test_a_password_once_typed_does_not_open_the_door_to_other_sites(client: TestClient) -> None:
    basic = {"Authorization": "Basic eDpoZl9hZGE=", "Sec-Fetch-Site": "cross-site"}
    answer = client.post("/ada/open/settings/delete", data={"confirm": "ada/open"}, headers=basic)
    assert answer.status_code == 403
    assert client.get("/ada/open").status_code == 200


def test_forms_work_behind_a_proxy_that_renames_the_host(hub: Hub, settings: Settings) -> None:
    named = settings.model_copy(update={"public_url": "http://hub.example"})
    with TestClient(
        Application(replace(hub, settings=named)), base_url="http://10.0.0.1"
    ) as client:
        form = {"name": "dora", "email": "d@dens.example", "password": "twelve letters"}
        theirs = client.post("/join", data=form, headers={"Origin": "http://evil.example"})
        assert theirs.status_code == 403
        answer = client.post(
            "/join", data=form, headers={"Origin": "http://hub.example"}, follow_redirects=False
        )
        assert answer.status_code == 303


def test_every_page_carries_the_policy(client: TestClient) -> None:
    for path in (
        "/",
        "/models",
        "/login",
        "/ada/open",
        "/ada",
        "/runs?all",
        "/nowhere/at/all/ever",
    ):
        answer = client.get(path, headers=HTML)
        assert answer.headers["Content-Security-Policy"] == POLICY
        assert " style=" not in answer.text
    raw = client.get("/ada/open/resolve/main/notes.txt")
    assert raw.headers["Content-Security-Policy"].startswith("sandbox")


def test_a_former_name_that_is_not_in_the_address_leads_nowhere_odd(
    hub: Hub, client: TestClient
) -> None:
    move = {"fromRepo": "ada/open", "toRepo": "ada/new-name", "type": "model"}
    assert client.post("/api/repos/move", json=move, headers=ADA).status_code == 200
    client.follow_redirects = False
    encoded = client.get("/%61da/open/tree/main?x=1", headers=HTML)
    assert encoded.headers["Location"] == "/ada/new-name/tree/main?x=1"
    answer = client.request("DELETE", "/api/repos/delete", json={"name": "ada/open"}, headers=ADA)
    assert answer.status_code == 404
    assert "ada/new-name" in answer.json()["error"]
