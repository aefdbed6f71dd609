"""The rows git is made of: refs, packs, and the size of every file."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import JSON, Table, Text, bindparam, cast, delete, func, insert, select, update

from bearhug.db import Connection, Row, Statement, adding, statement, upsert
from bearhug.db.schema import blobs as blobs_table
from bearhug.db.schema import packs as packs_table
from bearhug.db.schema import refs as refs_table
from bearhug.git.formats import Pack, Pointer

INLINE_BYTES = 256 * 1024
"""A pack or index up to this size is a column of its row; a larger pack is an object."""


@dataclass(frozen=True)
class Ref:
    name: str
    oid: str
    peeled: str | None = None
    """What an annotated tag points at, where `oid` is one."""

    @property
    def commit(self) -> str:
        return self.peeled or self.oid


@dataclass(frozen=True)
class PackRow:
    id: int
    sha: str
    size: int
    count: int


@dataclass(frozen=True)
class Blob:
    oid: str
    size: int
    """Bytes git holds: for an LFS file, of its pointer."""
    pointer: Pointer | None = None


_refs, _packs, _blobs = refs_table.c, packs_table.c, blobs_table.c
_OF = _refs.repo_id == bindparam("repo_id")
_NAMED = _OF & (_refs.name == bindparam("name"))
_PACKS_OF = _packs.repo_id == bindparam("repo_id")
_BLOBS_OF = _blobs.repo_id == bindparam("repo_id")
_OLD = _refs.oid == bindparam("old")

REFS = statement(select(_refs.name, _refs.oid, _refs.peeled).where(_OF).order_by(_refs.name))
REF = statement(select(_refs.name, _refs.oid, _refs.peeled).where(_NAMED))
COUNT_REFS = statement(
    select(func.count()).select_from(refs_table).where(_OF, _refs.name.not_like("refs/pr/%"))
)
NEW_REF = upsert(refs_table, ("repo_id", "name", "oid", "peeled"), keys=("repo_id", "name"))
SWAP_REF = statement(
    update(refs_table)
    .where(_NAMED, _OLD)
    .values(oid=bindparam("new"), peeled=bindparam("new_peeled"))
)
DELETE_ANY_REF = statement(delete(refs_table).where(_NAMED))
DELETE_REF = statement(delete(refs_table).where(_NAMED, _OLD))

CLASHING = statement(
    select(_refs.name)
    .where(
        _OF,
        _refs.name.in_(bindparam("above", expanding=True))
        | (func.substr(_refs.name, 1, bindparam("length")) == bindparam("folder")),
    )
    .limit(1)
)

PACKS = statement(
    select(_packs.id, _packs.sha, _packs.size, _packs.objects).where(_PACKS_OF).order_by(_packs.id)
)
PACK = statement(select(_packs.data, _packs.idx).where(_packs.id == bindparam("id")))
NEW_PACK = adding(
    packs_table,
    *("repo_id", "sha", "size", "objects", "data", "idx", "created_at"),
    returning=(_packs.id,),
)
DELETE_PACKS = statement(
    delete(packs_table).where(_PACKS_OF, _packs.id.in_(bindparam("ids", expanding=True)))
)
NAMED_PACKS = statement(
    select(_packs.sha).where(_packs.sha.in_(bindparam("shas", expanding=True))).distinct()
)
MANY_PACKS = statement(
    select(_packs.repo_id)
    .group_by(_packs.repo_id)
    .having(func.count() >= bindparam("count"))
    .limit(bindparam("limit"))
)

NEW_BLOB = upsert(
    blobs_table,
    ("repo_id", "oid", "size", "lfs_sha256", "lfs_size"),
    keys=("repo_id", "oid"),
)
_POINTERS = statement(select(_blobs.oid).where(_BLOBS_OF, _blobs.lfs_sha256.is_not(None)))
_DROP_BLOB = statement(delete(blobs_table).where(_BLOBS_OF, _blobs.oid == bindparam("oid")))
_SOME_BLOBS = select(_blobs.oid, _blobs.size, _blobs.lfs_sha256, _blobs.lfs_size)
_WANTED = func.json_each(bindparam("oids", type_=Text)).table_valued("value")
_WANTED_TEXT = func.json_array_elements_text(cast(bindparam("oids", type_=Text), JSON))
BLOBS = statement(  # one parameter, however many: writing out a list of 1,000 costs 6 ms
    sqlite=_SOME_BLOBS.where(_BLOBS_OF, _blobs.oid.in_(select(_WANTED.c.value))),
    postgresql=_SOME_BLOBS.where(_BLOBS_OF, _blobs.oid.in_(select(_WANTED_TEXT.column_valued()))),
)

_EVERY_COLUMN = (
    (refs_table, ("name", "oid", "peeled")),
    (packs_table, ("sha", "size", "objects", "data", "idx", "created_at")),
    (blobs_table, ("oid", "size", "lfs_sha256", "lfs_size")),
)


def _copying(table: Table, names: Sequence[str]) -> Statement:
    columns = [table.c[name] for name in names]
    rows = select(bindparam("target", type_=table.c.repo_id.type), *columns)
    rows = rows.where(table.c.repo_id == bindparam("source"))
    if table is packs_table:
        rows = rows.order_by(table.c.id)
    return statement(insert(table).from_select(["repo_id", *names], rows))


COPIES = [_copying(table, names) for table, names in _EVERY_COLUMN]
DROPS = [
    statement(delete(table).where(table.c.repo_id == bindparam("repo_id")))
    for table, _ in _EVERY_COLUMN
]


def refs(db: Connection, repo_id: int) -> dict[str, Ref]:
    """Every ref by its full name, in the order of names."""
    return {row.name: _ref(row) for row in db.all(REFS, repo_id=repo_id)}


def count_refs(db: Connection, repo_id: int) -> int:
    """How many branches and tags there are; pull requests are not counted."""
    return int(db.value(COUNT_REFS, repo_id=repo_id))


def ref(db: Connection, repo_id: int, name: str) -> Ref | None:
    row = db.first(REF, repo_id=repo_id, name=name)
    return _ref(row) if row else None


def create_ref(
    db: Connection, repo_id: int, name: str, oid: str, *, peeled: str | None = None
) -> bool:
    """False, changing nothing, if there is such a ref already."""
    return db.run(NEW_REF, repo_id=repo_id, name=name, oid=oid, peeled=peeled) == 1


def swap_ref(
    db: Connection,
    repo_id: int,
    name: str,
    old: str | None,
    new: str | None,
    *,
    peeled: str | None = None,
) -> bool:
    """Point the ref at `new` if it still points at `old`; None is no ref, before or after.

    False, changing nothing, if somebody else was faster.
    """
    if old is None:
        return new is not None and create_ref(db, repo_id, name, new, peeled=peeled)
    if new is None:
        return db.run(DELETE_REF, repo_id=repo_id, name=name, old=old) == 1
    changed = db.run(SWAP_REF, repo_id=repo_id, name=name, old=old, new=new, new_peeled=peeled)
    return changed == 1


def delete_ref(db: Connection, repo_id: int, name: str) -> bool:
    """Whether there was such a ref."""
    return db.run(DELETE_ANY_REF, repo_id=repo_id, name=name) == 1


def clashing(db: Connection, repo_id: int, name: str) -> str | None:
    """A ref that cannot stand beside one called `name`: git keeps them as files and folders."""
    parts = name.split("/")
    above = ["/".join(parts[:length]) for length in range(3, len(parts))]
    folder = f"{name}/"
    found = db.first(CLASHING, repo_id=repo_id, above=above, length=len(folder), folder=folder)
    return found.name if found else None


def packs(db: Connection, repo_id: int) -> list[PackRow]:
    """Every pack, oldest first, without its bytes."""
    rows = db.all(PACKS, repo_id=repo_id)
    return [PackRow(row.id, row.sha, row.size, row.objects) for row in rows]


def pack_bytes(db: Connection, pack_id: int) -> tuple[bytes | None, bytes | None]:
    """(pack, index) as far as the row holds them."""
    row = db.one(PACK, id=pack_id)
    return _bytes(row.data), _bytes(row.idx)


def add_pack(db: Connection, repo_id: int, pack: Pack, *, stored: bool, at: int) -> int:
    """Returns the row's id. `stored`: the bytes are in the object store, not in the row."""
    idx = pack.idx if pack.idx and len(pack.idx) <= INLINE_BYTES else None
    row = db.one(
        NEW_PACK,
        repo_id=repo_id,
        sha=pack.sha,
        size=pack.size,
        objects=pack.count,
        data=None if stored else pack.data,
        idx=idx,
        created_at=at,
    )
    return int(row.id)


