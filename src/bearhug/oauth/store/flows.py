"""Codes on their way to an app, and devices that wait for a person."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, delete, select, update

from bearhug.db import Connection, adding, statement
from bearhug.db.schema import oauth_codes, oauth_devices
from bearhug.kit.wire import Moment

_CODE = (
    oauth_codes.c.app_id,
    oauth_codes.c.user_id,
    oauth_codes.c.redirect_uri,
    oauth_codes.c.scopes,
    oauth_codes.c.orgs,
    oauth_codes.c.nonce,
    oauth_codes.c.challenge,
    oauth_codes.c.expires_at,
    oauth_codes.c.used_at,
)
_ADD_CODE = adding(
    oauth_codes,
    *("sha256", "app_id", "user_id", "redirect_uri", "scopes", "orgs"),
    *("nonce", "challenge", "expires_at"),
)
_FIND_CODE = statement(select(*_CODE).where(oauth_codes.c.sha256 == bindparam("sha256")))
_USE_CODE = statement(
    update(oauth_codes)
    .where(oauth_codes.c.sha256 == bindparam("of"))
    .values(used_at=bindparam("at"))
)
_DROP_CODES = statement(
    delete(oauth_codes).where(
        oauth_codes.c.app_id == bindparam("app_id"), oauth_codes.c.user_id == bindparam("user_id")
    )
)
_FORGET_CODES = statement(delete(oauth_codes).where(oauth_codes.c.expires_at < bindparam("before")))

_DEVICE = (
    oauth_devices.c.sha256,
    oauth_devices.c.app_id,
    oauth_devices.c.user_code,
    oauth_devices.c.user_id,
    oauth_devices.c.scopes,
    oauth_devices.c.orgs,
    oauth_devices.c.status,
    oauth_devices.c.interval_seconds,
    oauth_devices.c.polled_at,
    oauth_devices.c.expires_at,
)
_ADD_DEVICE = adding(
    oauth_devices,
    *("sha256", "user_code", "app_id", "scopes", "status"),
    *("interval_seconds", "created_at", "expires_at"),
)
_FIND_DEVICE = statement(select(*_DEVICE).where(oauth_devices.c.sha256 == bindparam("sha256")))
_BY_USER_CODE = statement(
    select(*_DEVICE).where(
        oauth_devices.c.user_code == bindparam("user_code"),
        oauth_devices.c.status == "pending",
        oauth_devices.c.expires_at > bindparam("now"),
    )
)
_THIS_DEVICE = oauth_devices.c.sha256 == bindparam("of")
_DECIDE = statement(
    update(oauth_devices)
    .where(_THIS_DEVICE)
    .values(
        user_id=bindparam("by_user"), status=bindparam("new_status"), orgs=bindparam("new_orgs")
    )
)
_POLLED = statement(
    update(oauth_devices)
    .where(_THIS_DEVICE)
    .values(polled_at=bindparam("at"), interval_seconds=bindparam("seconds"))
)
_DROP_DEVICE = statement(delete(oauth_devices).where(_THIS_DEVICE))
_DROP_DEVICES = statement(
    delete(oauth_devices).where(
        oauth_devices.c.app_id == bindparam("app_id"),
        oauth_devices.c.user_id == bindparam("user_id"),
    )
)
_FORGET_DEVICES = statement(
    delete(oauth_devices).where(oauth_devices.c.expires_at < bindparam("before"))
)


@dataclass(frozen=True)
class Code:
    app_id: int
    user_id: int
    redirect_uri: str
    scopes: tuple[str, ...]
    orgs: frozenset[int]
    nonce: str
    challenge: str
    expires_at: Moment
    used_at: Moment | None


@dataclass(frozen=True)
class Waiting:
    """A device's row. `user_id` is whoever decided; None before."""

    sha256: str
    app_id: int
    user_code: str
    user_id: int | None
    scopes: tuple[str, ...]
    orgs: frozenset[int]
    status: str
    interval_seconds: int
    polled_at: Moment | None
    expires_at: Moment


def add_code(db: Connection, sha256: str, code: Code) -> None:
    db.run(
        _ADD_CODE,
        sha256=sha256,
        app_id=code.app_id,
        user_id=code.user_id,
        redirect_uri=code.redirect_uri,
        scopes=json.dumps(code.scopes),
        orgs=json.dumps(sorted(code.orgs)),
        nonce=code.nonce,
        challenge=code.challenge,
        expires_at=code.expires_at,
    )


def code(db: Connection, sha256: str) -> Code | None:
    row: Any = db.first(_FIND_CODE, sha256=sha256)
    if row is None:
        return None
    return Code(
        row.app_id,
        row.user_id,
        row.redirect_uri,
        tuple(json.loads(row.scopes)),
        frozenset(json.loads(row.orgs)),
        row.nonce,
        row.challenge,
        row.expires_at,
        row.used_at,
    )


def use_code(db: Connection, sha256: str, at: Moment) -> None:
    db.run(_USE_CODE, of=sha256, at=at)


def add_device(
    db: Connection,
    sha256: str,
    user_code: str,
    app_id: int,
    scopes: Sequence[str],
    *,
    interval_seconds: int,
    at: Moment,
    until: Moment,
) -> None:
    """Raises IntegrityError if another waits with this user code."""
    db.run(
        _ADD_DEVICE,
        sha256=sha256,
        user_code=user_code,
        app_id=app_id,
        scopes=json.dumps(list(scopes)),
        status="pending",
        interval_seconds=interval_seconds,
        created_at=at,
        expires_at=until,
    )


def device(db: Connection, sha256: str) -> Waiting | None:
    return _waiting(db.first(_FIND_DEVICE, sha256=sha256))


def pending(db: Connection, user_code: str, now: Moment) -> Waiting | None:
    """The device that waits with this code, undecided."""
    return _waiting(db.first(_BY_USER_CODE, user_code=user_code, now=now))


def decide(db: Connection, sha256: str, user_id: int, status: str, orgs: Iterable[int]) -> None:
    new_orgs = json.dumps(sorted(orgs))
    db.run(_DECIDE, of=sha256, by_user=user_id, new_status=status, new_orgs=new_orgs)


def note_poll(db: Connection, sha256: str, at: Moment, interval_seconds: int) -> None:
    db.run(_POLLED, of=sha256, at=at, seconds=interval_seconds)


def drop_device(db: Connection, sha256: str) -> None:
    db.run(_DROP_DEVICE, of=sha256)


def drop_all(db: Connection, app_id: int, user_id: int) -> None:
    """What was on its way to this app for this user."""
    db.run(_DROP_CODES, app_id=app_id, user_id=user_id)
    db.run(_DROP_DEVICES, app_id=app_id, user_id=user_id)


def forget(db: Connection, before: Moment) -> None:
    """Codes and devices that ended before then."""
    db.run(_FORGET_CODES, before=before)
    db.run(_FORGET_DEVICES, before=before)


def _waiting(row: Any) -> Waiting | None:
    if row is None:
        return None
    return Waiting(
        row.sha256,
        row.app_id,
        row.user_code,
        row.user_id,
        tuple(json.loads(row.scopes)),
        frozenset(json.loads(row.orgs)),
        row.status,
        row.interval_seconds,
        row.polled_at,
        row.expires_at,
    )
