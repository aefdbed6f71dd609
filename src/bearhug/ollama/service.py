"""A repo of GGUF files as Ollama's registry has it: a manifest for each quantisation, and blobs.

Rules as in the Hub's "Use Ollama with any GGUF Model": a tag is a quantisation, whatever its
case, or a file's whole name; `template`, `system` and `params` are files of the repo.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from bearhug.cards.headers import gguf_models, preferred
from bearhug.errors import BadRequest, EntryNotFound, Forbidden, GatedRepo, RepoNotFound
from bearhug.files import service as files
from bearhug.files.model import Form, Node, Snapshot
from bearhug.files.service.objects import Ticket
from bearhug.files.service.reading import form_of
from bearhug.hub import Transaction
from bearhug.kit import gguf
from bearhug.ollama.families import family_of
from bearhug.ollama.model import (
    LICENSE,
    MODEL,
    PARAMS,
    PROJECTOR,
    SYSTEM,
    TEMPLATE,
    Layer,
    Manifest,
    config_layer,
    human,
    made,
    part,
)
from bearhug.repos import service as repos
from bearhug.repos.model import Access, Repo, RepoKind

LATEST = "latest"
OWN = (TEMPLATE, SYSTEM, PARAMS)
LICENCES = ("LICENSE", "LICENSE.md", "LICENSE.txt", "LICENCE")
OWN_BYTES = 256 * 1024
MOST_FILES = 5000
MOST_TAGS = 64

Read = Callable[[int, int], bytes]


@dataclass(frozen=True)
class Blob:
    """What a digest names: bytes of the hub's own, or how a file of the repo is kept."""

    layer: Layer
    repo: Repo
    form: Form | None
    content: bytes | None
    ticket: Ticket | None
    """What an address without a token needs, for a file that is kept as an object."""


def manifest(tx: Transaction, name: str, tag: str) -> Manifest:
    """What `owner/name:tag` stands for. Reads git and a header: call it in a thread.

    Raises RepoNotFound (404 to visitors too, since Ollama has no password to give), Forbidden
    for a gated repo, and BadRequest with what there is for a tag that is not there.
    """
    found = _Shelf(tx, _find(tx, name))
    return found.manifest(_chosen(found.models, tag))


def blob(tx: Transaction, name: str, digest: str) -> Blob:
    """Likewise, for a digest that one of the repo's manifests names. Raises EntryNotFound."""
    repo = _find(tx, name)
    kind, _, sha256 = digest.partition(":")
    found = _Shelf(tx, repo)
    node = found.by_digest(sha256) if kind == "sha256" else None
    if node is not None:
        return found.kept(part(MODEL, sha256, node.size, node.path), node)
    for model in found.models[:MOST_TAGS]:
        layer = _try(found, model).get(sha256)
        if layer is not None and layer.content is None:
            return found.kept(layer, found.nodes[layer.path])
        if layer is not None:
            return Blob(layer, repo, None, layer.content, None)
    raise EntryNotFound(f"No blob {digest} here.")


def _find(tx: Transaction, name: str) -> Repo:
    try:
        return repos.find(tx, RepoKind.MODEL, name, access=Access.READ)
    except RepoNotFound as error:
        raise RepoNotFound() from error
    except GatedRepo as error:
        raise Forbidden(
            f"{name} is gated. Ask for access on its page, then: hf download {name}"
        ) from error


def _chosen(models: list[dict[str, Any]], tag: str) -> dict[str, Any]:
    if not models:
        raise BadRequest("There is no GGUF file here, and Ollama runs no other.")
    wanted = tag.lower()
    if wanted == LATEST:
        return preferred(models)
    for model in models:
        if wanted in (model["quantization"].lower(), model["file"].rpartition("/")[2].lower()):
            return model
    known = ", ".join(dict.fromkeys(each["quantization"] or each["file"] for each in models))
    raise BadRequest(f"There is no {tag} here. There is: {known}, or {LATEST}.")


def _try(found: "_Shelf", model: dict[str, Any]) -> dict[str, Layer]:
    """The layers of a manifest by digest; {} for a model that has none."""
    try:
        made = found.manifest(model)
    except BadRequest:
        return {}
    return {layer.sha256: layer for layer in (made.config, *made.layers)}


