"""The header of a safetensors file, and the index of one split over several.

The format is eight bytes of length (little-endian), JSON of that length, then the weights:
safetensors' README, "Format". Its own limit of 100 MB for the header is kept.
"""

import json
import math
import struct
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

Read = Callable[[int, int], bytes]

MAX_HEADER_BYTES = 100_000_000
MAX_TENSORS = 200_000

# Bits of one element (safetensors/src/tensor.rs, Dtype::bitsize).
DTYPE_BITS = {
    "BOOL": 8, "F4": 4, "F6_E2M3": 6, "F6_E3M2": 6, "U8": 8, "I8": 8, "F8_E5M2": 8, "F8_E4M3": 8,
    "F8_E8M0": 8, "F8_E4M3FNUZ": 8, "F8_E5M2FNUZ": 8, "I16": 16, "U16": 16, "F16": 16, "BF16": 16,
    "I32": 32, "U32": 32, "F32": 32, "F64": 64, "I64": 64, "U64": 64, "C64": 64,
}  # fmt: skip


class BadHeader(ValueError):
    """The bytes are not a safetensors header; the message says why."""


@dataclass(frozen=True)
class Tensor:
    """One tensor's name, type, dimensions and bytes [start, stop) after the header."""

    name: str
    dtype: str
    shape: tuple[int, ...]
    start: int
    stop: int

    @property
    def parameters(self) -> int:
        return math.prod(self.shape)


@dataclass(frozen=True)
class Header:
    """What a safetensors file holds. `length` bytes of it come before the weights."""

    metadata: Mapping[str, str]
    tensors: tuple[Tensor, ...]
    length: int

    @property
    def parameters(self) -> dict[str, int]:
        """Weights by type: {"BF16": 134515008}."""
        return count_parameters([self])

    @property
    def total(self) -> int:
        return sum(tensor.parameters for tensor in self.tensors)

    @property
    def tensor_bytes(self) -> int:
        return max((tensor.stop for tensor in self.tensors), default=0)


@dataclass(frozen=True)
class Index:
    """A `model.safetensors.index.json`: which file holds which tensor."""

    total_size: int
    """Bytes of weights in all files; 0 where the index does not say."""
    files: tuple[str, ...]
    weight_map: Mapping[str, str]


def read_header(read: Read) -> Header:
    """The header. `read(start, stop)` gives those bytes, fewer at the end of the file.

    Raises BadHeader.
    """
    head = read(0, 8)
    if len(head) < 8:
        raise BadHeader("The file is too short to be safetensors.")
    (length,) = struct.unpack("<Q", head)
    if not 2 <= length <= MAX_HEADER_BYTES:
        raise BadHeader(f"This is not safetensors: its header would be {length} bytes long.")
    text = read(8, 8 + length)
    if len(text) < length:
        raise BadHeader("The file ends in the middle of its header.")
    entries = _object(text, "The header")
    if len(entries) > MAX_TENSORS:
        raise BadHeader(f"The header names {len(entries)} tensors; at most {MAX_TENSORS} are read.")
    metadata = _metadata(entries.pop("__metadata__", {}))
    tensors = tuple(_tensor(name, entry) for name, entry in entries.items())
    return Header(metadata, tensors, 8 + length)


def read_index(text: bytes) -> Index:
    """The index of a split model. Raises BadHeader; the names are plain file names beside it."""
    index = _object(text, "The index")
    weight_map = index.get("weight_map")
    if not isinstance(weight_map, dict) or not weight_map:
        raise BadHeader("The index has no weight_map.")
    files = {name for name in weight_map.values() if isinstance(name, str)}
    if len(weight_map) > MAX_TENSORS or not all(map(_plain, weight_map.values())):
        raise BadHeader("The index names files that cannot be.")
    metadata = index.get("metadata")
    size = metadata.get("total_size") if isinstance(metadata, dict) else 0
    total = int(size) if isinstance(size, int | float) and 0 <= size < 2**63 else 0
    return Index(total, tuple(sorted(files)), weight_map)


def count_parameters(headers: Iterable[Header]) -> dict[str, int]:
    """Weights by type over all files of a model, the most frequent type first."""
    counted: Counter[str] = Counter()
    for header in headers:
        for tensor in header.tensors:
            counted[tensor.dtype] += tensor.parameters
    return dict(counted.most_common())


def _object(text: bytes, what: str) -> dict[str, object]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadHeader(f"{what} is not JSON.") from error
    if not isinstance(value, dict):
        raise BadHeader(f"{what} is not a JSON object.")
    return value


def _metadata(value: object) -> dict[str, str]:
    if not isinstance(value, dict):
        raise BadHeader("The header's __metadata__ is not an object.")
    return {key: text for key, text in value.items() if isinstance(text, str)}


def _tensor(name: str, entry: object) -> Tensor:
    if not isinstance(entry, dict):
        raise BadHeader(f"Tensor {name[:80]!r} is not described by an object.")
    dtype, shape = entry.get("dtype"), _naturals(entry.get("shape"))
    offsets = _naturals(entry.get("data_offsets"))
    if not isinstance(dtype, str) or shape is None or offsets is None or len(offsets) != 2:
        raise BadHeader(f"Tensor {name[:80]!r} lacks a dtype, shape or data_offsets.")
    start, stop = offsets
    bits = DTYPE_BITS.get(dtype)
    if bits is not None and (math.prod(shape) * bits + 7) // 8 != stop - start:
        raise BadHeader(f"Tensor {name[:80]!r} does not fill the bytes it claims.")
    return Tensor(name, dtype, shape, start, stop)


def _naturals(value: object) -> tuple[int, ...] | None:
    """The list as a tuple, if it is one of whole numbers that fit 63 bits; bool is no number."""
    if not isinstance(value, list) or len(value) > 16:
        return None
    fit = all(type(item) is int and 0 <= item < 2**63 for item in value)
    return tuple(value) if fit else None


def _plain(name: object) -> bool:
    return (
        isinstance(name, str) and name not in ("", ".", "..") and not set(name) & {"/", "\\", "\0"}
    )
