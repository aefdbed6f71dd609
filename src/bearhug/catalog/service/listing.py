"""Browsing: what matches, in order, a page at a time, with counts beside every choice."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from bearhug.cards.model import OTHER, PREFIXES, CardRead
from bearhug.cards.tasks import TASKS
from bearhug.catalog import store
from bearhug.catalog.bits import bits_of, has, ids_of, raw_of
from bearhug.catalog.census import MOST_MEMORIES, Census, CensusTaker
from bearhug.catalog.model import FACETS, Count, Hit, Listing, Query
from bearhug.hub import Transaction
from bearhug.repos import service as repos
from bearhug.repos.model import Access, RepoChanged, RepoCreated, RepoDeleted, RepoKind

FEW = 1_500
"""Up to so many matches are sorted by themselves; of more, all repos are walked in order."""

STEPS = 4
"""Walked chunks before giving up: what matches may all be at the end."""

LONGEST_SEARCH = 200
MOST_WORDS = 8
SHOWN_VALUES = 300

_WORD = re.compile(r"\w+")
_FIRST = store.FIRST


def browse(tx: Transaction, query: Query, *, facets: bool = True) -> Listing:
    """A page of what the actor may see. Give `facets=False` where no one counts."""
    look = _Look(tx, query)
    found = look.found()
    ids, more = _page(tx, query, found)
    # Rows decide: what the census has not yet heard of is not shown to whoever may not see it.
    shown = hits(tx, [id for _, id in ids])
    listing = Listing(shown, found.bit_count(), look.visible.bit_count(), ids[-1] if more else None)
    if not facets:
        return listing
    return replace(listing, facets=look.counts(), sizes=look.sizes())


def hits(tx: Transaction, ids: Sequence[int]) -> list[Hit]:
    """These repos as a listing has them, in this order; what the actor may not see is left out."""
    found = store.hits(tx.db, ids)
    return [hit for hit in found if repos.can(tx.actor, hit.repo, Access.METADATA)]


def tags_by_type(tx: Transaction, kind: RepoKind) -> dict[str, list[str]]:
    """Every value of every facet that a repo the actor may see has, as filters spell them."""
    look = _Look(tx, Query(kind))
    census, visible = look.census, look.visible
    return {
        facet: [
            f"{prefix}{value}"
            for value, bits in sorted(census.values.get(facet, {}).items())
            if bits & visible
        ]
        for facet, prefix in PREFIXES[kind].items()
    }


def count(tx: Transaction, kind: RepoKind, *, author: str = "") -> int:
    """How many repos of a kind the actor may see."""
    return _Look(tx, Query(kind, author=author)).found().bit_count()


# --- told by others ------------------------------------------------------------------------


def on_change(tx: Transaction, event: CardRead | RepoCreated | RepoChanged | RepoDeleted) -> None:
    """A repo or its card is new, other or gone: count it again after the commit."""
    taker, repo_id = CensusTaker.of(tx.hub), event.repo.id
    tx.after(lambda: taker.touch(repo_id))


# --- sets ----------------------------------------------------------------------------------


class _Look:
    """One query over one census: each part of it as a set of ids."""

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
        return bits if without == "parameters" else bits & self._sized()

    def counts(self) -> Mapping[str, Sequence[Count]]:
        return {facet: self._counts(facet) for facet in FACETS[self.query.kind]}

    def sizes(self) -> list[int]:
        base = self.found("parameters")
        return [(base & step).bit_count() for step in self.census.sizes]

    def _counts(self, facet: str) -> list[Count]:
        base = self.found(facet)
        chosen = self.query.facets.get(facet, ())
        values = self.census.values.get(facet, {})
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
            union |= self.census.of(facet, value)
        return union

    def _sized(self) -> int:
        size = self.query.size
        if size is None or size.whole:
            return -1
        union = 0
        for step in self.census.sizes[size.low : size.high]:
            union |= step
        return union

    def _parts(self) -> list[int]:
        """Everything of the query but facets and size."""
        query, db = self.query, self.tx.db
        parts = [self._tagged(tag) for tag in query.tags]
        if query.author:
            author, kind = query.author, query.kind
            named = ("author", kind, author.lower())
            parts.append(self._once(named, lambda: store.of_author(db, kind, author)))
        if query.search.strip():
            parts.append(self._matching(query.search))
        if query.gated is not None:
            gated = self._once(("gated",), lambda: store.gated(db))
            parts.append(gated if query.gated else ~gated)
        if query.parameters is not None:
            least, most = query.parameters
            between = ("parameters", least, most)
            parts.append(self._once(between, lambda: store.of_parameters(db, least, most)))
        if query.uses is not None:
            facet, name = query.uses
            parts.append(self._once((facet, name), lambda: store.tagged(db, facet, name)))
        if query.served:
            served = self.tx.hub.rooms.get("served", lambda tx: ())
            parts.append(bits_of(repo.id for repo, _ in served(self.tx)))
        return parts

    def _tagged(self, tag: str) -> int:
        """A tag as the Hub spells it: of any facet that spells one so, or of none."""
        facet, _, value = tag.partition(":")
        union = self.census.of(facet, value) if facet in store.COUNTED else 0
        for facet, prefix in PREFIXES[self.query.kind].items():
            if tag.startswith(prefix):
                union |= self.census.of(facet, tag.removeprefix(prefix))
        db = self.tx.db
        return union | self._once((OTHER, tag), lambda: store.tagged(db, OTHER, tag))

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


# --- order ---------------------------------------------------------------------------------


def _page(tx: Transaction, query: Query, found: int) -> tuple[list[tuple[float, int]], bool]:
    """(value, id) of the page's repos in order, and whether there are more."""
    wanted = query.limit + 1
    number = found.bit_count()
    if number == 0:
        return [], False
    after = query.after or _FIRST
    rows = _walked(tx, query, found, number, wanted) if number > FEW else None
    if rows is None:
        among = store.among(tx.db, ids_of(found), query.sort, after, wanted)
        rows = [(row.value, row.id) for row in among]
    return rows[: query.limit], len(rows) == wanted


def _walked(
    tx: Transaction, query: Query, found: int, number: int, wanted: int
) -> list[tuple[float, int]] | None:
    """The first matches of all repos in order; None if they are too far apart."""
    raw = raw_of(found)
    everyone = max(found.bit_length(), 1)
    chunk = min(4_000, 32 + 2 * wanted * everyone // number)
    after = query.after or _FIRST
    rows: list[tuple[float, int]] = []
    for _ in range(STEPS):
        seen = store.walk(tx.db, query.kind, query.sort, after, chunk)
        rows += [(row.value, row.id) for row in seen if has(raw, row.id)]
        if len(rows) >= wanted or len(seen) < chunk:
            return rows[:wanted]
        after = (seen[-1].value, seen[-1].id)
    return None