class _Shelf:
    """What a repo holds for Ollama, on its main branch."""

    def __init__(self, tx: Transaction, repo: Repo) -> None:
        self.tx = tx
        self.repo = repo
        self.snapshot: Snapshot = files.at(tx, repo)
        listed = files.nodes(tx, self.snapshot, recursive=True, limit=MOST_FILES)
        self.nodes: Mapping[str, Node] = {node.path: node for node in listed if not node.is_dir}
        sizes = {path: node.size for path, node in self.nodes.items() if path.endswith(".gguf")}
        self.models = gguf_models(sizes)

    def by_digest(self, sha256: str) -> Node | None:
        """The GGUF file with that hash, as LFS tells it."""
        named = (each for path, each in self.nodes.items() if path.endswith(".gguf"))
        return next((node for node in named if node.lfs and node.lfs.sha256 == sha256), None)

    def kept(self, layer: Layer, node: Node) -> Blob:
        form = form_of(self.tx, self.snapshot, node)
        if form is None:
            return Blob(layer, self.repo, None, self._whole(node), None)
        ticket = Ticket(self.repo.id, form.sha256, form.size, self.tx.actor.user_id)
        return Blob(layer, self.repo, form, None, ticket)

    def manifest(self, model: dict[str, Any]) -> Manifest:
        """Raises BadRequest for a model in parts, or one that is no GGUF."""
        if model["shards"] > 1:
            raise BadRequest(
                f"{model['file']} is one of {model['shards']} parts: Ollama reads no such models"
                " yet. Join them with llama-gguf-split --merge, or choose another tag."
            )
        node = self.nodes[model["file"]]
        header = self._header(node)
        layers = (self._file(MODEL, node), *self._projector(), *self._words(header))
        config = config_layer(
            layers,
            family=header.architecture or "unknown",
            parameters=human(header.parameters),
            file_type=model["quantization"] or header.quantisation or "unknown",
        )
        return Manifest(config, layers)

    def _header(self, node: Node) -> gguf.Header:
        whole = files.reader(self.tx, self.snapshot, node)

        def read(start: int, stop: int) -> bytes:
            return whole(start, min(stop, node.size)) if start < node.size else b""

        try:
            return gguf.read_header(read)
        except gguf.BadHeader as error:
            raise BadRequest(f"{node.path} cannot be read. {error}") from error

    def _projector(self) -> Iterable[Layer]:
        """What a model sees with: the least file of those that are there."""
        named = [
            node
            for path, node in self.nodes.items()
            if path.endswith(".gguf") and "mmproj" in path.rpartition("/")[2].lower()
        ]
        return [self._file(PROJECTOR, min(named, key=lambda node: node.size))] if named else []

    def _words(self, header: gguf.Header) -> list[Layer]:
        """Template, system prompt, parameters and licence: the repo's own before those we know."""
        family = family_of(header.chat_template)
        known = {}
        if family is not None:
            stop = {"stop": list(family.stop)}
            known = {TEMPLATE: family.template.encode(), PARAMS: json.dumps(stop).encode()}
        told = known | {kind: text for kind in OWN if (text := self._own(kind))}
        licence = next((text for name in LICENCES if (text := self._own(name))), b"")
        if licence:
            told[LICENSE] = licence
        order = (TEMPLATE, SYSTEM, PARAMS, LICENSE)
        return [made(kind, told[kind]) for kind in order if kind in told]

    def _own(self, name: str) -> bytes:
        """A small file at the top of the repo; b"" without it. `params` must be JSON."""
        node = self.nodes.get(name)
        if node is None or node.size > OWN_BYTES:
            return b""
        text = self._whole(node)
        return text if name != PARAMS or _is_json(text) else b""

    def _whole(self, node: Node) -> bytes:
        return files.reader(self.tx, self.snapshot, node)(0, node.size)

    def _file(self, kind: str, node: Node) -> Layer:
        if node.lfs is not None:
            return part(kind, node.lfs.sha256, node.size, node.path)
        return part(kind, made(kind, self._whole(node)).sha256, node.size, node.path)


def _is_json(text: bytes) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except (ValueError, RecursionError):
        return False
