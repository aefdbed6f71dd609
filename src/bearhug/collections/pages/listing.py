"""All collections one may see, searched and sorted."""

from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bearhug.collections import service as collections
from bearhug.collections.model import Asked, Gathering, Sort
from bearhug.hub import Transaction
from bearhug.web.call import Call

PAGE = 24
SORTS = [
    (Sort.TRENDING, "Trending"),
    (Sort.UPVOTES, "Most upvotes"),
    (Sort.MODIFIED, "Recently changed"),
]


async def listing(request: Request) -> Response:
    call = Call.of(request)
    params = request.query_params
    search = params.get("q", "").strip()[:200]
    wanted = params.get("sort", "")
    sort = Sort(wanted) if wanted in list(Sort) else Sort.TRENDING
    item = params.get("item", "")
    items = [item] if item else []
    asked = Asked((), items, search, sort, _after(params.get("after", "")), PAGE)
    found, more, total = await call.read_slow(_found, asked)
    given: dict[str, Any] = {"q": search, "item": item}
    given["sort"] = "" if sort is Sort.TRENDING else sort

    def address(after: str) -> str:
        query = urlencode({k: v for k, v in {**given, "after": after}.items() if v})
        return f"/collections?{query}" if query else "/collections"

    return await call.page(
        "collections/list.html",
        found=found,
        total=total,
        asked=asked,
        item=item,
        sorts=SORTS,
        next=address(f"{more[0]}-{more[1]}") if more else None,
        start=address("") if asked.after else None,
        place="collections",
    )


async def of_owner(request: Request) -> Response:
    """Somebody's are on their own page."""
    owner = request.path_params["owner"]
    return Call.of(request).redirect(f"/{owner}?show=collections")


def _found(tx: Transaction, asked: Asked) -> tuple[list[Gathering], tuple[int, int] | None, int]:
    found, more = collections.browse(tx, asked)
    return found, more, collections.count(tx, asked)


def _after(text: str) -> tuple[int, int] | None:
    """Where a link of ours left off; from the start, if it is none."""
    value, _, id = text.partition("-")
    known = all(part.isascii() and part.isdecimal() and len(part) < 19 for part in (value, id))
    return (int(value), int(id)) if known else None


routes = [
    Route("/collections", listing, methods=["GET"]),
    Route("/collections/{owner:seg}", of_owner, methods=["GET"]),
]
