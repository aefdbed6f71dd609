"""What there is of a dataset: splits, features, sizes, files. Shapes as of the Hub's viewer."""

from collections.abc import Iterable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bearhug.viewer import service
from bearhug.viewer.api.asking import Asked, answer, failed
from bearhug.viewer.engine.kinds import has_text
from bearhug.viewer.model import CONVERTED, Config, ResponseNotReady, Split, Unreadable
from bearhug.viewer.service.looking import Seen

ABILITIES = ("preview", "viewer", "search", "filter", "statistics")
BRANCH = CONVERTED.replace("/", "%2F")


async def is_valid(request: Request) -> Response:
    """What the viewer can do with the dataset, the config or the split."""
    asked = Asked(request)
    (dataset,) = asked.need("dataset")
    seen = await asked.seen(dataset)
    config, split = asked.may("config"), asked.may("split")
    if config and split:
        chosen: Iterable[Split] = [seen.view.split(config, split)]
    elif config:
        chosen = seen.view.config(config).splits
    else:
        chosen = [each for one in seen.view.configs for each in one.splits]
    able = [_abilities(seen, each) for each in chosen]
    return answer(seen, {name: any(each[name] for each in able) for name in ABILITIES})


async def splits(request: Request) -> Response:
    """Every split. Client: `datasets`, and whoever looks at the dataset."""
    asked = Asked(request)
    (dataset,) = asked.need("dataset")
    seen = await asked.seen(dataset)
    name = str(seen.repo.name)
    if config := asked.may("config"):
        found = service.config_of(seen.view, config)
        return answer(seen, {"splits": _splits(name, [found])})
    broken = [one for one in seen.view.configs if one.failure and not one.splits]
    told = {
        "splits": _splits(name, seen.view.configs),
        "pending": [],
        "failed": [failed(name, one.failure, config=one.name) for one in broken],
    }
    return answer(seen, told)


async def info(request: Request) -> Response:
    """Features and the sizes of splits. Client: datasets.load.HubDatasetModuleFactory."""
    asked = Asked(request)
    (dataset,) = asked.need("dataset")
    seen = await asked.seen(dataset)
    if name := asked.may("config"):
        config = _converted(seen, name)
        return answer(seen, {"dataset_info": config.info, "partial": config.partial})
    infos = {config.name: config.info for config in seen.view.configs if config.done}
    return answer(seen, {"dataset_info": infos, **_unfinished(seen)})


async def size(request: Request) -> Response:
    """Bytes and rows, of the whole and of its parts."""
    asked = Asked(request)
    (dataset,) = asked.need("dataset")
    seen = await asked.seen(dataset)
    name = str(seen.repo.name)
    if wanted := asked.may("config"):
        config = _converted(seen, wanted)
        told = {"config": _size(name, config), "splits": _split_sizes(name, config)}
        return answer(seen, {"size": told, "partial": config.partial})
    done = [config for config in seen.view.configs if config.done]
    configs = [_size(name, config) for config in done]
    whole = {
        "dataset": name,
        **{
            key: sum(each[key] for each in configs)
            for key in (
                *("num_bytes_original_files", "num_bytes_parquet_files", "num_bytes_memory"),
                "num_rows",
            )
        },
        "estimated_num_rows": None,
    }
    sizes = {
        "dataset": whole,
        "configs": configs,
        "splits": [each for config in done for each in _split_sizes(name, config)],
    }
    return answer(seen, {"size": sizes, **_unfinished(seen)})


async def parquet(request: Request) -> Response:
    """The files of refs/convert/parquet."""
    asked = Asked(request)
    (dataset,) = asked.need("dataset")
    seen = await asked.seen(dataset)
    base = asked.call.base_url
    if wanted := asked.may("config"):
        config = _converted(seen, wanted)
        features = config.info.get("features") if config.info else None
        told: dict[str, Any] = {"parquet_files": _files(base, seen, [config])}
        return answer(seen, {**told, "features": features, "partial": config.partial})
    files = _files(base, seen, [config for config in seen.view.configs if config.done])
    return answer(seen, {"parquet_files": files, **_unfinished(seen)})


def address(base: str, seen: Seen, path: str) -> str:
    """Where a file of the branch is to be had."""
    return f"{base}{seen.repo.path}/resolve/{BRANCH}/{path}"


def _abilities(seen: Seen, split: Split) -> dict[str, bool]:
    done = seen.view.config(split.config).done
    text = any(has_text(feature) for feature in (split.features or {}).values())
    return {
        "preview": split.features is not None and split.failure is None,
        "viewer": done,
        "filter": done,
        "search": done and text,
        "statistics": done and split.statistics is not None,
    }


def _splits(dataset: str, configs: Iterable[Config]) -> list[dict[str, str]]:
    return [
        {"dataset": dataset, "config": config.name, "split": split.name}
        for config in configs
        for split in config.splits
    ]


def _converted(seen: Seen, name: str) -> Config:
    """Raises ResponseNotFound, Unreadable, ResponseNotReady."""
    config = seen.view.config(name)
    if config.failure is not None:
        raise Unreadable(config.failure)
    if not config.done:
        raise ResponseNotReady
    return config


def _unfinished(seen: Seen) -> dict[str, Any]:
    name, view = str(seen.repo.name), seen.view
    return {
        "pending": [{"dataset": name, "config": each.name} for each in view.pending],
        "failed": [failed(name, each.failure, config=each.name) for each in view.failed],
        "partial": view.partial,
    }


def _size(dataset: str, config: Config) -> dict[str, Any]:
    splits = config.splits
    return {
        "dataset": dataset,
        "config": config.name,
        "num_bytes_original_files": config.original_bytes,
        "num_bytes_parquet_files": sum(split.parquet_bytes for split in splits),
        "num_bytes_memory": sum(split.bytes or 0 for split in splits),
        "num_rows": sum(split.rows or 0 for split in splits),
        "num_columns": max((len(split.features or {}) for split in splits), default=0),
        "estimated_num_rows": None,
    }


def _split_sizes(dataset: str, config: Config) -> list[dict[str, Any]]:
    return [
        {
            "dataset": dataset,
            "config": config.name,
            "split": split.name,
            "num_bytes_parquet_files": split.parquet_bytes,
            "num_bytes_memory": split.bytes or 0,
            "num_rows": split.rows or 0,
            "num_columns": len(split.features or {}),
            "estimated_num_rows": None,
        }
        for split in config.splits
    ]


def _files(base: str, seen: Seen, configs: Iterable[Config]) -> list[dict[str, Any]]:
    return [
        {
            "dataset": str(seen.repo.name),
            "config": config.name,
            "split": split.name,
            "url": address(base, seen, shard.path),
            "filename": shard.path.rpartition("/")[2],
            "size": shard.size,
        }
        for config in configs
        for split in config.splits
        for shard in split.shards
    ]


routes = [
    Route("/api-viewer/is-valid", is_valid),
    Route("/api-viewer/splits", splits),
    Route("/api-viewer/info", info),
    Route("/api-viewer/size", size),
    Route("/api-viewer/parquet", parquet),
]
