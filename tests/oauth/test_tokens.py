"""Codes and refresh tokens: each once, by whom they were given to, and all of a family end."""

from collections.abc import Callable

import jwt
import pytest
from starlette.testclient import TestClient

from bearhug.hub import Hub
from bearhug.oauth import service
from tests.oauth.conftest import ADA, VERIFIER, Client, Clock, allow, bearer

Browser = Callable[[int], TestClient]
Make = Callable[..., Client]
HOUR = 3600


def works(client: Client, token: str) -> bool:
    return bool(client.http.get("/api/whoami-v2", headers=bearer(token)).status_code == 200)


def test_a_code_becomes_tokens(browser: Browser, make_client: Make) -> None:
    client = make_client()
    told = client.sign_in(browser(ADA), "openid profile email")
    assert told["access_token"].startswith("hf_oauth_")
    assert told["token_type"] == "bearer"
    assert told["expires_in"] == 8 * HOUR
    assert told["scope"] == "openid profile email"
    assert works(client, told["access_token"])


def test_the_answer_is_kept_by_no_cache_and_read_by_any_script(
    browser: Browser, make_client: Make
) -> None:
    client = make_client(confidential=False)
    code = allow(browser(ADA), client.asking())["code"]
    said = {"grant_type": "authorization_code", "code": code, "code_verifier": VERIFIER}
    said["redirect_uri"] = client.redirect_uri
    foreign = {"Sec-Fetch-Site": "cross-site", "Origin": "https://app.example"}
    # As @huggingface/hub does in a browser: no client id, from another site.
    answer = client.http.post("/oauth/token", data=said, headers=foreign)
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in answer.headers
    asks = {**foreign, "Access-Control-Request-Method": "GET"}
    before = client.http.options("/oauth/userinfo", headers=asks)
    assert before.headers["access-control-allow-origin"] == "*"
    assert "Authorization" in before.headers["access-control-allow-headers"]


def test_the_id_token_is_signed_by_the_published_key(
    browser: Browser, make_client: Make, hub: Hub, clock: Clock
) -> None:
    client = make_client()
    told = client.sign_in(browser(ADA), "openid profile email", nonce="n1")
    keys = client.http.get("/oauth/jwks").json()
    assert all("d" not in key for key in keys["keys"])
    kid = jwt.get_unverified_header(told["id_token"])["kid"]
    key = jwt.PyJWKSet.from_dict(keys)[kid]
    claims = jwt.decode(
        told["id_token"],
        key,
        algorithms=["RS256"],
        audience=client.app.client_id,
        issuer="http://hub.test",
        options={"verify_exp": False, "verify_iat": False},
    )
    assert claims["nonce"] == "n1"
    assert (claims["preferred_username"], claims["email"]) == ("ada", "ada@bears.example")
    assert claims["profile"] == "http://hub.test/ada"
    assert claims["exp"] - claims["iat"] == 8 * HOUR
    assert not {"isPro", "canPay", "orgs"} & set(claims)


def test_keys_change_and_the_old_one_stays_published(timed: Hub, clock: Clock) -> None:
    first = service.published(timed)["keys"]
    signed = service.sign(timed, {"a": 1})
    clock.pass_seconds(91 * 24 * HOUR)
    second = service.published(timed)["keys"]
    assert len(first) == 1
    assert [key["kid"] for key in second][1] == first[0]["kid"]
    assert jwt.get_unverified_header(signed)["kid"] == first[0]["kid"]
    newer = jwt.get_unverified_header(service.sign(timed, {}))["kid"]
    assert newer == second[0]["kid"] != first[0]["kid"]


def test_a_code_works_once_and_its_second_use_ends_what_came_of_it(
    browser: Browser, make_client: Make
) -> None:
    client = make_client()
    code = allow(browser(ADA), client.asking())["code"]
    told = client.redeem(code)
    assert works(client, told["access_token"])
    assert client.redeem(code)["error"] == "invalid_grant"
    assert not works(client, told["access_token"])
    again = client.token(grant_type="refresh_token", refresh_token=told["refresh_token"])
    assert again["error"] == "invalid_grant"


