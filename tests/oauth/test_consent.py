"""An app asks, a person allows it or not; whoever is not the app learns nothing."""

from collections.abc import Callable
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from starlette.testclient import TestClient

from bearhug.accounts import service as accounts
from bearhug.hub import Hub
from tests.oauth.conftest import (
    ADA,
    BEARS,
    CALLBACK,
    Client,
    allow,
    bearer,
    query_of,
    words,
)

Browser = Callable[[int], TestClient]
Make = Callable[..., Client]
PAGE = "/oauth/authorize"


def test_a_person_is_asked_in_plain_words(browser: Browser, make_client: Make) -> None:
    page = browser(ADA).get(PAGE, params=make_client().asking("openid email write-repos"))
    said = words(page.text)
    assert page.status_code == 200
    assert "Bear Watch asks to sign you in" in said
    assert "See your e-mail address" in said
    assert "Read and change what your repos hold" in said
    assert "https://app.example/callback" in said
    assert "An application of linus" in said
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    assert "form-action 'self' https://app.example" in page.headers["content-security-policy"]


def test_a_visitor_signs_in_first_and_comes_back(browser: Browser, make_client: Make) -> None:
    asked = make_client().asking(state="a b&c")
    answer = browser(0).get(PAGE, params=asked)
    assert answer.status_code == 303
    path, _, query = answer.headers["location"].partition("?next=")
    assert path == "/login"
    back = unquote(query)
    assert back.startswith(PAGE)
    assert {k: v[0] for k, v in parse_qs(urlsplit(back).query).items()} == asked


def test_allow_sends_back_a_code_with_the_state_and_the_issuer(
    browser: Browser, make_client: Make
) -> None:
    told = allow(browser(ADA), make_client().asking())
    assert set(told) == {"code", "state", "iss"}
    assert (told["state"], told["iss"]) == ("s1", "http://hub.test")


def test_cancel_sends_back_a_no(browser: Browser, make_client: Make) -> None:
    asked = {**make_client().asking(), "decision": "deny"}
    told = query_of(browser(ADA).post(PAGE, data=asked))
    assert (told["error"], told["state"]) == ("access_denied", "s1")


def test_what_was_allowed_once_is_not_asked_again(browser: Browser, make_client: Make) -> None:
    client, ada = make_client(), browser(ADA)
    allow(ada, client.asking("openid profile email"))
    again = ada.get(PAGE, params=client.asking("openid profile"))
    assert "code" in query_of(again)
    more = ada.get(PAGE, params=client.asking("openid profile read-repos"))
    assert more.status_code == 200
    asked_to = ada.get(PAGE, params=client.asking("openid", prompt="consent"))
    assert asked_to.status_code == 200


def test_a_public_app_on_loopback_asks_each_time(browser: Browser, make_client: Make) -> None:
    client, ada = make_client(confidential=False, uris="http://127.0.0.1/cb"), browser(ADA)
    allow(ada, client.asking())
    assert ada.get(PAGE, params=client.asking()).status_code == 200


def test_without_a_word_nobody_is_asked(browser: Browser, make_client: Make) -> None:
    client, ada = make_client(), browser(ADA)
    silent = client.asking(prompt="none")
    assert query_of(browser(0).get(PAGE, params=silent))["error"] == "login_required"
    assert query_of(ada.get(PAGE, params=silent))["error"] == "consent_required"
    allow(ada, client.asking())
    assert "code" in query_of(ada.get(PAGE, params=silent))


@pytest.mark.parametrize(
    "foreign",
    [
        "https://evil.example/callback",
        "https://app.example/callback/",
        "https://app.example/callback?x=1",
        "https://app.example.evil.example/callback",
        "http://app.example/callback",
        "https://app.example:444/callback",
        "https://app.example@evil.example/callback",
        "//app.example/callback",
        "javascript:alert(1)",
        "https://[app.example/callback",
        "",
    ],
)
def test_nobody_is_sent_to_an_address_that_is_not_the_apps(
    browser: Browser, make_client: Make, foreign: str
) -> None:
    client = make_client(uris=f"{CALLBACK} https://app.example/other")
    for answer in (
        browser(ADA).get(PAGE, params=client.asking(redirect_uri=foreign)),
        browser(0).get(PAGE, params=client.asking(redirect_uri=foreign, scope="nonsense")),
        browser(0).post(PAGE, data={**client.asking(redirect_uri=foreign), "decision": "deny"}),
    ):
        assert answer.status_code == 400
        assert "location" not in answer.headers


def test_loopback_matches_with_any_port_and_nothing_else(
    browser: Browser, make_client: Make
) -> None:
    client, ada = make_client(uris="http://localhost/cb"), browser(ADA)
    for uri, status in (
        ("http://localhost:49282/cb", 200),
        ("http://localhost/cb", 200),
        ("http://127.0.0.1:49282/cb", 400),
        ("https://localhost:49282/cb", 400),
        ("http://localhost:49282/other", 400),
        ("http://localhost:port/cb", 400),
    ):
        assert ada.get(PAGE, params=client.asking(redirect_uri=uri)).status_code == status, uri


