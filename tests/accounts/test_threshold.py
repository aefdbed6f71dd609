"""Signing up, in and out."""

from pathlib import Path

import pytest
from argon2 import PasswordHasher
from starlette.testclient import TestClient

from bearhug.accounts import service
from bearhug.accounts.pages.threshold import safe_next
from bearhug.accounts.service import passwords
from bearhug.app import build_hub
from bearhug.config import Settings
from bearhug.errors import TooMany
from bearhug.hub import Hub
from tests.accounts.conftest import PASSWORD, Clock, Open, sign_in

FIVE_SECONDS = 5


def name_of(browser: TestClient) -> str | None:
    """Who this browser is signed in as."""
    answer = browser.get("/api/whoami-v2")
    return str(answer.json()["name"]) if answer.status_code == 200 else None


def test_whoever_signs_up_is_signed_in(opened: Open) -> None:
    assert name_of(opened("dora")) == "dora"


def test_the_first_account_is_the_operators(tmp_path: Path, opened: Open) -> None:
    hub = build_hub(Settings(data_dir=tmp_path / "new", sign_up=False))
    opened("dora", of=hub)
    assert hub.read(service.find, "dora").operator

    late = opened(of=hub)
    assert late.get("/join").status_code == 403
    assert "Sign-up is closed" in late.get("/join").text
    form = {"name": "eve", "email": "eve@dens.example", "password": PASSWORD, "next": ""}
    assert late.post("/join", data=form).status_code == 403
    hub.db.close()


def test_later_accounts_are_not(opened: Open, hub: Hub) -> None:
    opened("dora")
    assert not hub.read(service.find, "dora").operator


def test_every_problem_is_told_under_its_field(opened: Open) -> None:
    form = {"name": "-dora", "email": "dora@dens", "password": "short", "next": ""}
    page = opened().post("/join", data=form)
    assert page.status_code == 422
    for field in ("name", "email", "password"):
        assert f'id="{field}-error"' in page.text
    assert "&#39;dora&#39; would do" in page.text
    assert "Did you mean dora@dens.example?" in page.text


@pytest.mark.parametrize("password", ["password", "dora1234", "dora@dens.example", "a" * 1025])
def test_a_password_that_is_easily_guessed_or_endless_is_refused(
    opened: Open, password: str
) -> None:
    form = {"name": "dora", "email": "dora@dens.example", "password": password, "next": ""}
    page = opened().post("/join", data=form)
    assert page.status_code == 422
    assert 'id="password-error"' in page.text


def test_names_are_one_set_whatever_their_case(opened: Open) -> None:
    for name in ("ADA", "Bears"):
        form = {"name": name, "email": "new@dens.example", "password": PASSWORD, "next": ""}
        assert "is taken" in opened().post("/join", data=form).text


def test_an_address_belongs_to_one_account(opened: Open) -> None:
    form = {"name": "dora", "email": "Ada@bears.example", "password": PASSWORD, "next": ""}
    assert "Sign in to it instead" in opened().post("/join", data=form).text


def test_one_signs_in_by_name_or_address_in_any_case(opened: Open) -> None:
    opened("dora")
    assert sign_in(opened(), "Dora") == 303
    assert sign_in(opened(), "DORA@dens.example") == 303


def test_a_wrong_name_and_a_wrong_password_are_told_alike(opened: Open) -> None:
    opened("dora")
    form = {"name": "dora", "password": "not it at all", "next": ""}
    wrong = opened().post("/login", data=form)
    unknown = opened().post("/login", data={**form, "name": "nobody-here"})
    assert wrong.status_code == unknown.status_code == 422
    assert service.WRONG in wrong.text
    assert service.WRONG in unknown.text


def test_the_cookie_is_for_the_server_alone_and_new_at_each_sign_in(opened: Open) -> None:
    browser = opened("dora")
    before = browser.cookies["bearhug_session"]
    form = {"name": "dora", "password": PASSWORD, "next": ""}
    cookie = browser.post("/login", data=form).headers["set-cookie"]
    assert browser.cookies["bearhug_session"] != before
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie

    stale = opened()
    stale.cookies.set("bearhug_session", before)
    assert name_of(stale) is None


def test_behind_https_the_cookie_is_secure_and_bound_to_the_host(
    tmp_path: Path, opened: Open
) -> None:
    url = "https://hub.test"
    hub = build_hub(Settings(data_dir=tmp_path / "new", public_url=url))
    form = {"name": "dora", "email": "d@dens.example", "password": PASSWORD, "next": ""}
    cookie = opened(of=hub).post("/join", data=form).headers["set-cookie"]
    session = cookie[cookie.index("__Host-bearhug_session=") :]
    assert "Secure" in session
    assert "Path=/" in session
    hub.db.close()


def test_signing_out_ends_the_session_itself(opened: Open) -> None:
    browser = opened("dora")
    secret = browser.cookies["bearhug_session"]
    assert browser.post("/logout").status_code == 303
    assert name_of(browser) is None
    browser.cookies.set("bearhug_session", secret)
    assert name_of(browser) is None


