"""llama.cpp, by way of the xllamacpp package: GGUF files, text and chat."""

import importlib.util
import os
import re
import sys
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

from bearhug.inference import memory
from bearhug.inference.engines.base import (
    Answerer,
    Candidate,
    Contents,
    ModelFile,
    Plan,
    RepoFile,
)

RUNNER = "bearhug.inference.engines.gguf_runner"

# Best first: four to five bits keep nearly all of a model's quality at a third of its size
# (llama.cpp's tools/quantize/README.md); then what is larger, then what is worse.
PREFERRED = (
    *("Q4_K_M", "Q5_K_M", "Q4_K_S", "Q5_K_S", "Q4_K_L", "Q5_K_L", "Q6_K", "Q6_K_L", "Q8_0"),
    *("MXFP4", "MXFP4_MOE", "Q5_1", "Q5_0", "Q4_1", "Q4_0", "IQ4_NL", "IQ4_XS"),
    *("Q3_K_XL", "Q3_K_L", "Q3_K_M", "IQ3_M", "IQ3_S", "Q3_K_S", "IQ3_XS", "IQ3_XXS"),
    *("Q2_K_L", "Q2_K", "IQ2_M", "Q2_K_S", "IQ2_S", "IQ2_XS", "IQ2_XXS", "IQ1_M", "IQ1_S"),
    *("TQ2_0", "TQ1_0", "BF16", "F16", "F32"),
)
QUANTISATION = re.compile(
    r"(?<![A-Za-z0-9])(MXFP4(?:_MOE)?|B?F16|F32|T?Q\d_\d|I?Q\d(?:_[A-Z0-9]+)*)(?![A-Za-z0-9])",
    re.IGNORECASE,
)
SHARD = re.compile(r"^(?P<stem>.+)-(?P<number>\d{5})-of-(?P<count>\d{5})\.gguf$", re.IGNORECASE)
# Parts of a model that are no model by themselves: image projectors, importance matrices, drafts.
PARTS = re.compile(r"(^|[/._-])(mmproj|imatrix|vocab|mtp)", re.IGNORECASE)

SLOTS = 4
CONTEXTS = (8192, 4096, 2048)
FEW_SLOTS = (2, 1)


@cache
def _installed() -> bool:
    return importlib.util.find_spec("xllamacpp") is not None


class GgufEngine:
    """Loads GGUF by llama.cpp. The format carries no code, so a plain process may read it."""

    name = "gguf"
    title = "llama.cpp"
    tasks = frozenset({"text-generation", "image-text-to-text", "text2text-generation"})

    def available(self) -> str | None:
        if not _installed():
            return "GGUF models need llama.cpp: pip install xllamacpp"
        return None

    def fits(self, contents: Contents, budget_bytes: int) -> Candidate | None:
        """The preferred quantisation of those whose weights leave a tenth of the budget."""
        if contents.task and contents.task not in self.tasks:
            return None
        candidates = sorted(_candidates(contents.files), key=_rank)
        for candidate in candidates:
            if self.least_bytes(candidate, contents) <= budget_bytes:
                return candidate
        return min(candidates, key=lambda candidate: candidate.size, default=None)

    def least_bytes(self, candidate: Candidate, contents: Contents) -> int:
        return candidate.size * 11 // 10 + memory.PROCESS_BYTES

    def plans(self, model: ModelFile) -> Sequence[Plan]:
        assert model.header is not None
        trained = model.header.context_length or CONTEXTS[-1]
        contexts = list(dict.fromkeys(min(trained, context) for context in CONTEXTS))
        shapes = [(SLOTS, context) for context in contexts]
        shapes += [(slots, contexts[-1]) for slots in FEW_SLOTS]
        return [
            Plan(slots, context, memory.gguf_bytes(model.header, model.size, slots, context))
            for slots, context in shapes
        ]

    def command(self, model: ModelFile, plan: Plan, *, folder: Path, threads: int) -> list[str]:
        options = {
            "name": model.name,
            "folder": folder,
            "slots": plan.slots,
            "context": plan.context,
            "threads": threads,
            "memory": plan.memory_bytes,
            "parent": os.getpid(),
        }
        argv = [sys.executable, "-I", "-m", RUNNER]
        argv += [f"--{option}={value}" for option, value in options.items()]
        return [*argv, "--", *self.model_names(model)]

    def model_names(self, model: ModelFile) -> list[str]:
        """llama.cpp finds the other shards by the name of the first."""
        count = len(model.paths)
        if count == 1:
            return ["model.gguf"]
        return [f"model-{number:05}-of-{count:05}.gguf" for number in range(1, count + 1)]

    def opened(self, model: ModelFile) -> Answerer | None:
        return None


def _candidates(files: Iterable[RepoFile]) -> Iterable[Candidate]:
    shards: dict[tuple[str, int], dict[int, RepoFile]] = {}
    for file in files:
        if not file.path.lower().endswith(".gguf") or PARTS.search(file.path):
            continue
        if shard := SHARD.match(file.path):
            group = shards.setdefault((shard["stem"], int(shard["count"])), {})
            group[int(shard["number"])] = file
        else:
            yield _candidate([file])
    for (_, count), group in shards.items():
        if sorted(group) == list(range(1, count + 1)):  # a shard missing makes it useless
            yield _candidate([group[number] for number in sorted(group)])


def _candidate(files: list[RepoFile]) -> Candidate:
    """The last quantisation named counts: folders are often called after one too."""
    named = QUANTISATION.findall(files[0].path)
    return Candidate(GgufEngine.name, tuple(files), named[-1].upper() if named else "")


def _rank(candidate: Candidate) -> tuple[int, int]:
    """Preference, then size: an unnamed quantisation comes after those known to be good."""
    known = candidate.quantisation in PREFERRED
    return PREFERRED.index(candidate.quantisation) if known else 9, candidate.size
