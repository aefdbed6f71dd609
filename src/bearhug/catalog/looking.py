"""One query over one census: each part of it as a set of repos."""

import re
import time
from collections.abc import Callable, Mapping, Sequence

from bearhug.cards.apps import OF_APP
from bearhug.cards.model import OTHER, PREFIXES
from bearhug.cards.tagging import REGION
from bearhug.cards.tasks import TASKS
from bearhug.catalog import store
from bearhug.catalog.bits import bits_of
from bearhug.catalog.census import MOST_MEMORIES, Census, CensusTaker
from bearhug.catalog.model import FACETS, Count, Query
from bearhug.hub import OPERATOR, Transaction

LONGEST_SEARCH = 200
MOST_WORDS = 8
SHOWN_VALUES = 300
EVERYTHING = -1
KEPT_SECONDS = 60.0
"""After so long what this machine can do is asked again, though no repo has changed."""

PATIENCE = 30
"""At most a thirtieth of the time is spent on finding out who answers."""

USES = ("uses_model", "uses_dataset")

_WORD = re.compile(r"\w+")


class Served:
    """Which models this hub answers for: of all, whoever asks; what nobody may see is taken away.

    To place a thousand models takes a tenth of a second, so the answer is kept: until something
    has changed, and then for as long as looking again would be most of what the hub does.
    """

    def __init__(self) -> None:
        self._census: Census | None = None
        self._bits = 0
        self._at = self._cost = 0.0

    def take(self, tx: Transaction, census: Census) -> int:
        age = time.monotonic() - self._at
        same = self._census is census and age < KEPT_SECONDS
        if self._census is None or not (same or age < PATIENCE * self._cost):
            start = time.monotonic()
            served = tx.hub.rooms.get("served", lambda tx: ())
            everyone = Transaction(tx.hub, tx.db, OPERATOR, tx.now)
            self._bits = bits_of(repo.id for repo, _ in served(everyone))
            self._census, self._at = census, time.monotonic()
            self._cost = self._at - start
        return self._bits


