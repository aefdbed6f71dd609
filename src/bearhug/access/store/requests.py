"""Requests for what is behind a gate."""

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import and_, bindparam, delete, func, or_, select, update

from bearhug.access.model import OwnRequest, Request, Status
from bearhug.access.model.gates import request_id
from bearhug.accounts.store.people import COLUMNS as OF_ACCOUNT
from bearhug.accounts.store.people import HERE, account_of
from bearhug.db import Connection, Row, statement, upsert
from bearhug.db.schema import access_requests as asked
from bearhug.db.schema import accounts, repos
from bearhug.kit.wire import Moment
from bearhug.repos.store import COLUMNS as OF_REPO
from bearhug.repos.store import repo_of

_ONE = (asked.c.repo_id == bindparam("repo_id"), asked.c.user_id == bindparam("user_id"))
_judge = accounts.alias("judge")
_ROW = (
    *OF_ACCOUNT,
    asked.c.repo_id.label("of_repo"),
    asked.c.status,
    asked.c.by_hand,
    asked.c.fields,
    asked.c.reason,
    asked.c.created_at.label("asked_at"),
    asked.c.decided_at,
    _judge.c.name.label("judge"),
)
_JOINED = (
    select(*_ROW)
    .join(asked, asked.c.user_id == accounts.c.id)
    .outerjoin(_judge, _judge.c.id == asked.c.decided_by)
)
_GET = statement(_JOINED.where(*_ONE))
_STATUS = statement(select(asked.c.status, asked.c.reason, asked.c.decided_at).where(*_ONE))
_PAGE = statement(
    _JOINED.where(
        asked.c.repo_id == bindparam("repo_id"),
        asked.c.status == bindparam("status"),
        HERE,
        or_(
            asked.c.created_at < bindparam("before"),
            and_(asked.c.created_at == bindparam("before"), accounts.c.id < bindparam("before_id")),
        ),
    )
    .order_by(asked.c.created_at.desc(), accounts.c.id.desc())
    .limit(bindparam("limit"))
)
_ASKERS = statement(
    select(accounts.c.id, accounts.c.name)
    .join(asked, asked.c.user_id == accounts.c.id)
    .where(asked.c.repo_id == bindparam("repo_id"), HERE)
)
_ALL = statement(
    _JOINED.where(asked.c.repo_id == bindparam("repo_id"), HERE).order_by(
        asked.c.created_at, accounts.c.id
    )
)
_COUNTS = statement(
    select(asked.c.status, func.count().label("number"))
    .join(accounts, accounts.c.id == asked.c.user_id)
    .where(asked.c.repo_id == bindparam("repo_id"), HERE)
    .group_by(asked.c.status)
)
_PUT = upsert(
    asked,
    ("repo_id", "user_id", "status", "by_hand", "fields", "created_at", "decided_at", "decided_by"),
    keys=("repo_id", "user_id"),
    update=("status", "by_hand", "fields", "decided_at", "decided_by"),
)
_DECIDE = statement(
    update(asked)
    .where(*_ONE)
    .values(
        status=bindparam("new_status"),
        reason=bindparam("new_reason"),
        decided_at=bindparam("at"),
        decided_by=bindparam("judge_id"),
    )
)
_DROP = statement(delete(asked).where(*_ONE))
_OF_USER = statement(
    select(*OF_REPO, asked.c.status, asked.c.reason, asked.c.created_at.label("asked_at"))
    .join(asked, asked.c.repo_id == repos.c.id)
    .where(asked.c.user_id == bindparam("user_id"), repos.c.gated != "")
    .order_by(asked.c.created_at.desc(), repos.c.id.desc())
    .limit(bindparam("limit"))
)


def get(db: Connection, repo_id: int, user_id: int) -> Request | None:
    row = db.first(_GET, repo_id=repo_id, user_id=user_id)
    return _request(row) if row else None


def status(db: Connection, repo_id: int, user_id: int) -> Row | None:
    """(status, reason, decided_at) of one's request."""
    return db.first(_STATUS, repo_id=repo_id, user_id=user_id)


def user_of(db: Connection, repo_id: int, wire_id: str) -> str | None:
    """The name of whoever made the request that the wire calls so."""
    for row in db.all(_ASKERS, repo_id=repo_id):
        if request_id(repo_id, row.id) == wire_id.lower():
            return str(row.name)
    return None


def page(
    db: Connection, repo_id: int, status: Status, before: tuple[Moment, int], limit: int
) -> list[Request]:
    """Newest first; `before` is (when, user id) of the last one seen."""
    at, id = before
    rows = db.all(_PAGE, repo_id=repo_id, status=status, before=at, before_id=id, limit=limit)
    return [_request(row) for row in rows]


def every(db: Connection, repo_id: int) -> list[Request]:
    """All of them, the first first."""
    return [_request(row) for row in db.all(_ALL, repo_id=repo_id)]


def counts(db: Connection, repo_id: int) -> dict[Status, int]:
    found = {Status(row.status): int(row.number) for row in db.all(_COUNTS, repo_id=repo_id)}
    return {each: found.get(each, 0) for each in Status}


def put(
    db: Connection,
    repo_id: int,
    user_id: int,
    status: Status,
    *,
    at: Moment,
    fields: Mapping[str, str] | None = None,
    by: int | None = None,
) -> None:
    """Keep a request; without `fields` it is one nobody made: access given by hand."""
    db.run(
        _PUT,
        repo_id=repo_id,
        user_id=user_id,
        status=status,
        by_hand=fields is None,
        fields=json.dumps(dict(fields or {}), ensure_ascii=False),
        created_at=at,
        decided_at=None if by is None else at,
        decided_by=by,
    )


def decide(
    db: Connection,
    repo_id: int,
    user_id: int,
    status: Status,
    *,
    reason: str,
    by: int | None,
    at: Moment,
) -> None:
    db.run(
        _DECIDE,
        repo_id=repo_id,
        user_id=user_id,
        new_status=status,
        new_reason=reason,
        judge_id=by,
        at=at,
    )


def drop(db: Connection, repo_id: int, user_id: int) -> None:
    db.run(_DROP, repo_id=repo_id, user_id=user_id)


def of_user(db: Connection, user_id: int, limit: int) -> list[OwnRequest]:
    """For repos that have a gate, newest first."""
    rows = db.all(_OF_USER, user_id=user_id, limit=limit)
    return [OwnRequest(repo_of(row), Status(row.status), row.reason, row.asked_at) for row in rows]


def _request(row: Any) -> Request:
    account = account_of(row)
    return Request(
        request_id(row.of_repo, account.id),
        account,
        "" if row.by_hand else account.email,
        Status(row.status),
        json.loads(row.fields),
        row.reason,
        row.asked_at,
        row.decided_at,
        row.judge or "",
    )
