"""The tags there are, the search in the bar, the words of cards, and models to try a task with.

Shapes as the Hub's own pages and huggingface_hub read them.
"""

from collections.abc import Sequence
from typing import Any

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bearhug.accounts.model import Account
from bearhug.accounts.model.account import avatar_path
from bearhug.cards.model import SPELLED
from bearhug.cards.tasks import TASKS
from bearhug.catalog import service as catalog
from bearhug.catalog.model import Query, Sort
from bearhug.catalog.words import label
from bearhug.errors import BadRequest
from bearhug.hub import Transaction
from bearhug.kit.wire import wire_time
from bearhug.repos.model import RepoKind
from bearhug.web.call import Call

QUICK, MOST_QUICK = 6, 20
PASSAGES, MOST_PASSAGES = 20, 100
TO_TRY = 3
SUB_TYPES = {"text": "nlp", "vision": "cv", "action": "rl"}
"""What the Hub calls the field of a task, where the design's hue has another name."""


async def tags_by_type(request: Request) -> Response:
    """Client: HfApi.get_model_tags, get_dataset_tags."""
    kind = RepoKind.DATASET if "datasets" in request.url.path else RepoKind.MODEL
    found = await Call.of(request).read_slow(catalog.tags_by_type, kind)
    return JSONResponse(
        {
            SPELLED.get(facet, facet): [_tag(facet, value) for value in values]
            for facet, values in found.items()
        }
    )


async def quick_search(request: Request) -> Response:
    """A few of everything whose name or card has what was typed: for the field in the bar."""
    call = Call.of(request)
    params = request.query_params
    types = _types(params)
    limit = _number(params, "limit", QUICK, MOST_QUICK)
    found = await call.read_slow(_quick, params.get("q", ""), types, limit)
    return JSONResponse({"q": found.text, **_told(call, found, types)})


async def full_text(request: Request) -> Response:
    """Passages of cards. The Hub's page of that name asks for them."""
    call = Call.of(request)
    params = request.query_params
    text = params.get("q", "")
    kinds = [RepoKind(each) for each in _types(params) if each in list(RepoKind)]
    start = _number(params, "skip", 0, 10_000, least=0)
    limit = _number(params, "limit", PASSAGES, MOST_PASSAGES)
    found = await call.read_slow(_texts, text, kinds, start, limit)
    return JSONResponse(
        {
            "query": text,
            "estimatedTotalHits": sum(found.counts[kind] for kind in kinds),
            "hits": [_passage(each) for each in found.passages],
        }
    )


async def tasks(request: Request) -> Response:
    """Client: InferenceClient, which asks for a model to try a task with."""
    return JSONResponse(await Call.of(request).read_slow(_tasks))


def _tag(facet: str, value: str) -> dict[str, str]:
    bare = value.rpartition(":")[2] if facet != "dataset" else value.partition(":")[2]
    said = {"id": value, "label": label(facet, bare), "type": SPELLED.get(facet, facet)}
    if facet == "pipeline_tag" and bare in TASKS:
        hue = TASKS[bare].hue
        said["subType"] = SUB_TYPES.get(hue, hue)
    return said


def _types(params: QueryParams) -> Sequence[str]:
    """Which kinds of things; all of them unless some are named. Raises BadRequest."""
    given = [*params.getlist("type"), *params.getlist("type[]")]
    asked = [part for value in given for part in value.split(",") if part]
    for each in asked:
        if each not in (*catalog.ALL, "all"):
            raise BadRequest(f"type: use one of {', '.join(catalog.ALL)}; got {each[:40]!r}.")
    return catalog.ALL if not asked or "all" in asked else asked


def _number(params: QueryParams, name: str, usual: int, most: int, *, least: int = 1) -> int:
    text = params.get(name, "")
    if not text:
        return usual
    if not text.isdecimal() or int(text[:9]) < least:
        raise BadRequest(f"{name}: use a whole number from {least}; got {text[:40]!r}.")
    return min(int(text[:9]), most)


def _quick(tx: Transaction, text: str, types: Sequence[str], limit: int) -> catalog.Found:
    return catalog.everything(tx, text, types, limit=limit)


