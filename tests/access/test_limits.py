"""How often one may ask, and what other sites' pages may."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from bearhug.app import Application, build_hub
from bearhug.config import Settings
from bearhug.errors import TooMany
from bearhug.web.limits import RateLimits, bucket_of
from tests.conftest import introduce
from tests.repos_of import make_repo

ADA = {"Authorization": "Bearer hf_ada"}
LINUS = {"Authorization": "Bearer hf_linus"}
EVIL = {"Origin": "https://evil.example"}


@pytest.fixture
def strict(tmp_path: Path) -> Iterator[TestClient]:
    """A hub where a user may ask five times, a visitor three."""
    settings = Settings(
        data_dir=tmp_path / "data",
        rate_api=5,
        rate_api_visitor=3,
        rate_resolvers=7,
        cors_origins="https://good.example, https://other.example",
    )
    hub = build_hub(settings)
    hub.write(introduce)
    make_repo(hub, "open", {"a.txt": "a"})
    with TestClient(Application(hub), base_url="http://hub.test") as client:
        yield client
    hub.db.close()


def test_over_its_quota_a_user_waits(strict: TestClient) -> None:
    left = [strict.get("/api/whoami-v2", headers=ADA) for _ in range(6)]
    assert [answer.status_code for answer in left] == [200] * 5 + [429]
    first, last = left[0], left[-1]
    assert first.headers["RateLimit"].startswith('"api";r=4;t=')
    assert first.headers["RateLimit-Policy"] == '"fixed window";"api";q=5;w=300'
    assert last.headers["RateLimit"].startswith('"api";r=0;t=')
    assert 1 <= int(last.headers["Retry-After"]) <= 300
    assert last.headers["X-Error-Code"] == "TooMany"
    assert strict.get("/api/whoami-v2", headers=LINUS).status_code == 200
    resolve = strict.get("/ada/open/resolve/main/a.txt", headers=ADA)
    assert resolve.status_code == 200
    assert resolve.headers["RateLimit"].startswith('"resolvers";r=6;')
    assert "RateLimit" not in strict.get("/ada/open", headers=ADA).headers


def test_visitors_are_counted_by_their_address_and_so_is_guessing(strict: TestClient) -> None:
    guesses = [
        strict.get("/api/models", headers={"Authorization": f"Bearer hf_{n}"}).status_code
        for n in range(4)
    ]
    assert guesses == [401, 401, 401, 429]
    assert strict.get("/api/models").status_code == 429
    assert strict.get("/healthz").status_code == 200


def test_a_new_window_begins_anew() -> None:
    limits = RateLimits(Settings(rate_api_visitor=1))
    for address in ("10.0.0.1", "2001:db8::1"):
        standing = limits.take("/api/models", None, address, 0)
        assert (standing.remaining, standing.seconds) == (0, 300) if standing else False
    with pytest.raises(TooMany):
        limits.take("/api/models", None, "2001:db8::2", 299)  # the same network
    assert limits.take("/api/models", None, "10.0.0.1", 300) is not None
    assert limits.take("/api/models", 1, "10.0.0.1", 300) is None
    assert bucket_of("/ada/x/resolve/main/a") == "resolvers"
    assert bucket_of("/ada/x.git/info/refs") == "api"
    assert bucket_of("/ada/x") == "pages"


def test_counting_takes_no_time() -> None:
    limits = RateLimits(Settings(rate_api=10**9))
    began = time.perf_counter()
    for number in range(20_000):
        limits.take("/api/models/ada/x", number % 100, "", 0)
    assert (time.perf_counter() - began) / 20_000 < 10e-6 * 3  # tests share their processors


def test_nobody_is_counted_unless_it_is_set(client: TestClient) -> None:
    assert "RateLimit" not in client.get("/api/models").headers


@pytest.mark.parametrize("path", ["/api/models", "/api/whoami-v2", "/ada/open/resolve/main/a.txt"])
def test_other_sites_pages_read_what_visitors_do_and_send_no_cookie(
    client: TestClient, path: str
) -> None:
    answer = client.get(path, headers=EVIL)
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in answer.headers
    first = {**EVIL, "Access-Control-Request-Method": "POST"}
    preflight = client.options(path, headers=first)
    assert preflight.status_code == 204
    assert "Authorization" in preflight.headers["Access-Control-Allow-Headers"]
    assert "Access-Control-Allow-Credentials" not in preflight.headers
    assert preflight.headers["X-Request-Id"]


def test_pages_are_nobody_elses(client: TestClient) -> None:
    for path in ("/", "/login", "/settings/tokens"):
        assert "Access-Control-Allow-Origin" not in client.get(path, headers=EVIL).headers
    first = {**EVIL, "Access-Control-Request-Method": "POST"}
    assert client.options("/settings/tokens", headers=first).status_code == 405


def test_a_cookie_from_another_site_changes_nothing(client: TestClient) -> None:
    sent = {**EVIL, "Cookie": "bearhug_session=x", "Sec-Fetch-Site": "cross-site"}
    answer = client.post("/api/repos/create", json={"name": "x"}, headers=sent)
    assert answer.status_code == 403


def test_origins_may_be_named(strict: TestClient) -> None:
    good = strict.get("/api/models", headers={"Origin": "https://good.example"})
    assert good.headers["Access-Control-Allow-Origin"] == "https://good.example"
    assert "Origin" in good.headers["Vary"]
    assert "Access-Control-Allow-Origin" not in strict.get("/api/models", headers=EVIL).headers


def test_request_ids_come_back(client: TestClient) -> None:
    for headers in ({"X-Request-Id": "mine"}, {"X-Amzn-Trace-Id": "trace"}):
        (said,) = headers.values()
        for path in ("/api/models", "/api/models/ada/none", "/nowhere/at/all", "/"):
            assert said in client.get(path, headers=headers).headers["X-Request-Id"]
    both = {"X-Request-Id": "mine", "X-Amzn-Trace-Id": "trace"}
    assert client.get("/api/models", headers=both).headers["X-Request-Id"] == "mine"
    assert client.get("/api/models").headers["X-Request-Id"]
