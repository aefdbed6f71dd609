"""A CI job proves what it is and gets a token for one repo and one hour; any other gets none."""

import base64
import time
from collections.abc import Callable, Iterator
from typing import Any

import jwt
import pytest
from starlette.testclient import TestClient

from bearhug.config import Settings
from bearhug.hub import Hub
from bearhug.oauth.store import publishers
from tests.oauth.conftest import ADA, GRACE, LINUS, bearer
from tests.oauth.issuer import Issuer, issuing
from tests.oauth.test_scopes import Armed
from tests.repos_of import make_repo

Browser = Callable[[int], TestClient]
URN = "urn:ietf:params:oauth"
HUB = "http://hub.test"
OTHER = {"provider": "other", "issuer": "https://ci.example"}
PAGE = "/ada/trained/settings/publishers"
ODD: tuple[Any, ...] = ([], {}, [[]], {"a": 1}, "x", True, float("inf"), float("nan"), -(10**400))
SUBJECT = {"project": "acme/training", "sub": "project:acme/training:ref:main"}


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"allowed_addresses": "127.0.0.1"})


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    with issuing() as running:
        yield running


@pytest.fixture(autouse=True)
def now(timed: Hub, clock: Any) -> int:
    """The clock of the hub, as the library for tokens reads another: this machine's."""
    clock.now = time.time_ns() // 1_000_000
    return clock.now // 1000


@pytest.fixture
def ada(browser: Browser, timed: Hub) -> TestClient:
    make_repo(timed, "trained", {"notes.txt": "hers"}, private=True)
    make_repo(timed, "other", {"notes.txt": "hers"}, private=True)
    return browser(ADA)


def trust(browser: TestClient, issuer: Issuer, page: str = PAGE, **more: str) -> int:
    claims = "\n".join(f"{name} = {value}" for name, value in SUBJECT.items())
    form = {"provider": "other", "issuer": issuer.url, "others": claims, **more}
    return browser.post(page, data=form).status_code


def exchange(http: TestClient, token: str, resource: str = "ada/trained", **more: str) -> Any:
    said = {
        "grant_type": f"{URN}:grant-type:token-exchange",
        "subject_token_type": f"{URN}:token-type:id_token",
        "subject_token": token,
        "resource": resource,
        **more,
    }
    answer = http.post("/oauth/token", json=said)
    assert answer.status_code in (200, 400), answer.text
    return answer.json()


def test_a_trusted_job_writes_to_its_repo_and_no_other(
    ada: TestClient, browser: Browser, issuer: Issuer, now: int
) -> None:
    http = browser(0)
    assert trust(ada, issuer) == 303
    told = exchange(http, issuer.token(HUB, now, **SUBJECT))
    assert told["access_token"].startswith("hf_jwt_")
    assert (told["token_type"], told["expires_in"]) == ("bearer", 3600)
    assert told["issued_token_type"] == f"{URN}:token-type:access_token"
    job = Armed(http, bearer(told["access_token"]))
    assert job.reads("ada/trained")
    assert job.commits("ada/trained") == 200
    assert job.closes("ada/trained") == 403
    assert not job.sees("ada/other")
    assert job.creates("new") == 403
    me = job.get("/api/whoami-v2").json()
    assert (me["name"], me["email"], me["auth"]["type"]) == ("ada", None, "oauth")
    assert "last used" in ada.get(PAGE).text


def test_its_token_ends_after_an_hour_and_with_the_trust(
    ada: TestClient, browser: Browser, issuer: Issuer, now: int, clock: Any
) -> None:
    http = browser(0)
    trust(ada, issuer)
    token = issuer.token(HUB, now, **SUBJECT)
    first = Armed(http, bearer(exchange(http, token)["access_token"]))
    clock.pass_seconds(3601)
    assert first.get("/api/whoami-v2").status_code == 401
    second = Armed(http, bearer(exchange(http, token)["access_token"]))
    assert second.sees("ada/trained")
    assert ada.post(f"{PAGE}/1/remove").status_code == 303
    assert second.get("/api/whoami-v2").status_code == 401
    assert exchange(http, token)["error"] == "invalid_grant"


def test_one_that_only_reads(ada: TestClient, browser: Browser, issuer: Issuer, now: int) -> None:
    http = browser(0)
    trust(ada, issuer, also="on")
    told = exchange(http, issuer.token(HUB, now, **SUBJECT))
    job = Armed(http, bearer(told["access_token"]))
    assert job.reads("ada/trained")
    assert job.commits("ada/trained") == 403


