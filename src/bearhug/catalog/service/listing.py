"""Browsing: what matches, in order, a page at a time, with counts beside every choice."""

from collections.abc import Sequence
from dataclasses import replace

from bearhug.cards.model import PREFIXES, CardRead
from bearhug.cards.tagging import REGION
from bearhug.catalog import store
from bearhug.catalog.census import CensusTaker
from bearhug.catalog.looking import Look
from bearhug.catalog.model import Hit, Listing, Query
from bearhug.catalog.ordering import page
from bearhug.hub import Transaction
from bearhug.repos import service as repos
from bearhug.repos.model import Access, RepoChanged, RepoCreated, RepoDeleted, RepoKind

MOST_VALUES = 2_000
"""Values of one facet that are told by type: of datasets and papers there may be many more."""


def browse(tx: Transaction, query: Query, *, facets: bool = True) -> Listing:
    """A page of what the actor may see. Give `facets=False` where no one counts."""
    look = Look(tx, query)
    found = look.found()
    ids, more = page(tx, query, found)
    # Rows decide: what the census has not yet heard of is not shown to whoever may not see it.
    shown = hits(tx, [id for _, id in ids])
    listing = Listing(shown, found.bit_count(), look.visible.bit_count(), ids[-1] if more else None)
    if not facets:
        return listing
    return replace(
        listing, facets=look.counts(), sizes=look.sizes(), served=look.served().bit_count()
    )


def hits(tx: Transaction, ids: Sequence[int]) -> list[Hit]:
    """These repos as a listing has them, in this order; what the actor may not see is left out."""
    found = store.hits(tx.db, ids)
    return [hit for hit in found if repos.can(tx.actor, hit.repo, Access.METADATA)]


def tags_by_type(tx: Transaction, kind: RepoKind) -> dict[str, list[str]]:
    """Every value of every facet that a repo the actor may see has, as filters spell them."""
    look = Look(tx, Query(kind))
    found = {}
    for facet, prefix in PREFIXES[kind].items():
        values = look.values(facet)
        seen = [value for value, bits in sorted(values.items()) if bits & look.visible]
        found[facet] = [f"{prefix}{value}" for value in seen[:MOST_VALUES]]
    return found | {"region": [REGION]}


def count(tx: Transaction, kind: RepoKind, *, author: str = "") -> int:
    """How many repos of a kind the actor may see."""
    return Look(tx, Query(kind, author=author)).found().bit_count()


# --- told by others ------------------------------------------------------------------------


def on_change(tx: Transaction, event: CardRead | RepoCreated | RepoChanged | RepoDeleted) -> None:
    """A repo or its card is new, other or gone: count it again after the commit."""
    taker, repo_id = CensusTaker.of(tx.hub), event.repo.id
    tx.after(lambda: taker.touch(repo_id))
