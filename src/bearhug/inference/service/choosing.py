"""Which engine loads a repo, and which of its files; or why none does."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bearhug.cards import service as cards
from bearhug.cards.gathering import read_json
from bearhug.cards.model import Card
from bearhug.files.model import Node, Snapshot
from bearhug.hub import Transaction
from bearhug.inference.engines import ENGINES
from bearhug.inference.engines.base import (
    Candidate,
    CannotLoad,
    Contents,
    Engine,
    NeedsTrust,
    RepoFile,
    Upstream,
)
from bearhug.inference.engines.gguf import SHARD
from bearhug.inference.model import NotServed
from bearhug.inference.service.trusting import trusts
from bearhug.inference.service.upstreams import upstreams as servers
from bearhug.repos.model import Repo, RepoKind

PICKLES = (".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle", ".joblib")
WEIGHTS = (*PICKLES, ".safetensors", ".gguf", ".onnx", ".h5", ".msgpack", ".tflite", ".skops")


@dataclass(frozen=True)
class Choice:
    """An engine that is here, and what it would load."""

    engine: Engine
    candidate: Candidate
    fits: bool
    """Whether it could ever have the memory, by what rows tell."""


def in_rows(
    repo: Repo, card: Card, upstreams: tuple[Upstream, ...] = (), *, trusted: bool = False
) -> Contents:
    """What a listing knows of a repo."""
    weights: Mapping[str, Any] = card.facts.get("weights", {})
    return Contents(
        tuple(RepoFile(path, size) for path, (_, size) in weights.items()),
        card.pipeline_tag or "",
        card.library or "",
        card.facts.get("config", {}),
        card.facts,
        str(repo.name),
        trusted,
        upstreams,
    )


def in_git(
    tx: Transaction, repo: Repo, card: Card | None, snapshot: Snapshot, listed: Sequence[Node]
) -> Contents:
    """What its files say at one commit."""
    trusted = trusts(tx, repo, snapshot.commit)
    known = in_rows(repo, card or Card(), servers(tx), trusted=trusted)
    config = read_json(snapshot, snapshot.repository.entry(snapshot.commit, "config.json"))
    found = tuple(RepoFile(node.path, node.size) for node in listed)
    return replace(known, files=found, config=config or known.config)


def refuse(repo: Repo, card: Card | None) -> None:
    """Raises NotServed for a repo that no engine need look at."""
    if repo.kind is not RepoKind.MODEL:
        raise NotServed("Only models answer.")
    if card is not None and cards.refuses_inference(card):
        raise NotServed("Its card asks that no widget and no API be offered (inference: false).")
    task = card.pipeline_tag if card else None
    if task and not any(task in engine.tasks for engine in ENGINES):
        raise NotServed(f"No engine here does {task} yet.")


def choose(contents: Contents, budget_bytes: int) -> Choice:
    """The first engine that is here and can load it within the memory, else the least to load.

    A server that the operator named for the very model goes before all.
    Raises NotServed with the reason: what an engine will not load, what would have to be
    installed, or that there is nothing to load.
    """
    found: list[Choice] = []
    reasons: list[str] = []
    details: dict[str, object] = {}
    for engine in ENGINES:
        try:
            candidate = engine.fits(contents, budget_bytes)
        except CannotLoad as reason:
            reasons.append(str(reason))
            if isinstance(reason, NeedsTrust):
                details["needs_trust"] = True
            continue
        if candidate is None:
            continue
        if missing := engine.available():
            reasons.append(missing)
            details.setdefault("install", missing.partition(": ")[2])
            continue
        least = engine.least_bytes(candidate, contents)
        found.append(Choice(engine, candidate, least <= budget_bytes))
    if not found:
        words = " ".join(_sentence(reason) for reason in dict.fromkeys(reasons))
        raise NotServed(words or without_weights(contents), **details)
    named = (one for one in found if any(each.specific for each in one.candidate.upstreams))
    return next(named, None) or next((one for one in found if one.fits), found[0])


def of_file(contents: Contents, file: str) -> Contents:
    """The contents with no other weights than that file, and its shards."""
    kept = tuple(each for each in contents.files if _belongs(each.path, file))
    return replace(contents, files=kept)


def without_weights(contents: Contents) -> str:
    """Why none of these files can be loaded, and what would do."""
    names = [file.path.lower() for file in contents.files]
    weights = [name for name in names if name.endswith(WEIGHTS)]
    if not weights:
        return "There are no weights here yet. A GGUF or safetensors file would run."
    if not contents.task:
        return (
            "Nothing here says what this model does. Name its task in the card (pipeline_tag), "
            "or add the config.json that belongs to its weights."
        )
    kinds = ", ".join(sorted({name.rpartition(".")[2] for name in weights}))
    return f"No engine here does {contents.task} with these files ({kinds})."


def _sentence(words: str) -> str:
    return words if words.endswith((".", "!", "?")) else f"{words}."


def _belongs(path: str, file: str) -> bool:
    """Whether it is the wanted file, another shard of the same model, or no weights at all."""
    if path == file or not path.lower().endswith(WEIGHTS):
        return True
    wanted, other = SHARD.match(file), SHARD.match(path)
    return bool(wanted and other and wanted["stem"] == other["stem"])
