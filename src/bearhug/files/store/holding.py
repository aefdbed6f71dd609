"""What a repo holds by LFS: listed, copied to another, given up; and objects nobody holds."""

from collections.abc import Iterable, Mapping

from sqlalchemy import Text, and_, bindparam, delete, insert, literal, or_, select, update

from bearhug.db import Connection, Row, statement
from bearhug.db.schema import blobs, commits, objects, repo_objects
from bearhug.kit.wire import Moment

BATCH = 500

_HELD = statement(
    select(objects.c.sha256, objects.c.size, repo_objects.c.created_at)
    .join(repo_objects, repo_objects.c.sha256 == objects.c.sha256)
    .where(
        repo_objects.c.repo_id == bindparam("repo_id"),
        or_(
            repo_objects.c.created_at < bindparam("at"),
            and_(
                repo_objects.c.created_at == bindparam("at"),
                repo_objects.c.sha256 > bindparam("after"),
            ),
        ),
    )
    .order_by(repo_objects.c.created_at.desc(), repo_objects.c.sha256)
    .limit(bindparam("limit"))
)
_POINTERS = statement(
    select(blobs.c.oid, blobs.c.lfs_sha256).where(
        blobs.c.repo_id == bindparam("repo_id"),
        blobs.c.lfs_sha256.in_(bindparam("hashes", expanding=True)),
    )
)
_DISOWN = statement(
    delete(repo_objects).where(
        repo_objects.c.repo_id == bindparam("repo_id"),
        repo_objects.c.sha256 == bindparam("sha256"),
    )
)
_DROP_BLOB = statement(
    delete(blobs).where(blobs.c.repo_id == bindparam("repo_id"), blobs.c.oid == bindparam("oid"))
)
_COMMITS = statement(
    select(commits.c.id, commits.c.oid, commits.c.ref).where(
        commits.c.repo_id == bindparam("repo_id")
    )
)
_RENAME_COMMIT = statement(
    update(commits).where(commits.c.id == bindparam("row")).values(oid=bindparam("now"))
)
_DROP_COMMIT = statement(delete(commits).where(commits.c.id == bindparam("row")))

_COMMIT_COLUMNS = (
    *(commits.c.oid, commits.c.ref, commits.c.title),
    *(commits.c.author_id, commits.c.created_at),
)
_COPY_HELD = statement(
    insert(repo_objects).from_select(
        ["repo_id", "sha256", "created_at"],
        select(
            bindparam("target", type_=repo_objects.c.repo_id.type),
            repo_objects.c.sha256,
            bindparam("at", type_=repo_objects.c.created_at.type),
        ).where(repo_objects.c.repo_id == bindparam("source")),
    )
)
_COPY_COMMITS = statement(
    insert(commits).from_select(
        ["repo_id", *(column.name for column in _COMMIT_COLUMNS)],
        select(bindparam("target", type_=commits.c.repo_id.type), *_COMMIT_COLUMNS)
        .where(commits.c.repo_id == bindparam("source"))
        .where(commits.c.ref.not_like(literal("refs/pr/%", Text)))
        .order_by(commits.c.id),
    )
)
_NOT_HELD = ~select(repo_objects.c.sha256).where(repo_objects.c.sha256 == objects.c.sha256).exists()
_UNHELD = statement(select(objects.c.sha256).where(_NOT_HELD).limit(bindparam("limit")))
_UNHELD_SIZES = statement(
    select(objects.c.sha256, objects.c.size, objects.c.raw)
    .where(_NOT_HELD)
    .limit(bindparam("limit"))
)
_FORGET = statement(delete(objects).where(objects.c.sha256 == bindparam("sha256"), _NOT_HELD))


def held(db: Connection, repo_id: int, *, after: tuple[Moment, str], limit: int) -> list[Row]:
    """sha256, size and created_at of a repo's objects, those last sent first."""
    at, sha256 = after
    return db.all(_HELD, repo_id=repo_id, at=at, after=sha256, limit=limit)


def pointers(db: Connection, repo_id: int, hashes: Iterable[str]) -> dict[str, str]:
    """{blob: sha256} of the repo's blobs that stand for these objects."""
    found: dict[str, str] = {}
    wanted = list(dict.fromkeys(hashes))
    for start in range(0, len(wanted), BATCH):
        rows = db.all(_POINTERS, repo_id=repo_id, hashes=wanted[start : start + BATCH])
        found.update({row.oid: row.lfs_sha256 for row in rows})
    return found


def disown(db: Connection, repo_id: int, hashes: Iterable[str]) -> None:
    db.many(_DISOWN, [{"repo_id": repo_id, "sha256": each} for each in hashes])


def drop_blobs(db: Connection, repo_id: int, oids: Iterable[str]) -> None:
    db.many(_DROP_BLOB, [{"repo_id": repo_id, "oid": oid} for oid in oids])


def commit_rows(db: Connection, repo_id: int) -> list[Row]:
    """id, oid and ref of every commit in the feed of one repo."""
    return db.all(_COMMITS, repo_id=repo_id)


def rename_commits(db: Connection, now: Mapping[int, str]) -> None:
    """By row: what the commit is now."""
    db.many(_RENAME_COMMIT, [{"row": row, "now": oid} for row, oid in now.items()])


def drop_commits(db: Connection, rows: Iterable[int]) -> None:
    db.many(_DROP_COMMIT, [{"row": row} for row in rows])


def copy(db: Connection, source: int, target: int, at: Moment) -> None:
    """`target` holds what `source` holds, and its commits have the same authors."""
    db.run(_COPY_HELD, source=source, target=target, at=at)
    db.run(_COPY_COMMITS, source=source, target=target)


def unheld(db: Connection, limit: int) -> list[str]:
    """Objects that no repo holds."""
    return [row.sha256 for row in db.all(_UNHELD, limit=limit)]


def unheld_sizes(db: Connection, limit: int) -> dict[str, int]:
    """Likewise, each with the bytes it takes as a whole file: none where it is in chunks only."""
    rows = db.all(_UNHELD_SIZES, limit=limit)
    return {row.sha256: row.size if row.raw else 0 for row in rows}


def forget(db: Connection, sha256: str) -> bool:
    """The hub has no such object any more; False, changing nothing, if a repo holds it."""
    return db.run(_FORGET, sha256=sha256) == 1