def replace_packs(
    db: Connection, repo_id: int, old_ids: Sequence[int], new: Pack, *, stored: bool, at: int
) -> int | None:
    """One pack in place of many; its id, or None, changing nothing, if one of them had gone."""
    present = {row.id for row in packs(db, repo_id)}
    if not present.issuperset(old_ids):
        return None
    db.run(DELETE_PACKS, repo_id=repo_id, ids=list(old_ids))
    return add_pack(db, repo_id, new, stored=stored, at=at)


def packs_named(db: Connection, shas: Iterable[str]) -> set[str]:
    """Which of these packs a row still names: the object store may forget the others."""
    return {row.sha for row in db.all(NAMED_PACKS, shas=list(shas))}


def with_many_packs(db: Connection, count: int, limit: int) -> list[int]:
    """Repositories with at least `count` packs."""
    return [row.repo_id for row in db.all(MANY_PACKS, count=count, limit=limit)]


def add_blobs(db: Connection, repo_id: int, new: Iterable[Blob]) -> None:
    """Remember sizes; a blob already known stays as it was."""
    db.many(
        NEW_BLOB,
        [
            {
                "repo_id": repo_id,
                "oid": blob.oid,
                "size": blob.size,
                "lfs_sha256": blob.pointer.sha256 if blob.pointer else None,
                "lfs_size": blob.pointer.size if blob.pointer else None,
            }
            for blob in new
        ],
    )


