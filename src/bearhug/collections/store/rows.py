"""Collection rows: one, an owner's, listings; and who finds them good."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import (
    ColumnElement,
    and_,
    bindparam,
    delete,
    exists,
    false,
    func,
    literal,
    or_,
    select,
    tuple_,
    update,
)

from bearhug.collections.model import Asked, Collection, ItemKind, Sort, Theme
from bearhug.db import Connection, Row, adding, statement, upsert
from bearhug.db.schema import (
    accounts,
    collection_items,
    collection_upvotes,
    collections,
    resource_groups,
)
from bearhug.hub import Actor, Permission, Role
from bearhug.kit.wire import Moment
from bearhug.social.model import Person

LATELY = 30 * 24 * 3600 * 1000
"""Upvotes of so many milliseconds make a collection trend."""

COLUMNS = (
    collections.c.id,
    collections.c.oid,
    collections.c.owner_id,
    collections.c.group_id,
    collections.c.title,
    collections.c.description,
    collections.c.private,
    collections.c.theme,
    collections.c.position,
    collections.c.upvotes,
    collections.c.created_at,
    collections.c.updated_at,
    accounts.c.name.label("owner_name"),
    accounts.c.full_name.label("owner_full_name"),
    accounts.c.avatar_sha256.label("owner_avatar"),
    accounts.c.kind.label("owner_kind"),
)
OWNED = collections.join(accounts, accounts.c.id == collections.c.owner_id)
FIRST = (2**62, 2**62)

_ALL = select(*COLUMNS).select_from(OWNED)
_ADD = adding(
    collections,
    *("oid", "owner_id", "group_id", "title", "description", "private", "theme"),
    *("position", "created_at", "updated_at"),
)
_BY_OID = statement(_ALL.where(collections.c.oid == bindparam("oid")))
_BY_OWNER = statement(
    _ALL.where(accounts.c.name_key == bindparam("owner")).order_by(
        collections.c.position, collections.c.id
    )
)
_BY_OWNER_ID = statement(
    _ALL.where(collections.c.owner_id == bindparam("owner_id")).order_by(
        collections.c.position, collections.c.id
    )
)
_GROUPS = statement(
    select(resource_groups.c.id).where(resource_groups.c.org_id == bindparam("org_id"))
)
_BY_TITLE = statement(
    _ALL.where(
        collections.c.owner_id == bindparam("owner_id"), collections.c.title == bindparam("title")
    )
)
_NEXT = statement(
    select(func.coalesce(func.max(collections.c.position) + 1, 0)).where(
        collections.c.owner_id == bindparam("owner_id")
    )
)
_MINE = collections.c.id == bindparam("of")
_CHANGE = statement(
    update(collections)
    .where(_MINE)
    .values(
        title=bindparam("new_title"),
        description=bindparam("new_description"),
        private=bindparam("new_private"),
        theme=bindparam("new_theme"),
        updated_at=bindparam("at"),
    )
)
_PLACE = statement(update(collections).where(_MINE).values(position=bindparam("place")))
_TOUCH = statement(update(collections).where(_MINE).values(updated_at=bindparam("at")))
_GROUP = statement(update(collections).where(_MINE).values(group_id=bindparam("new_group")))
_DROP = statement(delete(collections).where(_MINE))
_UPVOTE = upsert(
    collection_upvotes,
    ("collection_id", "user_id", "created_at"),
    keys=("collection_id", "user_id"),
)
_THEIRS = (
    collection_upvotes.c.collection_id == bindparam("of"),
    collection_upvotes.c.user_id == bindparam("user_id"),
)
_UNVOTE = statement(delete(collection_upvotes).where(*_THEIRS))
_VOTED = statement(select(literal(1)).select_from(collection_upvotes).where(*_THEIRS))
_VOTES = statement(
    update(collections).where(_MINE).values(upvotes=collections.c.upvotes + bindparam("more"))
)


def add(
    db: Connection,
    oid: str,
    owner_id: int,
    *,
    group_id: int | None,
    title: str,
    description: str,
    private: bool,
    theme: Theme,
    at: Moment,
) -> None:
    """At the end of its owner's."""
    db.run(
        _ADD,
        oid=oid,
        owner_id=owner_id,
        group_id=group_id,
        title=title,
        description=description,
        private=private,
        theme=theme,
        position=int(db.value(_NEXT, owner_id=owner_id)),
        created_at=at,
        updated_at=at,
    )


def by_oid(db: Connection, oid: str) -> Collection | None:
    row = db.first(_BY_OID, oid=oid)
    return collection_of(row) if row else None


def of_owner(db: Connection, owner: str) -> list[Collection]:
    """All of that account's, in its order."""
    return [collection_of(row) for row in db.all(_BY_OWNER, owner=owner.lower())]


def of_owner_id(db: Connection, owner_id: int) -> list[Collection]:
    return [collection_of(row) for row in db.all(_BY_OWNER_ID, owner_id=owner_id)]


def groups_of(db: Connection, org_id: int) -> list[int]:
    """The ids of an organisation's resource groups."""
    return [row.id for row in db.all(_GROUPS, org_id=org_id)]


def by_title(db: Connection, owner_id: int, title: str) -> Collection | None:
    row = db.first(_BY_TITLE, owner_id=owner_id, title=title)
    return collection_of(row) if row else None


def change(db: Connection, new: Collection, at: Moment) -> None:
    db.run(
        _CHANGE,
        of=new.id,
        new_title=new.title,
        new_description=new.description,
        new_private=new.private,
        new_theme=new.theme,
        at=at,
    )


def place(db: Connection, ids: Iterable[int]) -> None:
    """Number them in this order."""
    db.many(_PLACE, [{"of": id, "place": at} for at, id in enumerate(ids)])


