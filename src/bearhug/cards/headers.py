"""What weights say of themselves: the headers of safetensors and GGUF files, read by range."""

import re
from collections.abc import Callable, Collection, Mapping
from typing import Any

from bearhug.cards.front_matter import clean
from bearhug.cards.reading import shard_of
from bearhug.kit import gguf, safetensors

Read = Callable[[int, int], bytes]

MAX_SHARDS = 64
MAX_PARTS = 12
"""Folders of a pipeline whose weights are counted together."""

INDEX = ".safetensors.index.json"
INDEX_BYTES = 16 * 1024 * 1024
TEMPLATE_CHARS = 32_000
PREFERRED = ("Q4_K_M", "Q4_K_S", "Q4_0", "Q4_1", "Q5_K_M", "Q8_0")
"""Which quantisation stands for a repo that has several, best first."""

_QUANTISATION = re.compile(
    r"(?:^|[-_.])((?:UD-)?(?:IQ|Q|TQ)\d(?:_[A-Z0-9]+)*|BF16|F16|F32|MXFP4)(?=[-_.]|$)",
    re.IGNORECASE,
)
_MAIN = re.compile(
    r"(model|diffusion_pytorch_model|adapter_model|pytorch_lora_weights|open_clip_model)"
    r"(-\d{5}-of-\d{5})?\.safetensors"
)


def safetensors_facts(readers: Mapping[str, Read], indexes: Mapping[str, bytes]) -> dict[str, Any]:
    """{parameters: {dtype: count}, total, tensors} over the files that are one model; {} for none.

    An unreadable file is left out. `indexes` are the `….safetensors.index.json` files by path.
    """
    headers = []
    for name in one_model(readers, indexes):
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


def one_model(names: Collection[str], indexes: Mapping[str, bytes]) -> list[str]:
    """Which of these safetensors files are loaded together.

    Those at the top that are named as a model's are, or that an index there lists; without any,
    those in each folder of a pipeline; else the first file.
    """
    folders: dict[str, list[str]] = {}
    for name in sorted(names):
        folder, _, file = name.rpartition("/")
        if _MAIN.fullmatch(file):
            folders.setdefault(folder, []).append(name)
    chosen = [""] if "" in folders else sorted(folders)[:MAX_PARTS]
    found = [name for folder in chosen for name in _in_folder(folder, folders[folder], indexes)]
    return (found or sorted(names)[:1])[:MAX_SHARDS]


def _in_folder(folder: str, names: list[str], indexes: Mapping[str, bytes]) -> list[str]:
    """One model's files of a folder: those its index lists, else whole files before shards."""
    prefix = f"{folder}/" if folder else ""
    for path, content in indexes.items():
        if path.rpartition("/")[0] != folder or f"{path.removesuffix(INDEX)}.safetensors" in names:
            continue
        try:
            listed = {prefix + file for file in safetensors.read_index(content).files}
        except safetensors.BadHeader:
            continue
        if listed & set(names):
            return [name for name in names if name in listed]
    whole = [name for name in names if shard_of(name) == name]
    return whole[:1] or names


def gguf_facts(readers: Mapping[str, Read], sizes: Mapping[str, int]) -> dict[str, Any]:
    """What the repo's GGUF files are; {} for none.

    {architecture, parameters, context_length, quantization, chat_template, bos_token, eos_token,
    file, size, files: [{file, size, quantization, shards}]}; the first keys are of the file that
    stands for all.
    """
    models = gguf_models(sizes)
    if not models:
        return {}
    chosen = preferred(models)
    parts = [name for name in sorted(sizes) if shard_of(name) == shard_of(chosen["file"])]
    try:
        headers = [gguf.read_header(readers[name]) for name in parts[:MAX_SHARDS]]
    except gguf.BadHeader:
        return {"files": models}
    first = headers[0]
    chosen["quantization"] = chosen["quantization"] or first.quantisation
    template = first.chat_template
    return {
        "architecture": first.architecture,
        "parameters": sum(header.parameters for header in headers),
        "context_length": first.context_length,
        "quantization": first.quantisation or chosen["quantization"],
        "chat_template": clean(template) if len(template) <= TEMPLATE_CHARS else bool(template),
        **_ends(readers[parts[0]], first),
        "file": chosen["file"],
        "size": chosen["size"],
        "files": models,
    }


def _ends(read: Read, header: gguf.Header) -> dict[str, str]:
    """The words that begin and end a text, as the vocabulary spells them."""
    numbers = {
        name: header.number(f"tokenizer.ggml.{name}_id")
        for name in ("bos_token", "eos_token")
        if f"tokenizer.ggml.{name}_id" in header.metadata
    }
    try:
        spelled = gguf.read_words(read, "tokenizer.ggml.tokens", set(numbers.values()))
    except gguf.BadHeader:
        return {}
    return {name: clean(spelled[at]) for name, at in numbers.items() if at in spelled}


def gguf_models(sizes: Mapping[str, int]) -> list[dict[str, Any]]:
    """The models among these files, the smallest first: [{file, size, quantization, shards}].

    Parts are put together; projectors are no models.
    """
    whole: dict[str, dict[str, Any]] = {}
    for name in sorted(sizes):
        if "mmproj" in name.lower() or "imatrix" in name.lower():
            continue
        new = {"file": name, "size": 0, "quantization": quantisation(name), "shards": 0}
        model = whole.setdefault(shard_of(name), new)
        model["size"] += sizes[name]
        model["shards"] += 1
    return sorted(whole.values(), key=lambda model: model["size"])


def preferred(models: Collection[dict[str, Any]]) -> dict[str, Any]:
    """The one that stands for all of `gguf_models`."""
    return min(models, key=_preference)


def quantisation(name: str) -> str:
    """What a file's name says it is, "" if nothing."""
    found = _QUANTISATION.findall(name.removesuffix(".gguf"))
    return str(found[-1]).upper() if found else ""


def _preference(model: Mapping[str, Any]) -> tuple[int, int]:
    known = model["quantization"] in PREFERRED
    return (PREFERRED.index(model["quantization"]) if known else len(PREFERRED), model["size"])
