"""Which file of a repo runs here, by which engine, and whether it fits."""

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from threading import Lock

from bearhug.cards import service as cards
from bearhug.cards.model import Card
from bearhug.cards.pipelines import NOT_DECODERS
from bearhug.errors import EntryNotFound
from bearhug.files import service as files
from bearhug.files.model import Node, Snapshot
from bearhug.hub import Hub, Transaction
from bearhug.inference import memory
from bearhug.inference.engines import ENGINES
from bearhug.inference.engines.base import Candidate, Engine, ModelFile, RepoFile
from bearhug.inference.engines.gguf import SHARD
from bearhug.inference.model import NotServed, Placement, PlacementStage
from bearhug.inference.resident import Stage
from bearhug.inference.service.measuring import Costs, ceiling, costs
from bearhug.kit import gguf
from bearhug.repos.model import Repo, RepoKind

MOST_FILES = 5000
KEPT_HEADERS = 32
Reader = Callable[[int, int], bytes]


@dataclass(frozen=True)
class Shard:
    """One file of the weights: where its bytes are, and what names them."""

    path: str
    digest: str
    size: int
    lfs: bool
    read: Reader


@dataclass(frozen=True)
class Located:
    """A model that an engine here can load, and where its bytes are."""

    repo: Repo
    placement: Placement
    engine: Engine
    shards: tuple[Shard, ...]
    header: gguf.Header


def place(tx: Transaction, repo: Repo, rev: str = "main", file: str = "") -> Placement:
    """What the model means on this machine. Whether the actor may see it is asked before.

    Reads git and the header of the weights: call it in a thread. Raises RevisionNotFound.
    """
    try:
        return locate(tx, repo, rev, file).placement
    except NotServed as reason:
        return none(reason.message)


def locate(tx: Transaction, repo: Repo, rev: str = "main", file: str = "") -> Located:
    """The file to load, its engine and what it costs.

    Raises NotServed with the reason, EntryNotFound for a `file` that is not there, and
    RevisionNotFound.
    """
    card = cards.card(tx, repo)
    refuse(repo, card)
    snapshot = files.at(tx, repo, rev)
    listed = [
        node
        for node in files.nodes(tx, snapshot, recursive=True, limit=MOST_FILES)
        if not node.is_dir
    ]
    engine, candidate = _choose(tx.hub, listed, file)
    nodes = {node.path: node for node in listed}
    shards = tuple(_shard(tx, snapshot, nodes[each.path]) for each in candidate.files)
    header = _header(tx.hub, shards[0])
    if header.architecture in NOT_DECODERS:
        raise NotServed(f"Its architecture, {header.architecture}, writes no text.")
    located = Located(repo, Placement(), engine, shards, header)
    return replace(located, placement=_placement(tx, located, candidate, snapshot.commit))


def resident_file(located: Located) -> ModelFile:
    """The model as the supervisor knows it, its bytes not yet on this disk."""
    placement = located.placement
    size = sum(shard.size for shard in located.shards)
    name = str(located.repo.name)
    return ModelFile(name, placement.digest, located.engine.name, (), size, located.header)


def refuse(repo: Repo, card: Card | None) -> None:
    """Raises NotServed for a repo that no engine need look at."""
    if repo.kind is not RepoKind.MODEL:
        raise NotServed("Only models answer.")
    if card is not None and cards.refuses_inference(card):
        raise NotServed("Its card asks that no widget and no API be offered (inference: false).")
    task = card.pipeline_tag if card else None
    if task and not any(task in engine.tasks for engine in ENGINES):
        raise NotServed(f"No engine here does {task} yet.")


def without_weights(names: Sequence[str]) -> str:
    """Why none of these files can be loaded, and what would do."""
    remedy = "A GGUF file in this repository would run."
    if any(name.endswith(".safetensors") for name in names):
        return f"No engine here loads safetensors yet. {remedy}"
    if any(name.endswith((".bin", ".pt", ".pth", ".ckpt", ".pkl")) for name in names):
        return f"Pickled weights are never loaded here: they may run code. {remedy}"
    if any(name.endswith((".onnx", ".h5", ".msgpack", ".tflite")) for name in names):
        return f"No engine here loads this format yet. {remedy}"
    return f"There are no weights here yet. {remedy}"


def none(why: str) -> Placement:
    return Placement(words="Not run here", why=why)


