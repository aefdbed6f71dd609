"""What weights say of themselves, as a page shows it: totals, metadata, tensors."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from bearhug.kit import gguf, safetensors

SHOWN_CHARS = 300
LONG = ("tokenizer.chat_template",)
"""Metadata that has a page of its own."""


@dataclass(frozen=True)
class Tensor:
    """One tensor; `size` in bytes, `shape` slowest dimension first, `file` where several are."""

    name: str
    dtype: str
    shape: tuple[int, ...]
    parameters: int
    size: int
    file: str = ""

    @property
    def dimensions(self) -> str:
        return " × ".join(map(str, self.shape)) or "scalar"


@dataclass(frozen=True)
class Share:
    """How much of the weights has one type. `percent` is of the parameters."""

    dtype: str
    parameters: int
    percent: float


@dataclass(frozen=True)
class Sheet:
    """All that the headers of a model's files say."""

    form: str
    tensors: Sequence[Tensor] = ()
    metadata: Mapping[str, str] = field(default_factory=dict)
    broken: str = ""
    """Why there is nothing, where a file is not what it says it is."""

    @property
    def parameters(self) -> int:
        return sum(tensor.parameters for tensor in self.tensors)

    @property
    def size(self) -> int:
        return sum(tensor.size for tensor in self.tensors)

    @property
    def shares(self) -> list[Share]:
        return shares(self.tensors)

    def matching(self, words: str, dtype: str) -> list[Tensor]:
        """The tensors whose names hold every one of these words, of that type if one is given."""
        wanted = words.lower().split()
        return [
            tensor
            for tensor in self.tensors
            if (not dtype or tensor.dtype == dtype)
            and all(word in tensor.name.lower() for word in wanted)
        ]


def shares(tensors: Iterable[Tensor]) -> list[Share]:
    """By type, the most frequent first."""
    counted: Counter[str] = Counter()
    for tensor in tensors:
        counted[tensor.dtype] += tensor.parameters
    return shares_of(dict(counted.most_common()))


def shares_of(parameters: Mapping[str, int]) -> list[Share]:
    """Likewise of counts by type: {"BF16": 134515008}."""
    total = sum(parameters.values()) or 1
    return [Share(dtype, count, 100 * count / total) for dtype, count in parameters.items()]


def of_safetensors(headers: Mapping[str, safetensors.Header]) -> Sheet:
    """Files of one model, by path."""
    several = len(headers) > 1
    tensors = [
        Tensor(
            each.name,
            each.dtype,
            each.shape,
            each.parameters,
            each.stop - each.start,
            path.rpartition("/")[2] if several else "",
        )
        for path, header in headers.items()
        for each in header.tensors
    ]
    first = next(iter(headers.values()), None)
    metadata = {key: _short(value) for key, value in first.metadata.items()} if first else {}
    return Sheet("safetensors", tensors, metadata)


def of_gguf(headers: Mapping[str, gguf.Header]) -> Sheet:
    """Likewise. ggml counts dimensions from the fastest, everyone else from the slowest."""
    several = len(headers) > 1
    tensors = [
        Tensor(
            each.name,
            each.type,
            each.shape[::-1],
            each.parameters,
            each.size,
            path.rpartition("/")[2] if several else "",
        )
        for path, header in headers.items()
        for each in header.tensors
    ]
    first = next(iter(headers.values()))
    metadata = {key: _value(key, value) for key, value in first.metadata.items()}
    return Sheet(f"GGUF, version {first.version}", tensors, metadata)


def _value(key: str, value: gguf.Value) -> str:
    if isinstance(value, range):
        return f"{len(value):,} values".replace(",", " ")
    if isinstance(value, tuple):
        listed = ", ".join(map(str, value[:8]))
        return _short(listed if len(value) <= 8 else f"{listed}, … ({len(value)} values)")
    return f"{len(str(value))} characters" if key in LONG else _short(str(value))


def _short(text: str) -> str:
    return text if len(text) <= SHOWN_CHARS else f"{text[:SHOWN_CHARS]}…"
