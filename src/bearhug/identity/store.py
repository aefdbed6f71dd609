"""Credential rows: tokens, sessions, and what their holder is a member of."""

from sqlalchemy import bindparam, case, select, update

from bearhug.db import Connection, Row, statement
from bearhug.db.schema import accounts, members, sessions, tokens
from bearhug.kit.wire import Moment

_WHO = (
    accounts.c.id.label("user_id"),
    accounts.c.name,
    accounts.c.operator,
    accounts.c.full_name,
    accounts.c.avatar_sha256,
)
_USABLE = accounts.c.disabled_at.is_(None)

_TOKEN = statement(
    select(*_WHO, tokens.c.id, tokens.c.role, tokens.c.scopes, tokens.c.expires_at)
    .join(accounts, accounts.c.id == tokens.c.user_id)
    .where(tokens.c.sha256 == bindparam("sha256"), _USABLE)
)
_SESSION = statement(
    select(*_WHO, sessions.c.id, sessions.c.expires_at)
    .join(accounts, accounts.c.id == sessions.c.user_id)
    .where(sessions.c.sha256 == bindparam("sha256"), _USABLE)
)
_ROLES = statement(
    select(members.c.org_id, members.c.role).where(members.c.user_id == bindparam("user_id"))
)
_USER = statement(select(*_WHO).where(accounts.c.id == bindparam("id"), _USABLE))
_TOKEN_USED = statement(
    update(tokens)
    .where(tokens.c.id == bindparam("token_id"))
    .values(
        used_at=case((tokens.c.used_at > bindparam("at"), tokens.c.used_at), else_=bindparam("at"))
    )
)
_SESSION_SEEN = statement(
    update(sessions)
    .where(sessions.c.id == bindparam("session_id"))
    .values(seen_at=bindparam("at"), expires_at=bindparam("until"))
)


def token(db: Connection, sha256: str) -> Row | None:
    return db.first(_TOKEN, sha256=sha256)


def session(db: Connection, sha256: str) -> Row | None:
    return db.first(_SESSION, sha256=sha256)


def user(db: Connection, id: int) -> Row | None:
    return db.first(_USER, id=id)


def roles(db: Connection, user_id: int) -> list[Row]:
    return db.all(_ROLES, user_id=user_id)


def note_token_use(db: Connection, token_id: int, at: Moment) -> None:
    db.run(_TOKEN_USED, token_id=token_id, at=at)


def note_session_seen(db: Connection, session_id: int, at: Moment, until: Moment) -> None:
    db.run(_SESSION_SEEN, session_id=session_id, at=at, until=until)
