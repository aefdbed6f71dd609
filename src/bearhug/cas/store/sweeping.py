"""What nobody holds any more; and of stored bytes, which a row still names."""

from collections.abc import Iterable, Sequence

from sqlalchemy import bindparam, delete, select, update

from bearhug.db import Connection, Row, statement, upsert
from bearhug.db.schema import (
    blobs,
    jobs,
    objects,
    repo_objects,
    uploads,
    xet_chunks,
    xet_file_xorbs,
    xet_files,
    xorbs,
)
from bearhug.kit.wire import Moment

_OLD = repo_objects.c.created_at < bindparam("before")
_HOLDERS = statement(select(repo_objects.c.repo_id).where(_OLD).distinct())
_COMMITTED = select(blobs.c.lfs_sha256).where(
    blobs.c.repo_id == bindparam("repo_id"), blobs.c.lfs_sha256.isnot(None)
)
_DROP_UNCOMMITTED = statement(
    delete(repo_objects).where(
        repo_objects.c.repo_id == bindparam("repo_id"),
        _OLD,
        repo_objects.c.sha256.not_in(_COMMITTED),
    )
)
_UPLOADS = statement(
    select(uploads.c.id, uploads.c.size, uploads.c.part_bytes).where(
        uploads.c.created_at < bindparam("before")
    )
)
_UPLOADS_NAMED = statement(
    select(uploads.c.id).where(uploads.c.id.in_(bindparam("ids", expanding=True)))
)

_NAMELESS = ~select(objects.c.sha256).where(objects.c.file_id == xet_files.c.id).exists()
_LOOSE = statement(
    select(xet_files.c.id)
    .where(xet_files.c.id > bindparam("after"), _NAMELESS)
    .order_by(xet_files.c.id)
    .limit(bindparam("limit"))
)
_XORBS_OF = statement(
    select(xet_file_xorbs.c.xorb_id)
    .where(xet_file_xorbs.c.file_id.in_(bindparam("ids", expanding=True)))
    .distinct()
)
_DROP_FILES = statement(
    delete(xet_files).where(xet_files.c.id.in_(bindparam("ids", expanding=True)), _NAMELESS)
)

_UNUSED = ~select(xet_file_xorbs.c.file_id).where(xet_file_xorbs.c.xorb_id == xorbs.c.id).exists()
_UNTOUCHED = xorbs.c.touched_at < bindparam("before")
_HIDE = statement(
    delete(xet_chunks).where(
        xet_chunks.c.xorb_id.in_(select(xorbs.c.id).where(_UNTOUCHED, _UNUSED))
    )
)
_CONDEMN = statement(
    update(xorbs)
    .where(_UNTOUCHED, _UNUSED, xorbs.c.condemned_at.is_(None))
    .values(condemned_at=bindparam("at"))
)
_CONDEMNED = (xorbs.c.condemned_at <= bindparam("before"), _UNUSED)
_DROP_XORBS = statement(
    delete(xorbs)
    .where(
        xorbs.c.id.in_(select(xorbs.c.id).where(*_CONDEMNED).limit(bindparam("limit"))),
        *_CONDEMNED,
    )
    .returning(xorbs.c.hash, xorbs.c.nonce, xorbs.c.stored_bytes)
)

_NONCES = statement(
    select(xorbs.c.hash, xorbs.c.nonce).where(xorbs.c.hash.in_(bindparam("hashes", expanding=True)))
)
_WHOLE = statement(
    select(objects.c.sha256, objects.c.raw).where(
        objects.c.sha256.in_(bindparam("hashes", expanding=True))
    )
)
_OBJECT = statement(select(objects.c.raw).where(objects.c.sha256 == bindparam("sha256")))
_RESERVE = upsert(objects, ("sha256", "size", "created_at"), keys=("sha256",))
_RELEASE = statement(delete(objects).where(objects.c.sha256 == bindparam("sha256")))
_DUE = statement(
    select(jobs.c.id).where(
        jobs.c.name == bindparam("name"),
        jobs.c.due_at > bindparam("now"),
        jobs.c.failed_at.is_(None),
    )
)


def is_due(db: Connection, job: str, now: Moment) -> bool:
    """Whether such a job waits for its time."""
    return db.first(_DUE, name=job, now=now) is not None


def holders(db: Connection, before: Moment) -> list[int]:
    """Repos that hold an object since before then."""
    return [row.repo_id for row in db.all(_HOLDERS, before=before)]


def drop_uncommitted(db: Connection, repo_id: int, before: Moment) -> int:
    """The repo no longer holds what was sent to it before then and is in none of its commits."""
    return db.run(_DROP_UNCOMMITTED, repo_id=repo_id, before=before)


def old_uploads(db: Connection, before: Moment) -> list[Row]:
    """Multipart uploads begun before then: id, size, part_bytes."""
    return db.all(_UPLOADS, before=before)


def uploads_named(db: Connection, ids: Iterable[str]) -> set[str]:
    """Which of these uploads are in progress."""
    return {row.id for row in db.all(_UPLOADS_NAMED, ids=list(ids))}


def loose_files(db: Connection, after: int, limit: int) -> list[int]:
    """Files in chunks that are the form of no object, by number."""
    return [row.id for row in db.all(_LOOSE, after=after, limit=limit)]


def xorbs_of(db: Connection, files: Sequence[int]) -> list[int]:
    return [row.xorb_id for row in db.all(_XORBS_OF, ids=list(files))]


def drop_files(db: Connection, ids: Sequence[int]) -> int:
    """How many of these went; one that has become an object's form meanwhile stays."""
    return db.run(_DROP_FILES, ids=list(ids))


def hide_xorbs(db: Connection, before: Moment) -> int:
    """Tell clients no longer of xorbs in no file and untouched since then; how many chunks."""
    return db.run(_HIDE, before=before)


def condemn_xorbs(db: Connection, before: Moment, at: Moment) -> int:
    """Likewise: they are to go, unless a client still refers to them (`xet.store.touch`)."""
    return db.run(_CONDEMN, before=before, at=at)


def drop_xorbs(db: Connection, before: Moment, limit: int) -> list[Row]:
    """Rows of those condemned until then, which nobody has asked for since: hash, nonce,
    stored_bytes. Their objects are to be deleted once this is durable."""
    return db.all(_DROP_XORBS, before=before, limit=limit)


def nonces(db: Connection, hashes: Iterable[bytes]) -> set[tuple[bytes, str]]:
    """Of xorbs of these hashes, those that are stored."""
    return {(bytes(row.hash), row.nonce) for row in db.all(_NONCES, hashes=list(hashes))}


def whole(db: Connection, hashes: Iterable[str]) -> dict[str, bool]:
    """Of these objects, those that are known, and whether each is kept as one file."""
    return {row.sha256: bool(row.raw) for row in db.all(_WHOLE, hashes=list(hashes))}


def bytes_may_go(db: Connection, sha256: str, at: Moment) -> bool:
    """Whether nothing names this object's whole bytes: it is not known, or kept in chunks.

    Whoever claims it just now waits until this transaction has ended, and looks again.
    """
    if db.run(_RESERVE, sha256=sha256, size=0, created_at=at) == 1:
        db.run(_RELEASE, sha256=sha256)
        return True
    row = db.first(_OBJECT, sha256=sha256)
    return row is not None and not row.raw
