"""Download counts, day by day and together."""

from sqlalchemy import Float, bindparam, case, func, select, text, update

from bearhug.db import Connection, statement
from bearhug.db.schema import cards, downloads, jobs, repos
from bearhug.kit.wire import Moment

_KINDS = statement(
    select(repos.c.id, repos.c.kind, cards.c.library)
    .outerjoin(cards, cards.c.repo_id == repos.c.id)
    .where(repos.c.id.in_(bindparam("ids", expanding=True)))
)
_MORE = text(
    "INSERT INTO downloads (repo_id, day, count) VALUES (:repo_id, :day, :count)"
    " ON CONFLICT (repo_id, day) DO UPDATE SET count = downloads.count + excluded.count"
)
_ADD_DAY = statement(_MORE)
_ADD_TOTALS = statement(
    update(repos)
    .where(repos.c.id == bindparam("of"))
    .values(
        downloads=repos.c.downloads + bindparam("more"),
        downloads_all=repos.c.downloads_all + bindparam("more"),
        trending=repos.c.trending + bindparam("weight"),
    )
)
_DAYS = statement(
    select(downloads.c.day, downloads.c.count).where(
        downloads.c.repo_id == bindparam("repo_id"), downloads.c.day >= bindparam("since")
    )
)
_RECENT = (
    select(func.coalesce(func.sum(downloads.c.count), 0))
    .where(downloads.c.repo_id == repos.c.id, downloads.c.day >= bindparam("since"))
    .scalar_subquery()
)
_ROLL = statement(update(repos).where(repos.c.downloads > 0).values(downloads=_RECENT))
_FADE = statement(
    update(repos)
    .where(repos.c.trending != 0)
    .values(
        trending=case(
            (repos.c.trending < 0.001, 0.0),
            else_=repos.c.trending * bindparam("fading", type_=Float),
        )
    )
)
_DUE = statement(
    select(jobs.c.id).where(
        jobs.c.name == bindparam("name"),
        jobs.c.due_at > bindparam("now"),
        jobs.c.failed_at.is_(None),
    )
)


def kinds_of(db: Connection, ids: list[int]) -> dict[int, tuple[str, str | None]]:
    """Kind and library of each."""
    return {row.id: (row.kind, row.library) for row in db.all(_KINDS, ids=ids)}


def add_downloads(db: Connection, repo_id: int, day: int, number: int, weight: float) -> None:
    db.run(_ADD_DAY, repo_id=repo_id, day=day, count=number)
    db.run(_ADD_TOTALS, of=repo_id, more=number, weight=weight)


def downloads_since(db: Connection, repo_id: int, day: int) -> dict[int, int]:
    """Counts by day."""
    return {row.day: row.count for row in db.all(_DAYS, repo_id=repo_id, since=day)}


def roll_downloads(db: Connection, since: int) -> None:
    """Count each repo's downloads again, from that day on."""
    db.run(_ROLL, since=since)


def fade(db: Connection, fading: float) -> None:
    """Let `trending` be that much of itself."""
    db.run(_FADE, fading=fading)


def is_due(db: Connection, job: str, now: Moment) -> bool:
    """Whether such a job waits for its time."""
    return db.first(_DUE, name=job, now=now) is not None
