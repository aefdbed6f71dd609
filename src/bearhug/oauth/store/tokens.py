"""Access, refresh and exchanged tokens. All of one family end together."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, delete, select, update

from bearhug.db import Connection, adding, statement
from bearhug.db.schema import oauth_tokens
from bearhug.kit.wire import Moment

_TOKEN = (
    oauth_tokens.c.sha256,
    oauth_tokens.c.kind,
    oauth_tokens.c.family,
    oauth_tokens.c.app_id,
    oauth_tokens.c.publisher_id,
    oauth_tokens.c.user_id,
    oauth_tokens.c.scopes,
    oauth_tokens.c.orgs,
    oauth_tokens.c.expires_at,
    oauth_tokens.c.used_at,
)
_ADD = adding(
    oauth_tokens,
    *("sha256", "kind", "family", "app_id", "publisher_id", "user_id", "scopes", "orgs"),
    *("created_at", "expires_at"),
)
_FIND = statement(select(*_TOKEN).where(oauth_tokens.c.sha256 == bindparam("sha256")))
_USE = statement(
    update(oauth_tokens)
    .where(oauth_tokens.c.sha256 == bindparam("of"))
    .values(used_at=bindparam("at"))
)
_DROP_FAMILY = statement(delete(oauth_tokens).where(oauth_tokens.c.family == bindparam("of")))
_DROP_OF = statement(
    delete(oauth_tokens).where(
        oauth_tokens.c.app_id == bindparam("app_id"),
        oauth_tokens.c.user_id == bindparam("user_id"),
    )
)
_DROP = statement(delete(oauth_tokens).where(oauth_tokens.c.sha256 == bindparam("of")))
_FORGET = statement(delete(oauth_tokens).where(oauth_tokens.c.expires_at < bindparam("before")))


@dataclass(frozen=True)
class Kept:
    """A token's row: what it allows, not the token. kind: access, refresh or exchange."""

    sha256: str
    kind: str
    family: str
    app_id: int | None
    publisher_id: int | None
    user_id: int
    scopes: tuple[str, ...]
    orgs: frozenset[int]
    expires_at: Moment
    used_at: Moment | None = None


def add(db: Connection, token: Kept, at: Moment) -> None:
    db.run(
        _ADD,
        sha256=token.sha256,
        kind=token.kind,
        family=token.family,
        app_id=token.app_id,
        publisher_id=token.publisher_id,
        user_id=token.user_id,
        scopes=json.dumps(token.scopes),
        orgs=_listed(token.orgs),
        created_at=at,
        expires_at=token.expires_at,
    )


def find(db: Connection, sha256: str) -> Kept | None:
    row: Any = db.first(_FIND, sha256=sha256)
    if row is None:
        return None
    return Kept(
        row.sha256,
        row.kind,
        row.family,
        row.app_id,
        row.publisher_id,
        row.user_id,
        tuple(json.loads(row.scopes)),
        frozenset(json.loads(row.orgs)),
        row.expires_at,
        row.used_at,
    )


def use(db: Connection, sha256: str, at: Moment) -> None:
    db.run(_USE, of=sha256, at=at)


def drop(db: Connection, sha256: str) -> None:
    db.run(_DROP, of=sha256)


def drop_family(db: Connection, family: str) -> None:
    db.run(_DROP_FAMILY, of=family)


def drop_of(db: Connection, app_id: int, user_id: int) -> None:
    db.run(_DROP_OF, app_id=app_id, user_id=user_id)


def forget(db: Connection, before: Moment) -> None:
    """Those that ended before then."""
    db.run(_FORGET, before=before)


def _listed(ids: Iterable[int]) -> str:
    return json.dumps(sorted(ids))
