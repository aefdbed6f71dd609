"""What weights say of themselves: the headers of safetensors and GGUF files, read by range."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from bearhug.cards.reading import shard_of
from bearhug.kit import gguf, safetensors

Read = Callable[[int, int], bytes]

MAX_SHARDS = 64
PREFERRED = ("Q4_K_M", "Q4_K_S", "Q4_0", "Q4_1", "Q5_K_M", "Q8_0")
"""Which quantisation stands for a repo that has several, best first."""

_QUANTISATION = re.compile(
    r"(?:^|[-_.])((?:UD-)?(?:IQ|Q|TQ)\d(?:_[A-Z0-9]+)*|BF16|F16|F32|MXFP4)(?=[-_.]|$)",
    re.IGNORECASE,
)
_MAIN = re.compile(r"(model|diffusion_pytorch_model|adapter_model)(-\d{5}-of-\d{5})?\.safetensors")


def safetensors_facts(readers: Mapping[str, Read]) -> dict[str, Any]:
    """{parameters: {dtype: count}, total, tensors} over the files that are one model; {} for none.

    An unreadable file is left out.
    """
    main = [name for name in readers if _MAIN.fullmatch(name)] or list(readers)[:1]
    headers = []
    for name in sorted(main)[:MAX_SHARDS]:
        try:
            headers.append(safetensors.read_header(readers[name]))
        except safetensors.BadHeader:
            continue
    if not headers:
        return {}
    return {
        "parameters": safetensors.count_parameters(headers),
        "total": sum(header.total for header in headers),
        "tensors": sum(len(header.tensors) for header in headers),
    }


def gguf_facts(readers: Mapping[str, Read], sizes: Mapping[str, int]) -> dict[str, Any]:
    """What the repo's GGUF files are; {} for none.

    {architecture, parameters, context_length, quantization, chat_template, file, size,
    files: [{file, size, quantization, shards}]}; the first keys are of the file that stands
    for all.
    """
    models = _models(sizes)
    if not models:
        return {}
    chosen = min(models, key=_preference)
    parts = [name for name in sorted(sizes) if shard_of(name) == shard_of(chosen["file"])]
    try:
        headers = [gguf.read_header(readers[name]) for name in parts[:MAX_SHARDS]]
    except gguf.BadHeader:
        return {"files": models}
    first = headers[0]
    chosen["quantization"] = chosen["quantization"] or first.quantisation
    return {
        "architecture": first.architecture,
        "parameters": sum(header.parameters for header in headers),
        "context_length": first.context_length,
        "quantization": first.quantisation or chosen["quantization"],
        "chat_template": bool(first.chat_template),
        "file": chosen["file"],
        "size": chosen["size"],
        "files": models,
    }


def _models(sizes: Mapping[str, int]) -> list[dict[str, Any]]:
    """The models among these files: parts are put together, projectors are no models."""
    whole: dict[str, dict[str, Any]] = {}
    for name in sorted(sizes):
        if name.lower().startswith("mmproj"):
            continue
        new = {"file": name, "size": 0, "quantization": quantisation(name), "shards": 0}
        model = whole.setdefault(shard_of(name), new)
        model["size"] += sizes[name]
        model["shards"] += 1
    return sorted(whole.values(), key=lambda model: model["size"])


def quantisation(name: str) -> str:
    """What a file's name says it is, "" if nothing."""
    found = _QUANTISATION.findall(name.removesuffix(".gguf"))
    return str(found[-1]).upper() if found else ""


def _preference(model: Mapping[str, Any]) -> tuple[int, int]:
    known = model["quantization"] in PREFERRED
    return (PREFERRED.index(model["quantization"]) if known else len(PREFERRED), model["size"])