def touch(db: Connection, id: int, at: Moment) -> None:
    db.run(_TOUCH, of=id, at=at)


def set_group(db: Connection, id: int, group_id: int | None) -> None:
    db.run(_GROUP, of=id, new_group=group_id)


def drop(db: Connection, id: int) -> None:
    db.run(_DROP, of=id)


def upvote(db: Connection, id: int, user_id: int, at: Moment) -> None:
    """Once each."""
    if db.run(_UPVOTE, collection_id=id, user_id=user_id, created_at=at):
        db.run(_VOTES, of=id, more=1)


def unvote(db: Connection, id: int, user_id: int) -> None:
    if db.run(_UNVOTE, of=id, user_id=user_id):
        db.run(_VOTES, of=id, more=-1)


def has_upvoted(db: Connection, id: int, user_id: int) -> bool:
    return db.first(_VOTED, of=id, user_id=user_id) is not None


def listing(
    db: Connection, actor: Actor, asked: Asked, among: Iterable[tuple[ItemKind, str]], at: Moment
) -> list[tuple[Collection, int]]:
    """What matches, in order, each with the value it is sorted by.

    `among`: (kind, key) of items, of which it must have one, unless `asked.items` is empty.
    """
    value = _sorted_by(asked.sort, at).label("value")
    conditions, given = _conditions(asked, list(among))
    query = (
        select(*COLUMNS, value)
        .select_from(OWNED)
        .where(
            visible(actor),
            *conditions,
            tuple_(_sorted_by(asked.sort, at), collections.c.id)
            < tuple_(bindparam("last"), bindparam("last_id")),
        )
        .order_by(value.desc(), collections.c.id.desc())
        .limit(bindparam("limit"))
    )
    last, last_id = asked.after or FIRST
    rows = db.all(statement(query), last=last, last_id=last_id, limit=asked.limit, **given)
    return [(collection_of(row), int(row.value)) for row in rows]


def count(db: Connection, actor: Actor, asked: Asked, among: Iterable[tuple[ItemKind, str]]) -> int:
    """How many match."""
    conditions, given = _conditions(asked, list(among))
    query = select(func.count()).select_from(OWNED).where(visible(actor), *conditions)
    return int(db.value(statement(query), **given))


def upvotes_of(db: Connection, owner_id: int, actor: Actor) -> int:
    """How often what somebody gathered was found good, as far as the actor may see it."""
    query = (
        select(func.coalesce(func.sum(collections.c.upvotes), 0))
        .select_from(OWNED)
        .where(collections.c.owner_id == bindparam("owner_id"), visible(actor))
    )
    return int(db.value(statement(query), owner_id=owner_id))


def visible(actor: Actor) -> ColumnElement[bool]:
    """What the actor may see: the rule of `service.can_see`, as SQL."""
    here = accounts.c.disabled_at.is_(None)
    if actor.operator:
        return here
    return and_(here, or_(collections.c.private.is_(false()), _private(actor)))


def _private(actor: Actor) -> ColumnElement[bool]:
    """Those of accounts whose members may read, or of one's resource groups."""
    if actor.user_id is None:
        return false()
    reads = actor.grant.allows
    allowed = [id for id in actor.roles if reads(Permission.COLLECTION_READ, account=id)]
    members = [id for id in allowed if actor.roles[id] >= Role.READ]
    admins = [id for id in members if actor.roles[id] is Role.ADMIN]
    groups = [id for id, role in actor.groups.items() if role >= Role.READ]
    owner, group = collections.c.owner_id, collections.c.group_id
    return or_(
        and_(owner.in_(members), group.is_(None)),
        owner.in_(admins),
        and_(owner.in_(allowed), group.in_(groups)),
    )


def _sorted_by(sort: Sort, at: Moment) -> Any:
    if sort is Sort.UPVOTES:
        return collections.c.upvotes
    if sort is Sort.MODIFIED:
        return collections.c.updated_at
    return (
        select(func.count())
        .select_from(collection_upvotes)
        .where(
            collection_upvotes.c.collection_id == collections.c.id,
            collection_upvotes.c.created_at > at // 3_600_000 * 3_600_000 - LATELY,
        )
        .scalar_subquery()
    )


def _conditions(
    asked: Asked, among: list[tuple[ItemKind, str]]
) -> tuple[list[ColumnElement[bool]], dict[str, Any]]:
    conditions: list[ColumnElement[bool]] = []
    given: dict[str, Any] = {}
    if asked.owners:
        conditions.append(accounts.c.name_key.in_(bindparam("owners", expanding=True)))
        given["owners"] = [owner.lower() for owner in asked.owners]
    if asked.items:
        items = collection_items
        pairs = [and_(items.c.kind == str(kind), items.c.key == key) for kind, key in among]
        has = exists(
            select(literal(1)).where(
                items.c.collection_id == collections.c.id, or_(false(), *pairs)
            )
        )
        conditions.append(has)
    for at, word in enumerate(asked.search.lower().split()[:8]):
        name = f"word{at}"
        part: ColumnElement[str] = bindparam(name)
        said = func.lower(collections.c.title + " " + collections.c.description)
        conditions.append(or_(said.like(part, escape="\\"), accounts.c.name_key.like(part)))
        escaped = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        given[name] = f"%{escaped}%"
    return conditions, given


def collection_of(row: Row) -> Collection:
    owner = Person(
        row.owner_id,
        row.owner_name,
        row.owner_full_name,
        row.owner_avatar or "",
        row.owner_kind == "org",
    )
    return Collection(
        row.id,
        row.oid,
        owner,
        row.group_id,
        row.title,
        row.description,
        bool(row.private),
        Theme(row.theme),
        row.position,
        row.upvotes,
        row.created_at,
        row.updated_at,
    )
