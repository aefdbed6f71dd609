"""LFS locks, as rows."""

from sqlalchemy import Boolean, bindparam, delete, select

from bearhug.db import Connection, Row, statement, upsert
from bearhug.db.schema import accounts, lfs_locks
from bearhug.kit.wire import Moment

_locks = lfs_locks.c

_ADD = upsert(
    lfs_locks, ("repo_id", "path", "ref", "owner_id", "created_at"), keys=("repo_id", "path")
)
_DROP = statement(delete(lfs_locks).where(_locks.id == bindparam("id")))
_LOCKS = statement(
    select(
        _locks.id, _locks.path, _locks.owner_id, _locks.created_at, accounts.c.name.label("owner")
    )
    .join(accounts, accounts.c.id == _locks.owner_id)
    .where(
        _locks.repo_id == bindparam("repo_id"),
        _locks.id > bindparam("after"),
        (_locks.path == bindparam("path")) | bindparam("any_path", type_=Boolean),
        (_locks.id == bindparam("id")) | bindparam("any_id", type_=Boolean),
    )
    .order_by(_locks.id)
    .limit(bindparam("limit"))
)


def add(db: Connection, repo_id: int, path: str, ref: str, owner_id: int, at: Moment) -> bool:
    """False, changing nothing, if the path is locked."""
    values = {"path": path, "ref": ref, "owner_id": owner_id, "created_at": at}
    return db.run(_ADD, repo_id=repo_id, **values) == 1


def listed(
    db: Connection, repo_id: int, path: str | None, id: int | None, after: int, limit: int
) -> list[Row]:
    """Oldest first: id, path, owner_id, created_at, owner (their name)."""
    wanted = {"path": path or "", "any_path": path is None, "id": id or 0, "any_id": id is None}
    return db.all(_LOCKS, repo_id=repo_id, after=after, limit=limit, **wanted)


def drop(db: Connection, id: int) -> None:
    db.run(_DROP, id=id)
