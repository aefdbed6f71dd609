"""What repos and accounts take up. Slow for large ones: read it in a thread."""

from bearhug.cas.model import Figures, Totals
from bearhug.cas.store import figures as store
from bearhug.hub import Transaction
from bearhug.repos.model import Repo


def of_repo(tx: Transaction, repo: Repo) -> Figures:
    return store.of_repo(tx.db, repo.id)


def of_account(tx: Transaction, account_id: int) -> Figures:
    """Of all its repos together. Whoever asks must be, or look after, that account."""
    return store.of_account(tx.db, account_id)


def totals(tx: Transaction) -> Totals:
    """Of the whole hub."""
    return store.totals(tx.db)