def test_a_code_does_not_wait(browser: Browser, make_client: Make, clock: Clock) -> None:
    client = make_client()
    code = allow(browser(ADA), client.asking())["code"]
    clock.pass_seconds(61)
    assert client.redeem(code)["error"] == "invalid_grant"


@pytest.mark.parametrize(
    "wrong",
    [
        {"code_verifier": "w" * 60},
        {"code_verifier": ""},
        {"code_verifier": "v"},
        {"redirect_uri": "https://app.example/other"},
    ],
)
def test_who_did_not_ask_cannot_redeem(
    browser: Browser, make_client: Make, wrong: dict[str, str]
) -> None:
    client = make_client(confidential=False)
    code = allow(browser(ADA), client.asking())["code"]
    assert client.redeem(code, **wrong)["error"] == "invalid_grant"
    assert "access_token" in client.redeem(code)


def test_a_verifier_without_a_challenge_is_noticed(browser: Browser, make_client: Make) -> None:
    client = make_client()
    client.extra = {}
    code = allow(browser(ADA), client.asking())["code"]
    assert client.redeem(code)["error"] == "invalid_grant"
    assert "access_token" in client.redeem(code, code_verifier="")


def test_another_app_cannot_redeem_the_code(browser: Browser, make_client: Make) -> None:
    client, other = make_client(), make_client()
    code = allow(browser(ADA), client.asking())["code"]
    assert other.redeem(code)["error"] == "invalid_grant"
    assert "access_token" in client.redeem(code)


def test_a_secret_must_be_the_apps(browser: Browser, make_client: Make) -> None:
    client = make_client()
    code = allow(browser(ADA), client.asking())["code"]
    said = {"grant_type": "authorization_code", "code": code, "code_verifier": VERIFIER}
    said["redirect_uri"] = client.redirect_uri
    for auth in ((client.app.client_id, "wrong"), ("nobody", client.secret)):
        refused = client.http.post("/oauth/token", data=said, auth=auth)
        assert (refused.status_code, refused.json()["error"]) == (401, "invalid_client")
        assert refused.headers["www-authenticate"].startswith("Basic")
    bare = client.http.post("/oauth/token", data={**said, "client_id": client.app.client_id})
    assert (bare.status_code, bare.json()["error"]) == (401, "invalid_client")
    unnamed = client.http.post("/oauth/token", data=said)
    assert (unnamed.status_code, unnamed.json()["error"]) == (401, "invalid_client")
    named = {"client_id": client.app.client_id, "client_secret": client.secret}
    assert client.http.post("/oauth/token", data={**said, **named}).status_code == 200


def test_refreshing_gives_both_anew(browser: Browser, make_client: Make, clock: Clock) -> None:
    client = make_client()
    told = client.sign_in(browser(ADA))
    clock.pass_seconds(9 * HOUR)
    assert not works(client, told["access_token"])
    fresh = client.token(grant_type="refresh_token", refresh_token=told["refresh_token"])
    assert works(client, fresh["access_token"])
    assert fresh["refresh_token"] != told["refresh_token"]


def test_a_refresh_token_used_again_later_is_theft(
    browser: Browser, make_client: Make, clock: Clock
) -> None:
    client = make_client()
    told = client.sign_in(browser(ADA))
    old = {"grant_type": "refresh_token", "refresh_token": told["refresh_token"]}
    fresh = client.token(**old)
    twin = client.token(**old)  # two processes of one client, at once
    assert works(client, fresh["access_token"])
    assert works(client, twin["access_token"])
    clock.pass_seconds(61)
    assert client.token(**old)["error"] == "invalid_grant"
    assert not works(client, fresh["access_token"])
    after = client.token(grant_type="refresh_token", refresh_token=fresh["refresh_token"])
    assert after["error"] == "invalid_grant"


def test_refreshing_may_ask_for_less_and_never_for_more(
    browser: Browser, make_client: Make
) -> None:
    client = make_client()
    told = client.sign_in(browser(ADA), "openid profile email")
    again = {"grant_type": "refresh_token", "refresh_token": told["refresh_token"]}
    assert client.token(**again, scope="openid manage-repos")["error"] == "invalid_scope"
    less = client.token(**again, scope="openid")
    assert less["scope"] == "openid"
    whole = client.token(grant_type="refresh_token", refresh_token=less["refresh_token"])
    assert whole["scope"] == "openid profile email"


