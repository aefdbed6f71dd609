"""The headers of a model's weights, read by range: never the weights themselves."""

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock

from bearhug.cards.headers import INDEX, INDEX_BYTES, gguf_models, one_model, preferred
from bearhug.cards.reading import shard_of
from bearhug.catalog.tensors import Sheet, of_gguf, of_safetensors
from bearhug.errors import EntryNotFound
from bearhug.files import service as files
from bearhug.files.model import Node, Snapshot
from bearhug.hub import Transaction
from bearhug.kit import gguf, safetensors
from bearhug.repos import service as repos
from bearhug.repos.model import Access, Repo, RepoKind

MOST_FILES = 5000
MOST_PARTS = 64
HEADER_BYTES = 32 * 1024 * 1024
"""A longer header is not read for a page."""

KEPT_SHEETS = 24
SUFFIXES = (".safetensors", ".gguf")

Read = Callable[[int, int], bytes]
Bad = (safetensors.BadHeader, gguf.BadHeader)


@dataclass(frozen=True)
class Choice:
    """One model among a repo's files: `file` stands for all its `parts`."""

    file: str
    words: str
    size: int
    parts: tuple[str, ...]


@dataclass(frozen=True)
class Viewed:
    """What the viewer shows. `chosen` is one of the choices."""

    repo: Repo
    manages: bool
    choices: Sequence[Choice]
    chosen: Choice
    sheet: Sheet


class Sheets:
    """What was read last, by the hashes of the files."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, ...], Sheet] = OrderedDict()
        self._lock = Lock()

    def get(self, key: tuple[str, ...]) -> Sheet | None:
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def put(self, key: tuple[str, ...], sheet: Sheet) -> None:
        with self._lock:
            self._kept[key] = sheet
            while len(self._kept) > KEPT_SHEETS:
                self._kept.popitem(last=False)


def viewed(tx: Transaction, name: str, file: str = "") -> Viewed:
    """The tensors and metadata of a file, by default of the model that stands for all.

    Slow: reads git and headers. Raises as `repos.find` does, and EntryNotFound for a file that
    is not there, or where there are no weights.
    """
    repo = repos.find(tx, RepoKind.MODEL, name, access=Access.READ)
    snapshot = files.at(tx, repo)
    listed = files.nodes(tx, snapshot, recursive=True, limit=MOST_FILES)
    nodes = {each.path: each for each in listed if not each.is_dir}
    found = choices(tx, snapshot, nodes)
    chosen = next((each for each in found if file in (each.file, *each.parts)), None)
    if file and chosen is None:
        raise EntryNotFound(f"There are no weights at {file}.")
    if not found:
        raise EntryNotFound("There are no safetensors or GGUF files here to look into.")
    chosen = chosen or found[0]
    if file and file != chosen.file:
        chosen = Choice(file, file, nodes[file].size, (file,))
    manages = repos.can(tx.actor, repo, Access.ADMIN)
    return Viewed(repo, manages, found, chosen, _sheet(tx, snapshot, chosen, nodes))


def choices(tx: Transaction, snapshot: Snapshot, nodes: Mapping[str, Node]) -> list[Choice]:
    """The models among these files: the one that is loaded first, then the rest by name."""
    tensors = {path: node for path, node in nodes.items() if path.endswith(".safetensors")}
    quantised = {path: node.size for path, node in nodes.items() if path.endswith(".gguf")}
    found = _whole(tx, snapshot, nodes, tensors)
    taken = {part for each in found for part in each.parts}
    groups: dict[str, list[str]] = {}
    for path in sorted(set(tensors) - taken):
        groups.setdefault(shard_of(path), []).append(path)
    found += [_choice(parts[0], parts, nodes) for parts in groups.values()]
    models = gguf_models(quantised)
    best = preferred(models) if models else None
    for model in sorted(models, key=lambda each: (each is not best, each["size"])):
        parts = [path for path in sorted(quantised) if shard_of(path) == shard_of(model["file"])]
        found.append(_choice(model["file"], parts, nodes, model["quantization"]))
    known = {part for each in found for part in each.parts}
    return found + [_choice(path, [path], nodes) for path in sorted(set(quantised) - known)]


def _whole(
    tx: Transaction, snapshot: Snapshot, nodes: Mapping[str, Node], tensors: Mapping[str, Node]
) -> list[Choice]:
    """The safetensors files that are loaded together."""
    if not tensors:
        return []
    indexes = {
        path: files.read(tx, snapshot, path, limit_bytes=INDEX_BYTES)
        for path, node in nodes.items()
        if path.endswith(INDEX) and node.size <= INDEX_BYTES
    }
    parts = one_model(tensors, indexes)
    return [_choice(parts[0], parts, nodes)]


def _choice(file: str, parts: list[str], nodes: Mapping[str, Node], said: str = "") -> Choice:
    several = f"{len(parts)} files" if len(parts) > 1 else file
    words = f"{said} · {several}" if said else several if len(parts) == 1 else f"{file} · {several}"
    return Choice(file, words, sum(nodes[part].size for part in parts), tuple(parts))


def _sheet(tx: Transaction, snapshot: Snapshot, chosen: Choice, nodes: Mapping[str, Node]) -> Sheet:
    parts = [nodes[path] for path in chosen.parts[:MOST_PARTS]]
    kept: Sheets = tx.hub.rooms.setdefault("weight_sheets", Sheets())
    key = tuple(f"{node.path}:{node.etag}" for node in parts)
    sheet = kept.get(key)
    if sheet is None:
        sheet = _read({node.path: _reader(tx, snapshot, node) for node in parts})
        kept.put(key, sheet)
    return sheet


def _read(readers: Mapping[str, Read]) -> Sheet:
    try:
        if next(iter(readers)).endswith(".gguf"):
            return of_gguf({path: gguf.read_header(read) for path, read in readers.items()})
        return of_safetensors(
            {path: safetensors.read_header(read) for path, read in readers.items()}
        )
    except Bad as error:
        return Sheet("", broken=str(error))


def _reader(tx: Transaction, snapshot: Snapshot, node: Node) -> Read:
    whole = files.reader(tx, snapshot, node)

    def read(start: int, stop: int) -> bytes:
        if stop > HEADER_BYTES + 8 and stop <= node.size:
            raise safetensors.BadHeader("Its header is too long to show.")
        return whole(start, min(stop, node.size)) if start < node.size else b""

    return read
