"""A device shows a code, a person types it: nobody guesses it, and nobody is hurried."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from starlette.testclient import TestClient

from bearhug.accounts.model.account import Kind
from bearhug.accounts.store import people
from bearhug.hub import Hub, Transaction
from bearhug.oauth.model.apps import HF_CLI
from tests.oauth.conftest import ADA, BEARS, GRACE, LINUS, Client, Clock, bearer, words

Browser = Callable[[int], TestClient]
Make = Callable[..., Client]
GRANT = "urn:ietf:params:oauth:grant-type:device_code"
CHECK, DECIDE = "/oauth/device/check", "/oauth/device/decide"


def begin(http: TestClient, client_id: str = HF_CLI) -> Any:
    answer = http.post("/oauth/device", data={"client_id": client_id})
    assert answer.status_code == 200, answer.text
    return answer.json()


def poll(http: TestClient, begun: Any, client_id: str = HF_CLI) -> Any:
    said = {"grant_type": GRANT, "device_code": begun["device_code"], "client_id": client_id}
    answer = http.post("/oauth/token", data=said)
    assert answer.status_code in (200, 400)
    return answer.json()


def newcomer(tx: Transaction, name: str) -> int:
    account = people.add(tx.db, Kind.USER, name, at=tx.now)
    assert account is not None
    return account.id


def test_the_official_client_is_known_from_the_start(browser: Browser, clock: Clock) -> None:
    device, ada = browser(0), browser(ADA)
    begun = begin(device)
    assert re.fullmatch(r"[B-Z]{4}-[B-Z]{4}", begun["user_code"])
    assert begun["verification_uri"] == "http://hub.test/oauth/device"
    assert (begun["interval"], begun["expires_in"]) == (5, 900)
    assert poll(device, begun)["error"] == "authorization_pending"

    page = ada.get(begun["verification_uri_complete"])
    assert f'value="{begun["user_code"]}"' in page.text
    assert "Compare this" in page.text
    asked = ada.post(CHECK, data={"user_code": begun["user_code"].lower().replace("-", " ")})
    said = words(asked.text)
    assert "Hugging Face CLI asks to sign you in" in said
    assert begun["user_code"] in said
    assert f'name="org" value="{BEARS}" checked' in asked.text
    done = ada.post(DECIDE, data={"user_code": begun["user_code"], "decision": "allow"})
    assert "Signed in" in done.text

    clock.pass_seconds(5)
    told = poll(device, begun)
    assert told["access_token"].startswith("hf_oauth_")
    me = device.get("/api/whoami-v2", headers=bearer(told["access_token"])).json()
    assert me["name"] == "ada"
    assert "accessToken" not in me["auth"]
    clock.pass_seconds(5)
    assert poll(device, begun)["error"] == "invalid_grant"
    again = {"grant_type": "refresh_token", "client_id": HF_CLI}
    again["refresh_token"] = told["refresh_token"]
    assert "access_token" in device.post("/oauth/token", data=again).json()


def test_no_is_told_to_the_device(browser: Browser) -> None:
    device, ada = browser(0), browser(ADA)
    begun = begin(device)
    said = ada.post(DECIDE, data={"user_code": begun["user_code"], "decision": "deny"})
    assert "Not signed in" in said.text
    assert poll(device, begun)["error"] == "access_denied"


def test_a_device_that_hurries_is_slowed(browser: Browser, clock: Clock) -> None:
    device = browser(0)
    begun = begin(device)
    assert poll(device, begun)["error"] == "authorization_pending"
    clock.pass_seconds(2)
    assert poll(device, begun)["error"] == "slow_down"
    clock.pass_seconds(6)
    assert poll(device, begun)["error"] == "slow_down"
    clock.pass_seconds(15)
    assert poll(device, begun)["error"] == "authorization_pending"


def test_a_code_does_not_wait_for_ever(browser: Browser, clock: Clock) -> None:
    device, ada = browser(0), browser(ADA)
    begun = begin(device)
    clock.pass_seconds(901)
    assert poll(device, begun)["error"] == "expired_token"
    late = ada.post(CHECK, data={"user_code": begun["user_code"]})
    assert late.status_code == 422
    assert "No device waits with this code" in late.text


def test_a_code_is_decided_once(browser: Browser) -> None:
    device, ada, linus = browser(0), browser(ADA), browser(LINUS)
    begun = begin(device)
    yes = {"user_code": begun["user_code"], "decision": "allow"}
    assert ada.post(DECIDE, data=yes).status_code == 200
    assert linus.post(DECIDE, data=yes).status_code == 422
    told = poll(device, begun)
    me = device.get("/api/whoami-v2", headers=bearer(told["access_token"])).json()
    assert me["name"] == "ada"


def test_codes_cannot_be_guessed_in_haste(browser: Browser, clock: Clock) -> None:
    ada, grace = browser(ADA), browser(GRACE)
    begun = begin(browser(0))
    for path in [CHECK, DECIDE] * 5:
        wrong = {"user_code": "BBBB-BBBB", "decision": "allow"}
        assert ada.post(path, data=wrong).status_code == 422
    for path in (CHECK, DECIDE):
        right = {"user_code": begun["user_code"], "decision": "allow"}
        refused = ada.post(path, data=right)
        assert refused.status_code == 429
        assert "Too many wrong codes" in refused.text
    assert grace.post(CHECK, data={"user_code": begun["user_code"]}).status_code == 200
    clock.pass_seconds(5)
    assert ada.post(CHECK, data={"user_code": begun["user_code"]}).status_code == 200


def test_a_right_code_makes_no_wrong_ones_good(browser: Browser) -> None:
    ada, begun = browser(ADA), begin(browser(0))
    for _ in range(10):
        assert ada.post(CHECK, data={"user_code": "BBBB-BBBB"}).status_code == 422
        mine = ada.post(CHECK, data={"user_code": begun["user_code"]})
    assert mine.status_code == 429


def test_many_accounts_guess_no_faster_from_one_address(browser: Browser, timed: Hub) -> None:
    begun = begin(browser(0))
    crowd = [browser(timed.write(newcomer, f"crowd{number}")) for number in range(6)]
    for each in crowd[:5] * 10:
        assert each.post(CHECK, data={"user_code": "BBBB-BBBB"}).status_code == 422
    assert crowd[5].post(CHECK, data={"user_code": begun["user_code"]}).status_code == 429


def test_a_visitor_signs_in_first_and_the_code_stays(browser: Browser) -> None:
    answer = browser(0).get("/oauth/device?user_code=BCDF-GHJK")
    assert answer.status_code == 303
    assert unquote(answer.headers["location"]) == "/login?next=/oauth/device?user_code=BCDF-GHJK"
    typed = browser(0).get("/device")
    assert typed.headers["location"] == "/oauth/device"


def test_an_app_with_a_secret_must_send_it(browser: Browser, make_client: Make) -> None:
    client = make_client(uris="", scopes=("openid", "read-repos"))
    bare = client.http.post("/oauth/device", data={"client_id": client.app.client_id})
    assert (bare.status_code, bare.json()["error"]) == (401, "invalid_client")
    begun = client.post("/oauth/device", scope="openid read-repos").json()
    assert "Bear Watch" in browser(ADA).post(CHECK, data=begun).text
    wide = client.post("/oauth/device", scope="manage-repos")
    assert wide.json()["error"] == "invalid_scope"


def test_another_app_cannot_collect(browser: Browser, make_client: Make, timed: Hub) -> None:
    public, other = make_client(confidential=False), make_client(confidential=False)
    begun = begin(public.http, public.app.client_id)
    browser(ADA).post(DECIDE, data={"user_code": begun["user_code"], "decision": "allow"})
    assert poll(other.http, begun, other.app.client_id)["error"] == "invalid_grant"
    assert "access_token" in poll(public.http, begun, public.app.client_id)
