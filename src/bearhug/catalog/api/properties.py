"""What may be said of a repo, by the names that clients expand.

Names and shapes as in huggingface_hub/hf_api.py: ModelInfo, DatasetInfo, SpaceInfo, RepoSibling.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bearhug.access import service as access
from bearhug.cards.evaluations import of_index
from bearhug.cards.model import Card
from bearhug.cards.tasks import CHAT_TASKS
from bearhug.cards.widgets import widget_data
from bearhug.catalog import service as catalog
from bearhug.catalog.service.info import Info
from bearhug.errors import BadRequest
from bearhug.files.model import Node
from bearhug.hub import Transaction
from bearhug.kit.wire import wire_time
from bearhug.repos.model import Repo, RepoKind
from bearhug.spaces import service as spaces

SERVED = ("on", "can", "busy")
"""Stages of a model that this hub can answer for."""

MOST_EVALUATIONS = 1_000

PROVIDER = "hf-inference"
"""What clients call the hub's own inference."""


@dataclass(frozen=True)
class View:
    """A repo being told: in a list or alone, with its files' sizes or without."""

    tx: Transaction
    info: Info
    alone: bool = False
    blobs: bool = False

    @property
    def repo(self) -> Repo:
        return self.info.repo

    @property
    def card(self) -> Card:
        return self.info.card

    @property
    def metadata(self) -> Mapping[str, Any]:
        return self.info.card.metadata


Property = Callable[[View], Any]

COMMON: dict[str, Property] = {
    "author": lambda view: view.repo.name.owner,
    "sha": lambda view: view.info.sha,
    "lastModified": lambda view: wire_time(view.repo.updated_at),
    "createdAt": lambda view: wire_time(view.repo.created_at),
    "private": lambda view: view.repo.private,
    "gated": lambda view: view.repo.gated or False,
    "disabled": lambda view: view.repo.disabled,
    "downloads": lambda view: view.repo.downloads,
    "downloadsAllTime": lambda view: view.repo.downloads_all,
    "likes": lambda view: view.repo.likes,
    "tags": lambda view: _tags(view),
    "trendingScore": lambda view: round(view.repo.trending, 3),
    "usedStorage": lambda view: view.repo.used_bytes,
    "cardData": lambda view: dict(view.metadata),
    "siblings": lambda view: [_sibling(node, view.blobs) for node in view.info.siblings],
    "resourceGroup": lambda view: _group(view),
    "xetEnabled": lambda view: True,  # huggingface_hub before 0.34 sends chunks only then
}
OF_MODEL: dict[str, Property] = {
    "pipeline_tag": lambda view: view.card.pipeline_tag,
    "library_name": lambda view: view.card.library,
    "mask_token": lambda view: view.card.facts.get("mask_token"),
    "config": lambda view: view.card.facts.get("config"),
    "transformersInfo": lambda view: view.card.facts.get("transformers"),
    "safetensors": lambda view: _safetensors(view.card),
    "gguf": lambda view: _gguf(view.card),
    "inference": lambda view: _inference(view),
    "inferenceProviderMapping": lambda view: _mapping(view),
    "model-index": lambda view: view.metadata.get("model-index"),
    "widgetData": lambda view: widget_data(view.card),
    "spaces": lambda view: catalog.spaces_using(view.tx, view.repo),
    "evalResults": lambda view: _evaluations(view.card),
    "baseModels": lambda view: _base_models(view),
    "childrenModelCount": lambda view: catalog.count_children(view.tx, view.repo),
}
OF_DATASET: dict[str, Property] = {
    "description": lambda view: view.card.summary,
    "citation": lambda view: view.card.facts.get("citation"),
    "paperswithcode_id": lambda view: view.metadata.get("paperswithcode_id"),
    "mainSize": lambda view: view.card.weight_bytes,
}
OF_SPACE: dict[str, Property] = {
    "sdk": lambda view: view.repo.sdk,
    "subdomain": lambda view: f"{view.repo.name}".lower().replace("/", "-").replace(".", "-"),
    "runtime": lambda view: spaces.runtime(view.tx, view.repo, view.card, look=view.alone).wire(),
    "models": lambda view: catalog.used_by(view.tx, view.card, RepoKind.MODEL),
    "datasets": lambda view: catalog.used_by(view.tx, view.card, RepoKind.DATASET),
    "region": lambda view: "us",
}
PROPERTIES: dict[RepoKind, dict[str, Property]] = {
    RepoKind.MODEL: COMMON | OF_MODEL,
    RepoKind.DATASET: COMMON | OF_DATASET,
    RepoKind.SPACE: COMMON | OF_SPACE,
    RepoKind.KERNEL: COMMON,
}
LISTED: dict[RepoKind, tuple[str, ...]] = {
    RepoKind.MODEL: (
        *("author", "likes", "trendingScore", "private", "downloads", "tags", "createdAt"),
        *("pipeline_tag", "library_name"),
    ),
    RepoKind.DATASET: (
        *("author", "likes", "trendingScore", "private", "downloads", "tags", "createdAt"),
        *("lastModified", "disabled", "gated", "description", "sha"),
    ),
    RepoKind.SPACE: (
        *("author", "likes", "trendingScore", "private", "tags", "createdAt", "lastModified"),
        *("sdk", "sha"),
    ),
    RepoKind.KERNEL: (
        *("author", "likes", "trendingScore", "private", "downloads", "tags", "createdAt"),
        *("lastModified", "gated", "sha"),
    ),
}
"""What each line of a list says unasked."""

