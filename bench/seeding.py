"""Rows of many repos, written directly: what pushing them would leave behind, without the git."""

import json
import random
from collections.abc import Iterator
from typing import Any

from bearhug.cards.store import index
from bearhug.cards.tasks import TASKS
from bearhug.db import Connection, adding
from bearhug.db.schema import accounts, cards, repos, tags

OWNERS = 2_000
LICENSES = ("apache-2.0", "mit", "openrail", "llama3.2", "cc-by-4.0", "gpl-3.0")
LANGUAGES = ("en", "zh", "fr", "de", "es", "ja", "ru", "ar", "no", "zu")
LIBRARIES = ("transformers", "gguf", "diffusers", "sentence-transformers", "peft", "onnx")
DAY_MS = 24 * 3600 * 1000
NOW_MS = 1_760_000_000_000

_ACCOUNT = adding(accounts, "id", "kind", "name", "name_key", "created_at")
_REPO = adding(
    repos,
    *("id", "kind", "owner_id", "owner", "name", "key", "visibility", "created_at", "updated_at"),
    *("downloads", "likes", "trending"),
)
_CARD = adding(
    cards,
    *("repo_id", "commit_oid", "metadata", "title", "summary", "pipeline_tag", "library"),
    *("license", "tags", "parameters"),
)
_TAG = adding(tags, "repo_id", "facet", "value")


def seed_models(db: Connection, number: int) -> None:
    """`number` models of 2,000 owners, their facets as unevenly spread as in earnest."""
    first = 1_000
    db.many(_ACCOUNT, map(_account, range(first, first + OWNERS)))
    made = list(_models(number, first))
    db.many(_REPO, [row for row, _ in made])
    db.many(_CARD, [card for _, card in made])
    db.many(_TAG, [tag for _, card in made for tag in _tags(card)])
    for row, card in made:
        words = f"{card['summary']} a model of words and weights"
        index(db, row["id"], f"{row['owner']}/{row['name']}", words=words, tags=[])


def _account(id: int) -> dict[str, Any]:
    name = f"user{id - 1_000}"
    return {"id": id, "kind": "user", "name": name, "name_key": name, "created_at": NOW_MS}


def _models(number: int, first_owner: int) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    dice = random.Random(7)
    tasks = list(TASKS)
    for id in range(1, number + 1):
        owner = min(int(dice.paretovariate(0.7)), OWNERS) - 1
        name = f"model-{id % 1000:03d}-{id}"
        updated = NOW_MS - int(dice.expovariate(1 / 200) * DAY_MS)
        popular = dice.paretovariate(0.6)
        yield (
            {
                "id": id,
                "kind": "model",
                "owner_id": first_owner + owner,
                "owner": f"user{owner}",
                "name": name,
                "key": f"user{owner}/{name}",
                "visibility": "public" if dice.random() < 0.95 else "private",
                "created_at": updated - DAY_MS * dice.randrange(300),
                "updated_at": updated,
                "downloads": int(popular * 10) if popular > 2 else 0,
                "likes": int(popular) if popular > 5 else 0,
                "trending": popular if popular > 20 else 0.0,
            },
            _card(id, dice, tasks),
        )


def _card(id: int, dice: random.Random, tasks: list[str]) -> dict[str, Any]:
    common = dice.random() < 0.4
    task = "text-generation" if common else tasks[min(int(dice.paretovariate(0.5)), len(tasks)) - 1]
    license = dice.choices(LICENSES, (40, 25, 15, 10, 6, 4))[0]
    library = dice.choices(LIBRARIES, (60, 15, 10, 6, 6, 3))[0]
    languages = sorted(set(dice.choices(LANGUAGES, (60, 15, 8, 6, 5, 3, 2, 1, 0.5, 0.1), k=2)))
    rare = [f"tag{dice.randrange(20_000)}" for _ in range(2)]
    spoken = [library, *languages, task, f"license:{license}", *rare]
    return {
        "repo_id": id,
        "commit_oid": f"{id:040x}",
        "metadata": json.dumps({"license": license, "language": languages}),
        "title": f"Model {id}",
        "summary": f"About topic{dice.randrange(400)} and topic{dice.randrange(400)}.",
        "pipeline_tag": task,
        "library": library,
        "license": license,
        "tags": json.dumps(spoken),
        "parameters": int(10 ** dice.uniform(6, 11)),
    }


def _tags(card: dict[str, Any]) -> Iterator[dict[str, Any]]:
    said = json.loads(card["tags"])
    languages = [word for word in said if word in LANGUAGES]
    facets = [
        ("pipeline_tag", card["pipeline_tag"]),
        ("library", card["library"]),
        ("license", card["license"]),
        *(("language", language) for language in languages),
        *(("other", tag) for tag in dict.fromkeys(said) if tag.startswith("tag")),
    ]
    for facet, value in facets:
        yield {"repo_id": card["repo_id"], "facet": facet, "value": value}
