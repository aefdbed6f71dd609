"""Finding collections, and who may see and change them."""

from collections.abc import Sequence
from dataclasses import replace

from bearhug.collections.model import (
    Asked,
    Collection,
    Gathering,
    Item,
    ItemKind,
    oid_of,
    slugified,
)
from bearhug.collections.service.targets import key_of
from bearhug.collections.store import items as item_rows
from bearhug.collections.store import rows as store
from bearhug.errors import Forbidden, NotFound
from bearhug.hub import Actor, Permission, Role, Transaction
from bearhug.papers import service as papers

FEW = 4
"""How many items a listing shows of each, as the Hub does."""


def find(tx: Transaction, slug: str, *, to_write: bool = False) -> Collection:
    """The collection of that slug, or of a former one: what counts is the id it ends with.

    Without an id it is the owner's of that title. Raises NotFound for a hidden one as for a
    missing one, and NotSignedIn or Forbidden where it may be seen but not changed.
    """
    found = _named(tx, slug)
    if found is None or not can_see(tx.actor, found):
        raise NotFound("No such collection, or none that you may see.")
    if to_write and not can_write(tx.actor, found):
        tx.actor.require_user()
        raise Forbidden(f"You may not change {found.slug}{_why(tx.actor, found)}")
    return found


def gathered(tx: Transaction, slug: str) -> Gathering:
    """It and all in it that the actor may see. Raises NotFound."""
    found = find(tx, slug)
    items = with_items(tx, [found])[found.id]
    writes = can_write(tx.actor, found)
    user_id = tx.actor.user_id
    return Gathering(
        found,
        items,
        user_id is not None and store.has_upvoted(tx.db, found.id, user_id),
        writes,
        item_rows.count(tx.db, found.id) - len(items) if writes else 0,
    )


def browse(tx: Transaction, asked: Asked) -> tuple[list[Gathering], tuple[int, int] | None]:
    """A page of what the actor may see, with FEW items each, and where the next begins."""
    among = [key for key in (key_of(tx, each) for each in asked.items) if key is not None]
    found = store.listing(tx.db, tx.actor, asked, among, tx.now)
    items = with_items(tx, [each for each, _ in found], FEW)
    shown = [Gathering(each, items[each.id]) for each, _ in found]
    more = (found[-1][1], found[-1][0].id) if found and len(found) == asked.limit else None
    return shown, more


def count(tx: Transaction, asked: Asked) -> int:
    """How many match."""
    among = [key for key in (key_of(tx, each) for each in asked.items) if key is not None]
    return store.count(tx.db, tx.actor, asked, among)


def of_owner(tx: Transaction, owner: str) -> list[Gathering]:
    """All that account's, in its order, as far as the actor may see them, with FEW items each."""
    seen = [each for each in store.of_owner(tx.db, owner) if can_see(tx.actor, each)]
    items = with_items(tx, seen, FEW)
    return [Gathering(each, items[each.id]) for each in seen]


def writable(tx: Transaction) -> list[Collection]:
    """The actor's own collections, and those of their organisations they may change."""
    if tx.actor.user_id is None:
        return []
    owners = sorted(tx.actor.roles, key=lambda id: id != tx.actor.user_id)
    found = [each for id in owners for each in store.of_owner_id(tx.db, id)]
    return [each for each in found if can_write(tx.actor, each)]


def holding(tx: Transaction, kind: ItemKind, key: str) -> dict[int, int]:
    """Which collections have it: the item's id, by the collection's."""
    return item_rows.holding(tx.db, kind, key)


def with_items(
    tx: Transaction, found: Sequence[Collection], most: int | None = None
) -> dict[int, list[Item]]:
    """What the actor may see in each, by the collection's id, papers with their titles."""
    items = item_rows.of_collections(tx.db, tx.actor, [each.id for each in found], most)
    numbers = {item.key for each in items.values() for item in each if item.kind is ItemKind.PAPER}
    known = papers.known(tx, sorted(numbers))
    return {
        id: [replace(item, paper=known.get(item.key)) for item in each]
        for id, each in items.items()
    }


def upvotes_of(tx: Transaction, owner_id: int) -> int:
    """How often others found what somebody gathered good, as far as the actor may see it."""
    return store.upvotes_of(tx.db, owner_id, tx.actor)


def can_see(actor: Actor, found: Collection) -> bool:
    """Public ones everybody; private ones members of the owner, or of the group it is in."""
    if actor.operator or not found.private:
        return True
    reads = actor.grant.allows(Permission.COLLECTION_READ, account=found.owner.id)
    return role_for(actor, found) >= Role.READ and reads


def can_write(actor: Actor, found: Collection) -> bool:
    """Its owner, and members who may write."""
    writes = actor.grant.allows(Permission.COLLECTION_WRITE, account=found.owner.id)
    return writes and (actor.operator or role_for(actor, found) >= Role.WRITE)


def role_for(actor: Actor, found: Collection) -> Role:
    """Rule as `repos.service.role_for`."""
    role = actor.role_in(found.owner.id)
    if found.group_id is None or role is Role.ADMIN or found.owner.id not in actor.roles:
        return role
    return actor.groups.get(found.group_id, Role.NO_ACCESS)


def _named(tx: Transaction, slug: str) -> Collection | None:
    oid = oid_of(slug)
    if oid is not None:
        return store.by_oid(tx.db, oid)
    owner, _, title = slug.partition("/")
    titled = [each for each in store.of_owner(tx.db, owner) if slugified(each.title) == title]
    return titled[0] if title and len(titled) == 1 else None


def _why(actor: Actor, found: Collection) -> str:
    if actor.operator or role_for(actor, found) >= Role.WRITE:
        return ": this token does not allow it. Make one with the write role in Settings, Tokens."
    return "."
