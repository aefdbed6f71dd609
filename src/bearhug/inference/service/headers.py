"""What weights say of themselves, read by range and kept for who asks again."""

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock

from bearhug.hub import Hub
from bearhug.inference.model import NotServed
from bearhug.kit import gguf, safetensors

KEPT_HEADERS = 64
MOST_SHARDS = 64
Reader = Callable[[int, int], bytes]
Header = gguf.Header | Mapping[str, int]


@dataclass(frozen=True)
class Shard:
    """A file that a model is made of: where its bytes are, and what names them."""

    path: str
    digest: str
    size: int
    lfs: bool
    read: Reader


class Headers:
    """The headers read last, by the hash of their file."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Header] = OrderedDict()
        self._lock = Lock()

    def of(self, shard: Shard) -> Header:
        """A GGUF header, or the numbers of a safetensors file by type. Raises BadHeader."""
        with self._lock:
            known = self._kept.get(shard.digest)
            if known is not None:
                self._kept.move_to_end(shard.digest)
                return known
        header = _read(shard)
        with self._lock:
            self._kept[shard.digest] = header
            while len(self._kept) > KEPT_HEADERS:
                self._kept.popitem(last=False)
        return header


def gguf_header(hub: Hub, shards: Sequence[Shard]) -> gguf.Header | None:
    """Of the first of them, if that is GGUF. Raises NotServed for a file that cannot be read."""
    first = shards[0]
    if not first.path.lower().endswith(".gguf"):
        return None
    try:
        header = _kept(hub).of(first)
    except gguf.BadHeader as bad:
        raise NotServed(f"{first.path} cannot be read. {bad}") from bad
    assert isinstance(header, gguf.Header)
    return header


def tensors(hub: Hub, shards: Sequence[Shard]) -> dict[str, int]:
    """Numbers by type over all safetensors among these; {} if there are none, or too many.

    Raises NotServed for a file that cannot be read.
    """
    counted: dict[str, int] = {}
    held = [shard for shard in shards if shard.path.lower().endswith(".safetensors")]
    for shard in held if len(held) <= MOST_SHARDS else ():
        try:
            header = _kept(hub).of(shard)
        except safetensors.BadHeader as bad:
            raise NotServed(f"{shard.path} cannot be read. {bad}") from bad
        assert not isinstance(header, gguf.Header)
        for dtype, count in header.items():
            counted[dtype] = counted.get(dtype, 0) + count
    return counted


def _kept(hub: Hub) -> Headers:
    kept: Headers = hub.rooms.setdefault("weight_headers", Headers())
    return kept


def _read(shard: Shard) -> Header:
    if shard.path.lower().endswith(".gguf"):
        return gguf.read_header(shard.read)
    return safetensors.count_parameters([safetensors.read_header(shard.read)])
