"""ONNX Runtime: graphs, read with `tokenizers` and numpy alone, where torch would be too much.

Layouts: Optimum's and transformers.js' (`onnx/model.onnx` and its smaller kin beside config.json),
a graph alone at the top, Piper's voices (`name.onnx` with `name.onnx.json`).
"""

import re
from collections.abc import Iterable, Sequence

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

READING = frozenset(
    {
        *("text-classification", "token-classification", "zero-shot-classification"),
        *("fill-mask", "question-answering", "feature-extraction", "sentence-similarity"),
        "text-ranking",
    }
)
TOGETHER = ("text-classification", "feature-extraction", "sentence-similarity", "text-ranking")
BATCH = 32

VARIANTS = {
    "": "F32",
    "_quantized": "Q8",
    "_int8": "Q8",
    "_uint8": "Q8",
    "_fp16": "F16",
    "_q4": "Q4",
    "_q4f16": "Q4",
    "_bnb4": "Q4",
}
"""Names transformers.js gives them, best first: F16 is slow on a processor, and Q8 nearly as good
as F32."""

GRAPH = re.compile(r"(?:onnx/)?model(?P<variant>_[a-z0-9]+)?\.onnx")
WRITING = re.compile(r"(^|/)(decoder|decoder_model|encoder_model)(_[a-z0-9_]+)?\.onnx$")
GROWTH = 2
"""A graph in memory, beside its weights again in the order the processor likes."""

WORKING_BYTES = 96 * MIB


class OnnxEngine(PythonEngine):
    name = "onnx"
    title = "ONNX Runtime"
    tasks = READING | {"image-classification", "text-to-speech"}
    extra = "onnx"
    packages = ("onnxruntime", "tokenizers", "numpy", "PIL")
    process_bytes = 120 * MIB
    at_once = dict.fromkeys(TOGETHER, BATCH)

    def fits(self, contents: Contents, budget_bytes: int) -> Candidate | None:
        """The best variant of the graph that fits, else the smallest.

        Raises CannotLoad for graphs in halves, which only write text together.
        """
        graphs = [file for file in contents.files if file.path.lower().endswith(".onnx")]
        if contents.task not in self.tasks or not graphs:
            return None
        candidates = sorted(self._candidates(contents, graphs), key=_rank)
        if not candidates:
            if any(WRITING.search(file.path) for file in graphs):
                raise CannotLoad(
                    "Its ONNX graphs are an encoder's and a decoder's, which are not run together "
                    "here. The safetensors of the same model would run."
                )
            return None
        fitting = (each for each in candidates if self.least_bytes(each, contents) <= budget_bytes)
        return next(fitting, min(candidates, key=lambda each: each.size))

    def least_bytes(self, candidate: Candidate, contents: Contents) -> int:
        return self.process_bytes + WORKING_BYTES + candidate.size * GROWTH

    def plans(self, model: ModelFile) -> Sequence[Plan]:
        whole = self.process_bytes + WORKING_BYTES + model.size * GROWTH
        return [Plan(self.slots(model.task), 0, whole)]

    def _candidates(self, contents: Contents, graphs: list[RepoFile]) -> Iterable[Candidate]:
        beside = checkpoints.beside(contents.files)
        for graph in graphs:
            named = GRAPH.fullmatch(graph.path)
            if named:
                kept = VARIANTS.get(named["variant"] or "")
            elif contents.task in READING or WRITING.search(graph.path):
                kept = None  # a graph of another name is seldom an encoder of texts
            else:
                kept = ""
            if kept is not None:
                yield Candidate(self.name, (graph, *_data(contents, graph)), kept, beside)


def _data(contents: Contents, graph: RepoFile) -> list[RepoFile]:
    """Weights that a graph too large for one file keeps beside itself."""
    return sorted(
        (
            file
            for file in contents.files
            if file.path.startswith((f"{graph.path}_data", f"{graph.path}.data"))
        ),
        key=lambda file: file.path,
    )


def _rank(candidate: Candidate) -> tuple[int, int, str]:
    named = GRAPH.fullmatch(candidate.files[0].path)
    place = list(VARIANTS).index(named["variant"] or "") if named else len(VARIANTS)
    return place, candidate.size, candidate.files[0].path