def test_ones_own_reads_gates_and_nothing_private(
    ada: TestClient, browser: Browser, issuer: Issuer, now: int
) -> None:
    http = browser(0)
    assert trust(ada, issuer, "/settings/ci-cd") == 303
    told = exchange(http, issuer.token(HUB, now, **SUBJECT), "ada")
    assert told["access_token"].startswith("hf_oauth_")
    job = Armed(http, bearer(told["access_token"]))
    assert job.get("/api/whoami-v2").json()["name"] == "ada"
    assert not job.sees("ada/trained")
    assert job.creates("new") == 403
    assert exchange(http, issuer.token(HUB, now, **SUBJECT))["error"] == "invalid_grant"
    assert browser(LINUS).post("/settings/ci-cd/1/remove").status_code == 404
    assert ada.post("/settings/ci-cd/1/remove").status_code == 303


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "https://huggingface.co"},
        {"aud": "http://hub.test.evil.example"},
        {"iss": "http://127.0.0.1:1"},
        {"project": "acme/other"},
        {"project": "ACME/training"},
        {"sub": ["project:acme/training:ref:main"]},
        {"exp": 1},
        {"exp": None},
        {"iat": 9_999_999_999},
        {"nbf": 9_999_999_999},
    ],
)
def test_a_job_that_is_another_gets_nothing(
    ada: TestClient, browser: Browser, issuer: Issuer, now: int, claims: dict[str, Any]
) -> None:
    trust(ada, issuer)
    said = {"iss": issuer.url, "aud": HUB, "iat": now, "exp": now + 300, **SUBJECT, **claims}
    token = issuer.token("", 0, **said)
    assert exchange(browser(0), token)["error"] == "invalid_grant"


@pytest.mark.parametrize("name", ["exp", "nbf", "iat", "aud", "sub", "jti"])
def test_claims_of_odd_types_break_nothing(
    ada: TestClient, browser: Browser, issuer: Issuer, now: int, name: str
) -> None:
    trust(ada, issuer)
    http = browser(0)
    for shape in ODD:
        said = {"iss": issuer.url, "aud": HUB, "iat": now, "exp": now + 300, **SUBJECT}
        told = exchange(http, issuer.token("", 0, **{**said, name: shape}))
        assert "access_token" in told or told["error"] == "invalid_grant", shape
        assert name not in ("exp", "aud") or "error" in told, shape


def test_only_the_issuers_own_signature_counts(
    ada: TestClient, browser: Browser, issuer: Issuer, now: int
) -> None:
    http = browser(0)
    trust(ada, issuer)
    good = issuer.token(HUB, now, **SUBJECT)
    head, body, signature = good.split(".")
    none = base64.urlsafe_b64encode(b'{"alg":"none","kid":"k1"}').rstrip(b"=").decode()
    public = issuer.public("k1")
    said = jwt.decode(good, options={"verify_signature": False})
    forged = [
        f"{none}.{body}.",
        f"{none}.{body}.{signature}",
        f"{head}.{body}.{signature[:-8]}AAAAAAAA",
        jwt.encode(said, public, algorithm="HS256", headers={"kid": "k1"}),
        issuer.token(HUB, now, "k2", **SUBJECT),
    ]
    for token in forged:
        assert exchange(http, token)["error"] == "invalid_grant", token
    assert "access_token" in exchange(http, good)


def test_an_issuer_may_sign_by_a_curve(
    ada: TestClient, browser: Browser, issuer: Issuer, now: int
) -> None:
    trust(ada, issuer)
    issuer.published = ["k1", "ec"]
    assert "access_token" in exchange(browser(0), issuer.token(HUB, now, "ec", **SUBJECT))


def test_an_issuer_is_asked_seldom(
    ada: TestClient, browser: Browser, issuer: Issuer, now: int
) -> None:
    http = browser(0)
    trust(ada, issuer)
    for kid in ("k1", "k1", "k2", "k3", "k1"):
        exchange(http, issuer.token(HUB, now, kid, **SUBJECT))
    assert issuer.asked == 2


