"""What models mean on this machine, many at once: from rows alone, without reading git."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from bearhug.cards import service as cards
from bearhug.cards.model import Card, CardRead
from bearhug.errors import NotFound, Unavailable
from bearhug.hub import Hub, Transaction
from bearhug.inference import store
from bearhug.inference.engines.base import Upstream
from bearhug.inference.engines.upstream import digest as elsewhere
from bearhug.inference.model import NotServed, Placement
from bearhug.inference.service.choosing import Choice, choose, in_rows, refuse
from bearhug.inference.service.measuring import Costs, ceiling, costs, note_estimate
from bearhug.inference.service.placing import (
    chats,
    digest_of,
    key_of,
    locate,
    none,
    sped,
    standing,
)
from bearhug.inference.service.trusting import trusts
from bearhug.inference.service.upstreams import upstreams
from bearhug.repos import store as repo_rows
from bearhug.repos.model import Access, Repo
from bearhug.repos.service import can

MOST_SERVED = 1000


@dataclass(frozen=True)
class Found:
    """What would be loaded of a repo, by its rows."""

    choice: Choice
    digest: str
    least_bytes: int


def placements(tx: Transaction, repos: Iterable[Repo]) -> dict[int, Placement]:
    """The placements of these models, by repo id.

    What a card was not read for yet is left out.
    """
    listed = list(repos)
    known = cards.cards(tx, listed)
    servers = upstreams(tx)
    found = {
        repo.id: _found(tx, repo, known[repo.id], servers) for repo in listed if repo.id in known
    }
    measured = costs(tx, [each.digest for each in found.values() if isinstance(each, Found)])
    return {
        repo.id: _placement(tx.hub, repo, known[repo.id], found[repo.id], measured)
        for repo in listed
        if repo.id in found
    }


def served(tx: Transaction) -> list[tuple[Repo, Placement]]:
    """The models the actor may ask here, the most downloaded first."""
    listed = store.with_weights(tx.db, tx.actor, MOST_SERVED)
    repos = [repo for repo in listed if can(tx.actor, repo, Access.READ)]  # a gate shows its repo
    placed = placements(tx, repos)
    return [
        (repo, placed[repo.id]) for repo in repos if repo.id in placed and placed[repo.id].answers
    ]


def provider_mapping(tx: Transaction, repo: Repo) -> dict[str, dict[str, str]]:
    """What `expand=inferenceProviderMapping` says of one model; {} if it does not answer here.

    The keys are those that huggingface_hub reads (hf_api.py, InferenceProviderMapping).
    """
    placed = placements(tx, [repo]).get(repo.id)
    if placed is None or not placed.answers:
        return {}
    task = "conversational" if placed.chat else placed.task
    return {"hf-inference": {"status": "live", "providerId": str(repo.name), "task": task}}


def _chats(name: str, card: Card) -> bool:
    template = card.facts.get("gguf", {}).get("chat_template")
    return chats(name, card.pipeline_tag or "", card, card.facts.get("config", {}), template)


def on_card_read(tx: Transaction, event: CardRead) -> None:
    """Compute what new weights will take, so that listings can say it."""
    card = cards.card(tx, event.repo)
    if card is not None and card.facts.get("weights"):
        tx.later("inference.estimate", repo_id=event.repo.id)


def estimate(hub: Hub, repo_id: int) -> None:
    """Read the header of the file that would run and keep what it will take. Slow: from a job."""

    def placed(tx: Transaction) -> Placement | None:
        repo = repo_rows.by_id(tx.db, repo_id)
        if repo is None:
            return None
        try:
            return locate(tx, repo).placement
        except (NotServed, NotFound, Unavailable):
            return None

    found = hub.read(placed)
    if found is not None and not found.measured:
        hub.write(note_estimate, found.digest, found.memory_bytes)


def _found(tx: Transaction, repo: Repo, card: Card, servers: tuple[Upstream, ...]) -> Found | str:
    """What would be loaded; or why nothing can be."""
    try:
        refuse(repo, card)
        trusted = "auto_map" in card.facts.get("config", {}) and trusts(tx, repo, card.commit_oid)
        contents = in_rows(repo, card, servers, trusted=trusted)
        choice = choose(contents, ceiling(tx.hub.settings))
    except NotServed as reason:
        return reason.message
    weights: Mapping[str, Any] = card.facts.get("weights", {})
    least = choice.engine.least_bytes(choice.candidate, contents)
    etags = [weights[file.path][0] for file in choice.candidate.files]
    digest = digest_of(etags) if etags else elsewhere(choice.candidate.upstreams)
    return Found(choice, digest, least)


def _placement(
    hub: Hub,
    repo: Repo,
    card: Card,
    found: Found | str,
    measured: Mapping[str, Costs],
) -> Placement:
    if isinstance(found, str):
        return none(found)
    candidate = found.choice.candidate
    known = measured.get(found.digest, Costs())
    facts = card.facts.get("gguf", {})
    placement = Placement(
        task=card.pipeline_tag or "text-generation",
        engine=candidate.engine,
        file=candidate.files[0].path if candidate.files else "",
        quantisation=candidate.quantisation or facts.get("quantization", ""),
        digest=found.digest,
        revision=card.commit_oid,
        weight_bytes=candidate.size,
        memory_bytes=known.memory_bytes,
        measured=known.measured,
        load_seconds=known.load_seconds,
        tokens_per_second=known.tokens_per_second,
        context=facts.get("context_length", 0),
        chat=_chats(str(repo.name), card),
    )
    placement = sped(placement)
    # The least it can take: a roomier plan is chosen only where there is room.
    key = key_of(repo, found.digest, candidate.engine)
    return standing(hub, placement, key=key, needed=found.least_bytes)
