"""Searching everything at once: by names as one types, and through the words of cards."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bearhug.accounts.model import Account, Kind
from bearhug.cards import service as cards
from bearhug.catalog import store
from bearhug.catalog.bits import has, raw_of
from bearhug.catalog.looking import LONGEST_SEARCH, MOST_WORDS, Look
from bearhug.catalog.model import Hit, Listing, Query
from bearhug.catalog.service.listing import browse, hits
from bearhug.collections import service as collections
from bearhug.collections.model import Asked, Collection
from bearhug.hub import Transaction
from bearhug.papers import service as papers
from bearhug.papers.model import Paper
from bearhug.repos import service as repos
from bearhug.repos.model import Access, RepoKind

ALL = (*(str(kind) for kind in RepoKind), "org", "user", "paper", "collection")
"""What one may look for, as clients name it."""

MOST_RANKED = 2_000
"""The closest of all matches that are put in order."""

BEFORE_CHARS = 60
SHOWN_CHARS = 320

_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Found:
    """A few of everything that has these words in its name, and how many there are of each.

    `totals` goes by the names of ALL.
    """

    text: str
    repos: Mapping[RepoKind, Listing] = field(default_factory=dict)
    orgs: Sequence[Account] = ()
    users: Sequence[Account] = ()
    papers: Sequence[Paper] = ()
    collections: Sequence[Collection] = ()
    totals: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Passage:
    """A repo whose card has the words, and where: pieces of text, and whether each is one."""

    hit: Hit
    pieces: Sequence[tuple[str, bool]]


@dataclass(frozen=True)
class Texts:
    """A page of passages; `counts` by kind, as far as one may see."""

    passages: Sequence[Passage]
    counts: Mapping[RepoKind, int]
    more: bool


def everything(tx: Transaction, text: str, types: Sequence[str] = ALL, *, limit: int = 6) -> Found:
    """A few of each of these types, as far as the actor may see them."""
    asked = text.strip()[:LONGEST_SEARCH]
    if not asked:
        return Found(asked)
    listings = {
        kind: browse(tx, Query(kind, search=asked, limit=limit), facets=False)
        for kind in RepoKind
        if kind in types
    }
    totals = {str(kind): listing.total for kind, listing in listings.items()}
    people: dict[str, list[Account]] = {}
    for kind in Kind:
        if kind in types:
            people[kind], totals[kind] = store.named(tx.db, kind, asked, limit)
    named: list[Paper] = []
    if "paper" in types:
        named, totals["paper"] = papers.browse(tx, asked, limit=limit)
    gathered: list[Collection] = []
    if "collection" in types:
        query = Asked(search=asked, limit=limit)
        gathered = [each.collection for each in collections.browse(tx, query)[0]]
        totals["collection"] = collections.count(tx, query)
    org, user = people.get(Kind.ORG, []), people.get(Kind.USER, [])
    return Found(asked, listings, org, user, named, gathered, totals)


def full_text(
    tx: Transaction, text: str, kinds: Sequence[RepoKind], *, start: int = 0, limit: int = 20
) -> Texts:
    """Repos whose name, tags or card have all these words, the closest first.

    Slow: it reads the cards of a page. Only what the actor may see is looked at or counted.
    """
    words = _WORD.findall(text.lower()[:LONGEST_SEARCH])[:MOST_WORDS]
    if not words:
        return Texts((), dict.fromkeys(RepoKind, 0), more=False)
    matching = store.matching(tx.db, words, "")
    seen = {kind: Look(tx, Query(kind)).visible & matching for kind in RepoKind}
    wanted = 0
    for kind in kinds:
        wanted |= seen[kind]
    raw = raw_of(wanted)
    ids = [id for id in store.ranked(tx.db, words, MOST_RANKED) if has(raw, id)]
    shown = hits(tx, ids[start : start + limit])
    passages = [Passage(hit, _pieces(_words_of(tx, hit), words)) for hit in shown]
    counts = {kind: bits.bit_count() for kind, bits in seen.items()}
    return Texts(passages, counts, more=len(ids) > start + limit)


def _words_of(tx: Transaction, hit: Hit) -> str:
    card = cards.card(tx, hit.repo)
    if card is None or not (repos.can(tx.actor, hit.repo, Access.READ) or not hit.repo.disabled):
        return ""
    return cards.plain(tx, hit.repo, card)


def _pieces(text: str, words: Sequence[str]) -> list[tuple[str, bool]]:
    """The stretch around the first word that was looked for, those words apart from the others."""
    like = re.compile(rf"\b(?:{'|'.join(map(re.escape, words))})\w*", re.IGNORECASE)
    first = like.search(text)
    start = max(first.start() - BEFORE_CHARS, 0) if first else 0
    if start:
        start = text.find(" ", start) + 1 or start
    shown = text[start : start + SHOWN_CHARS]
    pieces: list[tuple[str, bool]] = [("… ", False)] if start else []
    place = 0
    for match in like.finditer(shown):
        pieces += [(shown[place : match.start()], False), (match[0], True)]
        place = match.end()
    rest = shown[place:] + (" …" if len(text) > start + SHOWN_CHARS else "")
    return [piece for piece in (*pieces, (rest, False)) if piece[0]]
