"""Rows of xorbs, of files made of them, of the chunks one may ask for, and of repos' claims."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import bindparam, func, or_, select, update

from bearhug.db import Connection, Row, adding, statement, upsert
from bearhug.db.schema import (
    objects,
    repo_objects,
    xet_chunks,
    xet_file_xorbs,
    xet_files,
    xorb_senders,
    xorbs,
)
from bearhug.kit.wire import Moment
from bearhug.kit.xet.hashes import eligible, split
from bearhug.kit.xet.xorb import Layout
from bearhug.xet.model import Run, XetFile, Xorb, pack_runs, unpack_runs

TOLD_MS = 14 * 24 * 3600 * 1000
"""A xorb in no file is told of at least so long after it was last heard of."""

_XORB = (xorbs.c.id, xorbs.c.nonce, xorbs.c.hash, xorbs.c.hashes, xorbs.c.ends, xorbs.c.raw_ends)
_FILE = (xet_files.c.id, xet_files.c.hash, xet_files.c.size, xet_files.c.terms, xet_files.c.sha256)

_XORB_BY_ID = statement(select(*_XORB).where(xorbs.c.id == bindparam("id")))
_KNOWN = statement(select(xorbs.c.id).where(xorbs.c.hash == bindparam("hash")))
_IDS = statement(
    select(xorbs.c.hash, xorbs.c.id).where(xorbs.c.hash.in_(bindparam("hashes", expanding=True)))
)
_ADD_XORB = adding(
    xorbs,
    "hash",
    "nonce",
    "raw_bytes",
    "stored_bytes",
    "hashes",
    "ends",
    "raw_ends",
    "created_at",
    "touched_at",
    returning=[xorbs.c.id],
)
_FORGOTTEN = statement(
    select(xorbs.c.id, xorbs.c.hashes).where(
        xorbs.c.id.in_(bindparam("ids", expanding=True)),
        or_(xorbs.c.condemned_at.is_not(None), xorbs.c.touched_at < bindparam("before")),
    )
)
_TOUCH = statement(
    update(xorbs)
    .where(xorbs.c.id.in_(bindparam("ids", expanding=True)))
    .values(touched_at=bindparam("at"), condemned_at=None)
)
_FILE_BY_HASH = statement(select(*_FILE).where(xet_files.c.hash == bindparam("hash")))
_FILE_BY_ID = statement(select(*_FILE).where(xet_files.c.id == bindparam("id")))
_FILE_OF_OBJECT = statement(
    select(*_FILE)
    .join(objects, objects.c.file_id == xet_files.c.id)
    .where(objects.c.sha256 == bindparam("sha256"))
)
_ADD_FILE = adding(xet_files, "hash", "size", "terms", "created_at", returning=[xet_files.c.id])
_TIE = upsert(xet_file_xorbs, ("xorb_id", "file_id"), keys=("xorb_id", "file_id"), update=())
_ADD_CHUNK = upsert(xet_chunks, ("hash", "xorb_id"), keys=("hash", "xorb_id"), update=())
_CHUNK = statement(
    select(xet_chunks.c.xorb_id)
    .where(xet_chunks.c.hash == bindparam("hash"))
    .order_by(xet_chunks.c.xorb_id)
    .limit(bindparam("limit"))
)
_SENT = upsert(xorb_senders, ("xorb_id", "account_id"), keys=("xorb_id", "account_id"))
_SENT_BY = statement(
    select(xorb_senders.c.xorb_id).where(
        xorb_senders.c.account_id == bindparam("account_id"),
        xorb_senders.c.xorb_id.in_(bindparam("ids", expanding=True)),
    )
)
_USERS = statement(
    select(xet_files.c.id, xet_files.c.terms, repo_objects.c.repo_id)
    .join(xet_file_xorbs, xet_file_xorbs.c.file_id == xet_files.c.id)
    .join(objects, objects.c.file_id == xet_files.c.id)
    .join(repo_objects, repo_objects.c.sha256 == objects.c.sha256)
    .where(xet_file_xorbs.c.xorb_id == bindparam("xorb_id"))
    .order_by(xet_files.c.id.desc())
    .limit(bindparam("limit"))
)
_NEIGHBOURS = statement(
    select(xet_files.c.terms)
    .join(xet_file_xorbs, xet_file_xorbs.c.file_id == xet_files.c.id)
    .where(xet_file_xorbs.c.xorb_id == bindparam("xorb_id"))
    .order_by(xet_files.c.id.desc())
    .limit(bindparam("limit"))
)
_OF_OBJECTS = statement(
    select(objects.c.sha256, objects.c.raw, objects.c.size, objects.c.file_id, xet_files.c.hash)
    .outerjoin(xet_files, xet_files.c.id == objects.c.file_id)
    .where(objects.c.sha256.in_(bindparam("hashes", expanding=True)))
)
_BELONGS = statement(
    select(repo_objects.c.repo_id)
    .join(objects, objects.c.sha256 == repo_objects.c.sha256)
    .join(xet_files, xet_files.c.id == objects.c.file_id)
    .where(xet_files.c.hash == bindparam("hash"), repo_objects.c.repo_id == bindparam("repo_id"))
)
_SAY = upsert(objects, ("sha256", "size", "raw", "file_id", "created_at"), keys=("sha256",))
_SETTLE = statement(
    update(objects)
    .where(objects.c.sha256 == bindparam("of"), objects.c.file_id.is_(None))
    .values(file_id=bindparam("file"))
)
_WHOLE_ONLY = statement(
    select(objects.c.sha256, objects.c.size)
    .where(
        objects.c.file_id.is_(None),
        objects.c.raw,
        objects.c.sha256 > bindparam("after"),
        objects.c.size <= bindparam("most_bytes"),
    )
    .order_by(objects.c.sha256)
    .limit(bindparam("limit"))
)
_BOTH = statement(
    select(objects.c.sha256)
    .where(objects.c.file_id.is_not(None), objects.c.raw, objects.c.sha256 > bindparam("after"))
    .order_by(objects.c.sha256)
    .limit(bindparam("limit"))
)
_NOT_WHOLE = statement(
    update(objects)
    .where(objects.c.sha256 == bindparam("of"), objects.c.file_id.is_not(None))
    .values(raw=False)
)
_VERIFIED = statement(
    update(xet_files).where(xet_files.c.id == bindparam("file")).values(sha256=bindparam("sha"))
)
_SUMS = statement(
    select(
        func.count().label("xorbs"),
        func.coalesce(func.sum(xorbs.c.raw_bytes), 0).label("raw_bytes"),
        func.coalesce(func.sum(xorbs.c.stored_bytes), 0).label("stored_bytes"),
    ).where(xorbs.c.condemned_at.is_(None))
)


def xorb(db: Connection, id: int) -> Xorb | None:
    row = db.first(_XORB_BY_ID, id=id)
    return _xorb(row) if row else None


def xorb_ids(db: Connection, hashes: Iterable[bytes]) -> dict[bytes, int]:
    """The numbers of those that are here, condemned or not: whoever asks is to `touch` them."""
    return {bytes(row.hash): row.id for row in _many(db, _IDS, list(hashes))}


def xorb_id(db: Connection, hash: bytes) -> int | None:
    found: int | None = db.value(_KNOWN, hash=hash)
    return found


def add_xorb(db: Connection, layout: Layout, nonce: str, at: Moment) -> int:
    """Its number. Raises IntegrityError if there is one of this hash already."""
    row = db.one(
        _ADD_XORB,
        hash=layout.hash,
        nonce=nonce,
        raw_bytes=layout.raw_bytes,
        stored_bytes=layout.stored_bytes,
        hashes=layout.hashes,
        ends=layout.ends,
        raw_ends=layout.raw_ends,
        created_at=at,
        touched_at=at,
    )
    return int(row.id)


def touch(db: Connection, ids: Sequence[int], at: Moment) -> int:
    """A client has heard of these: they stay, and those condemned come back; how many are here.

    One that nobody is told of any more (`cas.store.sweeping.hide_xorbs`) is told of again.
    """
    here = 0
    for start in range(0, len(ids), 500):
        some = list(ids[start : start + 500])
        for row in db.all(_FORGOTTEN, ids=some, before=at - TOLD_MS):
            add_chunks(db, filter(eligible, split(bytes(row.hashes))), row.id)
        here += db.run(_TOUCH, ids=some, at=at)
    return here


def file_by_hash(db: Connection, hash: bytes) -> XetFile | None:
    row = db.first(_FILE_BY_HASH, hash=hash)
    return _file(row) if row else None


def file_by_id(db: Connection, id: int) -> XetFile | None:
    row = db.first(_FILE_BY_ID, id=id)
    return _file(row) if row else None


def file_of_object(db: Connection, sha256: str) -> XetFile | None:
    """A whole file's other form, if it has one."""
    row = db.first(_FILE_OF_OBJECT, sha256=sha256)
    return _file(row) if row else None


