"""Servers elsewhere: vLLM, SGLang, TGI, llama-server, Ollama, another hub. No memory here."""

import fnmatch
import hashlib
from collections.abc import Sequence
from pathlib import Path

from bearhug.cards.tasks import TASKS
from bearhug.inference.engines.base import (
    Answerer,
    Candidate,
    Contents,
    EngineFailed,
    ModelFile,
    Plan,
    Upstream,
)
from bearhug.inference.engines.remote import Circuit, Remote

GENERATION = frozenset({"text-generation", "image-text-to-text"})
VECTORS = frozenset({"feature-extraction", "sentence-similarity"})
OF_KIND = {
    "openai": GENERATION
    | VECTORS
    | {"automatic-speech-recognition", "text-to-speech", "text-to-image"},
    "tgi": GENERATION | VECTORS | {"text-ranking"},
    "hf-inference": frozenset(TASKS),
}
"""What servers of each kind can do at all."""


class UpstreamEngine:
    """Answers by what the operator has named for a model, a pattern or a task."""

    name = "upstream"
    title = "a server elsewhere"
    tasks = frozenset(TASKS)

    def __init__(self) -> None:
        self.circuits: dict[str, Circuit] = {}
        """By address."""

    def available(self) -> str | None:
        return None

    def fits(self, contents: Contents, budget_bytes: int) -> Candidate | None:
        """The servers that answer for this model, those named for it before those for its task."""
        found = [each for each in contents.upstreams if answers_for(each, contents)]
        if not found:
            return None
        found.sort(key=lambda each: not each.specific)
        same = [each for each in found if each.kind == found[0].kind]
        return Candidate(self.name, (), "", (), tuple(same))

    def least_bytes(self, candidate: Candidate, contents: Contents) -> int:
        return 0

    def plans(self, model: ModelFile) -> Sequence[Plan]:
        return [Plan(1, 0, 0)]

    def command(self, model: ModelFile, plan: Plan, *, folder: Path, threads: int) -> list[str]:
        raise EngineFailed("Nothing is started here for a model that runs elsewhere.")

    def model_names(self, model: ModelFile) -> list[str]:
        return []

    def opened(self, model: ModelFile) -> Answerer | None:
        for upstream in model.upstreams:
            self.circuits.setdefault(upstream.url, Circuit())
        return Remote(model.name, model.upstreams, self.circuits)


def answers_for(upstream: Upstream, contents: Contents) -> bool:
    """Whether the operator lets this server answer for a repo of this name and task."""
    task = contents.task or "text-generation"
    named = not upstream.models or any(
        fnmatch.fnmatchcase(contents.name.lower(), pattern.lower()) for pattern in upstream.models
    )
    wanted = not upstream.tasks or task in upstream.tasks
    return named and wanted and task in OF_KIND[upstream.kind]


def digest(upstreams: Sequence[Upstream]) -> str:
    """What names the servers that answer: another address is another model to us.

    Whoever may see a model sees it: it tells nothing of keys.
    """
    words = "\n".join(f"{each.kind} {each.url} {each.named}" for each in upstreams)
    return hashlib.sha256(words.encode()).hexdigest()
