"""diffusers: pictures from words, by the parts that model_index.json names."""

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
from bearhug.inference.memory import MIB

INDEX = "model_index.json"
TEXT = (".json", ".txt", ".model")
SHARD = re.compile(r"(?P<stem>.+)-\d{5}-of-\d{5}")
STEMS = ("model", "diffusion_pytorch_model", "pytorch_model")
"""What transformers and diffusers call a part's weights; others are variants (`.fp16`)."""

WORKING_BYTES = 1024 * MIB
"""A picture of 512 × 512 on its way through the decoder."""


class DiffusersEngine(PythonEngine):
    name = "diffusers"
    title = "diffusers"
    tasks = frozenset({"text-to-image", "image-to-image"})
    extra = "diffusers"
    packages = ("torch", "transformers", "diffusers", "PIL")

    def fits(self, contents: Contents, budget_bytes: int) -> Candidate | None:
        """Every part's weights, of one kind. Raises CannotLoad for a checkpoint in one file."""
        if contents.task not in self.tasks:
            return None
        weights = [*_parts(contents.files, ".safetensors")]
        whole = {file.path.partition("/")[0] for file in weights}
        pickled = _parts(contents.files, ".bin")
        weights += [file for file in pickled if file.path.partition("/")[0] not in whole]
        if not weights:
            if any(file.path.endswith((".safetensors", ".ckpt")) for file in contents.files):
                raise CannotLoad(
                    "diffusers needs its own layout here: model_index.json, and a folder with "
                    "safetensors for each part."
                )
            return None
        if checkpoints.pickled(weights) and sys.platform != "linux":
            raise CannotLoad("Its weights are pickled, and this system has no sandbox for them.")
        beside = [file for file in contents.files if _wanted(file)]
        kept = checkpoints.kept_as(contents.facts, weights)
        return Candidate(self.name, tuple(weights), kept, tuple(beside))

    def least_bytes(self, candidate: Candidate, contents: Contents) -> int:
        half = candidate.quantisation in ("F16", "BF16")
        return self.process_bytes + WORKING_BYTES + candidate.size * (2 if half else 1)

    def plans(self, model: ModelFile) -> Sequence[Plan]:
        """On a processor halves are loaded as whole numbers (runners.diffusion.load)."""
        halves = model.tensors.get("F16", 0) + model.tensors.get("BF16", 0)
        whole = model.size + min(model.size, 2 * halves)
        return [Plan(1, 0, self.process_bytes + WORKING_BYTES + whole)]


def _parts(files: Sequence[RepoFile], suffix: str) -> list[RepoFile]:
    """Weights in a folder of the first level, under the names that are loaded unasked."""
    return [
        file
        for file in files
        if file.path.count("/") == 1
        and file.path.endswith(suffix)
        and _stem(file.path.partition("/")[2].removesuffix(suffix)) in STEMS
    ]


def _stem(name: str) -> str:
    shard = SHARD.fullmatch(name)
    return shard["stem"] if shard else name


def _wanted(file: RepoFile) -> bool:
    """The index, and each part's own configuration."""
    small = file.size <= checkpoints.MOST_BESIDE_BYTES
    part = file.path.count("/") == 1 and file.path.endswith(TEXT)
    return file.path == INDEX or (small and part)
