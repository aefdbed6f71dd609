"""Access tokens, from the form to what they decide."""

import re
from typing import Any

import pytest
from starlette.testclient import TestClient

from bearhug.accounts import service
from bearhug.accounts.model import Refused, Scope, TokenRole
from bearhug.accounts.service import NewToken
from bearhug.hub import Actor, Hub, Permission, Transaction
from bearhug.identity.service import Credentials, digest, identify, speak_for
from bearhug.repos import service as repos
from bearhug.repos.model import Access, Repo, RepoKind, Visibility
from tests.accounts.conftest import Clock, Open

READ, WRITE = frozenset({Permission.READ}), frozenset({Permission.WRITE})
SECRET = re.compile(r"hf_[A-Za-z0-9]{34}")
DAY_SECONDS = 24 * 3600


def make(browser: TestClient, name: str = "laptop", role: str = "read", **more: Any) -> str:
    """A token's secret, as the page shows it."""
    form = {"name": name, "role": role, "expires": "never", "expires_on": "", "repos": "", **more}
    page = browser.post("/settings/tokens", data=form)
    assert page.status_code == 200, re.findall("field__error.*", page.text)
    assert page.headers["Cache-Control"] == "no-store"
    found = SECRET.search(page.text)
    assert found
    return found[0]


def bearer(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}


def whoami(browser: TestClient, secret: str) -> int:
    return browser.get("/api/whoami-v2", headers=bearer(secret)).status_code


def actor_of(hub: Hub, secret: str) -> Actor:
    return hub.read(lambda tx: identify(tx, Credentials(token=secret)))


def make_repo(hub: Hub, name: str, owner: str = "ada") -> Repo:
    def create(tx: Transaction) -> Repo:
        private = Visibility.PRIVATE
        return repos.create(tx, RepoKind.MODEL, name, owner=owner, visibility=private)

    return hub.write(create)


def fine(hub: Hub, *scopes: Scope) -> Actor:
    """Ada, by a fine-grained token."""
    name = f"fine-{hash(scopes)}"
    _, secret = hub.write(service.create_token, 1, name, TokenRole.FINE, scopes)
    return actor_of(hub, secret)


def test_a_secret_is_shown_once_and_kept_as_a_digest(opened: Open, hub: Hub) -> None:
    browser = opened("dora")
    secret = make(browser)
    later = browser.get("/settings/tokens").text
    assert secret not in later
    assert f"hf_…{secret[-4:]}" in later
    files = [path for path in hub.settings.data_dir.rglob("*") if path.is_file()]
    kept = b"".join(path.read_bytes() for path in files)
    assert digest(secret).encode() in kept
    assert secret.encode() not in kept


def test_two_tokens_do_not_share_a_name(opened: Open) -> None:
    browser = opened("dora")
    make(browser, "laptop")
    form = {"name": "laptop", "role": "read", "expires": "never", "expires_on": "", "repos": ""}
    page = browser.post("/settings/tokens", data=form)
    assert (page.status_code, "You have a token named laptop" in page.text) == (422, True)


def test_a_read_token_reads_and_a_write_token_writes(any_hub: Hub) -> None:
    repo = make_repo(any_hub, "bert")
    for role, may in ((TokenRole.READ, False), (TokenRole.WRITE, True)):
        _, secret = any_hub.write(service.create_token, 1, role, role)
        actor = actor_of(any_hub, secret)
        assert repos.can(actor, repo, Access.READ)
        assert repos.can(actor, repo, Access.WRITE) is may


def test_a_fine_grained_token_goes_as_far_as_its_scopes(any_hub: Hub) -> None:
    bert, other, ours = (
        make_repo(any_hub, "bert"),
        make_repo(any_hub, "other"),
        make_repo(any_hub, "ours", "bears"),
    )
    org = any_hub.read(service.find, "bears")

    one = fine(any_hub, Scope("repo", READ, bert.id))
    assert [repos.can(one, repo, Access.READ) for repo in (bert, other, ours)] == [
        True,
        False,
        False,
    ]
    assert not repos.can(one, bert, Access.WRITE)

    team = fine(any_hub, Scope("org", WRITE, org.id))
    assert [repos.can(team, repo, Access.WRITE) for repo in (bert, ours)] == [False, True]
    assert repos.can(team, ours, Access.READ)

    all_of_it = fine(any_hub, Scope("global", READ))
    assert all(repos.can(all_of_it, repo, Access.READ) for repo in (bert, other, ours))
    assert not any(repos.can(all_of_it, repo, Access.WRITE) for repo in (bert, other, ours))


def test_a_scope_never_reaches_past_its_holder(any_hub: Hub) -> None:
    hidden = make_repo(any_hub, "hidden", "linus")
    actor = fine(any_hub, Scope("repo", WRITE, hidden.id), Scope("global", READ))
    assert not repos.can(actor, hidden, Access.READ)