def add_file(db: Connection, hash: bytes, size: int, runs: Sequence[Run], at: Moment) -> int:
    """Its number: of the file that has this hash already, or of a new one."""
    row = db.first(_FILE_BY_HASH, hash=hash)
    if row is not None:
        return int(row.id)
    id = int(db.one(_ADD_FILE, hash=hash, size=size, terms=pack_runs(runs), created_at=at).id)
    db.many(_TIE, [{"xorb_id": xorb, "file_id": id} for xorb in {run.xorb_id for run in runs}])
    return id


def add_chunks(db: Connection, hashes: Iterable[bytes], xorb_id: int) -> None:
    """These may be asked for, and this xorb has them."""
    db.many(_ADD_CHUNK, [{"hash": hash, "xorb_id": xorb_id} for hash in hashes])


def xorbs_of_chunk(db: Connection, hash: bytes, limit: int) -> list[int]:
    """Those that have this chunk, the oldest first."""
    return [row.xorb_id for row in db.all(_CHUNK, hash=hash, limit=limit)]


def note_sender(db: Connection, xorb_id: int, account_id: int) -> None:
    """That user has sent all of this xorb."""
    db.run(_SENT, xorb_id=xorb_id, account_id=account_id)


def sent_by(db: Connection, account_id: int, ids: Iterable[int]) -> set[int]:
    """Of these xorbs, those that this user has sent."""
    found, wanted = set[int](), list(ids)
    for start in range(0, len(wanted), 500):
        some = wanted[start : start + 500]
        found |= {row.xorb_id for row in db.all(_SENT_BY, account_id=account_id, ids=some)}
    return found


