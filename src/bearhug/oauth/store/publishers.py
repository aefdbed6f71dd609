"""Trusted publishers' rows."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import bindparam, delete, select, update

from bearhug.db import Connection, adding, statement
from bearhug.db.schema import accounts, trusted_publishers
from bearhug.kit.wire import Moment
from bearhug.oauth.model import Provider, Publisher

_COLUMNS = (
    trusted_publishers.c.id,
    trusted_publishers.c.account_id,
    trusted_publishers.c.repo_id,
    trusted_publishers.c.issuer,
    trusted_publishers.c.claims,
    trusted_publishers.c.scopes,
    trusted_publishers.c.created_by,
    trusted_publishers.c.created_at,
    trusted_publishers.c.used_at,
    accounts.c.name.label("creator"),
)
_ALL = select(*_COLUMNS).join(accounts, accounts.c.id == trusted_publishers.c.created_by)
_OF_REPO = statement(
    _ALL.where(trusted_publishers.c.repo_id == bindparam("repo_id")).order_by(
        trusted_publishers.c.id
    )
)
_OF_ACCOUNT = statement(
    _ALL.where(
        trusted_publishers.c.account_id == bindparam("account_id"),
        trusted_publishers.c.repo_id.is_(None),
    ).order_by(trusted_publishers.c.id)
)
_BY_ID = statement(_ALL.where(trusted_publishers.c.id == bindparam("publisher_id")))
_ADD = adding(
    trusted_publishers,
    *("account_id", "repo_id", "issuer", "claims", "scopes", "created_by", "created_at"),
)
_DROP = statement(
    delete(trusted_publishers).where(trusted_publishers.c.id == bindparam("publisher_id"))
)
_USED = statement(
    update(trusted_publishers)
    .where(trusted_publishers.c.id == bindparam("publisher_id"))
    .values(used_at=bindparam("at"))
)


def of_repo(db: Connection, repo_id: int) -> list[Publisher]:
    return [_publisher(row) for row in db.all(_OF_REPO, repo_id=repo_id)]


def of_account(db: Connection, account_id: int) -> list[Publisher]:
    """Those of the whole account, not of one repo."""
    return [_publisher(row) for row in db.all(_OF_ACCOUNT, account_id=account_id)]


def by_id(db: Connection, publisher_id: int) -> Publisher | None:
    row = db.first(_BY_ID, publisher_id=publisher_id)
    return _publisher(row) if row else None


def add(
    db: Connection,
    provider: Provider,
    issuer: str,
    claims: Mapping[str, str],
    *,
    account_id: int,
    repo_id: int | None,
    scopes: Sequence[str],
    created_by: int,
    at: Moment,
) -> None:
    db.run(
        _ADD,
        account_id=account_id,
        repo_id=repo_id,
        issuer=issuer,
        claims=json.dumps({"provider": provider, "claims": dict(claims)}),
        scopes=json.dumps(list(scopes)),
        created_by=created_by,
        created_at=at,
    )


def drop(db: Connection, publisher_id: int) -> None:
    db.run(_DROP, publisher_id=publisher_id)


def note_use(db: Connection, publisher_id: int, at: Moment) -> None:
    db.run(_USED, publisher_id=publisher_id, at=at)


def _publisher(row: Any) -> Publisher:
    said = json.loads(row.claims)
    return Publisher(
        row.id,
        Provider(said["provider"]),
        row.account_id,
        row.repo_id,
        row.issuer,
        said["claims"],
        tuple(json.loads(row.scopes)),
        row.created_by,
        row.creator,
        row.created_at,
        row.used_at,
    )
