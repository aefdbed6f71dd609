"""What bounds the memory of uploads: how many bodies are taken at once (`hub.rooms["cas"]`)."""

import asyncio
import threading

BODIES_AT_ONCE = 32
"""Xorbs are verified as they come: each takes a block or two of memory."""

SHARDS_AT_ONCE = 2
"""Shards are held whole while they are checked, 64 MiB at most each."""


class Room:
    """Whoever finds it full waits, unread: clients take that for a slow line, not an error."""

    def __init__(self) -> None:
        self.bodies = asyncio.Semaphore(BODIES_AT_ONCE)
        self.shards = asyncio.Semaphore(SHARDS_AT_ONCE)
        self.ending = threading.Event()
        """The hub is being stopped: what takes long is to be left for its next start."""
