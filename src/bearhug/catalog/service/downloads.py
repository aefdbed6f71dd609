"""Counting downloads: in memory as they happen, in rows once a minute, faded once a day.

A model is downloaded when one of its query files is asked for, as on the Hub: one file that
every way of loading it begins with. Of a dataset or a Space any file will do; the most asked-for
file of a minute says how often.
"""

import threading
import time
from collections import Counter
from collections.abc import Mapping

from bearhug.catalog import store
from bearhug.catalog.queryfiles import is_query_file
from bearhug.hub import Hub, Transaction
from bearhug.kit.wire import Moment
from bearhug.repos.model import Repo, RepoKind

DAY_MS = 24 * 3600 * 1000
SHOWN_DAYS = 30
PAIR_SECONDS = 2.0
"""A HEAD and the GET behind it are one download: within so long, every other is not counted."""

DOWNLOAD_WEIGHT = 0.02
"""What a download adds to `trending`: fifty are as much as a like."""

FADING = 0.87
"""What is left of `trending` after a day: half after five."""

ROLL = "catalog.roll_downloads"


class Downloads:
    """Counts in memory; one for each process, in `hub.rooms`."""

    def __init__(self) -> None:
        self._counts: dict[int, Counter[str]] = {}
        self._pairs: dict[tuple[int, str], float] = {}
        self._lock = threading.Lock()

    @classmethod
    def of(cls, hub: Hub) -> "Downloads":
        downloads: Downloads = hub.rooms.setdefault("downloads", cls())
        return downloads

    def note(self, repo_id: int, path: str) -> None:
        """A file was asked for. Takes a microsecond; never waits for the database."""
        now = time.monotonic()
        with self._lock:
            if now - self._pairs.pop((repo_id, path), -PAIR_SECONDS) < PAIR_SECONDS:
                return
            self._pairs[repo_id, path] = now
            self._counts.setdefault(repo_id, Counter())[path] += 1

    def take(self) -> Mapping[int, Mapping[str, int]]:
        """What was counted since, by repo and path."""
        with self._lock:
            taken, self._counts, self._pairs = self._counts, {}, {}
        return taken


def flush(hub: Hub) -> None:
    """Write down what was counted. The app calls this once a minute, and at its end."""
    taken = Downloads.of(hub).take()
    if taken:
        hub.write(write_down, taken)


def write_down(tx: Transaction, taken: Mapping[int, Mapping[str, int]]) -> None:
    """Add to today's counts."""
    kinds = store.kinds_of(tx.db, list(taken))
    for repo_id, paths in taken.items():
        if repo_id not in kinds:
            continue
        kind, library = kinds[repo_id]
        number = counted(paths, of_model=kind == RepoKind.MODEL, library=library)
        if number:
            store.add_downloads(tx.db, repo_id, _day(tx.now), number, number * DOWNLOAD_WEIGHT)


def counted(paths: Mapping[str, int], *, of_model: bool, library: str | None = None) -> int:
    """How many downloads these requests were."""
    asked = (
        number for path, number in paths.items() if not of_model or is_query_file(path, library)
    )
    return max(asked, default=0)


def daily(tx: Transaction, repo: Repo) -> list[int]:
    """Downloads of each of the last SHOWN_DAYS days, the oldest first."""
    today = _day(tx.now)
    found = store.downloads_since(tx.db, repo.id, today - SHOWN_DAYS + 1)
    return [found.get(day, 0) for day in range(today - SHOWN_DAYS + 1, today + 1)]


def roll(tx: Transaction) -> None:
    """Once a day: count the last 30 days afresh, and let what was trending fade."""
    store.roll_downloads(tx.db, _day(tx.now) - SHOWN_DAYS + 1)
    store.fade(tx.db, FADING)
    schedule(tx)


def schedule(tx: Transaction) -> None:
    """See to it that `roll` runs after the next midnight, once."""
    midnight = (_day(tx.now) + 1) * DAY_MS
    if not store.is_due(tx.db, ROLL, tx.now):
        tx.later(ROLL, delay_seconds=(midnight - tx.now) // 1000 + 60)


def _day(at: Moment) -> int:
    return at // DAY_MS
