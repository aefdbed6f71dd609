"""Pictures of people and organisations."""

import hashlib
import re
from dataclasses import dataclass

from bearhug.accounts.model import Account, pictures
from bearhug.accounts.service.organisations import find_managed
from bearhug.accounts.service.people import find, me, require_in_person
from bearhug.accounts.store import people as store
from bearhug.hub import Transaction

BY_BYTES = re.compile(r"([0-9a-f]{32}|[0-9a-f]{64})\.[a-z]{3,4}")


@dataclass(frozen=True)
class Avatar:
    """An account and its picture; `image` is None where it has none."""

    account: Account
    media_type: str = ""
    image: bytes | None = None


def avatar(tx: Transaction, name: str) -> Avatar:
    """By a name, or by what `lasting_address` says. Raises NotFound for nobody's."""
    account = _by_bytes(tx, name) or find(tx, name)
    row = store.avatar(tx.db, account.id) if account.avatar_sha256 else None
    if row is None:
        return Avatar(account)
    return Avatar(account, row.media_type, bytes(row.data))


def lasting_address(tx: Transaction, account: Account) -> str:
    """Where its picture is, by its bytes: an address that a new name does not change."""
    kind = store.avatar_type(tx.db, account.id) if account.avatar_sha256 else None
    if kind is None:
        return f"/avatars/{account.name}"
    return f"/avatars/{account.avatar_sha256}.{kind.partition('/')[2].partition('+')[0]}"


def set_avatar(tx: Transaction, image: bytes, *, org: str = "") -> None:
    """Give oneself, or an organisation one manages, this picture. Raises Refused."""
    account = _whose(tx, org)
    kind = pictures.media_type(image)
    sha256 = hashlib.sha256(image).hexdigest()
    store.put_avatar(tx.db, account.id, sha256=sha256, media_type=kind, image=image)


def remove_avatar(tx: Transaction, *, org: str = "") -> None:
    store.drop_avatar(tx.db, _whose(tx, org).id)


def _by_bytes(tx: Transaction, name: str) -> Account | None:
    found = BY_BYTES.fullmatch(name)
    return store.by_avatar(tx.db, found[1]) if found else None


def _whose(tx: Transaction, org: str) -> Account:
    if org:
        return find_managed(tx, org)
    require_in_person(tx.actor)
    return me(tx)
