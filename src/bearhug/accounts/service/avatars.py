"""Pictures of people and organisations."""

import hashlib
from dataclasses import dataclass

from bearhug.accounts.model import Account, pictures
from bearhug.accounts.service.organisations import find_managed
from bearhug.accounts.service.people import find, me, require_in_person
from bearhug.accounts.store import people as store
from bearhug.hub import Transaction


@dataclass(frozen=True)
class Avatar:
    """An account and its picture; `image` is None where it has none."""

    account: Account
    media_type: str = ""
    image: bytes | None = None


def avatar(tx: Transaction, name: str) -> Avatar:
    """Raises NotFound for nobody of that name."""
    account = find(tx, name)
    row = store.avatar(tx.db, account.id) if account.avatar_sha256 else None
    if row is None:
        return Avatar(account)
    return Avatar(account, row.media_type, bytes(row.data))


def set_avatar(tx: Transaction, image: bytes, *, org: str = "") -> None:
    """Give oneself, or an organisation one manages, this picture. Raises Refused."""
    account = _whose(tx, org)
    kind = pictures.media_type(image)
    sha256 = hashlib.sha256(image).hexdigest()
    store.put_avatar(tx.db, account.id, sha256=sha256, media_type=kind, image=image)


def remove_avatar(tx: Transaction, *, org: str = "") -> None:
    store.drop_avatar(tx.db, _whose(tx, org).id)


def _whose(tx: Transaction, org: str) -> Account:
    if org:
        return find_managed(tx, org)
    require_in_person(tx.actor)
    return me(tx)
