"""Texts as vectors by ONNX Runtime, pooled as the repo's sentence-transformers files say."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bearhug.inference.runners.onnx import session
from bearhug.inference.runners.onnx.reader import Reader
from bearhug.inference.runners.onnx.session import Array
from bearhug.inference.runners.task import (
    Asked,
    BadInput,
    Batched,
    CannotLoad,
    Parameters,
    Setup,
    texts_of,
)
from bearhug.inference.runners.wire import as_array

WHOLE = "sentence_embedding"
SIDES = ("left", "right", "Left", "Right")
POOLINGS = {
    "mean_tokens": "mean",
    "cls_token": "cls",
    "max_tokens": "max",
    "lasttoken": "lasttoken",
}


@dataclass(frozen=True)
class How:
    """Texts to be embedded alike."""

    prompt: str = ""
    side: str = "right"
    whole: bool = False
    """One vector a text, even from a plain encoder."""


class Embedder:
    """`pooling` is "" for a plain encoder, whose answer is a vector for each token."""

    def __init__(self, setup: Setup) -> None:
        self.reader = Reader(setup)
        about = session.config(setup, "config_sentence_transformers.json")
        self.prompts: dict[str, str] = about.get("prompts") or {}
        self.usual = str(about.get("default_prompt_name") or "")
        modules = _modules(setup)
        self.unit = any(kind.endswith(".Normalize") for kind in modules)
        self.pooling = _pooling(session.config(setup, "1_Pooling/config.json"))
        if WHOLE in self.reader.session.outputs:
            self.pooling = "graph"
        elif any(kind.endswith((".Dense", ".LSTM", ".CNN")) for kind in modules):
            raise CannotLoad("Its vectors go through a module that is not in the ONNX graph.")

    def vectors(self, texts: Sequence[str], how: How) -> list[Array]:
        """One for each text, or for a plain encoder one for each token of it."""
        encoded = self.reader.encoded([how.prompt + text for text in texts], side=how.side)
        found = self.reader.run(encoded)
        if self.pooling == "graph":
            pooled = found[WHOLE]
        else:
            tokens = found[self.reader.session.outputs[0]]
            masks = np.array([each.attention_mask for each in encoded], np.float32)
            if not self.pooling and not how.whole:
                return [row[mask > 0] for row, mask in zip(tokens, masks, strict=True)]
            pooled = _pooled(self.pooling or "mean", tokens, masks)
        return list(unit(pooled) if self.unit else pooled)


def _modules(setup: Setup) -> list[str]:
    """Names of the classes a text goes through."""
    path = setup.folder / "modules.json"
    if not path.is_file():
        return []
    listed = session.json_of(path)
    if not isinstance(listed, list):
        raise CannotLoad("modules.json is no list.")
    return [str(part.get("type", "")) for part in listed if isinstance(part, dict)]


def _pooling(said: dict[str, Any]) -> str:
    """Raises CannotLoad for a pooling nobody here knows."""
    if not said:
        return ""
    named = said.get("pooling_mode")
    if named is None:
        known = [mode for mode, on in said.items() if mode.startswith("pooling_mode_") and on]
        named = POOLINGS.get(known[0].removeprefix("pooling_mode_"), "") if len(known) == 1 else ""
    if named not in POOLINGS.values():
        raise CannotLoad("1_Pooling/config.json asks for a pooling that is not known here.")
    return str(named)


def _pooled(pooling: str, tokens: Array, masks: Array) -> Array:
    real = masks[..., None]
    if pooling == "cls":
        return np.asarray(tokens[:, 0])
    if pooling == "max":
        return np.asarray(np.where(real > 0, tokens, -np.inf).max(1))
    if pooling == "lasttoken":
        last = masks.shape[1] - 1 - masks[:, ::-1].argmax(1)
        return np.asarray(tokens[np.arange(len(tokens)), last])
    return np.asarray((tokens * real).sum(1) / np.maximum(real.sum(1), 1e-9))


def unit(vectors: Array) -> Array:
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-12))


def read_features(embedder: Embedder, inputs: Any, parameters: Parameters) -> Asked:
    texts = texts_of(inputs)
    how = How(
        _prompt(embedder, parameters),
        parameters.word("truncation_direction", "right", SIDES).lower(),
    )
    _fitting(embedder, texts, parameters.flag("truncate", True))
    normalize = parameters.flag("normalize")
    dimensions = parameters.count("dimensions", 2**20, 1, 2**20)
    parameters.done()

    def answer(rows: list[Any]) -> dict[str, Any]:
        if not embedder.pooling:
            return {"tokens": [as_array(row) for row in rows]}
        whole = np.stack(rows)[:, :dimensions]
        return {"embeddings": as_array(unit(whole) if normalize else whole)}

    return Asked(texts, how, answer)


def read_similarity(embedder: Embedder, inputs: Any, parameters: Parameters) -> Asked:
    """The cosine between the source and each other sentence."""
    if not isinstance(inputs, dict) or not isinstance(inputs.get("source_sentence"), str):
        raise BadInput("`inputs` needs a `source_sentence`, as text.", "source_sentence")
    texts = [inputs["source_sentence"], *texts_of(inputs.get("sentences"), "sentences")]
    how = How(_prompt(embedder, parameters), whole=True)
    _fitting(embedder, texts, parameters.flag("truncate", True))
    parameters.done()

    def answer(rows: list[Any]) -> list[float]:
        whole = unit(np.stack(rows))
        return [float(alike) for alike in whole[1:] @ whole[0]]

    return Asked(texts, how, answer)


def compute(embedder: Embedder, like: Hashable, items: Sequence[Any]) -> Sequence[Any]:
    assert isinstance(like, How)
    return embedder.vectors(items, like)


def _prompt(embedder: Embedder, parameters: Parameters) -> str:
    named = parameters.word("prompt_name", embedder.usual)
    if named and named not in embedder.prompts:
        known = ", ".join(sorted(embedder.prompts)) or "none"
        raise BadInput(f"This model has no prompt {named!r}; it has: {known}.", "prompt_name")
    return str(embedder.prompts[named]) if named else ""


def _fitting(embedder: Embedder, texts: list[str], truncate: bool) -> None:
    """Unless long texts may be cut, refuse them."""
    if truncate:
        return
    reader = embedder.reader
    reader.tokenizer.no_truncation()
    for text in texts:
        count = len(reader.tokenizer.encode(text).ids)
        if count > reader.longest:
            raise BadInput(
                f"A text has {count} tokens; this model reads {reader.longest}.", "inputs"
            )


TASKS = {
    "feature-extraction": Batched(Embedder, read_features, compute),
    "sentence-similarity": Batched(Embedder, read_similarity, compute),
}
