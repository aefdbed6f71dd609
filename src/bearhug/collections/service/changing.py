"""Making, changing, ordering and deleting collections; finding them good."""

from dataclasses import replace
from secrets import token_hex

from bearhug.accounts import service as accounts
from bearhug.collections.model import (
    Change,
    Collection,
    Theme,
    checked_description,
    checked_title,
)
from bearhug.collections.service.finding import find
from bearhug.collections.store import rows as store
from bearhug.errors import Conflict, Forbidden, NotFound
from bearhug.hub import Permission, Role, Transaction
from bearhug.kit.wire import object_id


def create(
    tx: Transaction,
    title: str,
    *,
    owner: str | None = None,
    description: str = "",
    private: bool = False,
    theme: Theme = Theme.ORANGE,
    group: str | None = None,
) -> Collection:
    """Make a collection, by default one's own. `group` is a resource group, as the wire names it.

    Raises NotSignedIn, Forbidden (another's, or a token that may not), Unprocessable, NotFound
    for a group that is not there, and Conflict, with its `slug`, for a title it has already.
    """
    tx.actor.require_user()
    account = accounts.find(tx, owner or tx.actor.name or "")
    group_id = _group(tx, account.id, group)
    role = tx.actor.role_in(account.id)
    if group_id is not None and role is not Role.ADMIN:
        role = tx.actor.groups.get(group_id, Role.NO_ACCESS)
    allowed = tx.actor.grant.allows(Permission.COLLECTION_WRITE, account=account.id)
    if not allowed or not (tx.actor.operator or role >= Role.WRITE):
        raise Forbidden(f"You may not make collections under {account.name!r}.")
    named = checked_title(title)
    same = store.by_title(tx.db, account.id, named)
    if same is not None:
        # HfApi.create_collection(exists_ok=True) reads the slug from the body.
        raise Conflict(f"{account.name} has a collection of this title already.", slug=same.slug)
    oid = token_hex(12)
    store.add(
        tx.db,
        oid,
        account.id,
        group_id=group_id,
        title=named,
        description=checked_description(description),
        private=private,
        theme=theme,
        at=tx.now,
    )
    return _again(tx, oid)


def change(tx: Transaction, slug: str, asked: Change) -> Collection:
    """Set what is given. Raises as `find` does, or Unprocessable naming the field."""
    found = find(tx, slug, to_write=True)
    new = replace(
        found,
        title=found.title if asked.title is None else checked_title(asked.title),
        description=found.description
        if asked.description is None
        else checked_description(asked.description),
        private=found.private if asked.private is None else asked.private,
        theme=asked.theme or found.theme,
    )
    if asked.position is not None:
        _move(tx, found, asked.position)
    if new != found:
        store.change(tx.db, new, tx.now)
    return _again(tx, found.oid)


def set_group(tx: Transaction, slug: str, group: str | None) -> Collection:
    """Put an organisation's collection into a resource group, or (None) out of any.

    Raises as `find` does; Forbidden but for admins; NotFound for a group that is not there.
    """
    found = find(tx, slug, to_write=True)
    if not (tx.actor.operator or tx.actor.role_in(found.owner.id) is Role.ADMIN):
        raise Forbidden("Only admins of the organisation move collections between groups.")
    store.set_group(tx.db, found.id, _group(tx, found.owner.id, group))
    return _again(tx, found.oid)


def delete(tx: Transaction, slug: str) -> Collection:
    """Raises as `find` does. Returns what it was."""
    found = find(tx, slug, to_write=True)
    store.drop(tx.db, found.id)
    return found


def upvote(tx: Transaction, slug: str) -> Collection:
    """Find it good; twice is once. Raises as `find` does, NotSignedIn, Forbidden."""
    found, user_id = _votable(tx, slug)
    store.upvote(tx.db, found.id, user_id, tx.now)
    return _again(tx, found.oid)


def unvote(tx: Transaction, slug: str) -> Collection:
    """No longer. Raises as `upvote` does."""
    found, user_id = _votable(tx, slug)
    store.unvote(tx.db, found.id, user_id)
    return _again(tx, found.oid)


def _votable(tx: Transaction, slug: str) -> tuple[Collection, int]:
    found = find(tx, slug)
    user_id = tx.actor.require_user()
    if not tx.actor.grant.allows(Permission.COLLECTION_WRITE, account=user_id):
        raise Forbidden("This token may not upvote for you. Make one with the write role.")
    return found, user_id


def _move(tx: Transaction, found: Collection, position: int) -> None:
    """To that place among its owner's."""
    ids = [each.id for each in store.of_owner_id(tx.db, found.owner.id) if each.id != found.id]
    ids.insert(max(0, min(position, len(ids))), found.id)
    store.place(tx.db, ids)


def _group(tx: Transaction, owner_id: int, group: str | None) -> int | None:
    """The row of a resource group of that organisation. Raises NotFound."""
    if group is None:
        return None
    for id in store.groups_of(tx.db, owner_id):
        if object_id("resource_groups", id) == group:
            return id
    raise NotFound("resourceGroupId: the organisation has no such group.")


def _again(tx: Transaction, oid: str) -> Collection:
    found = store.by_oid(tx.db, oid)
    assert found is not None
    return found
