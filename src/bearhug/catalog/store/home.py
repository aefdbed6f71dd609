"""What the first page tells: a newcomer's steps, what happened lately, what is held."""

from sqlalchemy import bindparam, func, or_, select

from bearhug.db import Connection, Row, statement, upsert
from bearhug.db.schema import accounts, commits, follows, objects, packs, repos, runs, steps
from bearhug.hub import Actor
from bearhug.kit.wire import Moment
from bearhug.repos.store import COLUMNS, readable

_STEPS = statement(select(steps.c.name).where(steps.c.user_id == bindparam("user_id")))
_ADD_STEP = upsert(steps, ("user_id", "name", "created_at"), keys=("user_id", "name"))
_OWN_RUN = statement(select(runs.c.id).where(runs.c.user_id == bindparam("user_id")).limit(1))
_BYTES = statement(
    select(
        select(func.coalesce(func.sum(objects.c.size), 0)).scalar_subquery(),
        select(func.coalesce(func.sum(packs.c.size), 0)).scalar_subquery(),
    )
)


def steps_of(db: Connection, user_id: int) -> set[str]:
    return {row.name for row in db.all(_STEPS, user_id=user_id)}


def add_step(db: Connection, user_id: int, name: str, at: Moment) -> None:
    db.run(_ADD_STEP, user_id=user_id, name=name, created_at=at)


def has_run(db: Connection, user_id: int) -> bool:
    """Whether they have saved a run."""
    return db.first(_OWN_RUN, user_id=user_id) is not None


def held_bytes(db: Connection) -> int:
    """What all repos hold, once each."""
    row = db.one(_BYTES)
    return int(row[0]) + int(row[1])


def news(
    db: Connection, actor: Actor, skipping: str, limit: int, followed_by: int | None = None
) -> list[Row]:
    """The latest commits the actor may see, but those of that title: repos' own first ones.

    With `followed_by`, only of accounts that user follows. Columns of `repos.store.COLUMNS`, and
    oid, said, committed_at, author, avatar_sha256.
    """
    query = (
        select(
            *COLUMNS,
            commits.c.oid,
            commits.c.title.label("said"),
            commits.c.created_at.label("committed_at"),
            accounts.c.name.label("author"),
            accounts.c.avatar_sha256,
        )
        .join(repos, repos.c.id == commits.c.repo_id)
        .outerjoin(accounts, accounts.c.id == commits.c.author_id)
        .where(readable(actor), commits.c.title != bindparam("skipping"))
        .order_by(commits.c.id.desc())
        .limit(bindparam("limit"))
    )
    if followed_by is None:
        return db.all(statement(query), skipping=skipping, limit=limit)
    followed = select(follows.c.account_id).where(follows.c.follower_id == bindparam("me"))
    query = query.where(or_(commits.c.author_id.in_(followed), repos.c.owner_id.in_(followed)))
    return db.all(statement(query), skipping=skipping, limit=limit, me=followed_by)
