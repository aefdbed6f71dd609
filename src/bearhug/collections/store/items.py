"""What is in collections."""

from collections.abc import Collection as Some
from collections.abc import Iterable
from typing import Any

from sqlalchemy import and_, bindparam, delete, func, or_, select, true, update

from bearhug.collections.model import Collection, Item, ItemKind
from bearhug.collections.store.rows import COLUMNS as OF_COLLECTION
from bearhug.collections.store.rows import OWNED, collection_of, visible
from bearhug.db import Connection, IntegrityError, Row, adding, statement
from bearhug.db.schema import accounts, collection_items, collections, repos
from bearhug.hub import Actor
from bearhug.kit.wire import Moment
from bearhug.repos.store import COLUMNS as OF_REPO
from bearhug.repos.store import readable, repo_of

_items = collection_items
_COLUMNS = (
    _items.c.id,
    _items.c.collection_id,
    _items.c.kind,
    _items.c.key,
    _items.c.note,
    _items.c.position,
    _items.c.repo_id,
    _items.c.other_id,
)
_ADD = adding(
    _items,
    *("collection_id", "kind", "key", "repo_id", "other_id", "note", "position", "created_at"),
)
_PLACES = statement(
    select(_items.c.id)
    .where(_items.c.collection_id == bindparam("of"))
    .order_by(_items.c.position, _items.c.id)
)
_END = statement(
    select(
        func.coalesce(func.max(_items.c.position) + 1, 0).label("place"),
        func.count().label("number"),
    ).where(_items.c.collection_id == bindparam("of"))
)
_PLACE = statement(
    update(_items).where(_items.c.id == bindparam("of")).values(position=bindparam("place"))
)
_NOTE = statement(
    update(_items).where(_items.c.id == bindparam("of")).values(note=bindparam("new"))
)
_DROP = statement(delete(_items).where(_items.c.id == bindparam("of")))
_HOLDING = statement(
    select(_items.c.collection_id, _items.c.id).where(
        _items.c.kind == bindparam("kind"), _items.c.key == bindparam("key")
    )
)


def add(
    db: Connection,
    collection: Collection,
    kind: ItemKind,
    key: str,
    *,
    repo_id: int | None,
    other_id: int | None,
    note: str,
    at: Moment,
) -> bool:
    """At the end; False if it is there already."""
    try:
        with db.savepoint():
            db.run(
                _ADD,
                collection_id=collection.id,
                kind=kind,
                key=key,
                repo_id=repo_id,
                other_id=other_id,
                note=note,
                position=int(db.one(_END, of=collection.id).place),
                created_at=at,
            )
    except IntegrityError:
        return False
    return True


def count(db: Connection, collection_id: int) -> int:
    """How many there are, seen or not."""
    return int(db.one(_END, of=collection_id).number)


def ids(db: Connection, collection_id: int) -> list[int]:
    """All, in order."""
    return [row.id for row in db.all(_PLACES, of=collection_id)]


def place(db: Connection, ids: Iterable[int]) -> None:
    """Number them in this order."""
    db.many(_PLACE, [{"of": id, "place": at} for at, id in enumerate(ids)])


def set_note(db: Connection, id: int, note: str) -> None:
    db.run(_NOTE, of=id, new=note)


def drop(db: Connection, id: int) -> None:
    db.run(_DROP, of=id)


def holding(db: Connection, kind: ItemKind, key: str) -> dict[int, int]:
    """Which collections have it: the item's id, by the collection's."""
    return {row.collection_id: row.id for row in db.all(_HOLDING, kind=kind, key=key)}


def of_collections(
    db: Connection, actor: Actor, ids: Some[int], most: int | None = None
) -> dict[int, list[Item]]:
    """What the actor may see of what is in each, in order; `most` of each, or all."""
    place = (
        func.row_number()
        .over(partition_by=_items.c.collection_id, order_by=(_items.c.position, _items.c.id))
        .label("place")
    )
    inner = (
        select(*_COLUMNS, place)
        .select_from(
            _items.outerjoin(repos, repos.c.id == _items.c.repo_id)
            .outerjoin(collections, collections.c.id == _items.c.other_id)
            .outerjoin(accounts, accounts.c.id == collections.c.owner_id)
        )
        .where(
            _items.c.collection_id.in_(bindparam("ids", expanding=True)),
            or_(_items.c.repo_id.is_(None), readable(actor)),
            or_(_items.c.other_id.is_(None), and_(accounts.c.id.is_not(None), visible(actor))),
        )
        .subquery()
    )
    few = true() if most is None else inner.c.place <= most
    query = statement(select(inner).where(few).order_by(inner.c.collection_id, inner.c.place))
    rows = db.all(query, ids=list(ids)) if ids else []
    found: dict[int, list[Item]] = {id: [] for id in ids}
    whole = _targets(db, rows)
    for row in rows:
        found[row.collection_id].append(_item(row, whole))
    return found


_REPOS = statement(select(*OF_REPO).where(repos.c.id.in_(bindparam("ids", expanding=True))))
_OTHERS = statement(
    select(*OF_COLLECTION)
    .select_from(OWNED)
    .where(collections.c.id.in_(bindparam("ids", expanding=True)))
)


def _targets(db: Connection, rows: list[Row]) -> dict[str, dict[int, Any]]:
    """The repos and collections these rows name, by id."""
    repo_ids = {row.repo_id for row in rows if row.repo_id is not None}
    other_ids = {row.other_id for row in rows if row.other_id is not None}
    repo_rows = db.all(_REPOS, ids=list(repo_ids)) if repo_ids else []
    other_rows = db.all(_OTHERS, ids=list(other_ids)) if other_ids else []
    return {
        "repos": {row.id: repo_of(row) for row in repo_rows},
        "others": {row.id: collection_of(row) for row in other_rows},
    }


def _item(row: Row, whole: dict[str, dict[int, Any]]) -> Item:
    return Item(
        row.id,
        row.collection_id,
        ItemKind(row.kind),
        row.key,
        row.note,
        row.position,
        whole["repos"].get(row.repo_id),
        whole["others"].get(row.other_id),
    )
