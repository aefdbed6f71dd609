"""Tokens that are to work no more, by whoever found them or by an organisation's admin."""

from collections.abc import Iterable

from bearhug.access.store import leaks as store
from bearhug.accounts import service as accounts
from bearhug.errors import NotFound
from bearhug.hub import Transaction
from bearhug.identity.service import digest

MOST = 1_000


def revoke(tx: Transaction, secrets: Iterable[str]) -> int:
    """End every token among these, whoever sends them: to know one is to be able to use it.

    How many there were; never tell it to who asked, for it would say which are real.
    """
    return store.revoke(tx.db, [digest(secret.strip()) for secret in secrets])


def refuse_token(tx: Transaction, org_name: str, secret: str) -> None:
    """Let a member's token reach nothing of this organisation. It works elsewhere.

    Raises as `accounts.find_managed`, and NotFound for a token no member holds.
    """
    org = accounts.find_managed(tx, org_name)
    row = store.members_token(tx.db, org.id, digest(secret.strip()))
    if row is None:
        raise NotFound(f"No member of {org.name} holds this token.")
    store.refuse(tx.db, org.id, row.id, tx.now)
