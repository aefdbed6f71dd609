"""Rows of a split, and what is counted of them. Shapes as of the Hub's viewer."""

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bearhug.viewer import service
from bearhug.viewer.api.asking import MOST_ROWS, Asked, answer
from bearhug.viewer.engine.engine import Engine
from bearhug.viewer.engine.refusals import InvalidParameter
from bearhug.viewer.engine.splits import Assets
from bearhug.viewer.model import ResponseNotReady, Split, Unreadable
from bearhug.viewer.service.looking import Seen

WHERE = ("dataset", "config", "split")
STORED = {
    "Content-Security-Policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "cross-origin",
}
"""Pictures and documents of strangers: shown, and able to do nothing."""

SHOWN = ("image/png", "image/jpeg", "image/gif", "image/webp", "audio/", "video/")


async def first_rows(request: Request) -> Response:
    """The first 100 rows, or as many as fit into a megabyte."""
    asked = Asked(request)
    dataset, config, split = asked.need(*WHERE)
    seen = await asked.seen(dataset)
    hub, assets = asked.call.hub, _assets(asked, seen, config, split)

    def look() -> Any:
        rows = service.first_rows_of(hub, seen, config, split)
        return _engine(asked).first_rows(rows, assets=assets)

    told = await asked.call.thread(look)
    return answer(seen, {"dataset": dataset, "config": config, "split": split, **told})


async def rows(request: Request) -> Response:
    """At most 100 rows from `offset` on."""
    asked = Asked(request)
    asked.need(*WHERE)
    page = _page(asked)

    def look(engine: Engine, of: Any, assets: Assets) -> Any:
        return engine.rows(of, **page, assets=assets)

    return await _answered(asked, look)


async def filtering(request: Request) -> Response:
    """Rows that `where` lets through, in the order of `orderby`."""
    asked = Asked(request)
    asked.need(*WHERE)
    where, orderby, page = asked.may("where"), asked.may("orderby"), _page(asked)
    if not where.strip() and not orderby.strip():
        asked.need("where")

    def look(engine: Engine, of: Any, assets: Assets) -> Any:
        return engine.filter(of, where=where, orderby=orderby, **page, assets=assets)

    return await _answered(asked, look)


async def search(request: Request) -> Response:
    """Rows with these words, the best first."""
    asked = Asked(request)
    dataset, config, split, query = asked.need(*WHERE, "query")
    page = _page(asked)
    seen = await asked.seen(dataset)
    found = service.converted(seen.view, config, split)
    hub, assets = asked.call.hub, _assets(asked, seen, config, split)

    def look() -> Any:
        index = service.index_of(hub, seen, found)
        of = service.rows_of(hub, seen, found)
        return _engine(asked).search(of, index, query=query, **page, assets=assets)

    told = await asked.call.thread(look)
    return answer(seen, {**told, "partial": found.partial})


async def statistics(request: Request) -> Response:
    """What each column holds."""
    asked = Asked(request)
    dataset, config, split = asked.need(*WHERE)
    seen = await asked.seen(dataset)
    found = service.converted(seen.view, config, split)
    if found.statistics_failure is not None:
        raise Unreadable(found.statistics_failure)
    if found.statistics is None:
        raise ResponseNotReady
    return answer(seen, {**found.statistics, "partial": found.partial})


async def asset(request: Request) -> Response:
    """A picture, sound, film or document of one row."""
    asked, path = Asked(request), request.path_params
    call = asked.call
    name = f"{path['owner']}/{path['name']}"
    seen = await call.read(service.require_asset, name, asked.may("key"))

    def look() -> tuple[bytes, str]:
        of = _rows_or_first(asked, seen, seen.view.split(path["config"], path["split"]))
        place = {"row": path["row"], "column": path["column"], "name": path["file"]}
        return _engine(asked).asset(of, **place)

    content, kind = await call.thread(look)
    headers = {**STORED, "Cache-Control": "private, max-age=3600"}
    if not kind.startswith(SHOWN):
        headers["Content-Disposition"] = f"attachment; filename*=utf-8''{quote(path['file'])}"
    return Response(content, media_type=kind, headers=headers)


async def _answered(asked: Asked, look: Callable[[Engine, Any, Assets], Any]) -> Response:
    dataset, config, split = asked.need(*WHERE)
    seen = await asked.seen(dataset)
    found = service.converted(seen.view, config, split)
    assets = _assets(asked, seen, config, split)

    def run() -> Any:
        return look(_engine(asked), service.rows_of(asked.call.hub, seen, found), assets)

    told = await asked.call.thread(run)
    return answer(seen, {**told, "partial": found.partial})


def _rows_or_first(asked: Asked, seen: Seen, split: Split) -> Any:
    hub = asked.call.hub
    if seen.view.config(split.config).done:
        return service.rows_of(hub, seen, split)
    return service.first_rows_of(hub, seen, split.config, split.name)


def _page(asked: Asked) -> dict[str, int]:
    """Raises InvalidParameter."""
    length = asked.number("length", MOST_ROWS, MOST_ROWS)
    if length == 0:
        raise InvalidParameter("Parameter 'length' must be positive")
    return {"offset": asked.number("offset", 0), "length": length}


def _assets(asked: Asked, seen: Seen, config: str, split: str) -> Assets:
    repo = seen.repo
    place = f"{repo.name}/--/{seen.commit}/--/{quote(config, safe='')}/{quote(split, safe='')}"
    open_to_all = not repo.private and not repo.gated
    query = "" if open_to_all else f"?key={service.asset_key(asked.call.hub, repo)}"
    return Assets(f"{asked.call.base_url}/api-viewer/assets/{place}", query)


def _engine(asked: Asked) -> Engine:
    room: service.Room = asked.call.hub.rooms["viewer"]
    return room.engine


_ASSET = "/api-viewer/assets/{owner:seg}/{name:seg}/--/{revision:seg}/--/{config:seg}/{split:seg}"
routes = [
    Route("/api-viewer/first-rows", first_rows),
    Route("/api-viewer/rows", rows),
    Route("/api-viewer/filter", filtering),
    Route("/api-viewer/search", search),
    Route("/api-viewer/statistics", statistics),
    Route(_ASSET + "/{row:int}/{column:seg}/{file:seg}", asset),
]
