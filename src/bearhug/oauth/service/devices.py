"""Devices without a browser: they show a code, and a person types it here (RFC 8628)."""

from collections.abc import Sequence
from dataclasses import dataclass
from secrets import choice, token_urlsafe

from bearhug.accounts import service as accounts
from bearhug.db import IntegrityError
from bearhug.errors import Unavailable
from bearhug.hub import Transaction
from bearhug.identity.service import digest
from bearhug.oauth.model import App, Device, Issued, OAuthError
from bearhug.oauth.model.scopes import within
from bearhug.oauth.service.consent import remember
from bearhug.oauth.service.counting import check, note
from bearhug.oauth.service.issuing import issue
from bearhug.oauth.store import apps, flows

LETTERS = "BCDFGHJKLMNPQRSTVWXZ"
"""No vowels, so no words; nothing that looks like a digit (RFC 8628 §6.1)."""

LENGTH, TRIES = 8, 8
FREE, FREE_FROM = 10, 50
"""Wrong codes before one waits: by one account, and from one address, whoever tries."""

INTERVAL_SECONDS = 5
EARLY = 500
"""How much sooner than told a device may ask, in milliseconds: clocks and networks differ."""


@dataclass(frozen=True)
class Begun:
    """What the device is told. `user_code` has a hyphen in its middle."""

    device_code: str
    user_code: str
    interval_seconds: int
    seconds: int


def begin(tx: Transaction, app: App, scopes: Sequence[str]) -> Begun:
    """Let a device wait for its code to be typed. Raises OAuthError (invalid_scope)."""
    allowed = within(scopes, app.scopes)
    seconds = tx.hub.settings.oauth_device_seconds
    secret = token_urlsafe(32)
    for _ in range(TRIES):
        code = "".join(choice(LETTERS) for _ in range(LENGTH))
        try:
            with tx.db.savepoint():
                flows.add_device(
                    tx.db,
                    digest(secret),
                    code,
                    app.id,
                    allowed,
                    interval_seconds=INTERVAL_SECONDS,
                    at=tx.now,
                    until=tx.now + seconds * 1000,
                )
        except IntegrityError:
            continue
        return Begun(secret, spelled(code), INTERVAL_SECONDS, seconds)
    raise Unavailable("No code is free just now. Try again.")


def look_up(tx: Transaction, typed: str, address: str) -> Device | None:
    """The device that shows this code, or None; each wrong try counts. Raises TooMany.

    A right one makes no wrong ones good: whoever guesses has devices of their own to type in.
    `address` is where the request comes from.
    """
    guesses = {
        f"device code {accounts.require_in_person(tx.actor)}": FREE,
        f"device code from {address}": FREE_FROM,
    }
    for key, free in guesses.items():
        check(tx, key, free=free, what="wrong codes")
    row = flows.pending(tx.db, plain(typed), tx.now)
    app = None if row is None else apps.by_id(tx.db, row.app_id)
    if row is None or app is None:
        for key in guesses:
            note(tx, key)
        return None
    return Device(app, spelled(row.user_code), row.scopes)


def decide(
    tx: Transaction, typed: str, address: str, *, allowed: bool, orgs: Sequence[int]
) -> Device | None:
    """Let the device in, or not; None if it does not wait any more. Raises TooMany."""
    device = look_up(tx, typed, address)
    row = flows.pending(tx.db, plain(typed), tx.now)
    if device is None or row is None:
        return None
    let_into = remember(tx, device.app, row.scopes, orgs) if allowed else frozenset()
    user_id = accounts.require_in_person(tx.actor)
    flows.decide(tx.db, row.sha256, user_id, "allowed" if allowed else "denied", let_into)
    return device


def poll(tx: Transaction, app: App, device_code: str) -> Issued | OAuthError:
    """Tokens once the person has allowed it. What is to be told else is returned, not raised:
    that the device asked is kept."""
    row = flows.device(tx.db, digest(device_code))
    if row is None or row.app_id != app.id:
        return OAuthError("invalid_grant", "This hub knows no device of this code.")
    if row.expires_at <= tx.now:
        return OAuthError("expired_token", "Nobody typed the code in time. Begin again.")
    early = row.polled_at is not None and (
        tx.now - row.polled_at < row.interval_seconds * 1000 - EARLY
    )
    interval = row.interval_seconds + (5 if early else 0)
    flows.note_poll(tx.db, row.sha256, tx.now, interval)
    if early:
        return OAuthError("slow_down", f"Ask every {interval} seconds.")
    if row.status == "denied":
        return OAuthError("access_denied", "The person said no.")
    if row.status == "pending" or row.user_id is None:
        return OAuthError("authorization_pending", "The code has not been typed yet.")
    flows.drop_device(tx.db, row.sha256)
    return issue(tx, app, row.user_id, row.scopes, row.orgs, family=f"of {row.sha256}")


def plain(typed: str) -> str:
    """A code as it is kept, however somebody spelled it."""
    return "".join(letter for letter in typed.upper() if letter in LETTERS)[: LENGTH + 1]


def spelled(code: str) -> str:
    return f"{code[: LENGTH // 2]}-{code[LENGTH // 2 :]}"
