"""What happens once a day."""

from bearhug.hub import Hub
from bearhug.webhooks import service


def prune(hub: Hub) -> None:
    """Forget old deliveries; see you tomorrow."""
    hub.write(service.prune)
