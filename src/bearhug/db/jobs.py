"""The table of what is to be done later: an outbox, written in the transaction that wants it."""

from collections.abc import Sequence

from sqlalchemy import and_, bindparam, delete, func, or_, select, update

from bearhug.db.connection import Connection, Row
from bearhug.db.schema import jobs
from bearhug.db.statements import statement

_DUE = (
    select(jobs.c.id)
    .where(
        jobs.c.name.in_(bindparam("names", expanding=True)),
        jobs.c.due_at <= bindparam("now"),
        jobs.c.failed_at.is_(None),
        or_(jobs.c.leased_until.is_(None), jobs.c.leased_until < bindparam("now")),
    )
    .order_by(jobs.c.due_at, jobs.c.id)
    .limit(1)
)


def _taking(due: object) -> object:
    return (
        update(jobs)
        .where(jobs.c.id == due)
        .values(leased_until=bindparam("until"), attempts=jobs.c.attempts + 1)
        .returning(jobs.c.id, jobs.c.name, jobs.c.args, jobs.c.attempts)
    )


_TAKE = statement(
    sqlite=_taking(_DUE.scalar_subquery()),  # type: ignore[arg-type]
    postgresql=_taking(_DUE.with_for_update(skip_locked=True).scalar_subquery()),  # type: ignore[arg-type]
)
_RENEW = statement(
    update(jobs).where(jobs.c.id == bindparam("id")).values(leased_until=bindparam("until"))
)
_DONE = statement(delete(jobs).where(jobs.c.id == bindparam("id")))
_RETRY = statement(
    update(jobs)
    .where(jobs.c.id == bindparam("id"))
    .values(
        due_at=bindparam("next_at"),
        leased_until=None,
        error=bindparam("message"),
        failed_at=bindparam("given_up_at"),
    )
)
_HAND_BACK = statement(
    update(jobs)
    .where(jobs.c.id == bindparam("id"))
    .values(leased_until=None, attempts=jobs.c.attempts - 1)
)
_NEXT = statement(
    select(func.min(jobs.c.due_at)).where(
        jobs.c.name.in_(bindparam("names", expanding=True)), jobs.c.failed_at.is_(None)
    )
)
_COUNTS = statement(
    select(
        func.count().filter(jobs.c.failed_at.is_(None)).label("waiting"),
        func.count().filter(jobs.c.failed_at.isnot(None)).label("failed"),
    )
)
_SAME = statement(
    select(jobs.c.id)
    .where(and_(jobs.c.name == bindparam("name"), jobs.c.failed_at.is_(None)))
    .limit(1)
)


def take(db: Connection, names: Sequence[str], now: int, until: int) -> Row | None:
    """Lease the job of these names that is due longest; None if there is none.

    id, name, args (JSON), attempts.
    """
    return db.first(_TAKE, names=list(names), now=now, until=until)


def renew(db: Connection, id: int, until: int) -> None:
    """Its worker is still at it."""
    db.run(_RENEW, id=id, until=until)


def done(db: Connection, id: int) -> None:
    db.run(_DONE, id=id)


def hand_back(db: Connection, id: int) -> None:
    """It was not tried after all."""
    db.run(_HAND_BACK, id=id)


def put_back(
    db: Connection, id: int, *, next_at: int, message: str, given_up_at: int | None
) -> None:
    """It failed: try again at `next_at`, or never if it is given up."""
    db.run(_RETRY, id=id, next_at=next_at, message=message, given_up_at=given_up_at)


def next_due(db: Connection, names: Sequence[str]) -> int | None:
    """When the next job of these names is due, leased or not."""
    due: int | None = db.value(_NEXT, names=list(names))
    return due


def counts(db: Connection) -> Row:
    """waiting, failed."""
    return db.one(_COUNTS)


def waiting(db: Connection, name: str) -> bool:
    """Whether a job of this name is still to be done."""
    return db.first(_SAME, name=name) is not None