def users_of(db: Connection, xorb_id: int, limit: int) -> list[tuple[int, tuple[Run, ...]]]:
    """Which repo holds which file of this xorb, the newest files first."""
    rows = db.all(_USERS, xorb_id=xorb_id, limit=limit)
    return [(row.repo_id, unpack_runs(bytes(row.terms))) for row in rows]


def runs_beside(db: Connection, xorb_id: int, limit: int = 4) -> list[tuple[Run, ...]]:
    """What files are made of that use this xorb, the newest first."""
    rows = db.all(_NEIGHBOURS, xorb_id=xorb_id, limit=limit)
    return [unpack_runs(bytes(row.terms)) for row in rows]


def say(db: Connection, sha256: str, size: int, file_id: int, at: Moment) -> None:
    """The whole file of that sha256 is this one in chunks: we have hashed it.

    If it is in other chunks already, those stay: a Xet hash once told is good for ever.
    """
    db.run(_SAY, sha256=sha256, size=size, raw=False, file_id=file_id, created_at=at)
    settle(db, sha256, file_id)


def settle(db: Connection, sha256: str, file_id: int) -> bool:
    """Likewise of an object that is here; False if it is not, or is in chunks already."""
    return db.run(_SETTLE, of=sha256, file=file_id) == 1


def whole_only(db: Connection, *, after: str, most_bytes: int, limit: int) -> list[tuple[str, int]]:
    """sha256 and size of objects that are not in chunks, by sha256."""
    found = db.all(_WHOLE_ONLY, after=after, most_bytes=most_bytes, limit=limit)
    return [(row.sha256, row.size) for row in found]


def both_ways(db: Connection, *, after: str, limit: int) -> list[str]:
    """sha256 of objects that are kept whole and in chunks, in order."""
    return [row.sha256 for row in db.all(_BOTH, after=after, limit=limit)]


def no_longer_whole(db: Connection, sha256: str) -> bool:
    """From now on it is read from its chunks; False if it is in none, and stays as it is."""
    return db.run(_NOT_WHOLE, of=sha256) == 1


def of_objects(db: Connection, hashes: Iterable[str]) -> dict[str, Row]:
    """By sha256: raw, size, file_id and (Xet) hash of those that are here."""
    return {row.sha256: row for row in _many(db, _OF_OBJECTS, list(hashes))}


def belongs(db: Connection, repo_id: int, hash: bytes) -> bool:
    """Whether that repo holds the file of this Xet hash."""
    return db.first(_BELONGS, hash=hash, repo_id=repo_id) is not None


def note_sha256(db: Connection, file_id: int, sha256: str) -> None:
    """We have hashed it ourselves."""
    db.run(_VERIFIED, file=file_id, sha=sha256)


def sums(db: Connection) -> Row:
    """xorbs, raw_bytes and stored_bytes of all that live."""
    return db.one(_SUMS)


def _many(db: Connection, query: Any, hashes: list[Any], **more: Any) -> list[Row]:
    found: list[Row] = []
    for start in range(0, len(hashes), 500):
        found += db.all(query, hashes=hashes[start : start + 500], **more)
    return found


def _xorb(row: Any) -> Xorb:
    layout = Layout(bytes(row.hash), bytes(row.hashes), bytes(row.ends), bytes(row.raw_ends))
    return Xorb(row.id, row.nonce, layout)


def _file(row: Any) -> XetFile:
    runs = unpack_runs(bytes(row.terms))
    return XetFile(row.id, bytes(row.hash), row.size, runs, row.sha256 or "")
