"""Task, library and tags of a repo, from its front matter, its config and the names of its files.

Rules as in specs of the Hub's widgets: the card's own word first, then its tags, then what the
library's files say.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files as resources
from typing import Any

from bearhug.cards.front_matter import clean
from bearhug.cards.model import OTHER, PREFIXES
from bearhug.cards.tasks import CHAT_TASKS, TASKS
from bearhug.repos.model import RepoKind

MAX_TAGS = 200
MAX_TAG_CHARS = 200

WEIGHTS = {
    ".safetensors": "safetensors",
    ".gguf": "gguf",
    ".onnx": "onnx",
    ".bin": "pytorch",
    ".pt": "pytorch",
    ".pth": "pytorch",
    ".ckpt": "pytorch",
    ".h5": "tf",
    ".msgpack": "jax",
    ".tflite": "tflite",
}
DATA = {
    ".csv": "csv",
    ".tsv": "csv",
    ".json": "json",
    ".jsonl": "json",
    ".ndjson": "json",
    ".parquet": "parquet",
    ".arrow": "arrow",
    ".txt": "text",
}
LIBRARY_OF_FILE = {
    "adapter_config.json": "peft",
    "modules.json": "sentence-transformers",
    "config_sentence_transformers.json": "sentence-transformers",
    "model_index.json": "diffusers",
}
# fmt: off
LIBRARIES = frozenset({
    "transformers", "sentence-transformers", "diffusers", "peft", "timm", "gguf", "onnx", "spacy",
    "sklearn", "keras", "fastai", "flair", "nemo", "espnet", "speechbrain", "stanza", "setfit",
    "span-marker", "adapters", "open_clip", "mlx", "paddlenlp", "stable-baselines3", "ml-agents",
    "sample-factory", "asteroid", "pyannote-audio", "ultralytics", "bertopic", "fasttext",
    "transformers.js", "ctranslate2", "coreml", "tflite", "llamafile", "whisper.cpp", "piper",
})
# fmt: on
TASK_OF_LIBRARY = {
    "sentence-transformers": "sentence-similarity",
    "timm": "image-classification",
    "spacy": "token-classification",
    "diffusers": "text-to-image",
    "stable-baselines3": "reinforcement-learning",
}
# Architectures of GGUF files that do not write text.
NOT_DECODERS = frozenset({"bert", "nomic-bert", "jina-bert-v2", "t5encoder", "clip", "whisper"})

_ARXIV = re.compile(r"arxiv\.org/(?:abs|pdf)/(\d{4}\.\d{4,5})", re.IGNORECASE)
_SHARD = re.compile(r"-\d{5}-of-\d{5}")


@dataclass(frozen=True)
class Found:
    """What was read of one commit: its front matter, its body, JSON files and weights by name."""

    kind: RepoKind
    metadata: Mapping[str, Any] = field(default_factory=dict)
    body: str = ""
    names: frozenset[str] = frozenset()
    config: Mapping[str, Any] = field(default_factory=dict)
    tokenizer: Mapping[str, Any] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)
    sdk: str = ""

    @property
    def formats(self) -> list[str]:
        """Of weights or of data, as tags name them."""
        known = DATA if self.kind is RepoKind.DATASET else WEIGHTS
        suffixes = {name[name.rfind(".") :].lower() for name in self.names if "." in name}
        return list(dict.fromkeys(form for suffix, form in known.items() if suffix in suffixes))


@dataclass(frozen=True)
class Reading:
    pipeline_tag: str | None
    library: str | None
    license: str | None
    tags: tuple[str, ...]
    facets: frozenset[tuple[str, str]]
    """(facet, value) pairs, as the catalogue counts and filters them."""


def read(found: Found) -> Reading:
    """Everything a listing shows or filters by."""
    own = words(found.metadata.get("tags"))
    library = library_of(found, own)
    task = task_of(found, own, library) if found.kind is RepoKind.MODEL else None
    license = next(iter(words(found.metadata.get("license"))), None)
    facets = _facets(found, task, library, license)
    tags = _tags(found, own, task, facets)
    facets = {pair for pair in facets if pair[0] in PREFIXES[found.kind]}
    spoken = {f"{PREFIXES[found.kind][facet]}{value}" for facet, value in facets}
    others = {(OTHER, tag) for tag in tags if tag not in spoken} | set(_uses(found))
    return Reading(task, library, license, tuple(tags), frozenset(facets | others))


def words(value: Any) -> list[str]:
    """One word or a list of them, as a list without blanks and doubles."""
    listed = value if isinstance(value, list) else [value]
    said = [_word(each) for each in listed if isinstance(each, str | int | float)]
    return list(dict.fromkeys(word for word in said if word))[:MAX_TAGS]


def languages(value: Any) -> list[str]:
    """Language codes. YAML 1.1 reads Norwegian's `no` as false: it is given back its name."""
    listed = value if isinstance(value, list) else [value]
    return words(["no" if each is False else each for each in listed if each is not True])


def library_of(found: Found, own: Iterable[str]) -> str | None:
    """The library that loads it: the card's word, a tag, or what its files are."""
    said = words(found.metadata.get("library_name"))
    if said:
        return said[0].lower()
    if found.kind is not RepoKind.MODEL:
        return None
    tagged = next((tag for tag in own if tag in LIBRARIES), None)
    by_file = next((lib for name, lib in LIBRARY_OF_FILE.items() if name in found.names), None)
    if by_file or tagged:
        return by_file or tagged
    formats = found.formats
    if "architectures" in found.config and {"safetensors", "pytorch"} & set(formats):
        return "transformers"
    return next((form for form in ("gguf", "onnx") if form in formats), None)


