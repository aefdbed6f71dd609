"""Listings over 100,000 models: pages and API, each way of filtering."""

import itertools
import random
import tempfile
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

from bearhug.app import build_hub
from bearhug.catalog import service as catalog
from bearhug.catalog.model import Query, Range, Sort
from bearhug.config import from_environment
from bearhug.hub import Hub
from bearhug.repos.model import RepoKind
from bench import servers
from bench.results import Result, median_ms
from bench.seeding import seed_models

REPOS = 100_000
ROUNDS = 40
AIM_MS = 10


def measure() -> Iterator[Result]:
    with tempfile.TemporaryDirectory(prefix="bearhug-bench-") as folder:
        hub = build_hub(from_environment(data_dir=Path(folder)))
        hub.write(lambda tx: seed_models(tx.db, REPOS))
        yield Result(what="counting them all, once a start", ours=_first(hub), unit="ms")
        yield from _services(hub)
        hub.db.close()
        with servers.hub(Path(folder)) as running:
            yield from _doors(running.url)


def _first(hub: Hub) -> float:
    return median_ms([lambda: hub.read(catalog.browse, Query(RepoKind.MODEL))])


def _services(hub: Hub) -> Iterator[Result]:
    for what, queries in cases().items():

        def ask(query: Query) -> Callable[[], object]:
            return lambda: hub.read(catalog.browse, query)

        taken = itertools.islice(itertools.cycle(queries), ROUNDS)
        yield Result(
            what=f"service: {what}", ours=median_ms(map(ask, taken)), unit="ms", at_most=AIM_MS
        )


def cases() -> dict[str, list[Query]]:
    """Queries by what is hard about them; those of one kind differ, so that few are remembered."""
    model = RepoKind.MODEL
    authors = [f"user{number}" for number in random.Random(1).sample(range(2_000), 40)]
    return {
        "no filter, each order": [Query(model, sort=sort) for sort in Sort],
        "a common task": [Query(model, facets={"pipeline_tag": ["text-generation"]})],
        "a rare task": [Query(model, facets={"pipeline_tag": ["graph-ml"]})],
        "task, licence, language, size": [
            Query(
                model,
                facets={
                    "pipeline_tag": ["text-generation"],
                    "license": [license],
                    "language": [language],
                },
                size=Range(2, 8),
                sort=sort,
            )
            for license in ("mit", "apache-2.0")
            for language in ("en", "fr", "zu")
            for sort in Sort
        ],
        "an author": [Query(model, author=author) for author in authors],
        "words of the card": [Query(model, search=f"topic{n}") for n in range(100, 140)],
        "part of a name": [Query(model, search=f"odel-{n:03d}") for n in range(40)],
        "a word most have": [Query(model, search="model", sort=sort) for sort in Sort],
        "a rare tag": [Query(model, tags=[f"tag{n}"]) for n in range(40)],
    }


def _doors(url: str) -> Iterator[Result]:
    """Over HTTP on one connection: parsing, counting, rendering and sending included."""
    connection = HTTPConnection(urlsplit(url).netloc)
    for what, addresses in {
        "page: /models": ["/models", "/models?sort=downloads", "/models?sort=likes"],
        "page: filtered": [
            f"/models?pipeline_tag={task}&license={license}"
            for task in ("text-generation", "image-classification", "translation")
            for license in ("mit", "apache-2.0")
        ],
        "page: searched": [f"/models?search=topic{n}" for n in range(100, 140)],
        "API: /api/models?limit=30": ["/api/models?limit=30", "/api/models?limit=30&sort=likes"],
        "API: 100 of 100,000, filtered and sorted": [
            f"/api/models?limit=100&filter={task}&filter=license:{license}&sort={sort}"
            for task in ("text-generation", "translation")
            for license in ("mit", "apache-2.0")
            for sort in ("downloads", "likes", "lastModified", "num_parameters")
        ],
        "API: filtered": [
            f"/api/models?limit=30&filter=text-generation&filter=license:{license}"
            for license in ("mit", "apache-2.0", "openrail")
        ],
    }.items():

        def get(address: str) -> Callable[[], object]:
            return lambda: _get(connection, address)

        _get(connection, addresses[0])
        taken = itertools.islice(itertools.cycle(addresses), ROUNDS)
        yield Result(what=what, ours=median_ms(map(get, taken)), unit="ms", at_most=AIM_MS)


def _get(connection: HTTPConnection, address: str) -> None:
    connection.request("GET", address, headers={"Accept": "text/html"})
    answer = connection.getresponse()
    answer.read()
    assert answer.status == 200, f"{address}: {answer.status}"
