"""What is dear to compute and never changes: comments as HTML, what a pull request brings."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from bearhug.discussions.model import Changes
from bearhug.files.service.browsing import Change
from bearhug.hub import Transaction

V = TypeVar("V")
MOST_CHARS = 32 * 1024 * 1024


class Kept(Generic[V]):
    """The values used last, as many as `most` characters hold. Safe from any thread."""

    def __init__(self, weigh: Callable[[V], int], most: int = MOST_CHARS) -> None:
        self._weigh, self._most = weigh, most
        self._held: OrderedDict[Hashable, V] = OrderedDict()
        self._total = 0
        self._lock = threading.Lock()

    def get(self, key: Hashable, make: Callable[[], V]) -> V:
        with self._lock:
            if key in self._held:
                self._held.move_to_end(key)
                return self._held[key]
        value = make()
        with self._lock:
            if key not in self._held:
                self._held[key] = value
                self._total += self._weigh(value)
            while self._total > self._most and len(self._held) > 1:
                self._total -= self._weigh(self._held.popitem(last=False)[1])
        return value


class Memory:
    """`hub.rooms["talk"]`. Keys name content: nothing in it can be out of date."""

    def __init__(self) -> None:
        self.html: Kept[str] = Kept(lambda html: len(html) + 200)
        self.changes: Kept[Changes] = Kept(lambda changes: len(changes.diff) + 1000)
        self.files: Kept[tuple[Change, ...]] = Kept(_weight)


def _weight(files: tuple[Change, ...]) -> int:
    """About as many characters as the lines have, and what holds each."""
    return 500 + sum(
        500 + sum(100 + len(line.text) for hunk in file.diff.hunks for line in hunk.lines)
        for file in files
    )


def memory(tx: Transaction) -> Memory:
    found: Memory = tx.hub.rooms["talk"]
    return found