@pytest.mark.parametrize("path", ["/login", "/join", "/logout", "/settings/account/email"])
def test_another_sites_form_is_refused(opened: Open, path: str) -> None:
    browser = opened("dora")
    browser.headers["Sec-Fetch-Site"] = "cross-site"
    form = {"name": "dora", "email": "x@dens.example", "password": PASSWORD, "next": ""}
    assert browser.post(path, data=form).status_code == 403


def test_after_five_failures_even_the_right_password_waits(
    opened: Open, timed: Hub, clock: Clock
) -> None:
    opened("dora")
    browser = opened(of=timed)
    for _ in range(5):
        assert sign_in(browser, "dora", "wrong guess") == 422
    form = {"name": "dora", "password": PASSWORD, "next": ""}
    blocked = browser.post("/login", data=form)
    assert (blocked.status_code, blocked.headers["Retry-After"]) == (429, "5")
    assert "Try again in 5 seconds" in blocked.text

    clock.pass_seconds(FIVE_SECONDS)
    assert sign_in(browser, "dora") == 303


def test_each_further_failure_doubles_the_wait(opened: Open, timed: Hub, clock: Clock) -> None:
    opened("dora")
    browser = opened(of=timed)
    for _ in range(5):
        sign_in(browser, "dora@dens.example", "wrong guess")
    for seconds in (5, 10, 20):
        form = {"name": "dora", "password": "wrong guess", "next": ""}
        assert browser.post("/login", data=form).headers["Retry-After"] == str(seconds)
        clock.pass_seconds(seconds)
        assert sign_in(browser, "dora", "wrong guess") == 422


def test_a_name_nobody_has_is_throttled_like_any_other(opened: Open) -> None:
    browser = opened()
    assert [sign_in(browser, "nobody-here") for _ in range(6)] == [422] * 5 + [429]


def test_an_address_that_tries_many_names_is_throttled(opened: Open) -> None:
    browser = opened()
    statuses = [sign_in(browser, f"guess-{number}") for number in range(21)]
    assert statuses == [422] * 20 + [429]


def test_success_forgives_the_account_but_not_all_of_the_address(any_hub: Hub) -> None:
    """Somebody with one account of their own may not guess at the others for ever."""
    hashed = service.hash_password(PASSWORD)
    any_hub.write(service.create_user, "dora", "dora@dens.example", hashed)
    browser = service.Browser("", "10.0.0.9")
    for number in range(19):
        any_hub.write(service.begin_attempt, f"guess-{number}", "10.0.0.9")
    attempt = any_hub.write(service.begin_attempt, "dora", "10.0.0.9")
    any_hub.write(service.sign_in, attempt, browser)
    any_hub.write(service.begin_attempt, "guess-20", "10.0.0.9")
    with pytest.raises(TooMany):
        any_hub.write(service.begin_attempt, "guess-21", "10.0.0.9")


def test_many_guesses_at_once_are_not_all_the_first(any_hub: Hub) -> None:
    for _ in range(5):
        any_hub.write(service.begin_attempt, "ada", "10.0.0.9")
    with pytest.raises(TooMany):
        any_hub.write(service.begin_attempt, "ADA", "10.0.0.10")


def test_one_holder_of_many_ipv6_addresses_is_one_guesser(any_hub: Hub) -> None:
    for number in range(20):
        any_hub.write(service.begin_attempt, f"guess-{number}", f"2001:db8:1:2::{number}")
    with pytest.raises(TooMany):
        any_hub.write(service.begin_attempt, "guess-20", "2001:db8:1:2:ffff::1")


def test_an_old_hash_is_made_anew_at_the_next_sign_in(opened: Open, hub: Hub) -> None:
    opened("dora")
    weaker = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    hub.write(service.set_password, hub.read(service.find, "dora").id, weaker)
    assert sign_in(opened(), "dora") == 303
    kept = hub.write(service.begin_attempt, "dora", "").hashed
    assert kept != weaker
    assert not service.outdated(str(kept))


def test_nobodys_password_is_checked_as_slowly_as_anybodys() -> None:
    """The decoy is hashed with the same figures, or its speed would tell who is here."""
    assert not service.matches(None, "nobody has this password")
    assert not service.outdated(passwords.DECOY)


@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "javascript:alert(1)",
        "evil.example",
        "///evil.example",
        "/login",
        "",
    ],
)
def test_one_never_goes_on_to_another_site(wanted: str) -> None:
    assert safe_next(wanted) == "/"


def test_one_goes_on_to_where_one_wanted(opened: Open) -> None:
    opened("dora")
    form = {"name": "dora", "password": PASSWORD, "next": "/models?search=bear#top"}
    answer = opened().post("/login", data=form)
    assert answer.headers["location"] == "/models?search=bear#top"


def test_a_page_for_members_leads_to_the_door_and_back(opened: Open) -> None:
    answer = opened().get("/settings/tokens")
    assert answer.headers["location"] == "/login?next=/settings/tokens"
