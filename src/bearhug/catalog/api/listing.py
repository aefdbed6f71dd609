"""Lists of repos, by everything that clients filter and sort by."""

import re
from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import urlencode

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bearhug.cards import service as cards
from bearhug.cards.model import Card
from bearhug.catalog import service as catalog
from bearhug.catalog.api.properties import FULL, LISTED, OF_CARD, PROVIDER, View, checked, told
from bearhug.catalog.cursors import after_of, cursor_of
from bearhug.catalog.model import Hit, Listing, Query, Sort
from bearhug.catalog.service.info import Info, of_repo
from bearhug.errors import BadRequest
from bearhug.hub import Transaction
from bearhug.repos.model import RepoKind
from bearhug.web.call import Call

MOST = 1_000
MOST_WITH_FILES = 100
"""A page that lists every file of every repo reads every tree."""

SORTS = {
    "trendingScore": Sort.TRENDING,
    "lastModified": Sort.UPDATED,
    "createdAt": Sort.CREATED,
    "downloads": Sort.DOWNLOADS,
    "likes": Sort.LIKES,
    "likes30d": Sort.LIKES_30D,
    "num_parameters": Sort.PARAMETERS,
    "mainSize": Sort.BYTES,
    "id": Sort.NAME,
    "trending_score": Sort.TRENDING,
    "last_modified": Sort.UPDATED,
    "created_at": Sort.CREATED,
}

OURS = {"all", PROVIDER}
"""Providers that mean this hub."""

_PART = re.compile(r"(min|max):(\d{1,18}(?:\.\d{1,9})?)([KMBT]?)", re.IGNORECASE)
_UNITS = {"": 1, "K": 10**3, "M": 10**6, "B": 10**9, "T": 10**12}


async def listing(request: Request) -> Response:
    """Clients: HfApi.list_models, list_datasets, list_spaces."""
    call = Call.of(request)
    query = query_of(request)
    names = _names(request, query.kind)
    if "siblings" in names:
        query = replace(query, limit=min(query.limit, MOST_WITH_FILES))
    found, said = await call.read_slow(_list, query, names)
    headers = {}
    if found.next is not None:
        kept = [
            (name, value) for name, value in request.query_params.multi_items() if name != "cursor"
        ]
        address = urlencode([*kept, ("cursor", cursor_of(found.next))])
        headers["Link"] = f'<{call.base_url}{call.raw_path}?{address}>; rel="next"'
    return JSONResponse(said, headers=headers)


def query_of(request: Request) -> Query:
    """What a client's parameters ask for. Raises BadRequest naming the one that is wrong."""
    params = request.query_params
    kind = RepoKind(request.path_params["kind"])
    sort = params.get("sort") or "trendingScore"
    if sort not in SORTS:
        raise BadRequest(f"sort: use one of {', '.join(sorted(SORTS))}; got {sort!r}.")
    order = SORTS[sort]
    searches = [text for text in params.getlist("search") if text.strip()]
    return Query(
        kind,
        searches=searches,
        author=params.get("author", ""),
        facets=_facets(params),
        tags=_listed(params, "filter"),
        parameters=_parameters(params.get("num_parameters", "")),
        gated={"true": True, "false": False}.get(params.get("gated", "").lower()),
        served=_served(params),
        apps=_listed(params, "apps"),
        uses=_uses(params),
        linked=_true(params.get("linked")),
        sort=order,
        after=after_of(params.get("cursor", ""), order),
        limit=_limit(params.get("limit", "")),
    )


def _list(
    tx: Transaction, query: Query, names: Sequence[str]
) -> tuple[Listing, list[dict[str, object]]]:
    found = catalog.browse(tx, query, facets=False)
    known = cards.cards(tx, [hit.repo for hit in found.hits]) if OF_CARD & set(names) else {}
    files = "siblings" in names
    said = []
    for hit in found.hits:
        info = (
            of_repo(tx, hit.repo)
            if files
            else Info(hit.repo, known.get(hit.repo.id) or _short(hit), hit.repo.head)
        )
        said.append(told(View(tx, info), names))
    return found, said


def _short(hit: Hit) -> Card:
    """As much of the card as a line of a list knows."""
    return Card(
        title=hit.title,
        summary=hit.summary,
        pipeline_tag=hit.pipeline_tag,
        library=hit.library,
        parameters=hit.parameters,
        tags=hit.tags,
    )


def _names(request: Request, kind: RepoKind) -> list[str]:
    params = request.query_params
    expand = [*params.getlist("expand"), *params.getlist("expand[]")]
    if expand:
        return checked(kind, expand)
    names = list(LISTED[kind])
    if _true(params.get("full")):
        names += FULL
    if _true(params.get("linked")) and kind is RepoKind.SPACE:
        names += ["models", "datasets"]
    for name in ("cardData", "config"):
        if _true(params.get(name)) and (name == "cardData" or kind is RepoKind.MODEL):
            names.append(name)
    return list(dict.fromkeys(names))


def _limit(text: str) -> int:
    if not text:
        return MOST
    if not text.isdecimal() or int(text[:9]) < 1:
        raise BadRequest(f"limit: use a whole number from 1; got {text!r}.")
    return min(int(text[:9]), MOST)


def _parameters(text: str) -> tuple[int, int] | None:
    """`min:6B,max:128B`, either part alone."""
    if not text:
        return None
    bounds = {"min": 0, "max": 2**62}
    for part in text.split(","):
        found = _PART.fullmatch(part.strip())
        if found is None:
            raise BadRequest(f"num_parameters: write min:6B,max:128B; got {text!r}.")
        bounds[found[1].lower()] = min(int(float(found[2]) * _UNITS[found[3].upper()]), 2**62)
    return bounds["min"], bounds["max"]


def _listed(params: QueryParams, name: str) -> list[str]:
    """A repeated parameter, or one with commas in it, under both its spellings."""
    given = [*params.getlist(name), *params.getlist(f"{name}[]")]
    return [part for value in given for part in value.split(",") if part]


def _served(params: QueryParams) -> bool | None:
    """Whether to list what this hub answers for: it is the only provider that it knows."""
    if params.get("inference"):
        return params["inference"] == "warm"
    return True if OURS & set(_listed(params, "inference_provider")) else None


def _facets(params: QueryParams) -> dict[str, list[str]]:
    """The task; and the providers, where none of them is this hub: nothing here has one."""
    asked = {
        "pipeline_tag": _listed(params, "pipeline_tag"),
        "inference_provider": _listed(params, "inference_provider"),
    }
    if OURS & set(asked["inference_provider"]):
        del asked["inference_provider"]
    return {facet: values for facet, values in asked.items() if values}


def _uses(params: QueryParams) -> dict[str, list[str]]:
    """Spaces that use any of these models, and any of these datasets."""
    asked = {"uses_model": _listed(params, "models"), "uses_dataset": _listed(params, "datasets")}
    return {facet: names for facet, names in asked.items() if names}


def _true(value: str | None) -> bool:
    return value is not None and value.lower() in ("true", "1", "")


routes = [Route("/api/{kind:kind}", listing)]
