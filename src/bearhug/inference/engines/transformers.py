"""PyTorch, by way of Hugging Face's transformers: safetensors, and pickles in the sandbox."""

import sys
from collections.abc import Mapping, Sequence
from typing import Any

from bearhug.inference.engines import checkpoints
from bearhug.inference.engines.base import Candidate, CannotLoad, Contents, ModelFile, Plan
from bearhug.inference.engines.python import PythonEngine
from bearhug.inference.memory import MIB

DECODING = frozenset({"text-generation", "image-text-to-text"})
"""Tasks written token by token, where bfloat16 stays what it is (runners.loading.dtype)."""

READING = frozenset(
    {
        *("text-classification", "token-classification", "zero-shot-classification", "fill-mask"),
        *("question-answering", "table-question-answering", "feature-extraction"),
    }
)
WRITING = frozenset({"summarization", "translation", "text2text-generation"})
SEEING = frozenset(
    {
        *("image-classification", "object-detection", "image-segmentation", "depth-estimation"),
        *("image-to-text", "zero-shot-image-classification", "zero-shot-object-detection"),
        *("visual-question-answering", "document-question-answering", "image-feature-extraction"),
    }
)
SPEAKING = frozenset({"text-to-speech", "text-to-audio"})
HEARING = frozenset(
    {
        *("automatic-speech-recognition", "audio-classification"),
        *SPEAKING,
    }
)
CONTEXTS = (4096, 2048, 1024)
SLOTS = (4, 2, 1)
BATCH = 32
"""As many questions of an encoder as its runner puts together."""

BATCH_TOKENS = 4096
LAYER_FACTOR = 32
"""Bytes an encoder's layer works in for each token and each number of its width."""

WORKING_BYTES = 192 * MIB


class TransformersEngine(PythonEngine):
    """Loads what transformers' Auto classes load, from the files it would take itself."""

    name = "transformers"
    title = "transformers"
    tasks = DECODING | READING | WRITING | SEEING | HEARING
    extra = "transformers"
    packages = ("torch", "transformers")
    at_once = dict.fromkeys(READING, BATCH)

    def fits(self, contents: Contents, budget_bytes: int) -> Candidate | None:
        """The checkpoint at the top of the repo, with all that lies beside it.

        Raises CannotLoad for an adapter, code or packed weights.
        """
        if contents.task not in self.tasks:
            return None
        weights = checkpoints.checkpoint(contents.files)
        if not weights:
            _explain(contents)
            return None
        if "model_type" not in contents.config and "architectures" not in contents.config:
            raise CannotLoad(
                "There is no config.json here that says what these weights are (model_type)."
            )
        checkpoints.refuse_code(contents.config, trusted=contents.trusted)
        checkpoints.refuse_packed(contents.config)
        if checkpoints.pickled(weights) and sys.platform != "linux":
            raise CannotLoad(
                "Its weights are pickled (.bin). They may run code, so they are opened only in a "
                "sandbox, which this system does not have. Convert them to safetensors."
            )
        kept = checkpoints.kept_as(contents.facts, weights)
        beside = checkpoints.beside(contents.files, code=contents.trusted)
        if contents.task in SPEAKING:
            beside += checkpoints.vocoder(contents.files)
        return Candidate(self.name, weights, kept, beside)

    def least_bytes(self, candidate: Candidate, contents: Contents) -> int:
        counted = contents.facts.get("safetensors", {}).get("parameters", {})
        whole = _loaded_bytes(candidate.size, counted, contents.task, contents.config)
        return self.process_bytes + WORKING_BYTES + whole

    def plans(self, model: ModelFile) -> Sequence[Plan]:
        least = self.process_bytes + WORKING_BYTES
        least += _loaded_bytes(model.size, model.tensors, model.task, model.config)
        text = _text_config(model.config)
        if model.task not in DECODING | WRITING:
            least += BATCH_TOKENS * width(text) * LAYER_FACTOR
            return [Plan(self.slots(model.task), 0, least)]
        cached = kv_bytes_per_token(text, width_of(model.tensors, model.task))
        trained = _number(text, "max_position_embeddings", "n_positions", "n_ctx") or CONTEXTS[-1]
        contexts = list(dict.fromkeys(min(trained, context) for context in CONTEXTS))
        shapes = [(SLOTS[0], context) for context in contexts]
        shapes += [(slots, contexts[-1]) for slots in SLOTS[1:]]
        words = _number(text, "vocab_size") * 4 * 4
        return [
            Plan(slots, context, least + slots * (context * cached + words))
            for slots, context in shapes
        ]


def width(config: Mapping[str, Any]) -> int:
    """Numbers one token is while it is worked on."""
    return _number(config, "hidden_size", "n_embd", "d_model", "dim") or 768


def kv_bytes_per_token(config: Mapping[str, Any], number_bytes: int) -> int:
    """Bytes of attention cache one token takes over all layers, with no sliding window."""
    layers = _number(config, "num_hidden_layers", "n_layer", "num_layers", "decoder_layers") or 12
    heads = _number(config, "num_attention_heads", "n_head", "decoder_attention_heads") or 12
    kept = _number(config, "num_key_value_heads") or heads
    wide = _number(config, "head_dim") or width(config) // max(1, heads)
    return 2 * layers * kept * wide * number_bytes


def width_of(tensors: Mapping[str, int], task: str) -> int:
    """Bytes of a number once it is in memory: as `runners.loading.dtype` decides on a CPU."""
    most = max(tensors, key=lambda name: tensors[name], default="")
    return 2 if task in DECODING and most == "BF16" else 4


def _loaded_bytes(
    size: int, tensors: Mapping[str, int], task: str, config: Mapping[str, Any]
) -> int:
    own = checkpoints.own_bytes(tensors)
    if own and own <= 2 * size:
        return sum(tensors.values()) * width_of(tensors, task)
    said = str(config.get("dtype") or config.get("torch_dtype") or "float32")
    return size * (2 if said.endswith("16") else 1)


def _text_config(config: Mapping[str, Any]) -> Mapping[str, Any]:
    """What sees and hears keeps the part that writes under a name of its own."""
    for name in ("text_config", "llm_config", "decoder", "language_config"):
        part = config.get(name)
        if isinstance(part, Mapping):
            return part
    return config


def _number(config: Mapping[str, Any], *names: str) -> int:
    for name in names:
        value = config.get(name)
        if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**32:
            return value
    return 0


def _explain(contents: Contents) -> None:
    """Raises CannotLoad with what would do, where the repo has weights of another kind."""
    names = {file.path.rpartition("/")[2] for file in contents.files}
    if names & {"adapter_model.safetensors", "adapter_model.bin"}:
        base = contents.config.get("peft", {}).get("base_model_name_or_path", "its base model")
        raise CannotLoad(
            f"It is an adapter for {base} and no model by itself. Merge it into the model "
            "(merge_and_unload) and push the whole."
        )
    if names & {"tf_model.h5", "flax_model.msgpack"}:
        raise CannotLoad(
            "Its weights are for TensorFlow or Flax alone. Push model.safetensors beside them."
        )
