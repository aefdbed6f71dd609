"""Searching the whole hub: by names, and through the words of cards."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bearhug.catalog import service as catalog
from bearhug.catalog.pages.lines import Line, lines
from bearhug.catalog.pages.listing import TITLES, Found
from bearhug.hub import Transaction
from bearhug.repos.model import RepoKind
from bearhug.web.call import Call

SHOWN = 5
PAGE = 20
FURTHEST = 2_000


async def names(request: Request) -> Response:
    """A few of everything of that name, and how many more there are."""
    call = Call.of(request)
    text = request.query_params.get("q", request.query_params.get("search", "")).strip()
    found, listed = await call.read_slow(_names, text)
    return await call.page(
        "catalog/search.html",
        text=text,
        found=found if text else None,
        repos=[
            (kind, TITLES[kind], Found(listing, listed[kind]))
            for kind, listing in found.repos.items()
        ],
        place="search",
    )


async def words(request: Request) -> Response:
    """Cards that have all the words."""
    call = Call.of(request)
    text = request.query_params.get("q", "").strip()
    asked = request.query_params.get("type", "")
    kinds = [RepoKind(asked)] if asked in list(RepoKind) else list(RepoKind)
    start = _start(request.query_params.get("start", ""))
    texts = await call.read_slow(_words, text, kinds, start)

    def address(**changed: object) -> str:
        given: Mapping[str, Any] = {"q": text, "type": asked, **changed}
        return "/search/full-text?" + urlencode(
            {name: each for name, each in given.items() if each}
        )

    total = sum(texts.counts.values())
    counted = [("", f"All {total}", address(type=""))]
    counted += [
        (str(kind), f"{TITLES[kind]} {number}", address(type=str(kind)))
        for kind, number in texts.counts.items()
        if number
    ]
    return await call.page(
        "catalog/texts.html",
        text=text,
        texts=texts,
        kinds=counted,
        kind=asked if asked in list(RepoKind) else "",
        next=address(start=start + PAGE) if texts.more else None,
        previous=address(start=max(start - PAGE, 0)) if start else None,
        place="search",
    )


def _names(tx: Transaction, text: str) -> tuple[catalog.Found, dict[RepoKind, list[Line]]]:
    found = catalog.everything(tx, text, limit=SHOWN)
    return found, {kind: lines(tx, listing.hits) for kind, listing in found.repos.items()}


def _words(tx: Transaction, text: str, kinds: list[RepoKind], start: int) -> catalog.Texts:
    return catalog.full_text(tx, text, kinds, start=start, limit=PAGE)


def _start(text: str) -> int:
    return min(int(text), FURTHEST) if text.isdecimal() and len(text) < 8 else 0


routes = [
    Route("/search", names),
    Route("/search/full-text", words),
]
