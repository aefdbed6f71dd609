"""Counts, accounts and jobs, for the operator."""

from sqlalchemy import bindparam, func, select, update

from bearhug.admin.model import FailedJob, Holdings, Person
from bearhug.db import Connection, statement
from bearhug.db.schema import accounts, jobs, objects, packs, repos, runs, sessions


def _count(table: object, *where: object) -> object:
    return select(func.count()).select_from(table).where(*where).scalar_subquery()  # type: ignore[arg-type]


_HOLDINGS = statement(
    select(
        _count(accounts, accounts.c.kind == "user").label("users"),  # type: ignore[attr-defined]
        _count(accounts, accounts.c.kind == "org").label("organisations"),  # type: ignore[attr-defined]
        _count(repos, repos.c.kind == "model").label("models"),  # type: ignore[attr-defined]
        _count(repos, repos.c.kind == "dataset").label("datasets"),  # type: ignore[attr-defined]
        _count(repos, repos.c.kind == "space").label("spaces"),  # type: ignore[attr-defined]
        _count(repos, repos.c.kind == "kernel").label("kernels"),  # type: ignore[attr-defined]
        select(func.coalesce(func.sum(objects.c.size), 0)).scalar_subquery().label("object_bytes"),
        select(func.coalesce(func.sum(packs.c.size), 0)).scalar_subquery().label("pack_bytes"),
        _count(runs).label("runs"),  # type: ignore[attr-defined]
    )
)
_PEOPLE = statement(
    select(
        accounts.c.name,
        accounts.c.email,
        accounts.c.operator,
        accounts.c.disabled_at,
        accounts.c.created_at,
        select(func.count())
        .select_from(repos)
        .where(repos.c.owner_id == accounts.c.id)
        .scalar_subquery()
        .label("repos"),
    )
    .where(accounts.c.kind == "user", accounts.c.name_key > bindparam("after"))
    .order_by(accounts.c.name_key)
    .limit(bindparam("limit"))
)
_FAILED = statement(
    select(jobs.c.id, jobs.c.name, jobs.c.args, jobs.c.attempts, jobs.c.error, jobs.c.failed_at)
    .where(jobs.c.failed_at.isnot(None))
    .order_by(jobs.c.failed_at.desc())
    .limit(100)
)
_WAITING = statement(
    select(jobs.c.name, func.count().label("count"))
    .where(jobs.c.failed_at.is_(None))
    .group_by(jobs.c.name)
    .order_by(jobs.c.name)
)
_AGAIN = statement(
    update(jobs)
    .where(jobs.c.id == bindparam("of"))
    .values(failed_at=None, leased_until=None, attempts=0, due_at=bindparam("due"))
)
_DISABLE = statement(
    update(accounts)
    .where(accounts.c.name_key == bindparam("key"), accounts.c.kind == "user")
    .values(disabled_at=bindparam("at"))
)
_END_SESSIONS = statement(
    sessions.delete().where(
        sessions.c.user_id.in_(select(accounts.c.id).where(accounts.c.name_key == bindparam("key")))
    )
)
_MAKE_OPERATOR = statement(
    update(accounts)
    .where(accounts.c.name_key == bindparam("key"), accounts.c.kind == "user")
    .values(operator=bindparam("is_operator"))
)


def holdings(db: Connection) -> Holdings:
    row = db.one(_HOLDINGS)
    return Holdings(*(int(value) for value in row))


def people(db: Connection, after: str, limit: int) -> list[Person]:
    rows = db.all(_PEOPLE, after=after, limit=limit)
    return [
        Person(
            row.name,
            row.email or "",
            bool(row.operator),
            row.disabled_at is not None,
            row.repos,
            row.created_at,
        )
        for row in rows
    ]


def failed_jobs(db: Connection) -> list[FailedJob]:
    return [
        FailedJob(row.id, row.name, row.args, row.attempts, row.error or "", row.failed_at)
        for row in db.all(_FAILED)
    ]


def waiting_jobs(db: Connection) -> dict[str, int]:
    """How many of each kind are still to be done."""
    return {row.name: row.count for row in db.all(_WAITING)}


def try_again(db: Connection, job_id: int, at: int) -> bool:
    return db.run(_AGAIN, of=job_id, due=at) == 1


def set_disabled(db: Connection, name: str, at: int | None) -> bool:
    """Lock an account out, ending its sessions, or let it in again. Whether it was there."""
    if at is not None:
        db.run(_END_SESSIONS, key=name.lower())
    return db.run(_DISABLE, key=name.lower(), at=at) == 1


def set_operator(db: Connection, name: str, is_operator: bool) -> bool:
    return db.run(_MAKE_OPERATOR, key=name.lower(), is_operator=is_operator) == 1
