"""Passwords are hashed in two threads of their own: it takes 20 ms and 19 MiB each."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from bearhug.errors import Unavailable

P = ParamSpec("P")
T = TypeVar("T")

THREADS, MOST_WAITING = 2, 100


class Hashing:
    """A short queue: when more wait than can be served in a second or so, the rest are refused."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="argon2")
        self._waiting = 0

    async def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Raises Unavailable when the queue is full."""
        if self._waiting >= MOST_WAITING:
            raise Unavailable("Many people are signing in just now. Try again in a moment.")
        self._waiting += 1
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._pool, lambda: work(*args, **kwargs))
        finally:
            self._waiting -= 1


hashing = Hashing()
