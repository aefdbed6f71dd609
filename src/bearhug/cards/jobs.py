"""What runs after a push: reading weights, and cards that could not be read at once."""

from bearhug.cards import service
from bearhug.hub import Hub, Transaction
from bearhug.repos import store as repo_rows


def read_weights(hub: Hub, repo_id: int) -> None:
    service.read_weights(hub, repo_id)


def read_card(hub: Hub, repo_id: int) -> None:
    """Again, now that the git cache was mended."""

    def read(tx: Transaction) -> None:
        repo = repo_rows.by_id(tx.db, repo_id)
        if repo is not None and repo.head is not None:
            service.read_card(tx, repo, repo.head)

    hub.write(read)
