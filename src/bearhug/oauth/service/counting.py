"""How often somebody may err, or ask, before they wait."""

from bearhug.accounts.model.credentials import DAY, in_words, wait
from bearhug.accounts.store import credentials as attempts
from bearhug.errors import TooMany
from bearhug.hub import Transaction


def count(tx: Transaction, key: str, *, free: int, what: str) -> None:
    """One more attempt under this key. Raises TooMany, as `check` does."""
    check(tx, key, free=free, what=what)
    note(tx, key)


def check(tx: Transaction, key: str, *, free: int, what: str) -> None:
    """Raises TooMany, saying of what and for how long, while whoever has this key must wait.

    After `free` in a row each must wait twice as long as the one before; a day forgives all.
    """
    left = 0
    row = attempts.attempt(tx.db, key)
    if row is not None and row.last_at > tx.now - DAY:
        left = row.last_at + wait(row.failures, free) - tx.now
    if left > 0:
        seconds = -(-left // 1000)
        raise TooMany(f"Too many {what}. Try again in {in_words(seconds)}.", seconds=seconds)


def note(tx: Transaction, key: str) -> None:
    """It counts from now on."""
    row = attempts.attempt(tx.db, key)
    before = row.failures if row is not None and row.last_at > tx.now - DAY else 0
    attempts.put_attempt(tx.db, key, before + 1, tx.now)
