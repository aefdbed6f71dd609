"""How often somebody may err, or ask, before they wait."""

from bearhug.accounts.model.credentials import DAY, in_words, wait
from bearhug.accounts.store import credentials as attempts
from bearhug.errors import TooMany
from bearhug.hub import Transaction


def count(tx: Transaction, key: str, *, free: int, what: str) -> None:
    """One more attempt under this key. Raises TooMany, saying of what and for how long.

    After `free` in a row each must wait twice as long as the one before; a day forgives all.
    """
    row = attempts.attempt(tx.db, key)
    if row is None or row.last_at <= tx.now - DAY:
        return attempts.put_attempt(tx.db, key, 1, tx.now)
    left = row.last_at + wait(row.failures, free) - tx.now
    if left > 0:
        seconds = -(-left // 1000)
        raise TooMany(f"Too many {what}. Try again in {in_words(seconds)}.", seconds=seconds)
    attempts.put_attempt(tx.db, key, row.failures + 1, tx.now)


def forgive(tx: Transaction, key: str) -> None:
    """It was right: what went before does not count any more."""
    attempts.clear_attempts(tx.db, key)
