"""Lists of repos, the tags there are, and the search in the bar."""

import re
from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bearhug.cards import service as cards
from bearhug.cards.model import Card
from bearhug.cards.tasks import task
from bearhug.catalog import service as catalog
from bearhug.catalog.api.properties import FULL, LISTED, OF_CARD, View, checked, told
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
    "likes30d": Sort.TRENDING,
    "trending_score": Sort.TRENDING,
    "last_modified": Sort.UPDATED,
    "created_at": Sort.CREATED,
}
QUICK = 6

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


async def tags_by_type(request: Request) -> Response:
    """Client: HfApi.get_model_tags, get_dataset_tags."""
    kind = RepoKind.DATASET if "datasets" in request.url.path else RepoKind.MODEL
    found = await Call.of(request).read_slow(catalog.tags_by_type, kind)
    wire = {"task": "task_categories", "size": "size_categories"}
    return JSONResponse(
        {
            wire.get(facet, facet): [
                {"id": value, "label": _label(facet, value), "type": wire.get(facet, facet)}
                for value in values
            ]
            for facet, values in found.items()
        }
    )


async def quick_search(request: Request) -> Response:
    """A few of each kind whose name or card has what was typed: for the field in the bar."""
    call = Call.of(request)
    text = request.query_params.get("q", "")
    found = await call.read_slow(_quick, text)
    return JSONResponse(
        {
            kind.plural: [
                {"id": str(hit.repo.name), "_id": hit.repo.object_id, "url": hit.repo.path}
                for hit in hits
            ]
            for kind, hits in found.items()
        }
    )


def query_of(request: Request) -> Query:
    """What a client's parameters ask for. Raises BadRequest naming the one that is wrong."""
    params = request.query_params
    kind = RepoKind(request.path_params["kind"])
    sort = params.get("sort") or "trendingScore"
    if sort not in SORTS:
        raise BadRequest(f"sort: use one of {', '.join(sorted(SORTS))}; got {sort!r}.")
    order = SORTS[sort]
    tags = [tag for name in ("filter", "filter[]") for tag in params.getlist(name)]
    tags = [part for tag in tags for part in tag.split(",") if part]
    return Query(
        kind,
        search=params.get("search", ""),
        author=params.get("author", ""),
        facets=_facets(params.get("pipeline_tag")),
        tags=tags,
        parameters=_parameters(params.get("num_parameters", "")),
        gated={"true": True, "false": False}.get(params.get("gated", "")),
        served=_served(params.get("inference"), params.getlist("inference_provider")),
        uses=_uses(request),
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
    for switch, name in (("cardData", "cardData"), ("config", "config")):
        if _true(params.get(switch)) and (name == "cardData" or kind is RepoKind.MODEL):
            names.append(name)
    return list(dict.fromkeys(names))


def _limit(text: str) -> int:
    if not text:
        return MOST
    if not text.isdecimal() or int(text[:9]) < 1:
        raise BadRequest(f"limit: use a whole number from 1; got {text!r}.")
    return min(int(text[:9]), MOST)


def _facets(task: str | None) -> dict[str, list[str]]:
    return {"pipeline_tag": [task]} if task else {}


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


def _served(inference: str | None, providers: list[str]) -> bool:
    return inference == "warm" or any(providers)


def _uses(request: Request) -> tuple[str, str] | None:
    """Spaces that use a model or a dataset: the first that is named."""
    for facet, name in (("uses_model", "models"), ("uses_dataset", "datasets")):
        if value := request.query_params.get(name):
            return facet, value
    return None


def _quick(tx: Transaction, text: str) -> dict[RepoKind, Sequence[Hit]]:
    if not text.strip():
        return {kind: [] for kind in RepoKind}
    return {
        kind: catalog.browse(tx, Query(kind, search=text, limit=QUICK), facets=False).hits
        for kind in RepoKind
    }


def _label(facet: str, value: str) -> str:
    bare = value.rpartition(":")[2]
    return task(bare).label if facet in ("pipeline_tag", "task") else bare


def _true(value: str | None) -> bool:
    return value is not None and value.lower() in ("true", "1", "")


routes = [
    Route("/api/{kind:kind}", listing),
    Route("/api/models-tags-by-type", tags_by_type),
    Route("/api/datasets-tags-by-type", tags_by_type),
    Route("/api/quicksearch", quick_search),
]