def test_another_app_cannot_refresh(browser: Browser, make_client: Make) -> None:
    client, other = make_client(), make_client()
    told = client.sign_in(browser(ADA))
    again = {"grant_type": "refresh_token", "refresh_token": told["refresh_token"]}
    assert other.token(**again)["error"] == "invalid_grant"
    assert "access_token" in client.token(**again)


def test_a_refresh_token_opens_nothing(browser: Browser, make_client: Make) -> None:
    client = make_client()
    told = client.sign_in(browser(ADA))
    assert not works(client, told["refresh_token"])


def test_a_token_can_be_revoked_by_its_app_alone(browser: Browser, make_client: Make) -> None:
    client, other = make_client(), make_client()
    told = client.sign_in(browser(ADA))
    assert other.post("/oauth/revoke", token=told["refresh_token"]).status_code == 200
    assert works(client, told["access_token"])
    assert client.post("/oauth/revoke", token="nothing").status_code == 200
    assert client.post("/oauth/revoke", token=told["refresh_token"]).status_code == 200
    assert not works(client, told["access_token"])


def test_disconnecting_ends_its_tokens(browser: Browser, make_client: Make) -> None:
    client, ada = make_client(), browser(ADA)
    told = client.sign_in(ada, "openid read-repos")
    page = ada.get("/settings/connected-applications")
    assert "Bear Watch" in page.text
    assert "Read your repos, private ones too" in page.text
    path = f"/settings/connected-applications/{client.app.client_id}/disconnect"
    assert ada.post(path).status_code == 303
    assert not works(client, told["access_token"])
    again = client.token(grant_type="refresh_token", refresh_token=told["refresh_token"])
    assert again["error"] == "invalid_grant"
    assert "Nothing is connected" in ada.get("/settings/connected-applications").text
    assert ada.post(path).status_code == 404


@pytest.mark.parametrize(
    ("said", "error"),
    [
        ({}, "invalid_request"),
        ({"grant_type": "password", "username": "ada"}, "unsupported_grant_type"),
        ({"grant_type": "client_credentials"}, "unsupported_grant_type"),
        ({"grant_type": "authorization_code"}, "invalid_request"),
        ({"grant_type": "refresh_token", "refresh_token": "hf_ada"}, "invalid_grant"),
    ],
)
def test_what_cannot_stand_is_named(make_client: Make, said: dict[str, str], error: str) -> None:
    answer = make_client().post("/oauth/token", **said)
    assert (answer.status_code, answer.json()["error"]) == (400, error)
    assert answer.headers["x-error-code"] == "OAuthError"


def test_nonsense_is_refused_in_words(make_client: Make) -> None:
    http = make_client().http
    as_json = {"Content-Type": "application/json"}
    for body in (b"{", b"[]", b"\xff", b'{"grant_type": 1}', b"[" * 5000):
        for path in ("/oauth/token", "/oauth/register", "/oauth/device", "/oauth/revoke"):
            answer = http.post(path, content=body, headers=as_json)
            assert answer.status_code in (400, 401), (path, body)
            assert "error_description" in answer.json()
    for header in ("Basic !", "Basic //8=", "Basic"):
        said = {"grant_type": "refresh_token", "refresh_token": "x"}
        answer = http.post("/oauth/token", data=said, headers={"Authorization": header})
        assert answer.status_code == 401
    twice = {"content": "grant_type=a&grant_type=b", "headers": {"Content-Type": FORM}}
    assert http.post("/oauth/token", **twice).json()["error"] == "invalid_request"


FORM = "application/x-www-form-urlencoded"


def test_the_discovery_document_names_what_is_there(make_client: Make) -> None:
    http = make_client().http
    said = http.get("/.well-known/openid-configuration").json()
    assert said["issuer"] == "http://hub.test"
    assert said["code_challenge_methods_supported"] == ["S256"]
    assert "RS256" in said["id_token_signing_alg_values_supported"]
    assert http.get("/.well-known/oauth-authorization-server").json() == said
    for name, address in said.items():
        if name.endswith(("_endpoint", "_uri")):
            path = address.removeprefix("http://hub.test")
            assert http.get(path).status_code in (200, 303, 400, 401, 405), name
