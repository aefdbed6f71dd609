"""Leaderboards: models by what their evaluations say of a dataset."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bearhug.accounts import service as accounts
from bearhug.accounts.model import Account
from bearhug.cards import service as cards
from bearhug.cards.evaluations import of_index
from bearhug.cards.model import Card
from bearhug.catalog.store import ranking as store
from bearhug.hub import Transaction
from bearhug.repos import service as repos
from bearhug.repos.model import Access, Repo, RepoKind

MOST_MODELS = 2000
MOST = 500


@dataclass(frozen=True)
class Place:
    """One result of one model. `source` is where it is from, as the model's files say."""

    repo: Repo
    value: float
    filename: str
    source: Mapping[str, Any] | None
    notes: str
    owner: Account | None = None


def leaderboard(tx: Transaction, dataset: str, *, roots_only: bool = True) -> Sequence[Place]:
    """The best result of each model that was evaluated on the dataset, highest first.

    `roots_only` leaves out models made from others. Slow: looks through every card. Raises as
    `repos.find` does.
    """
    repo = repos.find(tx, RepoKind.DATASET, dataset, access=Access.METADATA)
    name = str(repo.name)
    found = store.naming(tx.db, tx.actor, name, MOST_MODELS)
    known = cards.cards(tx, found)
    owners: dict[str, Account] = {}
    best = [
        place
        for model in found
        if (card := known.get(model.id))
        and not (roots_only and card.metadata.get("base_model"))
        and (place := _best(model, card, name))
    ]
    best.sort(key=lambda place: -place.value)
    return [replace(place, owner=_owner(tx, place.repo, owners)) for place in best[:MOST]]


def _owner(tx: Transaction, repo: Repo, known: dict[str, Account]) -> Account:
    name = repo.name.owner
    if name not in known:
        known[name] = accounts.find(tx, name)
    return known[name]


def _best(repo: Repo, card: Card, dataset: str) -> Place | None:
    """Its highest value. What is no number ranks nowhere."""
    results = [*card.facts.get("evaluations", ()), *of_index(card.metadata.get("model-index"))]
    places = [
        _place(repo, result)
        for result in results
        if str(result["data"]["dataset"]["id"]).lower() == dataset.lower()
        and isinstance(result["data"]["value"], (int, float))
    ]
    return max(places, key=lambda place: place.value, default=None)


def _place(repo: Repo, result: Mapping[str, Any]) -> Place:
    data = result["data"]
    source = data.get("source")
    return Place(
        repo,
        float(data["value"]),
        str(result["filename"]),
        source if isinstance(source, Mapping) else None,
        str(data.get("notes") or ""),
    )
