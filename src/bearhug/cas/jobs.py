"""What the store does for itself, once a day."""

from bearhug.cas.service import sweeping
from bearhug.hub import Hub


def collect(hub: Hub) -> None:
    """Delete what nobody holds and no client may refer to any more; see you tomorrow."""
    sweeping.collect(hub)
    hub.write(sweeping.schedule)
