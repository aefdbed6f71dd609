"""Which repos have which facet, held in memory so that a page can count beside every choice.

Counting in SQL takes a pass over all tags for every page: 165 ms over 100,000 repos. Here a facet's
value is a bit set (bits.py) and a page's counts take 1 ms. Rows decide what is *shown*; this only
says what to look for and how many there are, and may be seconds behind on a hub of many processes.
"""

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from bearhug.catalog import store
from bearhug.catalog.bits import bits_of
from bearhug.catalog.model import SIZES
from bearhug.hub import Hub, Transaction
from bearhug.kit.wire import Moment

POLL_MS = 5_000
"""How old it may be before rows changed by other processes are looked for."""

OVERLAP_MS = 60_000
"""Looked back over again: a row is stamped before it is committed."""

RECOUNT_MS = 60_000
"""How often to ask whether other processes have deleted repos."""

MANY = 5_000
"""Changes beyond which all is read anew."""

MOST_MEMORIES = 1_000


@dataclass(frozen=True)
class Census:
    """One moment. Every whole number here is a set of repo ids."""

    kinds: Mapping[str, int] = field(default_factory=dict)
    public: int = 0
    values: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    sizes: tuple[int, ...] = (0,) * len(SIZES)
    read_at: Moment = 0
    recounted_at: Moment = 0
    memory: dict[tuple[object, ...], int] = field(default_factory=dict)
    """What was asked of the rows at this moment: searches, authors, rare tags."""

    @property
    def everyone(self) -> int:
        return _union(self.kinds.values())

    def of(self, facet: str, value: str) -> int:
        return self.values.get(facet, {}).get(value, 0)


class CensusTaker:
    """Keeps the census up to date; one for each process, in `hub.rooms`."""

    def __init__(self) -> None:
        self._now = Census()
        self._touched: set[int] = set()
        self._lock = threading.Lock()

    @classmethod
    def of(cls, hub: Hub) -> "CensusTaker":
        taker: CensusTaker = hub.rooms.setdefault("census", cls())
        return taker

    def touch(self, repo_id: int) -> None:
        """This repo has changed here: look again before the next answer."""
        self._touched.add(repo_id)

    def take(self, tx: Transaction) -> Census:
        """The census as it is now; as it was seconds ago while another thread looks."""
        due = self._touched or tx.now - self._now.read_at > POLL_MS
        if due and self._lock.acquire(blocking=self._now.read_at == 0):
            try:
                self._look(tx)
            finally:
                self._lock.release()
        return self._now

    def _look(self, tx: Transaction) -> None:
        touched = set(self._touched)
        since = self._now.read_at - OVERLAP_MS
        if self._now.read_at == 0:
            changed = None
        elif tx.now - self._now.read_at > POLL_MS:
            changed = _changed_or_all(store.changed_since(tx.db, since, MANY), touched)
        else:
            changed = touched
        if changed is None:
            self._now = replace(_count(tx), read_at=tx.now, recounted_at=tx.now)
        else:
            self._now = _without_the_dead(tx, _amend(tx, self._now, changed))
        self._touched -= touched


def _changed_or_all(found: list[int], touched: set[int]) -> set[int] | None:
    return None if len(found) >= MANY else touched | set(found)


def _count(tx: Transaction) -> Census:
    """Everything anew: about a second for 100,000 repos."""
    kinds, public = store.all_repos(tx.db)
    return Census(kinds, public, store.all_values(tx.db), store.all_sizes(tx.db))


def _amend(tx: Transaction, old: Census, changed: set[int]) -> Census:
    """The same with these repos looked at again."""
    if not changed:
        return replace(old, read_at=tx.now)
    gone = bits_of(changed)
    kinds, public = store.some_repos(tx.db, changed)
    values, sizes = store.some_values(tx.db, changed), store.some_sizes(tx.db, changed)
    facets = old.values.keys() | values.keys()
    return replace(
        old,
        kinds=_merged(old.kinds, kinds, gone),
        public=_without(old.public, gone) | public,
        values={
            facet: _merged(old.values.get(facet, {}), values.get(facet, {}), gone)
            for facet in facets
        },
        sizes=tuple(_without(was, gone) | new for was, new in zip(old.sizes, sizes, strict=True)),
        read_at=tx.now,
        memory={},
    )


def _without_the_dead(tx: Transaction, census: Census) -> Census:
    if tx.now - census.recounted_at <= RECOUNT_MS:
        return census
    everyone = census.everyone
    if store.count_repos(tx.db) != everyone.bit_count():
        alive, _ = store.all_repos(tx.db)
        gone = _without(everyone, _union(alive.values()))
        census = replace(
            census,
            kinds=_merged(census.kinds, alive, gone),
            values={facet: _merged(values, {}, gone) for facet, values in census.values.items()},
            sizes=tuple(_without(each, gone) for each in census.sizes),
            memory={},
        )
    return replace(census, recounted_at=tx.now)


def _merged(old: Mapping[str, int], new: Mapping[str, int], gone: int) -> dict[str, int]:
    merged = {
        value: _without(old.get(value, 0), gone) | new.get(value, 0)
        for value in old.keys() | new.keys()
    }
    return {value: bits for value, bits in merged.items() if bits}


def _without(bits: int, gone: int) -> int:
    return bits ^ (bits & gone)


def _union(sets: Iterable[int]) -> int:
    union = 0
    for bits in sets:
        union |= bits
    return union
