"""Complaints, and what operators have disabled."""

from typing import Any

from sqlalchemy import bindparam, delete, func, select, update

from bearhug.access.model import Report, Suspension
from bearhug.db import Connection, adding, statement, upsert
from bearhug.db.schema import accounts, reports, repos, suspensions
from bearhug.kit.wire import Moment
from bearhug.repos.model import Repo
from bearhug.repos.store import COLUMNS as OF_REPO
from bearhug.repos.store import repo_of

_ADD = adding(reports, "repo_id", "discussion_num", "user_id", "reason", "created_at")
_reporter, _handler = accounts.alias("reporter"), accounts.alias("handler")
_JOINED = (
    select(
        *OF_REPO,
        reports.c.id.label("report_id"),
        reports.c.discussion_num,
        reports.c.reason,
        reports.c.created_at.label("reported_at"),
        reports.c.handled_at,
        _reporter.c.name.label("reporter"),
        _handler.c.name.label("handler"),
    )
    .join(reports, reports.c.repo_id == repos.c.id)
    .outerjoin(_reporter, _reporter.c.id == reports.c.user_id)
    .outerjoin(_handler, _handler.c.id == reports.c.handled_by)
)
_OPEN = statement(
    _JOINED.where(reports.c.handled_at.is_(None), reports.c.id > bindparam("after"))
    .order_by(reports.c.id)
    .limit(bindparam("limit"))
)
_CLOSED = statement(
    _JOINED.where(reports.c.handled_at.is_not(None), reports.c.id < bindparam("before"))
    .order_by(reports.c.id.desc())
    .limit(bindparam("limit"))
)
_COUNT = statement(select(func.count()).select_from(reports).where(reports.c.handled_at.is_(None)))
_RECENT = statement(
    select(func.count())
    .select_from(reports)
    .where(reports.c.user_id == bindparam("user_id"), reports.c.created_at > bindparam("since"))
)
_HANDLE = statement(
    update(reports)
    .where(reports.c.id == bindparam("of"), reports.c.handled_at.is_(None))
    .values(handled_at=bindparam("at"), handled_by=bindparam("by"))
    .returning(reports.c.repo_id)
)
_SUSPEND = upsert(
    suspensions,
    ("repo_id", "reason", "created_by", "created_at"),
    keys=("repo_id",),
    update=("reason", "created_by", "created_at"),
)
_LIFT = statement(delete(suspensions).where(suspensions.c.repo_id == bindparam("repo_id")))
_SUSPENSION = statement(
    select(suspensions.c.reason, suspensions.c.created_at, accounts.c.name)
    .select_from(suspensions.outerjoin(accounts, accounts.c.id == suspensions.c.created_by))
    .where(suspensions.c.repo_id == bindparam("repo_id"))
)
_SUSPENDED = statement(
    select(
        *OF_REPO,
        suspensions.c.reason.label("why"),
        suspensions.c.created_at.label("since"),
        accounts.c.name.label("by"),
    )
    .join(suspensions, suspensions.c.repo_id == repos.c.id)
    .outerjoin(accounts, accounts.c.id == suspensions.c.created_by)
    .order_by(suspensions.c.created_at.desc())
    .limit(bindparam("limit"))
)
_LAST = 2**62


def add(
    db: Connection, repo_id: int, user_id: int, reason: str, *, discussion: int | None, at: Moment
) -> None:
    values = {"discussion_num": discussion, "reason": reason, "created_at": at}
    db.run(_ADD, repo_id=repo_id, user_id=user_id, **values)


def recent(db: Connection, user_id: int, since: Moment) -> int:
    """How many one has made since then."""
    return int(db.value(_RECENT, user_id=user_id, since=since))


def waiting(db: Connection, after: int, limit: int) -> list[Report]:
    """Those nobody has handled, the oldest first."""
    return [_report(row) for row in db.all(_OPEN, after=after, limit=limit)]


def handled(db: Connection, before: int | None, limit: int) -> list[Report]:
    """The others, the newest first."""
    return [_report(row) for row in db.all(_CLOSED, before=before or _LAST, limit=limit)]


def count_waiting(db: Connection) -> int:
    return int(db.value(_COUNT))


def handle(db: Connection, report_id: int, by: int | None, at: Moment) -> int | None:
    """Close it, and name its repo; None if it is closed or gone."""
    row = db.first(_HANDLE, of=report_id, by=by, at=at)
    return None if row is None else int(row.repo_id)


def suspend(db: Connection, repo_id: int, reason: str, by: int | None, at: Moment) -> None:
    db.run(_SUSPEND, repo_id=repo_id, reason=reason, created_by=by, created_at=at)


def lift(db: Connection, repo_id: int) -> None:
    db.run(_LIFT, repo_id=repo_id)


def suspension(db: Connection, repo_id: int) -> Suspension | None:
    row = db.first(_SUSPENSION, repo_id=repo_id)
    return Suspension(row.reason, row.name or "", row.created_at) if row else None


def _report(row: Any) -> Report:
    return Report(
        row.report_id,
        repo_of(row),
        row.discussion_num,
        row.reporter or "",
        row.reason,
        row.reported_at,
        row.handled_at,
        row.handler or "",
    )


def suspended(db: Connection, limit: int) -> list[tuple[Repo, Suspension]]:
    """What is disabled, the latest first."""
    return [
        (repo_of(row), Suspension(row.why, row.by or "", row.since))
        for row in db.all(_SUSPENDED, limit=limit)
    ]
