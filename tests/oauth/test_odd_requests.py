"""Requests by programs that mean no good, or are broken: each is refused in words."""

import json
from dataclasses import replace
from typing import Any
from urllib.parse import quote

import pytest
from starlette.testclient import TestClient

from bearhug.app import Application
from bearhug.hub import Hub
from bearhug.identity.service import speak_for
from bearhug.oauth import service
from bearhug.oauth.model import SCOPES
from bearhug.oauth.service import NewApp
from tests.oauth.conftest import CALLBACK, LINUS

URN = "urn:ietf:params:oauth"
GRANTS = (
    "authorization_code",
    "refresh_token",
    f"{URN}:grant-type:device_code",
    f"{URN}:grant-type:token-exchange",
)
SHAPES: tuple[Any, ...] = (
    None,
    True,
    0,
    -1,
    10**30,
    1e308,
    [],
    {},
    [[]],
    ["x"],
    {"x": ["y"]},
    "",
    "\0",
    "half \ud800",
    "é",
    "x" * 5000,
)
FIELDS = (
    *("grant_type", "code", "redirect_uri", "code_verifier", "client_id", "client_secret"),
    *("refresh_token", "scope", "device_code", "subject_token", "subject_token_type"),
    *("requested_token_type", "resource", "audience", "token", "token_type_hint"),
)
METADATA = (
    *("redirect_uris", "client_name", "client_uri", "scope", "token_endpoint_auth_method"),
    *("grant_types", "response_types", "contacts", "jwks", "software_id"),
)
JSON = {"Content-Type": "application/json"}


@pytest.fixture
def client_id(any_hub: Hub) -> str:
    linus = replace(any_hub.read(speak_for, LINUS), session_id=1)
    wanted = NewApp("Bear Watch", "", CALLBACK, tuple(SCOPES), False)
    app, _ = any_hub.write_as(linus, service.make, wanted)
    return app.client_id


@pytest.fixture
def http(any_hub: Hub) -> TestClient:
    return TestClient(Application(any_hub), base_url="http://hub.test", follow_redirects=False)


def refused(http: TestClient, path: str, said: Any) -> None:
    answer = http.post(path, content=json.dumps(said), headers=JSON)
    assert answer.status_code < 500, f"{path} {str(said)[:200]}: {answer.text[:200]}"
    if answer.status_code != 200:
        assert answer.json()["error"], answer.text


def test_fields_of_odd_shapes(http: TestClient, client_id: str) -> None:
    whole = {
        **{name: "x" for name in FIELDS},
        "client_id": client_id,
        "subject_token_type": f"{URN}:token-type:id_token",
        "requested_token_type": f"{URN}:token-type:access_token",
        "resource": "ada/trained",
        "subject_token": "e30.e30.e30",
    }
    del whole["client_secret"]
    for grant in GRANTS:
        for name in FIELDS:
            for shape in SHAPES:
                refused(http, "/oauth/token", {**whole, "grant_type": grant, name: shape})
    for shape in SHAPES:
        refused(http, "/oauth/revoke", {**whole, "token": shape})
        refused(http, "/oauth/device", {"client_id": client_id, "scope": shape})
        for path in ("/oauth/token", "/oauth/revoke", "/oauth/device", "/oauth/register"):
            refused(http, path, shape)


def test_apps_that_describe_themselves_oddly(http: TestClient, any_hub: Hub) -> None:
    open_to_all = any_hub.settings.model_copy(update={"oauth_registration": True})
    for name in METADATA:
        for shape in SHAPES:
            # A clock a day on for each: nobody waits.
            later = any_hub.clock() + 2 * 86_400_000 * (1 + SHAPES.index(shape))
            hub = replace(any_hub, settings=open_to_all, clock=lambda at=later: at)  # type: ignore[misc]
            asking = TestClient(Application(hub), base_url="http://hub.test")
            said = {"redirect_uris": [CALLBACK], "client_name": "Watch", name: shape}
            answer = asking.post("/oauth/register", content=json.dumps(said), headers=JSON)
            assert answer.status_code < 500, f"{name} {shape!r}: {answer.text[:200]}"


def test_bodies_that_are_none(http: TestClient) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    parts = {"Content-Type": "multipart/form-data; boundary=b"}
    for path in ("/oauth/token", "/oauth/revoke", "/oauth/device", "/oauth/register"):
        for body in (b"", b"\xff\xfe", b"{", b"[" * 100_000, b"nul", b"grant_type=%ff%00", b"=&=&"):
            for header in (JSON, form, parts, {"Content-Type": "text/plain"}, {}):
                answer = http.post(path, content=body, headers=header)
                assert answer.status_code < 500, f"{path} {body[:20]!r} {header}: {answer.text}"
        for scheme in (
            "Basic",
            "Basic x",
            "Basic /w==",
            "Basic OjA6",
            "Bearer \x7f",
            "Basic " + "A" * 9,
        ):
            answer = http.post(path, data={"token": "x"}, headers={"Authorization": scheme})
            assert answer.status_code < 500, f"{path} {scheme}: {answer.text}"


def test_addresses_of_consent_that_are_odd(http: TestClient, client_id: str) -> None:
    asked = {"client_id": client_id, "redirect_uri": CALLBACK, "response_type": "code"}
    named = (*asked, "scope", "state", "nonce", "prompt", "max_age", "code_challenge", "orgIds")
    for name in (*named, "code_challenge_method", "response_mode", "request"):
        for text in ("\0", "é", "%", "x" * 3000, "[]", "-1", "\u202e"):
            said = {**asked, name: text}
            query = "&".join(f"{key}={quote(value)}" for key, value in said.items())
            answer = http.get(f"/oauth/authorize?{query}")
            assert answer.status_code < 500, f"{name}={text[:20]!r}: {answer.text[:200]}"