def task_of(found: Found, own: Iterable[str], library: str | None) -> str | None:
    """The pipeline tag: the card's, a tag that is one, or what config and library say."""
    said = words(found.metadata.get("pipeline_tag"))
    if said:
        return said[0]
    tagged = set(own)
    by_tag = next((id for id in TASKS if id in tagged), None)
    if by_tag:
        return by_tag
    if library in TASK_OF_LIBRARY:
        return TASK_OF_LIBRARY[library]
    known = transformers_info(found.config)
    if known:
        return str(known["pipeline_tag"])
    return _gguf_task(found)


def transformers_info(config: Mapping[str, Any]) -> dict[str, str]:
    """{auto_model, pipeline_tag, custom_class?} of a config's first architecture, or {}."""
    architecture = next(iter(words(config.get("architectures"))), "")
    known = _architectures().get(architecture)
    if known is None:
        return {}
    info = {"auto_model": known[0], "pipeline_tag": known[1]}
    custom = config.get("auto_map")
    if isinstance(custom, dict) and isinstance(custom.get(known[0]), str):
        info["custom_class"] = custom[known[0]]
    return info


def conversational(found: Found, task: str | None) -> bool:
    """Whether a chat template is there, and a task that talks."""
    gguf = found.facts.get("gguf", {})
    template = (
        found.tokenizer.get("chat_template")
        or {"chat_template.jinja", "chat_template.json"} & found.names
        or gguf.get("chat_template")
    )
    return bool(template) and task in CHAT_TASKS


def shard_of(name: str) -> str:
    """The name a file of a split model has in common with its other parts."""
    return _SHARD.sub("", name)


def _facets(
    found: Found, task: str | None, library: str | None, license: str | None
) -> set[tuple[str, str]]:
    metadata = found.metadata
    listed = {
        "pipeline_tag": words(task),
        "library": _libraries(found, library),
        "language": languages(metadata.get("language", metadata.get("languages"))),
        "license": words(license),
        "task": words(metadata.get("task_categories")),
        "size": words(metadata.get("size_categories")),
        "format": found.formats if found.kind is RepoKind.DATASET else [],
        "sdk": words(found.sdk),
    }
    return {(facet, value) for facet, values in listed.items() for value in values}


def _libraries(found: Found, library: str | None) -> list[str]:
    """The library, and each format: people look for GGUF as they look for Transformers."""
    if found.kind is not RepoKind.MODEL:
        return words(library)
    formats = [form for form in found.formats if form in ("safetensors", "gguf", "onnx")]
    return words([library or "", *formats])


def _tags(
    found: Found, own: list[str], task: str | None, facets: set[tuple[str, str]]
) -> list[str]:
    """All of a repo's tags as the Hub lists them."""
    prefixes = PREFIXES[found.kind]
    of = {
        facet: sorted(f"{prefixes[facet]}{value}" for name, value in facets if name == facet)
        for facet in prefixes
    }
    kind = words(found.config.get("model_type"))
    chat = ["conversational"] if conversational(found, task) else []
    arxiv = [f"arxiv:{id}" for id in dict.fromkeys(_ARXIV.findall(found.body))]
    known = [tag for facet, tags in of.items() if facet != "license" for tag in tags]
    tags = [*known, *kind, *own, *chat, *_relations(found), *arxiv[:20], *of["license"]]
    return list(dict.fromkeys(tags))[:MAX_TAGS]


def _relations(found: Found) -> list[str]:
    """The models and datasets it comes from, as the Hub spells them."""
    metadata = found.metadata
    bases = [base for base in words(metadata.get("base_model")) if "/" in base]
    relation = next(iter(words(metadata.get("base_model_relation"))), "")
    if not relation and bases:
        relation = _guessed_relation(found, len(bases))
    related = [f"base_model:{relation}:{base}" for base in bases if relation]
    datasets = words(metadata.get("datasets")) if found.kind is RepoKind.MODEL else []
    return [
        *(f"base_model:{base}" for base in bases),
        *related,
        *(f"dataset:{name}" for name in datasets),
    ]


def _guessed_relation(found: Found, bases: int) -> str:
    """Rule as in the Hub's documentation, "Model Cards", base_model_relation."""
    if bases > 1:
        return "merge"
    if "adapter_config.json" in found.names:
        return "adapter"
    return "quantized" if "gguf" in found.formats else "finetune"


def _uses(found: Found) -> Iterable[tuple[str, str]]:
    """What a Space says it uses, for the pages of those models and datasets."""
    if found.kind is not RepoKind.SPACE:
        return
    for facet, key in (("uses_model", "models"), ("uses_dataset", "datasets")):
        for name in words(found.metadata.get(key)):
            yield facet, name


def _gguf_task(found: Found) -> str | None:
    architecture = found.facts.get("gguf", {}).get("architecture")
    decodes = architecture and architecture not in NOT_DECODERS
    return "text-generation" if decodes else None


def _word(value: object) -> str:
    return clean(str(value)).strip()[:MAX_TAG_CHARS]


@cache
def _architectures() -> Mapping[str, list[str]]:
    text = resources("bearhug.cards").joinpath("arch_to_task.json").read_text(encoding="utf-8")
    known: dict[str, list[str]] = json.loads(text)
    return known
