"""Which file of a repo runs here, by which engine, and whether it fits."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bearhug.cards import service as cards
from bearhug.cards.model import Card
from bearhug.cards.pipelines import NOT_DECODERS
from bearhug.errors import EntryNotFound
from bearhug.files import service as files
from bearhug.files.model import Node, Snapshot
from bearhug.hub import Hub, Transaction
from bearhug.inference import memory
from bearhug.inference.admission import roomiest
from bearhug.inference.engines.base import Contents, Engine, ModelFile
from bearhug.inference.engines.upstream import UpstreamEngine
from bearhug.inference.engines.upstream import digest as elsewhere
from bearhug.inference.model import NotServed, Placement, PlacementStage
from bearhug.inference.resident import Stage
from bearhug.inference.service import headers
from bearhug.inference.service.choosing import Choice, choose, in_git, of_file, refuse
from bearhug.inference.service.headers import Shard
from bearhug.inference.service.measuring import Costs, ceiling, costs, likely_speed
from bearhug.inference.service.variants import advised, unplaced
from bearhug.kit import gguf
from bearhug.repos.model import Repo

MOST_FILES = 5000
CHATS = frozenset({"text-generation", "image-text-to-text"})


@dataclass(frozen=True)
class Located:
    """A model that an engine here can load, and where its bytes are."""

    repo: Repo
    placement: Placement
    engine: Engine
    shards: tuple[Shard, ...]
    """The weights, then what lies beside them."""
    model: ModelFile
    """As the supervisor knows it, its bytes not yet on this disk."""

    @property
    def header(self) -> gguf.Header | None:
        return self.model.header

    @property
    def task(self) -> str:
        """Its pipeline tag."""
        return self.model.task


def place(tx: Transaction, repo: Repo, rev: str = "main", file: str = "") -> Placement:
    """What the model means on this machine. Whether the actor may see it is asked before.

    Reads git and the header of the weights: call it in a thread. Raises RevisionNotFound.
    """
    try:
        return locate(tx, repo, rev, file).placement
    except NotServed as reason:
        return unplaced(tx, repo, reason)


def locate(tx: Transaction, repo: Repo, rev: str = "main", file: str = "") -> Located:
    """The files to load, their engine and what it costs.

    Raises NotServed with the reason, EntryNotFound for a `file` that is not there, and
    RevisionNotFound.
    """
    card = cards.card(tx, repo)
    refuse(repo, card)
    snapshot = files.at(tx, repo, rev)
    listed = {
        node.path: node
        for node in files.nodes(tx, snapshot, recursive=True, limit=MOST_FILES)
        if not node.is_dir
    }
    if file and file not in listed:
        raise EntryNotFound(f"There is no {file} here that an engine could load.")
    contents = in_git(tx, repo, card, snapshot, list(listed.values()))
    choice = choose(of_file(contents, file) if file else contents, ceiling(tx.hub.settings))
    candidate = choice.candidate
    needed = [listed[each.path] for each in (*candidate.files, *candidate.beside)]
    shards = tuple(_shard(tx, snapshot, node) for node in needed)
    model = _model(tx.hub, repo, contents, choice, shards)
    placement = advised(tx, repo, _placement(tx, model, choice, card, snapshot.commit))
    return Located(repo, placement, choice.engine, shards, model)


def resident_file(located: Located) -> ModelFile:
    """The model as the supervisor knows it, its bytes not yet on this disk."""
    return located.model


def none(why: str) -> Placement:
    return Placement(words="Not run here", why=why)


def standing(hub: Hub, placement: Placement, *, key: str, needed: int) -> Placement:
    """The placement as things are at this moment: asleep, waking, awake, or too large."""
    if placement.engine == UpstreamEngine.name:
        return replace(placement, stage=PlacementStage.ON, words="Runs elsewhere")
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


def sped(placement: Placement) -> Placement:
    """The same, with a guess of its speed where nobody measured one."""
    if placement.tokens_per_second or placement.task not in CHATS:
        return placement
    likely = likely_speed(placement.weight_bytes, placement.engine)
    return replace(placement, tokens_per_second=round(likely, 1), speed_estimated=likely > 0)


def digest_of(etags: Sequence[str]) -> str:
    """What names the weights: the one file's hash, or the hash of the shards' hashes."""
    if len(etags) == 1:
        return etags[0]
    return hashlib.sha256("\n".join(etags).encode()).hexdigest()


def key_of(repo: Repo, digest: str, engine: str) -> str:
    """What the supervisor calls it: as ModelFile.key."""
    return f"{repo.name}@{digest}:{engine}"


def chats(
    name: str, task: str, card: Card | None, config: Mapping[str, object], template: object
) -> bool:
    """Whether one talks with it in turns: it has a template, its card says it converses, or it
    was trained to without a template, as DialoGPT and what was made of it.
    """
    if task and task not in CHATS:
        return False
    said = card is not None and card.conversational
    known = config.get("task_specific_params")
    trained = isinstance(known, Mapping) and "conversational" in known
    return bool(
        template or said or trained or config.get("chat_template") or "dialogpt" in name.lower()
    )


def _shard(tx: Transaction, snapshot: Snapshot, node: Node) -> Shard:
    whole = files.reader(tx, snapshot, node)

    def read(start: int, stop: int) -> bytes:
        return whole(start, min(stop, node.size)) if start < node.size else b""

    return Shard(node.path, node.etag, node.size, node.lfs is not None, read)


def _model(
    hub: Hub, repo: Repo, contents: Contents, choice: Choice, shards: tuple[Shard, ...]
) -> ModelFile:
    """Raises NotServed for weights that cannot be read."""
    candidate = choice.candidate
    weights = shards[: len(candidate.files)]
    header = headers.gguf_header(hub, weights) if weights else None
    if header is not None and header.architecture in NOT_DECODERS:
        raise NotServed(f"Its architecture, {header.architecture}, writes no text.")
    return ModelFile(
        name=str(repo.name),
        digest=digest_of([each.digest for each in weights])
        if weights
        else elsewhere(candidate.upstreams),
        engine=choice.engine.name,
        paths=(),
        size=candidate.size,
        header=header,
        files=tuple(shard.path for shard in shards),
        task=contents.task or "text-generation",
        config=contents.config,
        tensors=headers.tensors(hub, weights),
        version=digest_of([f"{shard.path} {shard.digest}" for shard in shards]),
        trusted=contents.trusted,
        upstreams=candidate.upstreams,
    )


def _placement(
    tx: Transaction, model: ModelFile, choice: Choice, card: Card | None, commit: str
) -> Placement:
    known = costs(tx, [model.digest]).get(model.digest, Costs())
    header, candidate = model.header, choice.candidate
    template = header.chat_template if header else ""
    placement = Placement(
        task=model.task,
        engine=choice.engine.name,
        file=candidate.files[0].path if candidate.files else "",
        quantisation=candidate.quantisation or (header.quantisation if header else ""),
        digest=model.digest,
        revision=commit,
        weight_bytes=candidate.size,
        measured=known.measured and known.memory_bytes > 0,
        load_seconds=known.load_seconds,
        tokens_per_second=known.tokens_per_second,
        context=header.context_length if header else _context(model.config),
        chat=chats(model.name, model.task, card, model.config, template),
    )
    placement = sped(placement)
    plans = choice.engine.plans(model)
    needed = min(plan.memory_bytes for plan in plans)
    likely = roomiest(plans, ceiling(tx.hub.settings)).memory_bytes  # as the supervisor plans
    taken = known.memory_bytes if placement.measured else likely
    placement = replace(placement, memory_bytes=taken)
    return standing(tx.hub, placement, key=model.key, needed=needed)


def _context(config: Mapping[str, object]) -> int:
    """Tokens the model was trained to look back over, by the names configurations use."""
    for name in ("max_position_embeddings", "n_positions", "n_ctx", "max_seq_len", "seq_length"):
        value = config.get(name)
        if isinstance(value, int) and value > 0:
            return value
    return 0
