"""Signing in and out: attempts, sessions."""

import hashlib
import ipaddress
from dataclasses import dataclass
from secrets import token_urlsafe

from bearhug.accounts.model import Account, Refused, Session
from bearhug.accounts.model.credentials import (
    DAY,
    FREE_FAILURES_ACCOUNT,
    FREE_FAILURES_ADDRESS,
    in_words,
    wait,
)
from bearhug.accounts.service.people import NewUser, check_sign_up, create_user, require_in_person
from bearhug.accounts.store import credentials as store
from bearhug.accounts.store import people
from bearhug.errors import NotFound, TooMany
from bearhug.hub import Transaction
from bearhug.identity.service import digest

WRONG = "This name and this password do not belong together."


@dataclass(frozen=True)
class Browser:
    """Where a session is opened from. `secret` is the session it already had, if any."""

    user_agent: str
    address: str
    secret: str = ""


@dataclass(frozen=True)
class Attempt:
    """Somebody about to prove who they are. `user_id` and `hashed` are None for nobody we know."""

    user_id: int | None
    hashed: str | None
    account_key: str
    address_key: str


def begin_attempt(tx: Transaction, name_or_email: str, address: str) -> Attempt:
    """Count an attempt and say what to check it against. Raises TooMany, with the wait.

    It counts as failed until it has succeeded: else many at once would all be the first.
    """
    known = people.signing_in(tx.db, name_or_email.strip().replace("\0", ""))
    if known is None:
        return _counted(tx, _unknown_key(name_or_email), address)
    return _counted(tx, f"account {known.id}", address, known.id, known.password)


def begin_own_attempt(tx: Transaction, address: str) -> Attempt:
    """Likewise for somebody signed in who must give their password once more."""
    user_id = require_in_person(tx.actor)
    hashed = people.password(tx.db, user_id)
    return _counted(tx, f"account {user_id}", address, user_id, hashed)


def end_attempt(tx: Transaction, attempt: Attempt) -> None:
    """The password was right. The address is forgiven this one attempt, not all it made."""
    store.clear_attempts(tx.db, attempt.account_key)
    store.forgive_attempt(tx.db, attempt.address_key)
    store.forget_attempts(tx.db, tx.now - DAY)


def sign_in(
    tx: Transaction, attempt: Attempt, browser: Browser, *, rehashed: str | None = None
) -> str:
    """Open a session after the password was found right; returns the cookie's secret.

    Raises Refused if it was changed while it was being checked.
    """
    if attempt.user_id is None or people.password(tx.db, attempt.user_id) != attempt.hashed:
        raise Refused(password=WRONG)
    end_attempt(tx, attempt)
    if rehashed is not None:
        people.set_password(tx.db, attempt.user_id, rehashed)
    return _open(tx, attempt.user_id, browser)


def sign_up(
    tx: Transaction, new: NewUser, password_hash: str, browser: Browser
) -> tuple[Account, str]:
    """Make an account and open its first session. Raises as `check_sign_up`."""
    check_sign_up(tx, new)
    account = create_user(tx, new.name, new.email, password_hash)
    return account, _open(tx, account.id, browser)


def sign_out(tx: Transaction, secret: str) -> None:
    """End the session that has this secret, if there is one."""
    store.end_session_of_secret(tx.db, digest(secret))


def sessions(tx: Transaction) -> list[Session]:
    """One's own, the last seen first."""
    return store.sessions_of(tx.db, require_in_person(tx.actor), tx.now)


def end_session(tx: Transaction, session_id: int) -> None:
    """End one of one's own sessions. Raises NotFound."""
    if not store.end_session(tx.db, require_in_person(tx.actor), session_id):
        raise NotFound("This session has ended already.")


def end_other_sessions(tx: Transaction) -> int:
    """End all of one's sessions but this one; how many there were."""
    user_id = require_in_person(tx.actor)
    return store.end_other_sessions(tx.db, user_id, tx.actor.session_id or 0)


def _open(tx: Transaction, user_id: int, browser: Browser) -> str:
    """A new session, in place of the one the browser had: a planted secret gains nothing."""
    if browser.secret:
        store.end_session_of_secret(tx.db, digest(browser.secret))
    store.end_stale_sessions(tx.db, tx.now)
    secret = token_urlsafe(32)
    store.add_session(
        tx.db,
        user_id,
        sha256=digest(secret),
        user_agent=browser.user_agent[:400],
        address=browser.address[:64],
        at=tx.now,
        until=tx.now + tx.hub.settings.session_days * DAY,
    )
    return secret


def _counted(
    tx: Transaction,
    account_key: str,
    address: str,
    user_id: int | None = None,
    hashed: str | None = None,
) -> Attempt:
    attempt = Attempt(user_id, hashed, account_key, f"address {_network(address)}")
    _count(tx, attempt.account_key, FREE_FAILURES_ACCOUNT, "for this account")
    _count(tx, attempt.address_key, FREE_FAILURES_ADDRESS, "from your address")
    return attempt


def _count(tx: Transaction, key: str, free: int, which: str) -> None:
    row = store.attempt(tx.db, key)
    if row is None or row.last_at <= tx.now - DAY:
        return store.put_attempt(tx.db, key, 1, tx.now)
    left = row.last_at + wait(row.failures, free) - tx.now
    if left > 0:
        seconds = -(-left // 1000)
        words = f"Too many wrong passwords {which}. Try again in {in_words(seconds)}."
        raise TooMany(words, seconds=seconds)
    store.put_attempt(tx.db, key, row.failures + 1, tx.now)


def _unknown_key(typed: str) -> str:
    """A digest: people type their password into the wrong field."""
    return f"unknown {hashlib.sha256(typed.strip().lower().encode()).hexdigest()[:32]}"


def _network(address: str) -> str:
    """An IPv4 address as it is; of an IPv6 one the half that its holder cannot choose."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 4:
        return str(parsed)
    return str(ipaddress.ip_network((parsed, 64), strict=False))
