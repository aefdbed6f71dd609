"""What the store does for itself: chunks out of whole files, and once a day what has to go."""

import logging

from bearhug.cas.service import converting, scrubbing, sweeping
from bearhug.hub import Hub

log = logging.getLogger(__name__)


def collect(hub: Hub) -> None:
    """Delete what nobody holds and no client may refer to any more; see you tomorrow."""
    sweeping.collect(hub)
    hub.write(sweeping.schedule)


def convert(hub: Hub, sha256: str) -> None:
    """Bring a file that came whole into chunks."""
    converting.convert(hub, sha256)


def convert_rest(hub: Hub) -> None:
    """Likewise all that are not, and do without those that are kept both ways."""
    converting.convert_rest(hub)


def drop_whole(hub: Hub, hashes: str) -> None:
    """Delete whole files that have been in chunks for a while."""
    converting.drop_whole(hub, hashes)


def scrub(hub: Hub) -> None:
    """Read some xorbs over; more in an hour. What is damaged stands in /admin and in the log."""
    for finding in scrubbing.scrub(hub):
        log.error("damaged: %s", finding)
    hub.write(scrubbing.schedule)