def test_scopes_are_chosen_in_the_form(opened: Open, hub: Hub) -> None:
    browser = opened("dora")
    dora = hub.read(service.find, "dora")
    den = make_repo(hub, "den", "dora")
    cave = make_repo(hub, "cave", "dora")
    permission = str(Permission.WRITE)
    secret = make(browser, role="fineGrained", repos="dora/den", repo=[permission])
    actor = actor_of(hub, secret)
    assert repos.can(actor, den, Access.WRITE)
    assert not repos.can(actor, cave, Access.READ)

    more = {f"account-{dora.id}": ["repo.content.read"], "everywhere": ["no.such.permission"]}
    actor = actor_of(hub, make(browser, "ci", "fineGrained", **more))
    assert repos.can(actor, cave, Access.READ)
    assert not repos.can(actor, cave, Access.WRITE)
    assert "dora/den: write" in browser.get("/settings/tokens").text


@pytest.mark.parametrize(
    "new",
    [
        NewToken("x", "fineGrained"),
        NewToken("x", "fineGrained", accounts={3: READ}),
        NewToken("x", "fineGrained", repos="ada/bert"),
        NewToken("x", "fineGrained", repos="linus/secret", repo_permissions=READ),
        NewToken("x", "fineGrained", repos="ada/none", repo_permissions=READ),
        NewToken("x", "all of it"),
        NewToken(" ", "read"),
        NewToken("x", "read", expires_at=1),
    ],
)
def test_a_token_that_makes_no_sense_is_refused(any_hub: Hub, new: NewToken) -> None:
    make_repo(any_hub, "bert")
    make_repo(any_hub, "secret", "linus")
    ada = any_hub.read(speak_for, 1)
    with pytest.raises(Refused):
        any_hub.write_as(ada, service.make_token, new)


def test_an_expired_token_is_nobodys(opened: Open, timed: Hub, clock: Clock) -> None:
    browser = opened("dora", of=timed)
    secret = make(browser, expires="7")
    assert whoami(browser, secret) == 200
    clock.pass_seconds(7 * DAY_SECONDS)
    answer = browser.get("/api/whoami-v2", headers=bearer(secret))
    assert answer.status_code == 401
    assert answer.headers["X-Error-Message"] == "Invalid credentials in Authorization header"
    assert "ended" in browser.get("/settings/tokens").text


def test_a_token_may_end_with_a_day(opened: Open) -> None:
    browser = opened("dora")
    secret = make(browser, expires="day", expires_on="2099-12-31")
    said = browser.get("/api/whoami-v2", headers=bearer(secret)).json()
    assert said["auth"]["expiresAt"] == "2100-01-01T00:00:00.000Z"
    for day in ("", "soon", "2001-01-01", "9999-12-31"):
        form = {"name": "x", "role": "read", "expires": "day", "expires_on": day, "repos": ""}
        assert browser.post("/settings/tokens", data=form).status_code == 422


def test_a_renewed_token_has_another_secret_and_its_term_anew(
    opened: Open, timed: Hub, clock: Clock
) -> None:
    browser = opened("dora", of=timed)
    old = make(browser, expires="7")
    clock.pass_seconds(8 * DAY_SECONDS)
    page = browser.post("/settings/tokens/4/renew")
    new = SECRET.findall(page.text)[0]
    assert (page.headers["Cache-Control"], new != old) == ("no-store", True)
    assert (whoami(browser, old), whoami(browser, new)) == (401, 200)
    clock.pass_seconds(7 * DAY_SECONDS)
    assert whoami(browser, new) == 401


def test_a_deleted_token_stops_at_once(opened: Open) -> None:
    browser = opened("dora")
    secret = make(browser)
    assert browser.post("/settings/tokens/4/delete").status_code == 303
    assert whoami(browser, secret) == 401


def test_nobody_touches_anothers_tokens(opened: Open) -> None:
    secret = make(opened("dora"))
    eve = opened("eve")
    assert eve.post("/settings/tokens/4/delete").status_code == 404
    assert eve.post("/settings/tokens/4/renew").status_code == 404
    assert whoami(opened(), secret) == 200


def test_a_token_of_an_operator_operates_only_if_it_writes(any_hub: Hub) -> None:
    boss = any_hub.write(service.create_user, "boss", "b@dens.example", None, operator=True)
    for role, operates in (
        (TokenRole.READ, False),
        (TokenRole.WRITE, True),
        (TokenRole.FINE, False),
    ):
        scopes = [Scope("global", READ)]
        _, secret = any_hub.write(service.create_token, boss.id, role, role, scopes)
        assert actor_of(any_hub, secret).operator is operates
