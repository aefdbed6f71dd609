"""What an account did lately, and what is counted of it beside its repos."""

from typing import Any

from sqlalchemy import ColumnElement, bindparam, func, or_, select

from bearhug.db import Connection, Row, statement
from bearhug.db.schema import commits, discussions, likes, repos
from bearhug.hub import Actor
from bearhug.repos.store import COLUMNS, readable


def pushes(db: Connection, actor: Actor, account_id: int, skipping: str, limit: int) -> list[Row]:
    """Commits somebody made, or in an organisation's repos, but those of that title.

    Columns of `repos.store.COLUMNS`, and at, oid, said.
    """
    ours = or_(
        commits.c.author_id == bindparam("account_id"), repos.c.owner_id == bindparam("account_id")
    )
    query = (
        select(
            *COLUMNS, commits.c.created_at.label("at"), commits.c.oid, commits.c.title.label("said")
        )
        .join(repos, repos.c.id == commits.c.repo_id)
        .where(readable(actor), ours, commits.c.title != bindparam("skipping"))
        .order_by(commits.c.created_at.desc(), commits.c.id.desc())
        .limit(bindparam("limit"))
    )
    return db.all(statement(query), account_id=account_id, skipping=skipping, limit=limit)


def made(db: Connection, actor: Actor, account_id: int, limit: int) -> list[Row]:
    """Repos of theirs: COLUMNS, and at."""
    query = (
        select(*COLUMNS, repos.c.created_at.label("at"))
        .where(readable(actor), repos.c.owner_id == bindparam("account_id"))
        .order_by(repos.c.created_at.desc(), repos.c.id.desc())
        .limit(bindparam("limit"))
    )
    return db.all(statement(query), account_id=account_id, limit=limit)


def liked(db: Connection, actor: Actor, account_id: int, limit: int) -> list[Row]:
    """What they like: COLUMNS, and at."""
    query = _of_repos(likes, likes.c.user_id == bindparam("account_id"), actor)
    return db.all(statement(query), account_id=account_id, limit=limit)


def opened(db: Connection, actor: Actor, account_id: int, limit: int) -> list[Row]:
    """Discussions they began: COLUMNS, and at, num, said, is_pull_request."""
    theirs = discussions.c.author_id == bindparam("account_id")
    query = _of_repos(discussions, theirs, actor).add_columns(
        discussions.c.num, discussions.c.title.label("said"), discussions.c.is_pull_request
    )
    return db.all(statement(query), account_id=account_id, limit=limit)


def count_opened(db: Connection, actor: Actor, account_id: int) -> int:
    """How many discussions and pull requests they began, where the actor may see them."""
    query = (
        select(func.count())
        .select_from(discussions.join(repos, repos.c.id == discussions.c.repo_id))
        .where(discussions.c.author_id == bindparam("account_id"), readable(actor))
    )
    return int(db.value(statement(query), account_id=account_id))


def _of_repos(table: Any, theirs: ColumnElement[bool], actor: Actor) -> Any:
    """Rows of a table that names repos, the newest first."""
    return (
        select(*COLUMNS, table.c.created_at.label("at"))
        .join(table, table.c.repo_id == repos.c.id)
        .where(readable(actor), theirs)
        .order_by(table.c.created_at.desc(), repos.c.id.desc())
        .limit(bindparam("limit"))
    )
