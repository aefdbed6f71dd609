"""What every answer has: an id, its errors in the reader's language, a guard at the door."""

import json
import logging
from collections.abc import Iterator

import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

from bearhug.db import statement
from bearhug.hub import Hub
from bearhug.web.tracing import JsonLines


def test_a_request_keeps_the_id_it_came_with(client: TestClient) -> None:
    answer = client.get("/healthz", headers={"X-Request-Id": "mine"})
    assert answer.headers["X-Request-Id"] == "mine"
    traced = client.get("/healthz", headers={"X-Amzn-Trace-Id": "theirs"})
    assert "theirs" in traced.headers["X-Request-Id"]
    assert client.get("/healthz").headers["X-Request-Id"]


def test_errors_are_json_to_programs_and_a_page_to_people(client: TestClient) -> None:
    program = client.get("/api/models/ada/nothing/tree/main", headers={"Accept": "text/html"})
    assert (program.status_code, program.json()["error"]) == (401, "Invalid username or password.")
    assert program.headers["X-Error-Code"] == "RepoNotFound"
    person = client.get("/ada/nothing/nowhere/at/all", headers={"Accept": "text/html"})
    assert person.status_code == 404
    assert "Nothing here by that name, or nothing you may see." in person.text


@pytest.mark.parametrize("path", ["/ada/nothing", "/datasets/ada/nothing", "/no/such/place/at/all"])
def test_an_error_page_knows_who_is_signed_in(
    client: TestClient, as_ada: dict[str, str], path: str
) -> None:
    answer = client.get(path, headers={**as_ada, "Accept": "text/html"})
    assert answer.status_code == 404
    assert 'href="/ada"' in answer.text
    assert 'href="/join"' not in answer.text


def test_hidden_and_missing_are_told_in_the_same_words(
    client: TestClient, as_ada: dict[str, str], as_linus: dict[str, str]
) -> None:
    client.post("/api/repos/create", json={"name": "secret", "private": True}, headers=as_ada)
    answers = [
        client.get(f"/api/models/ada/{name}/tree/main", headers=as_linus)
        for name in ("secret", "never-was")
    ]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].json() == answers[1].json()


def test_a_token_nobody_holds_is_refused_everywhere(client: TestClient) -> None:
    for path in ("/api/whoami-v2", "/api/models/ada/x/tree/main", "/api/models"):
        answer = client.get(path, headers={"Authorization": "Bearer hf_wrong"})
        assert answer.status_code == 401
        assert answer.headers["X-Error-Message"] == "Invalid credentials in Authorization header"


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_no_route_answers_500(client: TestClient, method: str) -> None:
    for path in ("/", "/models", "/ada/bert", "/api/models/a/b/c/d/e", "/%ff/%00", "/api/%2F"):
        assert client.request(method, path).status_code in (400, 401, 403, 404, 405)


@pytest.mark.parametrize(
    "headers",
    [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "http://evil"}],
)
def test_another_sites_page_cannot_post_here(client: TestClient, headers: dict[str, str]) -> None:
    form = {"name": "ada", "password": "guess"}
    assert client.post("/login", data=form, headers=headers).status_code == 403


def test_pages_carry_a_strict_policy(client: TestClient) -> None:
    headers = client.get("/login").headers
    assert "default-src 'self'" in headers["Content-Security-Policy"]
    assert "unsafe-inline" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_a_newline_in_a_name_adds_no_header(client: TestClient, as_ada: dict[str, str]) -> None:
    answer = client.post("/api/repos/create", json={"name": "a\r\nX-Evil: 1 ü"}, headers=as_ada)
    assert answer.status_code == 422
    assert "X-Evil" not in answer.headers


def test_a_malformed_body_names_the_field(client: TestClient, as_ada: dict[str, str]) -> None:
    answer = client.post("/api/repos/create", json={"type": "model"}, headers=as_ada)
    assert answer.status_code == 400
    assert answer.json()["error"].startswith("name:")


def test_metrics_count_by_route(client: TestClient) -> None:
    client.get("/healthz")
    text = client.get("/metrics").text
    assert 'bearhug_requests_total{method="GET",route="/healthz",status="200"} 1.0' in text


def test_a_hub_without_its_database_is_not_ready(client: TestClient, hub: Hub) -> None:
    assert client.get("/readyz").json()["ready"] is True
    hub.db.write(lambda db: db.execute(statement(text("DROP TABLE runs")), {}))
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["ready"]) == (503, False)


def test_a_log_line_is_one_json_object() -> None:
    record = logging.makeLogRecord({"msg": "answered", "levelname": "INFO", "status": 200})
    line = json.loads(JsonLines().format(record))
    assert (line["message"], line["level"], line["status"]) == ("answered", "info", 200)


def test_a_body_of_any_length_is_not_taken_into_memory(
    client: TestClient, as_ada: dict[str, str]
) -> None:
    def endless() -> Iterator[bytes]:
        for _ in range(40):
            yield b" " * 1024 * 1024

    for path in ("/api/repos/create", "/ada/x.git/info/lfs/objects/batch"):
        answer = client.post(path, content=endless(), headers=as_ada)
        assert answer.status_code in (400, 413), path