def test_an_issuer_speaks_for_itself_alone(
    ada: TestClient, browser: Browser, issuer: Issuer, now: int
) -> None:
    trust(ada, issuer)
    issuer.about = {"issuer": "https://ci.example"}
    said = exchange(browser(0), issuer.token(HUB, now, **SUBJECT))
    assert said["error"] == "invalid_grant"
    assert "another issuer" in said["error_description"]


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({"subject_token_type": f"{URN}:token-type:access_token"}, "invalid_request"),
        ({"subject_token": "no.jw.t"}, "invalid_request"),
        ({"subject_token": ""}, "invalid_request"),
        ({"resource": "a/b/c/d"}, "invalid_request"),
        ({"resource": "planets/ada/trained"}, "invalid_request"),
        ({"resource": "/trained"}, "invalid_request"),
        ({"resource": "ada/absent"}, "invalid_grant"),
        ({"resource": "datasets/ada/trained"}, "invalid_grant"),
        ({"resource": "nobody"}, "invalid_grant"),
        ({"resource": "bears"}, "invalid_grant"),
    ],
)
def test_what_it_asks_for_must_be_there(
    ada: TestClient, browser: Browser, issuer: Issuer, now: int, more: dict[str, str], error: str
) -> None:
    trust(ada, issuer)
    told = exchange(browser(0), **{"token": issuer.token(HUB, now, **SUBJECT), **more})
    assert told["error"] == error
    assert told["error_description"]


def test_nobody_makes_the_hub_call_into_its_own_network(
    ada: TestClient, browser: Browser, now: int
) -> None:
    http = browser(0)
    inside = Issuer("https://169.254.169.254")
    assert trust(ada, inside) == 303
    said = exchange(http, inside.token(HUB, now, **SUBJECT))
    assert said["error"] == "invalid_grant"
    assert "private network" in said["error_description"]


def test_trust_is_given_by_who_may_write_and_lasts_as_long(
    browser: Browser, timed: Hub, issuer: Issuer, now: int
) -> None:
    make_repo(timed, "shared", {"notes.txt": "theirs"}, private=True, owner="bears")
    page, http = "/bears/shared/settings/publishers", browser(0)
    ada, grace = browser(ADA), browser(GRACE)
    assert trust(grace, issuer, page) == 403
    assert browser(LINUS).get(page).status_code == 404
    members = "/organizations/bears/settings/members"
    assert ada.post(members, data={"user": "grace", "role": "write"}).status_code == 303
    assert trust(grace, issuer, page) == 303
    token = issuer.token(HUB, now, **SUBJECT)
    assert "access_token" in exchange(http, token, "bears/shared")
    assert ada.post(members, data={"user": "grace", "role": "read"}).status_code == 303
    assert exchange(http, token, "bears/shared")["error"] == "invalid_grant"


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"provider": "jenkins"}, "Choose where its jobs run"),
        ({"provider": "github", "repository": "training"}, "Write it whole"),
        ({**OTHER, "issuer": "http://ci.example", "others": "a=b"}, "https://"),
        ({**OTHER, "others": ""}, "with none"),
        (
            {"provider": "other", "issuer": "https://ci.example", "others": "aud = x"},
            "write a claim",
        ),
        ({"provider": "other", "issuer": "https://ci.example", "others": "sub"}, "write a claim"),
    ],
)
def test_trust_too_wide_is_refused(ada: TestClient, form: dict[str, str], said: str) -> None:
    page = ada.post(PAGE, data=form)
    assert page.status_code == 422
    assert said in page.text


def test_the_words_of_github_are_understood(ada: TestClient, timed: Hub) -> None:
    form = {"provider": "github", "repository": "acme/training", "branch": "main"}
    assert ada.post(PAGE, data={**form, "workflow": "publish.yml"}).status_code == 303
    publisher = timed.read(lambda tx: publishers.of_repo(tx.db, 1)[0])
    told = {
        "repository": "acme/training",
        "ref": "refs/heads/main",
        "ref_type": "branch",
        "workflow_ref": "acme/training/.github/workflows/publish.yml@refs/heads/main",
    }
    assert publisher.admits(told)
    assert not publisher.admits({**told, "ref": "refs/tags/main", "ref_type": "tag"})
    assert not publisher.admits({**told, "repository": "acme/other"})
    elsewhere = "acme/training/.github/workflows/other.yml@refs/heads/main"
    assert not publisher.admits({**told, "workflow_ref": elsewhere})
