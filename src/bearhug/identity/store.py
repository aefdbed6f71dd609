"""Credential rows: tokens, sessions, and what their holder is a member of."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import bindparam, case, literal, select, union_all, update

from bearhug.db import Connection, Row, statement
from bearhug.db.schema import (
    access_requests,
    accounts,
    members,
    org_refusals,
    resource_group_members,
    sessions,
    tokens,
)
from bearhug.hub import Role
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
# What a user may do is asked with every request: four indexes in one statement.
_STANDING = statement(
    union_all(
        select(literal("org").label("what"), members.c.org_id.label("id"), members.c.role).where(
            members.c.user_id == bindparam("user_id")
        ),
        select(
            literal("group"), resource_group_members.c.group_id, resource_group_members.c.role
        ).where(resource_group_members.c.user_id == bindparam("user_id")),
        select(literal("admitted"), access_requests.c.repo_id, literal("")).where(
            access_requests.c.user_id == bindparam("user_id"),
            access_requests.c.status == "accepted",
        ),
        select(literal("refused"), org_refusals.c.org_id, literal("")).where(
            org_refusals.c.token_id == bindparam("token_id")
        ),
    )
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


@dataclass(frozen=True)
class Standing:
    """What a user is in organisations and resource groups, and the gates they have passed."""

    roles: Mapping[int, Role]
    groups: Mapping[int, Role]
    admitted: frozenset[int]


def standing(db: Connection, user_id: int, token_id: int = 0) -> Standing:
    """Through a token: without the organisations that refuse it."""
    found: dict[str, dict[int, str]] = {"org": {}, "group": {}, "admitted": {}, "refused": {}}
    for what, id, role in db.all(_STANDING, user_id=user_id, token_id=token_id):
        found[what][id] = role
    refused = found["refused"]
    return Standing(
        {id: Role[word.upper()] for id, word in found["org"].items() if id not in refused},
        {id: Role[word.upper()] for id, word in found["group"].items()},
        frozenset(found["admitted"]),
    )


def note_token_use(db: Connection, token_id: int, at: Moment) -> None:
    db.run(_TOKEN_USED, token_id=token_id, at=at)


def note_session_seen(db: Connection, session_id: int, at: Moment, until: Moment) -> None:
    db.run(_SESSION_SEEN, session_id=session_id, at=at, until=until)
