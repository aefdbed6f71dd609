"""Consent in a real browser: its policy lets the answer through to the app, and no further."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from bearhug.hub import Hub
from bearhug.identity.service import speak_for
from bearhug.oauth import service
from bearhug.oauth.model.apps import HF_CLI
from bearhug.oauth.service import NewApp
from tests.conftest import Server
from tests.oauth.conftest import ADA, LINUS, PKCE, VERIFIER, session_of

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])


@pytest.fixture
def page(browser: Browser, server: Server) -> Iterator[Page]:
    """Ada's, signed in; a policy that is broken fails the test."""
    context = browser.new_context(base_url=server.url)
    cookie = session_of(server.hub, ADA)
    context.add_cookies([{"name": "bearhug_session", "value": cookie, "url": server.url}])
    page, heard = context.new_page(), []
    page.on("console", lambda said: heard.append(said.text))
    yield page
    context.close()
    assert not [text for text in heard if "Content Security Policy" in text]


@pytest.fixture
def app_site() -> Iterator[str]:
    """Where the app lives: it says its name, whoever comes."""

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(b"<link rel=icon href=data:,><h1>Bear Watch</h1>")

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_an_app_is_let_in_by_a_press(page: Page, server: Server, app_site: str) -> None:
    app = _app_of_linus(server.hub)
    asked = {
        "client_id": app,
        "redirect_uri": f"{app_site}/callback",
        "response_type": "code",
        "scope": "openid profile read-repos",
        "state": "s1",
        **PKCE,
    }
    page.goto(f"/oauth/authorize?{urlencode(asked)}")
    expect(page.get_by_role("heading", name="Bear Watch asks to sign you in")).to_be_visible()
    page.get_by_label("bears").check()
    page.get_by_role("button", name="Allow").click()
    expect(page.get_by_role("heading", name="Bear Watch")).to_be_visible()
    told = parse_qs(urlsplit(page.url).query)
    assert told["state"] == ["s1"]
    said = {"grant_type": "authorization_code", "code": told["code"][0], "client_id": app}
    said |= {"redirect_uri": asked["redirect_uri"], "code_verifier": VERIFIER}
    tokens = httpx.post(f"{server.url}/oauth/token", data=said).json()
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
    orgs = httpx.get(f"{server.url}/oauth/userinfo", headers=bearer).json()["orgs"]
    assert [org["preferred_username"] for org in orgs] == ["bears"]

    page.goto("/settings/connected-applications")
    page.get_by_text("things it may do").click()
    expect(page.get_by_text("Read your repos, private ones too")).to_be_visible()
    page.get_by_role("button", name="Disconnect").first.click()
    page.get_by_role("dialog").get_by_role("button", name="Disconnect").click()
    expect(page.get_by_text("Nothing is connected")).to_be_visible()
    assert httpx.get(f"{server.url}/oauth/userinfo", headers=bearer).status_code == 401


def test_a_device_is_let_in_by_its_code(page: Page, server: Server) -> None:
    begun = httpx.post(f"{server.url}/oauth/device", data={"client_id": HF_CLI}).json()
    page.goto("/device")
    page.get_by_label("Code").fill("BBBB-BBBB")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_text("No device waits with this code")).to_be_visible()
    page.get_by_label("Code").fill(begun["user_code"])
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", name="Hugging Face CLI asks to sign you in")).to_be_visible()
    expect(page.get_by_text(begun["user_code"])).to_be_visible()
    page.get_by_role("button", name="Allow").click()
    expect(page.get_by_role("heading", name="Signed in")).to_be_visible()
    said = {"device_code": begun["device_code"], "client_id": HF_CLI}
    said["grant_type"] = "urn:ietf:params:oauth:grant-type:device_code"
    assert "access_token" in httpx.post(f"{server.url}/oauth/token", data=said).json()


def _app_of_linus(hub: Hub) -> str:
    """The client id of a public app that listens on loopback."""
    linus = replace(hub.read(speak_for, LINUS), session_id=1)
    new = NewApp("Bear Watch", "", "http://127.0.0.1/callback", ("openid", "profile", "read-repos"))
    app, _ = hub.write_as(linus, service.make, replace(new, confidential=False))
    return app.client_id
