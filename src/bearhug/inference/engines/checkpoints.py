"""Which files of a repo are one checkpoint: safetensors before pickles, whole before shards."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from bearhug.inference.engines.base import CannotLoad, NeedsTrust, RepoFile

SHARD = re.compile(r"(?P<stem>.+)-(?P<number>\d{5})-of-(?P<count>\d{5})(?P<suffix>\.\w+)")
STEMS = (("model", ".safetensors"), ("pytorch_model", ".bin"))
"""As transformers calls them (utils/__init__.py), in the order that it looks for them."""

BESIDE = re.compile(
    r"[^/]+\.(json|txt|model|jinja|tiktoken|spm|bpe|vocab)|.*/[^/]+\.(json|txt|jinja)"
)
NOT_BESIDE = re.compile(
    r"(^|/)(onnx|openvino|flax|tf|coreml|original|\.eval_results|runs|checkpoint-\d+)/"
    r"|(^|/)(trainer_state|all_results|train_results|eval_results)\.json$|requirements\.txt$"
)
MOST_BESIDE_BYTES = 64 * 1024**2
MOST_BESIDE = 300

WIDTHS = {"F64": 8, "I64": 8, "U64": 8, "F32": 4, "I32": 4, "U32": 4, "F16": 2, "BF16": 2}
"""Bytes of a number; of types not named here, 1."""


def checkpoint(files: Iterable[RepoFile], folder: str = "") -> tuple[RepoFile, ...]:
    """The weights that lie in `folder` ("" is the top), in order; () if there are none, or not all.

    Variants (`model.fp16.safetensors`) and other frameworks' files are left out.
    """
    prefix = f"{folder}/" if folder else ""
    here = {file.path: file for file in files if file.path.rpartition("/")[0] == folder}
    for stem, suffix in STEMS:
        whole = here.get(f"{prefix}{stem}{suffix}")
        if whole is not None:
            return (whole,)
        if shards := _shards(here, prefix + stem, suffix):
            return shards
    return ()


def vocoder(files: Iterable[RepoFile]) -> tuple[RepoFile, ...]:
    """The weights of a voice's second half, in a folder of its own, as SpeechT5's repos have it."""
    return checkpoint(files, "vocoder")


def beside(files: Iterable[RepoFile], *, code: bool = False) -> tuple[RepoFile, ...]:
    """Configurations, tokenizers and templates; with `code`, Python too."""
    kept = [
        file
        for file in files
        if file.size <= MOST_BESIDE_BYTES
        and not NOT_BESIDE.search(file.path)
        and (BESIDE.fullmatch(file.path) or (code and file.path.endswith(".py")))
    ]
    kept.sort(key=lambda file: file.path.count("/"))  # what lies at the top matters most
    return tuple(kept[:MOST_BESIDE])


def pickled(weights: Iterable[RepoFile]) -> bool:
    return any(not file.path.endswith(".safetensors") for file in weights)


def kept_as(facts: Mapping[str, Any], weights: Iterable[RepoFile]) -> str:
    """The type most numbers have, "BF16"; "" where nobody has read them, or they are pickled."""
    counted = facts.get("safetensors", {}).get("parameters", {})
    if pickled(weights) or not counted:
        return ""
    return str(max(counted, key=lambda name: counted[name]))


def own_bytes(tensors: Mapping[str, int]) -> int:
    """Bytes of these numbers as the files keep them."""
    return sum(count * WIDTHS.get(name, 1) for name, count in tensors.items())


def refuse_code(config: Mapping[str, Any], *, trusted: bool) -> None:
    """Raises NeedsTrust for a repo that brings code which nobody allowed."""
    if "auto_map" in config and not trusted:
        raise NeedsTrust(
            "It needs Python code that lies in this repository (auto_map). Such code runs only "
            "where an operator of this hub allows it for this very commit."
        )


def refuse_packed(config: Mapping[str, Any]) -> None:
    """Raises CannotLoad for weights packed in a way that needs a graphics card's kernels."""
    packing = config.get("quantization_config")
    method = packing.get("quant_method", "") if isinstance(packing, Mapping) else ""
    if method:
        raise CannotLoad(
            f"Its weights are packed by {method}, which no engine here unpacks. A GGUF of the "
            "same model would run."
        )


def _shards(here: Mapping[str, RepoFile], stem: str, suffix: str) -> tuple[RepoFile, ...]:
    found: dict[int, dict[int, RepoFile]] = {}
    for path, file in here.items():
        shard = SHARD.fullmatch(path)
        if shard and (shard["stem"], shard["suffix"]) == (stem, suffix):
            found.setdefault(int(shard["count"]), {})[int(shard["number"])] = file
    for count, group in found.items():
        if sorted(group) == list(range(1, count + 1)):  # a shard missing makes it useless
            return tuple(group[number] for number in sorted(group))
    return ()
