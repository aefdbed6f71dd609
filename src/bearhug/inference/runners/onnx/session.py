"""A model's graph, opened by ONNX Runtime, and the small files that say how to use it."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime  # type: ignore[import-untyped]
from numpy.typing import NDArray

from bearhug.inference.runners.task import CannotLoad, Setup

Array = NDArray[Any]

MAX_CONFIG_BYTES = 16 * 1024**2
ERRORS_ONLY = 3
TYPES = {
    "tensor(float)": np.float32,
    "tensor(float16)": np.float16,
    "tensor(double)": np.float64,
    "tensor(int64)": np.int64,
    "tensor(int32)": np.int32,
    "tensor(bool)": np.bool_,
}


class Session:
    """A graph: named arrays in, named arrays out."""

    def __init__(self, setup: Setup) -> None:
        self.path = graph(setup.folder)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = setup.threads
        options.inter_op_num_threads = 1
        options.log_severity_level = ERRORS_ONLY
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._session = onnxruntime.InferenceSession(str(self.path), options, providers=providers())
        self.inputs = {each.name: each for each in self._session.get_inputs()}
        self.outputs = [each.name for each in self._session.get_outputs()]

    def run(self, given: Mapping[str, Any]) -> dict[str, Array]:
        """What the graph does not ask for is left out; the rest gets the types it asks for."""
        wanted: dict[str, Any] = {
            name: np.ascontiguousarray(given[name], TYPES[each.type])
            for name, each in self.inputs.items()
        }
        found = self._session.run(self.outputs, wanted)
        return {
            name: np.asarray(value, np.float32)
            for name, value in zip(self.outputs, found, strict=True)
        }

    def needs(self, *known: str) -> None:
        """Raises CannotLoad for a graph that asks for inputs nobody here can give."""
        strange = sorted(self.inputs.keys() - set(known))
        if strange:
            raise CannotLoad(f"Its graph asks for {', '.join(strange)}, which this task has not.")


def providers() -> list[str]:
    """A graphics card where there is one, then the processor."""
    known = onnxruntime.get_available_providers()
    return [each for each in ("CUDAExecutionProvider", "CPUExecutionProvider") if each in known]


def graph(folder: Path) -> Path:
    """The one file of the repo that was chosen to be loaded."""
    found = sorted(folder.rglob("*.onnx"))
    if not found:
        raise CannotLoad("There is no .onnx file here.")
    return found[0]


def config(setup: Setup, name: str) -> dict[str, Any]:
    """A JSON file of the repo; {} if it has none. Raises CannotLoad if it is no JSON object."""
    path = setup.folder / name
    if not path.is_file():
        return {}
    found = json_of(path)
    if not isinstance(found, dict):
        raise CannotLoad(f"{name} is not a JSON object.")
    return found


def json_of(path: Path) -> Any:
    """Raises CannotLoad."""
    if path.stat().st_size > MAX_CONFIG_BYTES:
        raise CannotLoad(f"{path.name} is too large.")
    try:
        return json.loads(path.read_text("utf-8"))
    except (ValueError, RecursionError):
        raise CannotLoad(f"{path.name} is not valid JSON.") from None


def labels(configuration: Mapping[str, Any], count: int = 0) -> list[str]:
    """Names of the classes in order, from `id2label`; LABEL_0 and so on without it."""
    named = configuration.get("id2label")
    if not isinstance(named, dict) or not named:
        return [f"LABEL_{number}" for number in range(count or 2)]
    return [str(named.get(str(number), f"LABEL_{number}")) for number in range(len(named))]


def softmax(logits: Array) -> Array:
    grown = np.exp(logits - logits.max(-1, keepdims=True))
    return np.asarray(grown / grown.sum(-1, keepdims=True))


def sigmoid(logits: Array) -> Array:
    return np.asarray(1 / (1 + np.exp(-np.clip(logits, -80, 80))))


def best(names: list[str], scores: Array, top: int) -> list[dict[str, Any]]:
    """The best first."""
    order = np.argsort(-scores, kind="stable")[:top]
    return [{"label": names[place], "score": float(scores[place])} for place in order]


def applied(function: str, logits: Array) -> Array:
    if function == "none":
        return logits
    return sigmoid(logits) if function == "sigmoid" else softmax(logits)


def function_of(configuration: Mapping[str, Any], count: int) -> str:
    """What makes scores of logits, as transformers' classification pipelines choose it."""
    kind = configuration.get("problem_type")
    if kind == "regression":
        return "none"
    return "sigmoid" if kind == "multi_label_classification" or count == 1 else "softmax"