def pointers(db: Connection, repo_id: int) -> set[str]:
    """Blobs of the repo that stand for large files."""
    return {row.oid for row in db.all(_POINTERS, repo_id=repo_id)}


def drop_blobs(db: Connection, repo_id: int, oids: Iterable[str]) -> None:
    db.many(_DROP_BLOB, [{"repo_id": repo_id, "oid": oid} for oid in oids])


def blobs(db: Connection, repo_id: int, oids: Iterable[str]) -> dict[str, Blob]:
    """Those of the blobs that are known, by id."""
    found: dict[str, Blob] = {}
    for row in db.all(BLOBS, repo_id=repo_id, oids=json.dumps(list(oids))):
        pointer = Pointer(row.lfs_sha256, row.lfs_size) if row.lfs_sha256 else None
        found[row.oid] = Blob(row.oid, row.size, pointer)
    return found


def copy(db: Connection, source: int, target: int) -> None:
    """Give `target` all that `source` has. No bytes are moved: packs never change."""
    for query in COPIES:
        db.run(query, source=source, target=target)


def drop(db: Connection, repo_id: int) -> list[str]:
    """Forget the repository; returns the packs it named, for `packs_named` to ask about later."""
    shas = [row.sha for row in packs(db, repo_id)]
    for query in DROPS:
        db.run(query, repo_id=repo_id)
    return shas


def _ref(row: Row) -> Ref:
    return Ref(row.name, row.oid, row.peeled)


def _bytes(value: bytes | memoryview | None) -> bytes | None:
    return None if value is None else bytes(value)
