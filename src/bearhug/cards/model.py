"""The words this feature speaks. No I/O."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bearhug.repos.model import Repo, RepoKind

Scalar = str | int | float | bool

PREFIXES: dict[RepoKind, dict[str, str]] = {
    RepoKind.MODEL: {
        "pipeline_tag": "",
        "library": "",
        "language": "",
        "license": "license:",
        "dataset": "dataset:",
        "misc": "",
    },
    RepoKind.DATASET: {
        "task": "task_categories:",
        "task_ids": "task_ids:",
        "size": "size_categories:",
        "format": "format:",
        "modality": "modality:",
        "library": "library:",
        "language": "language:",
        "language_creators": "language_creators:",
        "annotations_creators": "annotations_creators:",
        "multilinguality": "multilinguality:",
        "source_datasets": "source_datasets:",
        "benchmark": "benchmark:",
        "license": "license:",
    },
    RepoKind.SPACE: {"sdk": "", "license": "license:"},
    RepoKind.KERNEL: {"license": "license:"},
}
"""The facets of each kind, and what stands before their values in a list of tags."""

SPELLED = {"task": "task_categories", "size": "size_categories"}
"""Facets that cards and clients know by another name."""

OTHER = "other"
"""The facet of every tag that is none of those."""


@dataclass(frozen=True)
class Card:
    """What a repo says of itself on its main branch.

    `facts` come from files, each key only where it is known: {config, transformers, mask_token,
    safetensors: {parameters, total, tensors}, gguf: {architecture, parameters, context_length,
    quantization, chat_template, bos_token, eos_token, file, size, files}, evaluations, mentions,
    weights: {path: [etag, bytes]}, made_of, warning}.
    `weight_bytes` of a dataset are all its bytes.
    """

    metadata: Mapping[str, Any] = field(default_factory=dict)
    title: str = ""
    summary: str = ""
    pipeline_tag: str | None = None
    library: str | None = None
    license: str | None = None
    tags: tuple[str, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)
    parameters: int | None = None
    weight_bytes: int | None = None
    readme_oid: str | None = None
    commit_oid: str = ""
    thumbnail: str | None = None

    @property
    def warning(self) -> str:
        """What is wrong with the front matter; "" where nothing is."""
        return str(self.facts.get("warning", ""))

    @property
    def conversational(self) -> bool:
        """Whether one talks with it in turns. Rule as in specs, INFERENCE.md §7."""
        return "conversational" in self.tags


@dataclass(frozen=True)
class Message:
    role: str
    content: str


@dataclass(frozen=True)
class Example:
    """One entry of a card's `widget` list. `fields` holds what only some tasks have."""

    title: str
    group: str = ""
    text: str = ""
    src: str = ""
    messages: tuple[Message, ...] = ()
    parameters: Mapping[str, Scalar] = field(default_factory=dict)
    fields: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class CardRead:
    """Announced when a repo's card, tags or facts are new."""

    repo: Repo
