"""Models by how they did on a dataset, and Spaces by what they are for. Client: HfApi."""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bearhug.accounts.model.account import avatar_path
from bearhug.catalog import service as catalog
from bearhug.catalog.model import Hit, Query
from bearhug.catalog.service.ranking import Place, leaderboard
from bearhug.errors import NotFound
from bearhug.hub import Transaction
from bearhug.repos.model import RepoKind
from bearhug.spaces import service as spaces
from bearhug.spaces.model import Runtime, Stage
from bearhug.web.call import Call

MOST = 50


async def board(request: Request) -> Response:
    """HfApi.get_dataset_leaderboard; `base_model=false` for models made from others too."""
    call = Call.of(request)
    params = request.path_params
    name = f"{params['owner']}/{params['name']}"
    roots = request.query_params.get("base_model", "true").lower() not in ("false", "0")
    found = await call.read_slow(leaderboard, name, roots_only=roots)
    if not found:
        raise NotFound(f"No model here says how it did on {name}: there is no leaderboard.")
    return JSONResponse([_place(call, at, each) for at, each in enumerate(found, start=1)])


async def semantic_search(request: Request) -> Response:
    """HfApi.search_spaces: by the words of names and cards."""
    call = Call.of(request)
    params = request.query_params
    tags = [tag for name in ("filter", "filter[]") for tag in params.getlist(name) if tag]
    sdks = [sdk for name in ("sdk", "sdk[]") for sdk in params.getlist(name) if sdk]
    query = Query(
        RepoKind.SPACE,
        search=params.get("q", ""),
        tags=tags,
        facets={"sdk": sdks} if sdks else {},
        limit=MOST,
    )
    resting = params.get("includeNonRunning", "").lower() in ("true", "1")
    found = await call.read_slow(_spaces, query)
    shown = [pair for pair in found if resting or pair[1].stage is Stage.RUNNING]
    return JSONResponse([_space(hit, runtime) for hit, runtime in shown])


def _spaces(tx: Transaction, query: Query) -> list[tuple[Hit, Runtime]]:
    if not query.search.strip():
        return []
    hits = catalog.browse(tx, query, facets=False).hits
    return [(hit, spaces.runtime(tx, hit.repo, look=False)) for hit in hits]


def _place(call: Call, rank: int, place: Place) -> dict[str, Any]:
    said: dict[str, Any] = {
        "rank": rank,
        "modelId": str(place.repo.name),
        "value": place.value,
        "filename": place.filename,
        "verified": False,
    }
    if place.owner is not None:
        owner = place.owner
        said["author"] = {
            "type": "org" if owner.is_org else "user",
            "name": owner.name,
            "fullname": owner.title,
            "avatarUrl": call.base_url + avatar_path(owner.name, owner.avatar_sha256),
        }
    if place.source:
        said["source"] = dict(place.source)
    if place.notes:
        said["notes"] = place.notes
    return said


def _space(hit: Hit, runtime: Runtime) -> dict[str, Any]:
    repo = hit.repo
    return {
        "id": str(repo.name),
        "author": repo.name.owner,
        "title": hit.title or repo.name.name,
        "sdk": repo.sdk,
        "likes": repo.likes,
        "private": repo.private,
        "tags": list(hit.tags),
        "runtime": runtime.wire(),
        "ai_short_description": hit.summary or None,
        "trendingScore": round(repo.trending),
    }


routes = [
    Route("/api/datasets/{owner:seg}/{name:seg}/leaderboard", board),
    Route("/api/spaces/semantic-search", semantic_search),
]