class Look:
    """What matches a query, and what the counts beside it are of. Sets are whole numbers."""

    def __init__(self, tx: Transaction, query: Query) -> None:
        self.tx = tx
        self.query = query
        self.census: Census = CensusTaker.of(tx.hub).take(tx)
        of_kind = self.census.kinds.get(query.kind, 0)
        self.visible = of_kind & self._seen()
        self._by_facet = {facet: self._any(facet) for facet in query.facets}
        self._rest = self.visible
        for part in self._parts():
            self._rest &= part

    def found(self, without: str = "") -> int:
        """What matches; `without` one facet, for the counts beside its own values."""
        bits = self._rest
        for facet, part in self._by_facet.items():
            if facet != without:
                bits &= part
        if without != "parameters":
            bits &= self._sized()
        return bits if without == "served" else bits & self._answering()

    def counts(self) -> Mapping[str, Sequence[Count]]:
        return {facet: self._counts(facet) for facet in FACETS[self.query.kind]}

    def sizes(self) -> list[int]:
        base = self.found("parameters")
        return [(base & step).bit_count() for step in self.census.sizes]

    def served(self) -> int:
        """Those of the matches that this hub answers for."""
        return self.found("served") & self._served()

    def values(self, facet: str) -> Mapping[str, int]:
        """Every value of a facet, and who has it."""
        if facet in store.COUNTED:
            return self.census.values.get(facet, {})
        return store.values_of(self.tx.db, facet)

    def _counts(self, facet: str) -> list[Count]:
        base = self.found(facet)
        chosen = self.query.facets.get(facet, ())
        values = self.values(facet)
        counted = [(value, (base & bits).bit_count()) for value, bits in values.items()]
        counted += [(value, 0) for value in chosen if value not in values]
        kept = [
            Count(value, number, value in chosen)
            for value, number in counted
            if number or value in chosen
        ]
        order = list(TASKS)
        return sorted(
            kept,
            key=lambda each: (
                -each.count,
                order.index(each.value) if each.value in TASKS else len(order),
                each.value,
            ),
        )[:SHOWN_VALUES]

    def _seen(self) -> int:
        actor = self.tx.actor
        if actor.operator:
            return self.census.everyone
        if actor.user_id is None:
            return self.census.public
        roles = (tuple(sorted(actor.roles.items())), tuple(sorted(actor.groups.items())))
        key = ("seen", actor.user_id, roles, repr(actor.grant))
        hidden = self._once(key, lambda: store.hidden_but_seen(self.tx.db, actor))
        return self.census.public | hidden

    def _any(self, facet: str) -> int:
        union = 0
        for value in self.query.facets[facet]:
            union |= self._valued(facet, value)
        return union

    def _sized(self) -> int:
        size = self.query.size
        if size is None or size.whole:
            return EVERYTHING
        union = 0
        for step in self.census.sizes[size.low : size.high]:
            union |= step
        return union

    def _parts(self) -> list[int]:
        """Everything of the query but facets, size and who answers."""
        query = self.query
        parts = [self._tagged(tag) for tag in query.tags]
        parts += [self._matching(text) for text in (query.search, *query.searches) if text.strip()]
        parts += [self._using(facet, names) for facet, names in query.uses.items()]
        if query.author:
            parts.append(self._of_author(query.author))
        if query.gated is not None:
            gated = self._once(("gated",), lambda: store.gated(self.tx.db))
            parts.append(gated if query.gated else ~gated)
        if query.parameters is not None:
            least, most = query.parameters
            parts.append(self._sized_between(least, most))
        if query.apps:
            parts.append(self._running_in(query.apps))
        if query.linked:
            parts.append(self._linked())
        return parts

    def _of_author(self, author: str) -> int:
        kind, db = self.query.kind, self.tx.db
        named = ("author", kind, author.lower())
        return self._once(named, lambda: store.of_author(db, kind, author))

    def _sized_between(self, least: int, most: int) -> int:
        db = self.tx.db
        between = ("parameters", least, most)
        return self._once(between, lambda: store.of_parameters(db, least, most))

    def _running_in(self, apps: Sequence[str]) -> int:
        """Models that any of these applications runs; none for one that nobody knows."""
        union = 0
        for app in apps:
            for way in OF_APP.get(app, (app,)):
                union |= self.census.of("apps", way)
        return union

    def _using(self, facet: str, names: Sequence[str]) -> int:
        union = 0
        for name in names:
            union |= self._valued(facet, name)
        return union

    def _linked(self) -> int:
        return self._with_any(USES[0]) | self._with_any(USES[1])

    def _with_any(self, facet: str) -> int:
        return self._once((facet,), lambda: store.tagged_at_all(self.tx.db, facet))

    def _answering(self) -> int:
        if self.query.served is None:
            return EVERYTHING
        return self._served() if self.query.served else ~self._served()

    def _served(self) -> int:
        known: Served = self.tx.hub.rooms.setdefault("catalog_served", Served())
        return known.take(self.tx, self.census)

    def _tagged(self, tag: str) -> int:
        """A tag as the Hub spells it: of any facet that spells one so, or of none."""
        if tag == REGION:
            return EVERYTHING
        union = self._valued(OTHER, tag)
        facet, _, value = tag.partition(":")
        if facet in store.COUNTED:
            union |= self.census.of(facet, value)
        for facet, prefix in PREFIXES[self.query.kind].items():
            if tag.startswith(prefix):
                union |= self._valued(facet, tag.removeprefix(prefix))
        return union

    def _valued(self, facet: str, value: str) -> int:
        """Who has this value: counted already, or asked of the rows."""
        if facet in store.COUNTED:
            return self.census.of(facet, value)
        db = self.tx.db
        return self._once((facet, value), lambda: store.tagged(db, facet, value))

    def _matching(self, asked: str) -> int:
        part = asked.strip().lower()[:LONGEST_SEARCH]
        words = _WORD.findall(part)[:MOST_WORDS]
        return self._once(("search", part), lambda: store.matching(self.tx.db, words, part))

    def _once(self, key: tuple[object, ...], ask: Callable[[], int]) -> int:
        """Asked of the rows once for each moment of the census."""
        memory = self.census.memory
        if key not in memory:
            if len(memory) >= MOST_MEMORIES:
                memory.clear()
            memory[key] = ask()
        return memory[key]
