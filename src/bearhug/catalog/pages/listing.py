"""Models, Datasets and Spaces: every state is in the address, and every form works alone."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import urlencode

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bearhug.catalog import service as catalog
from bearhug.catalog.cursors import after_of, cursor_of
from bearhug.catalog.model import (
    FACET_WORDS,
    FACETS,
    SIZES,
    SORTS,
    After,
    Listing,
    Query,
    Range,
    Sort,
)
from bearhug.catalog.pages.lines import Line, lines
from bearhug.catalog.pages.steps import step_taken
from bearhug.catalog.words import hue, label
from bearhug.errors import BadRequest
from bearhug.hub import Transaction
from bearhug.repos.model import RepoKind
from bearhug.web.call import Call

PAGE = 30
FOLDED = 6
MOST = 50
"""Values of a facet: shown at once, and offered at all. A rarer one is found by its tag."""

HERE = "Answers on this machine"
TITLES = {
    RepoKind.MODEL: "Models",
    RepoKind.DATASET: "Datasets",
    RepoKind.SPACE: "Spaces",
    RepoKind.KERNEL: "Kernels",
}


@dataclass(frozen=True)
class Choice:
    """One value of a facet, as the page offers it."""

    value: str
    words: str
    hue: str
    count: int
    chosen: bool


@dataclass(frozen=True)
class Facet:
    name: str
    words: str
    choices: Sequence[Choice]
    shown: int
    """So many at once; the others fold away."""


@dataclass(frozen=True)
class Sizes:
    """The histogram over SIZES: (x, y, height, on) of each bar in a box of 100 by 32."""

    range: Range
    bars: Sequence[tuple[float, float, float, bool]]
    labels: str
    known: bool


@dataclass(frozen=True)
class Asked:
    """The address, read: the query, and the same address with one thing less."""

    query: Query
    path: str
    params: QueryParams

    def without(self, name: str, value: str | None = None) -> str:
        """The address with one value of a parameter, or all of it, taken away; page one."""
        kept = [
            (key, each)
            for key, each in self.params.multi_items()
            if each and key != "after" and not (key == name and value in (None, each))
        ]
        return f"{self.path}?{urlencode(kept)}" if kept else self.path

    def onward(self, after: After) -> str:
        kept = [(key, each) for key, each in self.params.multi_items() if each and key != "after"]
        return f"{self.path}?{urlencode([*kept, ('after', cursor_of(after))])}"

    def chips(self) -> list[tuple[str, str]]:
        """(words, the address without it) of every filter that is on."""
        query = self.query
        found = [
            (label(facet, value), self.without(facet, value))
            for facet, values in query.facets.items()
            for value in values
        ]
        found += [(tag, self.without("filter", tag)) for tag in query.tags]
        if query.served:
            found.append((HERE, self.without("here")))
        if query.author:
            found.append((f"by {query.author}", self.without("author")))
        if query.size is not None and not query.size.whole:
            rest = replace(self, params=QueryParams(_without_sizes(self.params)))
            found.append((query.size.words, rest.without("after")))
        if query.search:
            found.append((f"“{query.search}”", self.without("search")))
        return found


@dataclass(frozen=True)
class Found:
    listing: Listing
    lines: Sequence[Line] = field(default_factory=list)


async def models(request: Request) -> Response:
    return await _page(request, RepoKind.MODEL)


async def datasets(request: Request) -> Response:
    return await _page(request, RepoKind.DATASET)


async def spaces(request: Request) -> Response:
    return await _page(request, RepoKind.SPACE)


async def kernels(request: Request) -> Response:
    return await _page(request, RepoKind.KERNEL)


async def _page(request: Request, kind: RepoKind) -> Response:
    call = Call.of(request)
    asked = asked_of(request, kind)
    found = await call.read_slow(_browse, asked.query)
    await step_taken(call, "look")
    listing = found.listing
    return await call.page(
        "catalog/listing.html",
        kind=kind,
        title=TITLES[kind],
        asked=asked,
        query=asked.query,
        listing=listing,
        lines=found.lines,
        facets=_facets(kind, listing),
        sizes=_sizes(asked.query, listing) if kind is RepoKind.MODEL else None,
        chips=asked.chips(),
        sorts=[(str(sort), sort.words) for sort in _sorts(kind, asked.query.sort)],
        next=asked.onward(listing.next) if listing.next else None,
        start=asked.without("after") if asked.query.after else None,
        place=kind.plural,
    )


def asked_of(request: Request, kind: RepoKind) -> Asked:
    """What an address asks for. What it cannot mean is left out, as a page's reader would."""
    params = request.query_params
    sort = Sort(params["sort"]) if params.get("sort") in list(Sort) else Sort.TRENDING
    facets = {name: params.getlist(name) for name in FACETS[kind]}
    query = Query(
        kind,
        search=params.get("search", "").strip(),
        author=params.get("author", "").strip(),
        facets={name: values for name, values in facets.items() if any(values)},
        tags=[tag for tag in params.getlist("filter") if tag],
        size=_range(params) if kind is RepoKind.MODEL else None,
        served=True if kind is RepoKind.MODEL and params.get("here") == "on" else None,
        sort=sort,
        after=_after(params.get("after", ""), sort),
        limit=PAGE,
    )
    return Asked(query, request.url.path, params)


def _browse(tx: Transaction, query: Query) -> Found:
    listing = catalog.browse(tx, query)
    return Found(listing, lines(tx, listing.hits))


def _range(params: QueryParams) -> Range | None:
    last = len(SIZES)
    low, high = (_step(params.get(name, ""), end) for name, end in (("min", 0), ("max", last)))
    low = min(low, high, last - 1)
    size = Range(low, max(high, low + 1))
    return None if size.whole else size


def _step(text: str, otherwise: int) -> int:
    return min(int(text), len(SIZES)) if text.isdecimal() and len(text) < 4 else otherwise


def _after(cursor: str, sort: Sort) -> After | None:
    try:
        return after_of(cursor, sort)
    except BadRequest:
        return None


def _without_sizes(params: QueryParams) -> list[tuple[str, str]]:
    return [pair for pair in params.multi_items() if pair[0] not in ("min", "max")]


def _sorts(kind: RepoKind, asked: Sort) -> list[Sort]:
    """Those that the page offers, and the one that its address asks for."""
    offered = SORTS[kind]
    return [*offered, *([asked] if asked not in offered else [])]


def _facets(kind: RepoKind, listing: Listing) -> list[Facet]:
    found = []
    for name in FACETS[kind]:
        choices = [
            Choice(
                each.value, label(name, each.value), hue(name, each.value), each.count, each.chosen
            )
            for each in listing.facets[name]
        ]
        choices.sort(key=lambda choice: not choice.chosen)
        if choices:
            found.append(Facet(name, FACET_WORDS[name], choices[:MOST], FOLDED))
    return found


def _sizes(query: Query, listing: Listing) -> Sizes:
    size = query.size or Range(0, len(SIZES))
    most = max(listing.sizes, default=0) or 1
    wide = 100 / len(SIZES)
    bars = [
        (
            round(at * wide + 0.8, 2),
            round(32 - 32 * number / most, 1) if number else 32.0,
            round(32 * number / most, 1),
            query.size is not None and size.low <= at < size.high,
        )
        for at, number in enumerate(listing.sizes)
    ]
    labels = ",".join([*(words for _, words in SIZES), "more"])
    return Sizes(size, bars, labels, any(listing.sizes))


routes = [
    Route("/models", models),
    Route("/datasets", datasets),
    Route("/spaces", spaces),
    Route("/kernels", kernels),
]
