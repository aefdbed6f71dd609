"""Every row once, a page at a time, for those who look stored bytes over."""

from collections.abc import Iterable

from sqlalchemy import bindparam, func, select, update

from bearhug.db import Connection, Row, statement
from bearhug.db.schema import blobs, objects, repo_objects, repos, xet_files, xorbs
from bearhug.kit.wire import Moment

_HELD = select(repo_objects.c.sha256).where(repo_objects.c.sha256 == objects.c.sha256).exists()
_REPOS = statement(
    select(repos.c.id)
    .where(repos.c.id > bindparam("after"))
    .order_by(repos.c.id)
    .limit(bindparam("limit"))
)
_POINTERS = statement(
    select(blobs.c.oid, blobs.c.lfs_sha256, blobs.c.lfs_size).where(
        blobs.c.repo_id == bindparam("repo_id"),
        blobs.c.oid.in_(bindparam("oids", expanding=True)),
        blobs.c.lfs_sha256.isnot(None),
    )
)
_HOLDS = statement(
    select(objects.c.sha256, objects.c.size)
    .join(repo_objects, repo_objects.c.sha256 == objects.c.sha256)
    .where(
        repo_objects.c.repo_id == bindparam("repo_id"),
        objects.c.sha256.in_(bindparam("hashes", expanding=True)),
    )
)
_OBJECTS = statement(
    select(objects.c.sha256, objects.c.size, objects.c.raw, objects.c.file_id)
    .where(objects.c.sha256 > bindparam("after"), _HELD)
    .order_by(objects.c.sha256)
    .limit(bindparam("limit"))
)
_OBJECT = statement(
    select(objects.c.sha256, objects.c.size, objects.c.raw, objects.c.file_id).where(
        objects.c.sha256 == bindparam("sha256"), _HELD
    )
)
_FILES = statement(
    select(xet_files.c.id)
    .where(xet_files.c.id > bindparam("after"))
    .order_by(xet_files.c.id)
    .limit(bindparam("limit"))
)
_XORBS = statement(
    select(xorbs.c.id)
    .where(xorbs.c.id > bindparam("after"))
    .order_by(xorbs.c.id)
    .limit(bindparam("limit"))
)
_XORB = statement(select(xorbs.c.id).where(xorbs.c.id == bindparam("id")))
_UNCHECKED = statement(
    select(xorbs.c.id)
    .where(func.coalesce(xorbs.c.checked_at, xorbs.c.created_at) < bindparam("before"))
    .order_by(func.coalesce(xorbs.c.checked_at, xorbs.c.created_at))
    .limit(1)
)
_CHECKED = statement(
    update(xorbs).where(xorbs.c.id == bindparam("xorb")).values(checked_at=bindparam("at"))
)


def repo_ids(db: Connection, after: int, limit: int) -> list[int]:
    return [row.id for row in db.all(_REPOS, after=after, limit=limit)]


def pointers(db: Connection, repo_id: int, oids: Iterable[str]) -> list[Row]:
    """Of these blobs, those that stand for objects: oid, lfs_sha256, lfs_size."""
    return db.all(_POINTERS, repo_id=repo_id, oids=list(oids))


def held(db: Connection, repo_id: int, hashes: Iterable[str]) -> dict[str, int]:
    """Of these objects, those the repo holds, with their sizes."""
    rows = db.all(_HOLDS, repo_id=repo_id, hashes=list(hashes))
    return {row.sha256: row.size for row in rows}


def objects_held(db: Connection, after: str, limit: int) -> list[Row]:
    """sha256, size, raw and file_id of what some repo holds."""
    return db.all(_OBJECTS, after=after, limit=limit)


def object_held(db: Connection, sha256: str) -> Row | None:
    return db.first(_OBJECT, sha256=sha256)


def file_ids(db: Connection, after: int, limit: int) -> list[int]:
    return [row.id for row in db.all(_FILES, after=after, limit=limit)]


def xorb_ids(db: Connection, after: int, limit: int) -> list[int]:
    return [row.id for row in db.all(_XORBS, after=after, limit=limit)]


def longest_unchecked(db: Connection, before: Moment) -> int | None:
    """The xorb that nobody has read over for longest, if that was before then."""
    found: int | None = db.value(_UNCHECKED, before=before)
    return found


def is_there(db: Connection, xorb_id: int) -> bool:
    return db.first(_XORB, id=xorb_id) is not None


def note_checked(db: Connection, xorb_id: int, at: Moment) -> None:
    db.run(_CHECKED, xorb=xorb_id, at=at)
