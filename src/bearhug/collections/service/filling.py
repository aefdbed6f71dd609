"""What is in a collection: adding, noting, ordering, taking out."""

from bearhug.collections.model import (
    MOST_ITEMS,
    Collection,
    Item,
    ItemKind,
    checked_note,
)
from bearhug.collections.service.finding import find, with_items
from bearhug.collections.service.targets import Target, find_repo, repo_target
from bearhug.collections.store import items as rows
from bearhug.collections.store import rows as collection_rows
from bearhug.errors import BadRequest, Conflict, NotFound, Unprocessable
from bearhug.hub import Transaction
from bearhug.papers import service as papers


def add_item(tx: Transaction, slug: str, kind: ItemKind, name: str, note: str = "") -> Collection:
    """Put it at the end. Raises as `find` does, as `target` does, Conflict if it is there already.

    A collection is named by its slug, a paper by its arXiv number.
    """
    found = find(tx, slug, to_write=True)
    what = target(tx, kind, name)
    if what.other_id == found.id:
        raise Unprocessable("A collection cannot hold itself.")
    if rows.count(tx.db, found.id) >= MOST_ITEMS:
        raise Unprocessable(f"A collection holds at most {MOST_ITEMS} things.")
    added = rows.add(
        tx.db,
        found,
        kind,
        what.key,
        repo_id=what.repo_id,
        other_id=what.other_id,
        note=checked_note(note),
        at=tx.now,
    )
    if not added:
        raise Conflict(f"{name} is in this collection already.", slug=found.slug)
    collection_rows.touch(tx.db, found.id, tx.now)
    return found


def change_item(
    tx: Transaction, slug: str, id: str, *, note: str | None = None, position: int | None = None
) -> Item:
    """Another note, another place, or both. Places count what the actor may not see too.

    Raises as `find` does, NotFound for an item that is not in it.
    """
    found, item = _find(tx, slug, id)
    if note is not None:
        rows.set_note(tx.db, item.id, checked_note(note))
    if position is not None:
        ids = [each for each in rows.ids(tx.db, found.id) if each != item.id]
        ids.insert(max(0, min(position, len(ids))), item.id)
        rows.place(tx.db, ids)
    collection_rows.touch(tx.db, found.id, tx.now)
    return _find(tx, slug, id)[1]


def drop_item(tx: Transaction, slug: str, id: str) -> None:
    """Take it out. Raises as `change_item` does."""
    found, item = _find(tx, slug, id)
    rows.drop(tx.db, item.id)
    rows.place(tx.db, rows.ids(tx.db, found.id))
    collection_rows.touch(tx.db, found.id, tx.now)


def target(tx: Transaction, kind: ItemKind, name: str) -> Target:
    """What an item of that kind and name would be.

    Raises RepoNotFound or NotFound for what is not there or may not be seen.
    """
    if kind.of_repo:
        return repo_target(find_repo(tx, kind, name))
    if kind is ItemKind.PAPER:
        return Target(kind, papers.find(tx, name).id)
    other = find(tx, name)
    return Target(kind, str(other.id), other_id=other.id)


def parse_item(asked: str) -> tuple[ItemKind, str]:
    """From `models/ada/bert`, as listings spell it. Raises BadRequest."""
    plural, _, name = asked.partition("/")
    kind = next((each for each in ItemKind if each.plural == plural), None)
    if kind is None or not name:
        raise BadRequest(f"item: write it like models/owner/name; got {asked[:100]!r}.")
    return kind, name


def _find(tx: Transaction, slug: str, id: str) -> tuple[Collection, Item]:
    found = find(tx, slug, to_write=True)
    for item in with_items(tx, [found])[found.id]:
        if item.object_id == id:
            return found, item
    raise NotFound("No such item in this collection.")