def test_an_address_without_a_path_gets_one(browser: Browser, make_client: Make) -> None:
    client = make_client(uris="http://localhost:3000")
    asked = {**client.asking(redirect_uri="http://localhost:3000"), "decision": "allow"}
    answer = browser(ADA).post(PAGE, data=asked)
    assert answer.headers["location"].startswith("http://localhost:3000/?code=")
    redeemed = client.redeem(query_of(answer)["code"], redirect_uri="http://localhost:3000")
    assert redeemed["token_type"] == "bearer"


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_mode": "form_post"}, "invalid_request"),
        ({"scope": "openid everything"}, "invalid_scope"),
        ({"scope": "openid manage-repos"}, "invalid_scope"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"prompt": "none login"}, "invalid_request"),
        ({"request_uri": "https://app.example/x"}, "request_not_supported"),
        ({"state": "x" * 3000}, "invalid_request"),
    ],
)
def test_what_is_wrong_is_told_to_the_app(
    browser: Browser, make_client: Make, wrong: dict[str, str], error: str
) -> None:
    client = make_client(scopes=("openid", "profile"))
    told = query_of(browser(ADA).get(PAGE, params={**client.asking(), **wrong}))
    assert told["error"] == error
    assert told["error_description"]


def test_a_public_app_needs_pkce(browser: Browser, make_client: Make) -> None:
    client = make_client(confidential=False)
    client.extra = {}
    told = query_of(browser(ADA).get(PAGE, params=client.asking()))
    assert told["error"] == "invalid_request"


def test_a_parameter_comes_once(browser: Browser, make_client: Make) -> None:
    asked = [*make_client().asking().items(), ("redirect_uri", "https://evil.example")]
    assert browser(ADA).get(PAGE, params=asked).status_code == 400


def test_an_unknown_app_is_told_on_a_page(browser: Browser, make_client: Make) -> None:
    answer = browser(ADA).get(PAGE, params=make_client().asking(client_id="nobody"))
    assert answer.status_code == 400
    assert "client_id" in answer.text


def test_another_sites_page_cannot_press_the_button(browser: Browser, make_client: Make) -> None:
    asked = {**make_client().asking(), "decision": "allow"}
    foreign = {"Sec-Fetch-Site": "cross-site"}
    answer = browser(ADA).post(PAGE, data=asked, headers=foreign)
    assert answer.status_code == 403


def test_a_token_lets_no_app_in(browser: Browser, make_client: Make, hub: Hub) -> None:
    client = make_client()
    token = client.sign_in(browser(ADA), "openid manage-repos")["access_token"]
    asked = {**client.asking(), "decision": "allow"}
    for secret in ("hf_ada", token):
        refused = client.http.post(PAGE, data=asked, headers=bearer(secret))
        assert refused.status_code == 403
        made = client.http.get("/settings/applications", headers=bearer(secret))
        assert made.status_code == 403


def test_organisations_are_chosen(browser: Browser, make_client: Make, hub: Hub) -> None:
    client, ada = make_client(), browser(ADA)
    page = ada.get(PAGE, params=client.asking("openid read-repos"))
    assert f'name="org" value="{BEARS}"' in page.text
    assert f'name="org" value="{BEARS}" checked' not in page.text
    bears = hub.read(accounts.find_org, "bears").object_id
    wanted = ada.get(PAGE, params=client.asking("openid read-repos", orgIds=bears))
    assert f'name="org" value="{BEARS}" checked' in wanted.text
    assert "the app asks for it" in wanted.text
    without = ada.get(PAGE, params=client.asking("openid profile"))
    assert 'name="org"' not in without.text


def test_nobody_lets_an_app_into_what_is_not_theirs(
    browser: Browser, make_client: Make, hub: Hub
) -> None:
    client, linus = make_client(), browser(3)
    code = allow(linus, client.asking("openid read-repos"), org=[str(BEARS), "-1", "x"])["code"]
    me = client.http.get("/oauth/userinfo", headers=bearer(client.redeem(code)["access_token"]))
    assert "orgs" not in me.json()


def test_the_hubs_own_cookie_name_is_heeded_there(browser: Browser, make_client: Make) -> None:
    client, ada = make_client(), browser(ADA)
    allow(ada, client.asking())
    cookie = {"Cookie": f"token={ada.cookies['bearhug_session']}"}
    there = client.http.get(PAGE, params=client.asking(), headers=cookie)
    assert there.headers["location"].startswith(CALLBACK)
    assert client.http.get("/settings/tokens", headers=cookie).status_code == 401
