"""A task's one form, as other servers spell it: OpenAI's, TEI's and the Inference API's.

The one form is the runners': what `Answerer.infer` takes and gives.
"""

import array
import base64
import math
import sys
from collections.abc import Mapping, Sequence
from operator import mul
from typing import Any

from bearhug.errors import BadRequest
from bearhug.inference.engines.base import EngineFailed

TEXTS = frozenset(
    {
        *("text-classification", "token-classification", "zero-shot-classification", "fill-mask"),
        *("summarization", "translation", "text2text-generation", "feature-extraction"),
        *("question-answering",),
    }
)
"""Tasks whose inputs are a list, each with an answer of its own."""

WRITTEN = ("text", "summary_text", "translation_text", "generated_text")


def packed(rows: Sequence[Sequence[float]]) -> dict[str, Any]:
    """Numbers as a runner gives them: {"$array": base64, "shape": [n, d]}."""
    flat = array.array("f", [float(number) for row in rows for number in row])
    if sys.byteorder == "big":
        flat.byteswap()
    width = len(rows[0]) if rows else 0
    return {"$array": base64.b64encode(flat.tobytes()).decode(), "shape": [len(rows), width]}


def alike(source: Sequence[float], other: Sequence[float]) -> float:
    """The cosine between two points."""
    length = math.hypot(*source) * math.hypot(*other)
    return sum(map(mul, source, other)) / length if length else 0.0


def data_of(value: Any, field: str = "inputs") -> tuple[bytes, str]:
    """The bytes and media type of {"$bytes": base64, "type"}. Raises BadRequest."""
    if not isinstance(value, Mapping) or "$bytes" not in value:
        raise BadRequest(f"{field}: send a file's bytes.", field=field)
    return base64.b64decode(value["$bytes"]), str(value.get("type", "application/octet-stream"))


def as_bytes(data: bytes, media_type: str) -> dict[str, str]:
    return {"$bytes": base64.b64encode(data).decode(), "type": media_type}


def sent(inputs: Any) -> Any:
    """Inputs as the Inference API takes them: files as bare base64."""
    if isinstance(inputs, Mapping):
        if "$bytes" in inputs:
            return inputs["$bytes"]
        return {name: sent(value) for name, value in inputs.items()}
    return inputs


def understood(task: str, told: Any) -> Any:
    """One answer of the Inference API in the one form; of `TEXTS`, to one text.

    Raises EngineFailed for what is none.
    """
    try:
        return _READERS.get(task, _as_it_is)(told)
    except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
        raise EngineFailed(f"The server gave no answer that {task} could have.") from error


def of_file(task: str, data: bytes, media_type: str) -> Any:
    """An answer that came as a file."""
    if task in ("text-to-speech", "text-to-audio"):
        return {"audio": as_bytes(data, media_type), "sampling_rate": _rate(data)}
    return {"image": as_bytes(data, media_type)}


def _as_it_is(told: Any) -> Any:
    return told


def _labels(told: Any) -> Any:
    if isinstance(told, Mapping):  # as clients before Inference Providers read zero-shot
        pairs = zip(told["labels"], told["scores"], strict=True)
        return [{"label": label, "score": score} for label, score in pairs]
    return told[0] if told and isinstance(told[0], list) else told


def _masks(told: Any) -> Any:
    return told if told and isinstance(told[0], list) else [told]


def _text(told: Any) -> Any:
    first = told[0] if isinstance(told, list) else told
    return {"text": next(first[name] for name in WRITTEN if name in first)}


def _texts(told: Any) -> Any:
    return [_text(told)]


def _point(told: Any) -> Any:
    """[f], or [[f]] of one text."""
    row = told[0] if isinstance(told[0], list) else told
    return [float(number) for number in row]


def _answers(told: Any) -> Any:
    return told if isinstance(told, list) else [told]


def _first(told: Any) -> Any:
    return told[0] if isinstance(told, list) else told


def _ranked(told: Any) -> Any:
    scores = {each["index"]: float(each["score"]) for each in told}
    return [scores[place] for place in range(len(scores))]


def _masked(told: Any) -> Any:
    return [{**each, "mask": {"$bytes": each["mask"], "type": "image/png"}} for each in told]


def _depth(told: Any) -> Any:
    return {"depth": {"$bytes": told["depth"], "type": "image/png"}}


def _predicted(told: Any) -> Any:
    return {"predictions": list(told)}


def _rate(data: bytes) -> int:
    """A WAV file's samples a second; 0 for another file."""
    known = data[:4] == b"RIFF" and len(data) >= 28
    return int.from_bytes(data[24:28], "little") if known else 0


_READERS = {
    "text-classification": _labels,
    "zero-shot-classification": _labels,
    "fill-mask": _masks,
    "summarization": _text,
    "translation": _text,
    "text2text-generation": _text,
    "image-to-text": _texts,
    "feature-extraction": _point,
    "question-answering": _first,
    "visual-question-answering": _answers,
    "document-question-answering": _answers,
    "text-ranking": _ranked,
    "image-segmentation": _masked,
    "depth-estimation": _depth,
    "tabular-classification": _predicted,
    "tabular-regression": _predicted,
}
