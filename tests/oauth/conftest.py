"""Somebody in a browser, and an app that signs them in."""

import base64
import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from secrets import token_hex
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from starlette.testclient import TestClient

from bearhug.app import Application
from bearhug.db import adding
from bearhug.db.schema import sessions
from bearhug.hub import Hub, Transaction
from bearhug.identity.service import digest, speak_for
from bearhug.oauth import service
from bearhug.oauth.model import SCOPES, App
from bearhug.oauth.service import NewApp

START = 1_800_000_000_000
ADA, GRACE, LINUS, BEARS = 1, 2, 3, 4
CALLBACK = "https://app.example/callback"
VERIFIER = "v" * 60
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest())[:-1].decode()
PKCE = {"code_challenge": CHALLENGE, "code_challenge_method": "S256"}
_SESSION = adding(
    sessions,
    *("sha256", "user_id", "user_agent", "address", "created_at", "seen_at", "expires_at"),
)


class Clock:
    """Stands still until it is told."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> int:
        return self.now

    def pass_seconds(self, seconds: float) -> None:
        self.now += int(seconds * 1000)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def timed(hub: Hub, clock: Clock) -> Hub:
    """The hub, by a clock that the test moves."""
    return replace(hub, clock=clock)


def session_of(hub: Hub, user_id: int) -> str:
    """The cookie of a browser in which this user is signed in."""
    secret = f"session-{user_id}-{token_hex(8)}"

    def open_it(tx: Transaction) -> None:
        lives = {"created_at": tx.now, "seen_at": tx.now, "expires_at": tx.now + 10**11}
        sha256 = digest(secret)
        tx.db.run(_SESSION, sha256=sha256, user_id=user_id, user_agent="", address="", **lives)

    hub.write(open_it)
    return secret


@pytest.fixture
def browser(timed: Hub) -> Callable[[int], TestClient]:
    """`browser(ADA)`: hers, signed in; `browser(0)`: a visitor's."""

    def open_browser(user_id: int) -> TestClient:
        opened = TestClient(Application(timed), base_url="http://hub.test", follow_redirects=False)
        opened.headers.update({"Sec-Fetch-Site": "same-origin", "Accept": "text/html"})
        if user_id:
            opened.cookies.set("bearhug_session", session_of(timed, user_id))
        return opened

    return open_browser


@dataclass
class Client:
    """An app of linus', and what it sends."""

    http: TestClient
    app: App
    secret: str = ""
    redirect_uri: str = CALLBACK
    extra: dict[str, str] = field(default_factory=lambda: dict(PKCE))

    def asking(self, scope: str = "openid profile", **more: str) -> dict[str, str]:
        """The parameters of a request for consent."""
        return {
            "client_id": self.app.client_id,
            "redirect_uri": self.redirect_uri,
            "response_type": "code",
            "scope": scope,
            "state": "s1",
            **self.extra,
            **more,
        }

    def token(self, **said: str) -> Any:
        """The answer of /oauth/token, as JSON."""
        return self.post("/oauth/token", **said).json()

    def post(self, path: str, **said: str) -> Any:
        auth = (self.app.client_id, self.secret) if self.secret else None
        named = said if self.secret else {"client_id": self.app.client_id, **said}
        return self.http.post(path, data=named, auth=auth)

    def redeem(self, code: str, **more: str) -> Any:
        said = {"redirect_uri": self.redirect_uri, "code_verifier": VERIFIER, **more}
        return self.token(grant_type="authorization_code", code=code, **said)

    def sign_in(self, browser: TestClient, scope: str = "openid profile", **more: str) -> Any:
        """The tokens, after the person in the browser said yes."""
        return self.redeem(allow(browser, self.asking(scope, **more))["code"])


@pytest.fixture
def make_client(timed: Hub) -> Callable[..., Client]:
    """`make_client()`: an app with a secret; `make_client(confidential=False)`: a public one."""

    def make(
        *, confidential: bool = True, uris: str = CALLBACK, scopes: tuple[str, ...] = tuple(SCOPES)
    ) -> Client:
        linus = replace(timed.read(speak_for, LINUS), session_id=1)
        wanted = NewApp("Bear Watch", "", uris, scopes, confidential)
        app, secret = timed.write_as(linus, service.make, wanted)
        http = TestClient(Application(timed), base_url="http://hub.test", follow_redirects=False)
        return Client(http, app, secret, uris.split()[0] if uris else "")

    return make


def allow(browser: TestClient, asked: dict[str, str], **more: Any) -> dict[str, str]:
    """What the app is told in its address after Allow was pressed."""
    answer = browser.post("/oauth/authorize", data={**asked, "decision": "allow", **more})
    return query_of(answer)


def query_of(answer: Any) -> dict[str, str]:
    """The query of where the answer leads."""
    assert answer.status_code == 303, answer.text
    told = parse_qs(urlsplit(answer.headers["location"]).query)
    return {name: values[0] for name, values in told.items()}


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def words(html: str) -> str:
    """The page's text, without its markup."""
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())
