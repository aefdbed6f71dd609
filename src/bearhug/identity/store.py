"""Credential rows: tokens, sessions, and what their holder is a member of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, case, literal, select, union_all, update

from bearhug.db import Connection, Row, statement
from bearhug.db.schema import (
    access_requests,
    accounts,
    members,
    oauth_repos,
    oauth_tokens,
    org_refusals,
    resource_group_members,
    sessions,
    tokens,
    trusted_publishers,
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
_DELEGATION = statement(
    select(
        *_WHO,
        oauth_tokens.c.id,
        oauth_tokens.c.app_id,
        oauth_tokens.c.scopes,
        oauth_tokens.c.orgs,
        oauth_tokens.c.expires_at,
        trusted_publishers.c.repo_id,
    )
    .join(accounts, accounts.c.id == oauth_tokens.c.user_id)
    .outerjoin(trusted_publishers, trusted_publishers.c.id == oauth_tokens.c.publisher_id)
    .where(oauth_tokens.c.sha256 == bindparam("sha256"), oauth_tokens.c.kind != "refresh", _USABLE)
)
_MADE = statement(
    select(oauth_repos.c.repo_id).where(
        oauth_repos.c.user_id == bindparam("user_id"), oauth_repos.c.app_id == bindparam("app_id")
    )
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


def delegation(db: Connection, sha256: str) -> Row | None:
    """An app's or a publisher's token; `repo_id` is the one repo it is for, if it is so."""
    return db.first(_DELEGATION, sha256=sha256)


def made_by_app(
    db: Connection, user_id: int, app_id: int | None, scopes: frozenset[str]
) -> Sequence[int]:
    """The ids of the repos it made for this user, if `scopes` let it go back to them."""
    if app_id is None or "contribute-repos" not in scopes:
        return []
    return [row.repo_id for row in db.all(_MADE, user_id=user_id, app_id=app_id)]


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
