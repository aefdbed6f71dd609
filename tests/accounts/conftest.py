"""Browsers, and people in them who signed up by the front door."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from bearhug.app import Application
from bearhug.hub import Hub, Role

PASSWORD = "twelve letters"
START = 1_800_000_000_000

Open = Callable[..., TestClient]


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


@pytest.fixture
def opened(hub: Hub) -> Open:
    """`opened()`: a browser nobody has signed in with; `opened("dora")`: dora's, signed up."""

    def open_browser(name: str = "", *, of: Hub = hub, **headers: str) -> TestClient:
        browser = TestClient(Application(of), base_url="http://hub.test", follow_redirects=False)
        browser.headers.update({"Sec-Fetch-Site": "same-origin", "Accept": "text/html", **headers})
        if name:
            form = {"name": name, "email": f"{name}@dens.example", "password": PASSWORD, "next": ""}
            assert browser.post("/join", data=form).status_code == 303
        return browser

    return open_browser


def sign_in(browser: TestClient, name: str, password: str = PASSWORD, onward: str = "/") -> int:
    """The status of the answer: 303 for welcome."""
    form = {"name": name, "password": password, "next": onward}
    return browser.post("/login", data=form).status_code


def add_member(founder: TestClient, org: str, user: str, role: Role) -> int:
    path = f"/organizations/{org}/settings/members"
    return founder.post(path, data={"user": user, "role": role.wire}).status_code
