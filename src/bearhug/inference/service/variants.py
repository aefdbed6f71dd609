"""What would run where a model does not: its other files, and what others made of it."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from bearhug.cards import service as cards
from bearhug.cards.model import Card
from bearhug.hub import Transaction
from bearhug.inference import memory, store
from bearhug.inference.engines.gguf import PREFERRED
from bearhug.inference.model import NotServed, Placement, PlacementStage, Variant
from bearhug.inference.service.choosing import choose, in_rows
from bearhug.inference.service.measuring import ceiling
from bearhug.repos.model import Repo

MOST_SIBLINGS = 50
MOST_VARIANTS = 4


def unplaced(tx: Transaction, repo: Repo, reason: NotServed) -> Placement:
    """The placement of a model that nothing here loads: why, and what would do."""
    return Placement(
        words="Not run here",
        why=reason.message,
        install=str(reason.details.get("install", "")),
        needs_trust=bool(reason.details.get("needs_trust")),
        variants=variants(tx, repo),
    )


def advised(tx: Transaction, repo: Repo, placement: Placement) -> Placement:
    """The same, with what would run if this does not."""
    if placement.stage is not PlacementStage.CANNOT:
        return placement
    return replace(placement, variants=variants(tx, repo))


def variants(tx: Transaction, repo: Repo) -> tuple[Variant, ...]:
    """Files of this repo, and models made of it, that fit this machine; the best first."""
    card = cards.card(tx, repo)
    room = ceiling(tx.hub.settings)
    found = [*_of_repo(repo, card, room)] if card else []
    siblings = store.made_of(tx.db, tx.actor, str(repo.name), MOST_SIBLINGS)
    known = cards.cards(tx, siblings)
    for other in siblings:
        if other.id in known:
            found += _of_sibling(other, known[other.id], room)
    return tuple(sorted(found, key=_rank)[:MOST_VARIANTS])


def _of_repo(repo: Repo, card: Card, room: int) -> Iterable[Variant]:
    """Its own GGUF files: another quantisation may fit."""
    listed: list[Mapping[str, Any]] = card.facts.get("gguf", {}).get("files", [])
    for each in listed:
        if _least(each["size"]) <= room:
            yield Variant(str(repo.name), each["file"], each["quantization"], each["size"])


def _of_sibling(repo: Repo, card: Card, room: int) -> list[Variant]:
    try:
        choice = choose(in_rows(repo, card), room)
    except NotServed:
        return []
    candidate = choice.candidate
    if not choice.fits:
        return []
    kept = candidate.quantisation or card.facts.get("gguf", {}).get("quantization", "")
    return [Variant(str(repo.name), "", kept, candidate.size)]


def _least(size: int) -> int:
    return size * 11 // 10 + memory.PROCESS_BYTES


def _rank(variant: Variant) -> tuple[int, int]:
    known = variant.quantisation in PREFERRED
    return PREFERRED.index(variant.quantisation) if known else 9, variant.weight_bytes
