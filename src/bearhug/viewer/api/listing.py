"""The Hub's own API on a dataset's Parquet files. Clients: HfApi.list_dataset_parquet_files."""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from bearhug.viewer import service
from bearhug.viewer.api.asking import Asked, answer
from bearhug.viewer.api.splits import address
from bearhug.viewer.model import Config, ResponseNotFound
from bearhug.viewer.service.croissant import croissant
from bearhug.viewer.service.looking import Seen


async def listing(request: Request) -> Response:
    """{config: {split: [url]}}, or as much of it as is asked for."""
    asked, seen = await _seen(request)
    base, path = asked.call.base_url, request.path_params
    done = {config.name: _urls(base, seen, config) for config in seen.view.configs if config.done}
    told: Any = done
    if "config" in path:
        service.config_of(seen.view, path["config"])
        told = done.get(path["config"], {})
    if "split" in path:
        seen.view.split(path["config"], path["split"])
        told = told.get(path["split"], [])
    return answer(seen, told)


async def shard(request: Request) -> Response:
    """The nth file of a split: `0.parquet`."""
    asked, seen = await _seen(request)
    path = request.path_params
    number, _, ending = path["file"].partition(".")
    if not (number.isascii() and number.isdecimal() and len(number) < 9) or ending != "parquet":
        raise ResponseNotFound("A file of a split is called by its number: 0.parquet.")
    split = service.converted(seen.view, path["config"], path["split"])
    name = service.shard_number(split, int(number))
    return RedirectResponse(address(asked.call.base_url, seen, name), 302)


async def metadata(request: Request) -> Response:
    """Croissant: the dataset as JSON-LD. Client: mlcroissant."""
    asked, seen = await _seen(request)
    told = await asked.call.read(croissant, seen, asked.call.base_url)
    return JSONResponse(told, headers={"X-Revision": seen.commit}, media_type="application/ld+json")


async def _seen(request: Request) -> tuple[Asked, Seen]:
    asked, path = Asked(request), request.path_params
    return asked, await asked.seen(f"{path['owner']}/{path['name']}")


def _urls(base: str, seen: Seen, config: Config) -> dict[str, list[str]]:
    return {
        split.name: [address(base, seen, each.path) for each in split.shards]
        for split in config.splits
    }


_BASE = "/api/datasets/{owner:seg}/{name:seg}"
routes = [
    Route(f"{_BASE}/parquet", listing),
    Route(f"{_BASE}/parquet/{{config:seg}}", listing),
    Route(f"{_BASE}/parquet/{{config:seg}}/{{split:seg}}", listing),
    Route(f"{_BASE}/parquet/{{config:seg}}/{{split:seg}}/{{file:seg}}", shard),
    Route(f"{_BASE}/croissant", metadata),
]
