"""sentence-transformers: texts as points, how alike they are, and which answers a question."""

import re
import sys
from collections.abc import Sequence

from bearhug.inference.engines import checkpoints
from bearhug.inference.engines.base import (
    Candidate,
    CannotLoad,
    Contents,
    ModelFile,
    Plan,
    RepoFile,
)
from bearhug.inference.engines.python import PythonEngine
from bearhug.inference.engines.transformers import (
    BATCH,
    BATCH_TOKENS,
    LAYER_FACTOR,
    WORKING_BYTES,
    width,
)

LIBRARY = "sentence-transformers"
PART = re.compile(r"\d+_\w+")
"""A module's folder: 1_Pooling, 2_Dense."""


class SentenceEngine(PythonEngine):
    """Loads repos that sentence-transformers saved: modules.json, a folder for each module."""

    name = "sentence"
    title = "sentence-transformers"
    tasks = frozenset({"sentence-similarity", "feature-extraction", "text-ranking"})
    extra = "sentence-transformers"
    packages = ("torch", "transformers", "sentence_transformers")
    at_once = dict.fromkeys(tasks, BATCH)

    def fits(self, contents: Contents, budget_bytes: int) -> Candidate | None:
        """Every module's weights. Raises CannotLoad for code, or pickles without a sandbox."""
        if contents.task not in self.tasks or not _its_own(contents):
            return None
        weights = [*checkpoints.checkpoint(contents.files)]
        for folder in sorted({file.path.rpartition("/")[0] for file in contents.files}):
            if PART.fullmatch(folder):
                weights += checkpoints.checkpoint(contents.files, folder)
        if not weights:
            return None
        checkpoints.refuse_code(contents.config, trusted=contents.trusted)
        if checkpoints.pickled(weights) and sys.platform != "linux":
            raise CannotLoad("Its weights are pickled, and this system has no sandbox for them.")
        beside = [each for each in _beside(contents) if _of_modules(each)]
        kept = checkpoints.kept_as(contents.facts, weights)
        return Candidate(self.name, tuple(weights), kept, tuple(beside))

    def least_bytes(self, candidate: Candidate, contents: Contents) -> int:
        counted = contents.facts.get("safetensors", {}).get("parameters", {})
        whole: int = max(candidate.size, 4 * sum(counted.values()))
        return self.process_bytes + WORKING_BYTES + whole

    def plans(self, model: ModelFile) -> Sequence[Plan]:
        whole = 4 * sum(model.tensors.values()) or model.size
        working = BATCH_TOKENS * width(model.config) * LAYER_FACTOR
        taken = self.process_bytes + WORKING_BYTES + max(whole, model.size) + working
        return [Plan(self.slots(model.task), 0, taken)]


def _its_own(contents: Contents) -> bool:
    if contents.library == LIBRARY or "modules.json" in contents.paths():
        return True
    return contents.task in ("text-ranking", "sentence-similarity") and bool(contents.config)


def _beside(contents: Contents) -> tuple[RepoFile, ...]:
    return checkpoints.beside(contents.files, code=contents.trusted)


def _of_modules(file: RepoFile) -> bool:
    folder = file.path.rpartition("/")[0]
    return not folder or PART.fullmatch(folder) is not None or file.path.endswith(".py")
