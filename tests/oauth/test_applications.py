"""Apps are their makers' alone; a secret is shown once; some register themselves."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

from bearhug.config import Settings
from bearhug.hub import Hub
from tests.oauth.conftest import ADA, CALLBACK, LINUS, Client, Clock, allow, query_of

Browser = Callable[[int], TestClient]
Make = Callable[..., Client]
OWN = "/settings/applications"
FORM = {
    "name": "Bear Watch",
    "website": "https://app.example",
    "redirect_uris": "https://app.example/callback\nmyapp://callback",
    "scopes": ["openid", "profile"],
    "kind": "confidential",
}


def test_a_secret_is_shown_once(browser: Browser) -> None:
    ada = browser(ADA)
    page = ada.post(f"{OWN}/new", data=FORM)
    assert page.status_code == 200
    assert page.headers["cache-control"] == "no-store"
    secret = re.findall(r"hf_app_[\w-]+", page.text)[0]
    listed = ada.get(OWN)
    client_id = re.findall(rf"{OWN}/([0-9a-f-]{{36}})", listed.text)[0]
    shown = ada.get(f"{OWN}/{client_id}")
    assert secret not in shown.text
    assert "myapp://callback" in shown.text


def test_a_public_app_has_none_until_it_is_given_one(browser: Browser) -> None:
    ada = browser(ADA)
    page = ada.post(f"{OWN}/new", data={**FORM, "kind": "public"})
    assert "hf_app_" not in page.text
    client_id = re.findall(rf"{OWN}/([0-9a-f-]{{36}})", page.text)[0]
    given = ada.post(f"{OWN}/{client_id}/secret")
    assert "hf_app_" in given.text
    taken = ada.post(f"{OWN}/{client_id}/secret/remove")
    assert taken.status_code == 303
    assert "Public" in ada.get(f"{OWN}/{client_id}").text


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"name": " "}, "Give it a name"),
        ({"website": "app.example"}, "Write the whole address"),
        ({"website": "javascript:alert(1)"}, "Write the whole address"),
        ({"redirect_uris": "app.example/callback"}, "is no address"),
        ({"redirect_uris": "https://app.example/#x"}, "leave out"),
        ({"redirect_uris": "javascript:alert(1)"}, "not one to send people to"),
        ({"redirect_uris": "https://x@app.example/"}, "names no host"),
        ({"scopes": []}, "Tick at least one"),
    ],
)
def test_what_cannot_stand_is_told_beside_its_field(
    browser: Browser, wrong: dict[str, Any], said: str
) -> None:
    page = browser(ADA).post(f"{OWN}/new", data={**FORM, **wrong})
    assert page.status_code == 422
    assert said in page.text


def test_an_app_is_its_makers_alone(browser: Browser, make_client: Make) -> None:
    client, ada = make_client(), browser(ADA)
    home = f"{OWN}/{client.app.client_id}"
    assert browser(LINUS).get(home).status_code == 200
    assert ada.get(home).status_code == 404
    for deed in ("", "/secret", "/secret/remove", "/delete"):
        assert ada.post(home + deed, data=FORM).status_code == 404, deed
    assert browser(0).get(OWN).status_code == 303


def test_deleting_an_app_ends_what_it_holds(browser: Browser, make_client: Make) -> None:
    client = make_client()
    told = client.sign_in(browser(ADA))
    assert browser(LINUS).post(f"{OWN}/{client.app.client_id}/delete").status_code == 303
    asked = client.http.get(
        "/api/whoami-v2", headers={"Authorization": f"Bearer {told['access_token']}"}
    )
    assert asked.status_code == 401
    again = client.token(grant_type="refresh_token", refresh_token=told["refresh_token"])
    assert again["error"] == "invalid_client"


def test_changing_an_app_changes_where_it_may_send_people(
    browser: Browser, make_client: Make
) -> None:
    client, linus = make_client(), browser(LINUS)
    home = f"{OWN}/{client.app.client_id}"
    elsewhere = {**FORM, "redirect_uris": "https://new.example/cb"}
    assert linus.post(home, data=elsewhere).status_code == 303
    assert browser(ADA).get("/oauth/authorize", params=client.asking()).status_code == 400


def registered(http: TestClient, **said: Any) -> Any:
    return http.post("/oauth/register", json={"redirect_uris": [CALLBACK], **said})


def test_an_app_registers_itself(browser: Browser, make_client: Make) -> None:
    http = browser(0)
    answer = registered(http, client_name="Trail", token_endpoint_auth_method="none")
    assert answer.status_code == 201
    told = answer.json()
    assert "client_secret" not in told
    client = make_client(confidential=False)
    page = browser(ADA).get("/oauth/authorize", params=client.asking(client_id=told["client_id"]))
    assert "nobody on this hub vouches for it" in page.text
    asked = client.asking(client_id=told["client_id"])
    assert "code" in allow(browser(ADA), asked)
    with_secret = registered(http).json()
    assert with_secret["client_secret"].startswith("hf_app_")
    assert with_secret["client_secret_expires_at"] == 0


def test_a_link_does_not_lead_strangers_to_an_app_that_registered_itself(
    browser: Browser, make_client: Make
) -> None:
    told = registered(browser(0), token_endpoint_auth_method="none").json()
    asked = make_client(confidential=False).asking(client_id=told["client_id"])
    for wrong in ({"response_type": "bad"}, {"prompt": "none"}):
        for who in (0, ADA):
            answer = browser(who).get("/oauth/authorize", params={**asked, **wrong})
            assert (answer.status_code, answer.headers.get("location")) == (400, None)
    allow(browser(ADA), asked)
    answer = browser(ADA).get("/oauth/authorize", params={**asked, "response_type": "bad"})
    assert answer.headers["location"].startswith(CALLBACK)


@pytest.mark.parametrize(
    ("said", "error"),
    [
        ({"redirect_uris": []}, "invalid_redirect_uri"),
        ({"redirect_uris": ["javascript:alert(1)"]}, "invalid_redirect_uri"),
        ({"redirect_uris": "https://app.example/"}, "invalid_redirect_uri"),
        ({"token_endpoint_auth_method": "private_key_jwt"}, "invalid_client_metadata"),
        ({"client_name": 3}, "invalid_client_metadata"),
        ({"scope": "root"}, "invalid_scope"),
    ],
)
def test_what_it_says_of_itself_is_checked(
    browser: Browser, said: dict[str, Any], error: str
) -> None:
    answer = registered(browser(0), **said)
    assert (answer.status_code, answer.json()["error"]) == (400, error)


def test_nobody_registers_apps_by_the_hundred(browser: Browser, clock: Clock) -> None:
    http = browser(0)
    said = [registered(http).status_code for _ in range(12)]
    assert said == [201] * 10 + [429] * 2


def test_what_nobody_lets_in_is_forgotten(
    browser: Browser, clock: Clock, make_client: Make
) -> None:
    http, client = browser(0), make_client()
    unused = registered(http).json()["client_id"]
    used = registered(http).json()["client_id"]
    allow(browser(ADA), client.asking(client_id=used))
    clock.pass_seconds(31 * 24 * 3600)
    registered(http)
    ada = browser(ADA)
    gone = ada.get("/oauth/authorize", params=client.asking(client_id=unused))
    assert gone.status_code == 400
    known = ada.get("/oauth/authorize", params=client.asking(client_id=used))
    assert "code" in query_of(known)


class TestClosed:
    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return settings.model_copy(update={"oauth_registration": False})

    def test_an_operator_may_close_registration(self, browser: Browser, hub: Hub) -> None:
        assert registered(browser(0)).status_code == 403
        said = browser(0).get("/.well-known/openid-configuration").json()
        assert "registration_endpoint" not in said