FULL = ("sha", "lastModified", "disabled", "gated", "siblings", "cardData")
WHOLE: dict[RepoKind, tuple[str, ...]] = {
    RepoKind.MODEL: (
        *COMMON.keys() - {"downloadsAllTime", "trendingScore", "resourceGroup"},
        *("pipeline_tag", "library_name", "mask_token", "config", "transformersInfo"),
        *("safetensors", "gguf", "model-index", "widgetData", "spaces", "inference"),
    ),
    RepoKind.DATASET: (
        *COMMON.keys() - {"downloadsAllTime", "trendingScore", "resourceGroup"},
        *("description", "citation", "paperswithcode_id"),
    ),
    RepoKind.SPACE: (
        *COMMON.keys() - {"downloadsAllTime", "trendingScore", "resourceGroup", "downloads"},
        *("sdk", "subdomain", "runtime", "models", "datasets"),
    ),
    RepoKind.KERNEL: tuple(
        COMMON.keys() - {"downloadsAllTime", "trendingScore", "resourceGroup", "xetEnabled"}
    ),
}
"""What is said unasked of one repo."""

FORMER = frozenset({"gitalyUid"})
"""What older clients expand; nothing answers to it any more."""

OF_CARD = frozenset(
    {"cardData", "config", "transformersInfo", "safetensors", "gguf", "mask_token", "model-index"}
    | {"widgetData", "models", "datasets", "paperswithcode_id", "baseModels", "inference"}
    | {"inferenceProviderMapping", "evalResults", "citation", "mainSize"}
)
"""What a line of a list does not know without its card."""


def checked(kind: RepoKind, asked: Sequence[str]) -> list[str]:
    """The properties to expand. Raises BadRequest naming one there is not."""
    known = PROPERTIES[kind]
    for name in asked:
        if name not in known and name not in FORMER:
            raise BadRequest(f"expand: {name!r} is none of {', '.join(sorted(known))}.")
    return [name for name in asked if name in known]


def told(view: View, names: Sequence[str]) -> dict[str, Any]:
    """The repo as JSON, with these properties; what is unknown is left out."""
    known = PROPERTIES[view.repo.kind]
    said: dict[str, Any] = {"_id": view.repo.object_id, "id": str(view.repo.name)}
    if view.repo.kind is RepoKind.MODEL:
        said["modelId"] = said["id"]
    for name in names:
        value = known[name](view)
        if value is not None:
            said[name] = value
    return said


def _tags(view: View) -> list[str]:
    return list(view.card.tags)


def _sibling(node: Node, sized: bool) -> dict[str, Any]:
    said: dict[str, Any] = {"rfilename": node.path}
    if sized:
        said |= {"size": node.size, "blobId": node.oid}
        if node.lfs is not None:
            size = len(node.lfs.dump())
            said["lfs"] = {"sha256": node.lfs.sha256, "size": node.size, "pointerSize": size}
    return said


def _safetensors(card: Card) -> dict[str, Any] | None:
    known = card.facts.get("safetensors")
    return {"parameters": known["parameters"], "total": known["total"]} if known else None


def _gguf(card: Card) -> dict[str, Any] | None:
    known = card.facts.get("gguf")
    if not known or "architecture" not in known:
        return None
    template = known.get("chat_template")
    said = {
        "total": known["parameters"],
        "architecture": known["architecture"],
        "context_length": known["context_length"],
        "quantization": known["quantization"],
        "chat_template": template if isinstance(template, str) else None,
        "bos_token": known.get("bos_token"),
        "eos_token": known.get("eos_token"),
        "totalFileSize": known["size"],
    }
    return {name: value for name, value in said.items() if value}


def _evaluations(card: Card) -> list[dict[str, Any]] | None:
    """Of files under `.eval_results/`, then of the card's model-index."""
    found = [*card.facts.get("evaluations", ()), *of_index(card.metadata.get("model-index"))]
    return found[:MOST_EVALUATIONS] or None


def _stage(view: View) -> str:
    placement = view.tx.hub.rooms.get("placement")
    placed = placement(view.tx, [view.repo]).get(view.repo.id) if placement else None
    return placed.stage if placed else "none"


def _inference(view: View) -> str | None:
    return "warm" if _stage(view) in SERVED else None


def _mapping(view: View) -> Any:
    """An object on one model, a list in listings: so huggingface_hub reads it."""
    if _stage(view) not in SERVED:
        return None
    task = view.card.pipeline_tag or ""
    if view.card.conversational and task in CHAT_TASKS:
        task = "conversational"
    served = {"status": "live", "providerId": str(view.repo.name), "task": task}
    return {PROVIDER: served} if view.alone else [{"provider": PROVIDER, **served}]


def _base_models(view: View) -> dict[str, Any] | None:
    """{relation, models: [{id, _id?}]}: `_id` where it is a model of this hub."""
    tags = [tag.split(":") for tag in view.card.tags if tag.startswith("base_model:")]
    relation = next((parts[1] for parts in tags if len(parts) > 2), None)
    models: list[dict[str, str]] = []
    for name in (parts[1] for parts in tags if len(parts) == 2):
        base = catalog.seen(view.tx, RepoKind.MODEL, name)
        models.append({"id": name, "_id": base.object_id} if base else {"id": name})
    return {"relation": relation, "models": models} if models else None


def _group(view: View) -> dict[str, Any] | None:
    """The resource group it is in, for its owner's people."""
    group = access.place(view.tx, view.repo) if view.repo.group_id else None
    if group is None:
        return None
    return {"id": group.object_id, "name": group.name}
