"""What a file of weights says of itself: its tensors and its words, read from the header alone."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from bearhug.kit import gguf, safetensors

Read = Callable[[int, int], bytes]

HEADER_BYTES = 32 * 1024 * 1024
"""A longer header is not read for a page."""

TENSORS = 400
VALUE = 200


@dataclass(frozen=True)
class Row:
    name: str
    dtype: str
    shape: str
    parameters: int


@dataclass(frozen=True)
class Weights:
    """`more` tensors are not among the rows."""

    format: str
    parameters: int
    types: list[tuple[str, int]]
    facts: list[tuple[str, str]]
    rows: list[Row]
    more: int


def weights(name: str, read: Read) -> Weights | None:
    """None for a file of another kind, or whose header cannot be read."""
    form = FORMS.get(name.lower().rpartition(".")[2])
    try:
        return form(_within(read)) if form else None
    except (safetensors.BadHeader, gguf.BadHeader):
        return None


def _safetensors(read: Read) -> Weights:
    header = safetensors.read_header(read)
    rows = [Row(t.name, t.dtype, _shape(t.shape), t.parameters) for t in header.tensors]
    return _weights("safetensors", rows, header.metadata.items())


def _gguf(read: Read) -> Weights:
    header = gguf.read_header(read)
    # ggml counts dimensions from the fastest; everyone else from the slowest.
    rows = [Row(t.name, t.type, _shape(t.shape[::-1]), t.parameters) for t in header.tensors]
    return _weights(f"GGUF version {header.version}", rows, header.metadata.items())


FORMS = {"safetensors": _safetensors, "gguf": _gguf}


def _weights(form: str, rows: list[Row], metadata: Iterable[tuple[str, object]]) -> Weights:
    types: Counter[str] = Counter()
    for row in rows:
        types[row.dtype] += row.parameters
    facts = [(key, _value(value)) for key, value in metadata]
    more = max(0, len(rows) - TENSORS)
    return Weights(form, types.total(), types.most_common(), facts, rows[:TENSORS], more)


def _within(read: Read) -> Read:
    def limited(start: int, stop: int) -> bytes:
        if stop > HEADER_BYTES:
            raise safetensors.BadHeader("The header is too long to show.")
        return read(start, stop)

    return limited


def _shape(dimensions: Iterable[int]) -> str:
    return " × ".join(map(str, dimensions)) or "scalar"


def _value(value: object) -> str:
    if isinstance(value, range):
        return f"{len(value):,} values".replace(",", " ")
    text = ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
    return text if len(text) <= VALUE else text[:VALUE] + "…"