def _texts(
    tx: Transaction, text: str, kinds: Sequence[RepoKind], start: int, limit: int
) -> catalog.Texts:
    return catalog.full_text(tx, text, kinds, start=start, limit=limit)


def _told(call: Call, found: catalog.Found, types: Sequence[str]) -> dict[str, Any]:
    """Each list under its plural, and its length: of papers `id` is the title, as on the Hub."""
    said: dict[str, Any] = {}
    for kind in RepoKind:
        if kind in types:
            listing = found.repos.get(kind)
            said[kind.plural] = [_repo(hit) for hit in listing.hits] if listing else []
    lists = {
        "org": [_org(call, each) for each in found.orgs],
        "user": [_user(call, each) for each in found.users],
        "paper": [
            {"_id": paper.id, "id": paper.title or paper.id, "url": paper.path}
            for paper in found.papers
        ],
        "collection": [
            {
                "_id": each.slug,
                "title": each.title,
                "description": each.description,
                "owner": each.owner.name,
                "url": each.path,
            }
            for each in found.collections
        ],
    }
    said |= {f"{name}s": listed for name, listed in lists.items() if name in types}
    counts = {f"{name}sCount": found.totals.get(name, 0) for name in types}
    return said | counts


def _repo(hit: catalog.Hit) -> dict[str, Any]:
    repo = hit.repo
    said: dict[str, Any] = {
        "_id": repo.object_id,
        "id": str(repo.name),
        "private": repo.private,
        "likes": repo.likes,
        "url": repo.path,
    }
    more = {"pipeline_tag": hit.pipeline_tag, "title": hit.title or None}
    return said | {name: value for name, value in more.items() if value}


def _org(call: Call, account: Account) -> dict[str, Any]:
    return {**_account(call, account), "name": account.name, "type": "org"}


def _user(call: Call, account: Account) -> dict[str, Any]:
    return {**_account(call, account), "user": account.name, "type": "user", "isPro": False}


def _account(call: Call, account: Account) -> dict[str, Any]:
    return {
        "_id": account.object_id,
        "fullname": account.title,
        "avatarUrl": call.base_url + avatar_path(account.name, account.avatar_sha256),
        "url": f"/{account.name}",
    }


def _passage(passage: catalog.Passage) -> dict[str, Any]:
    repo = passage.hit.repo
    pieces = [
        {"text": text, "type": "highlight" if found else "text"} for text, found in passage.pieces
    ]
    return {
        "_id": repo.object_id,
        "type": str(repo.kind),
        "repoId": str(repo.name),
        "repoOwner": repo.name.owner,
        "repoName": repo.name.name,
        "isPrivate": repo.private,
        "isReadmeFile": True,
        "fileName": "README.md",
        "likes": repo.likes,
        "updatedAt": wire_time(repo.updated_at),
        "tags": list(passage.hit.tags),
        "formatted": {"repoName": repo.name.name, "fileName": "README.md", "fileContent": pieces},
    }


def _tasks(tx: Transaction) -> dict[str, Any]:
    """Every task there is; its models are those that this hub answers for, else the most liked."""
    said = {}
    for id, task in TASKS.items():
        named = {"pipeline_tag": [id]}
        answering = Query(RepoKind.MODEL, facets=named, served=True, limit=TO_TRY, sort=Sort.LIKES)
        liked = Query(RepoKind.MODEL, facets=named, limit=TO_TRY, sort=Sort.LIKES)
        hits = catalog.browse(tx, answering, facets=False).hits
        hits = hits or catalog.browse(tx, liked, facets=False).hits
        models = [{"id": str(hit.repo.name), "description": hit.summary} for hit in hits]
        said[id] = {
            "id": id,
            "label": task.label,
            "widgetModels": [model["id"] for model in models],
            "models": models,
            "datasets": [],
            "spaces": [],
            "metrics": [],
            "libraries": [],
            "summary": "",
        }
    return said


routes = [
    Route("/api/models-tags-by-type", tags_by_type),
    Route("/api/datasets-tags-by-type", tags_by_type),
    Route("/api/quicksearch", quick_search),
    Route("/api/search/full-text", full_text),
    Route("/api/tasks", tasks),
]