def standing(hub: Hub, placement: Placement, *, key: str, needed: int) -> Placement:
    """The placement as things are at this moment: asleep, waking, awake, or too large."""
    supervisor = hub.rooms.get("supervisor")
    stage = supervisor.status(key).stage if supervisor else Stage.COLD
    if stage is Stage.READY:
        return replace(placement, stage=PlacementStage.ON, words="Warm")
    if stage in (Stage.LOADING, Stage.DRAINING):
        words = "Waking" if stage is Stage.LOADING else "Going to sleep"
        return replace(placement, stage=PlacementStage.BUSY, words=words)
    most = ceiling(hub.settings)
    if needed > most:
        why = f"Needs {memory.needs(needed)}; models may have {memory.free(most)} here."
        return replace(placement, stage=PlacementStage.CANNOT, words="Does not fit", why=why)
    return replace(placement, stage=PlacementStage.CAN, words="Runs here")


def digest_of(etags: Sequence[str]) -> str:
    """What names the weights: the one file's hash, or the hash of the shards' hashes."""
    if len(etags) == 1:
        return etags[0]
    return hashlib.sha256("\n".join(etags).encode()).hexdigest()


def key_of(repo: Repo, digest: str, engine: str) -> str:
    """What the supervisor calls it: as ModelFile.key."""
    return f"{repo.name}@{digest}:{engine}"


def choose(hub: Hub, listed: Sequence[RepoFile]) -> tuple[Engine, Candidate] | None:
    """The first engine that can load any of these, and which it would."""
    for engine in ENGINES:
        if engine.available() is None:
            candidate = engine.fits(listed, ceiling(hub.settings))
            if candidate is not None:
                return engine, candidate
    return None


def _choose(hub: Hub, listed: Sequence[Node], file: str) -> tuple[Engine, Candidate]:
    found = choose(hub, [RepoFile(node.path, node.size) for node in listed if _is(node, file)])
    if found is not None:
        return found
    if file:
        raise EntryNotFound(f"There is no {file} here that an engine could load.")
    missing = [sentence for engine in ENGINES if (sentence := engine.available())]
    names = [node.path.lower() for node in listed]
    if missing and any(name.endswith(".gguf") for name in names):
        raise NotServed(missing[0])
    raise NotServed(without_weights(names))


def _is(node: Node, file: str) -> bool:
    """Whether it is the wanted file, or another shard of the same model."""
    if not file or node.path == file:
        return True
    wanted, other = SHARD.match(file), SHARD.match(node.path)
    return bool(wanted and other and wanted["stem"] == other["stem"])


def _shard(tx: Transaction, snapshot: Snapshot, node: Node) -> Shard:
    whole = files.reader(tx, snapshot, node)

    def read(start: int, stop: int) -> bytes:
        return whole(start, min(stop, node.size)) if start < node.size else b""

    return Shard(node.path, node.etag, node.size, node.lfs is not None, read)


def _placement(tx: Transaction, located: Located, candidate: Candidate, commit: str) -> Placement:
    header = located.header
    digest = digest_of([shard.digest for shard in located.shards])
    known = costs(tx, [digest]).get(digest, Costs())
    placement = Placement(
        engine=located.engine.name,
        file=candidate.files[0].path,
        quantisation=candidate.quantisation or header.quantisation,
        digest=digest,
        revision=commit,
        weight_bytes=candidate.size,
        measured=known.measured and known.memory_bytes > 0,
        load_seconds=known.load_seconds,
        tokens_per_second=known.tokens_per_second,
        context=header.context_length,
        chat=bool(header.chat_template),
    )
    model = resident_file(replace(located, placement=placement))
    plans = located.engine.plans(model)
    needed = min(plan.memory_bytes for plan in plans)
    room = ceiling(tx.hub.settings)
    # As the supervisor plans: the roomiest that takes at most half of what is over.
    most = max(needed, needed + (room - needed) // 2)
    likely = next(plan.memory_bytes for plan in plans if plan.memory_bytes <= most)
    taken = known.memory_bytes if placement.measured else likely
    placement = replace(placement, memory_bytes=taken)
    return standing(tx.hub, placement, key=model.key, needed=needed)


def _header(hub: Hub, shard: Shard) -> gguf.Header:
    headers: Headers = hub.rooms.setdefault("gguf_headers", Headers())
    try:
        return headers.of(shard)
    except gguf.BadHeader as bad:
        raise NotServed(f"{shard.path} cannot be read. {bad}") from bad


class Headers:
    """The headers read last, by the hash of their file."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, gguf.Header] = OrderedDict()
        self._lock = Lock()

    def of(self, shard: Shard) -> gguf.Header:
        """Raises BadHeader."""
        with self._lock:
            known = self._kept.get(shard.digest)
            if known is not None:
                self._kept.move_to_end(shard.digest)
                return known
        header = gguf.read_header(shard.read)
        with self._lock:
            self._kept[shard.digest] = header
            while len(self._kept) > KEPT_HEADERS:
                self._kept.popitem(last=False)
        return header
