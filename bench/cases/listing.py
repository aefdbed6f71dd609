"""Listings over 100,000 models: pages and API, each way of filtering."""

import itertools
import random
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from starlette.testclient import TestClient

from bearhug.app import Application, build_hub
from bearhug.catalog import service as catalog
from bearhug.catalog.model import Query, Range, Sort
from bearhug.config import from_environment
from bearhug.hub import Hub
from bearhug.repos.model import RepoKind
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
        with TestClient(Application(hub), base_url="http://bench.test") as client:
            yield from _doors(client)
        hub.db.close()


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
        "words of the card": [Query(model, search=f"topic{n}") for n in range(40)],
        "part of a name": [Query(model, search=f"odel-{n:03d}") for n in range(40)],
        "a word most have": [Query(model, search="model", sort=sort) for sort in Sort],
        "a rare tag": [Query(model, tags=[f"tag{n}"]) for n in range(40)],
    }


def _doors(client: TestClient) -> Iterator[Result]:
    """Through the whole application, parsing and rendering included."""
    for what, addresses in {
        "page: /models": ["/models", "/models?sort=downloads", "/models?sort=likes"],
        "page: filtered": [
            f"/models?pipeline_tag={task}&license={license}"
            for task in ("text-generation", "image-classification", "translation")
            for license in ("mit", "apache-2.0")
        ],
        "page: searched": [f"/models?search=topic{n}" for n in range(40)],
        "API: /api/models?limit=30": ["/api/models?limit=30", "/api/models?limit=30&sort=likes"],
        "API: filtered": [
            f"/api/models?limit=30&filter=text-generation&filter=license:{license}"
            for license in ("mit", "apache-2.0", "openrail")
        ],
    }.items():

        def get(address: str) -> Callable[[], object]:
            return lambda: client.get(address).raise_for_status()

        client.get(addresses[0]).raise_for_status()
        taken = itertools.islice(itertools.cycle(addresses), ROUNDS)
        yield Result(what=what, ours=median_ms(map(get, taken)), unit="ms", at_most=AIM_MS)
