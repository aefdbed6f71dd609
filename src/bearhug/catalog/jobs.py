"""What happens once a day."""

from bearhug.cards import service as cards
from bearhug.catalog import service as catalog
from bearhug.hub import Hub, Transaction

DAY_MS = 24 * 3600 * 1000
KEPT_DAYS = 30
"""How long a rendered card is kept before it is made again."""


def roll_downloads(hub: Hub) -> None:
    """Count the last 30 days afresh, let what trends fade, forget old pages; see you tomorrow."""

    def roll(tx: Transaction) -> None:
        catalog.roll(tx)
        cards.dropped_before(tx, tx.now - KEPT_DAYS * DAY_MS)

    hub.write(roll)
