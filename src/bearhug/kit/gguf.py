"""The header of a GGUF file: what a model is, read by range, without its weights.

The format is ggml's docs/gguf.md. The bytes are a stranger's: every size is checked before it is
believed, and long arrays (a vocabulary) are counted, not kept.
"""

import math
import struct
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

Read = Callable[[int, int], bytes]
Value = int | float | bool | str | tuple[int | float | bool | str, ...] | range
"""A metadata value. A `range` stands for an array too long to keep; its length is the array's."""

MAGIC = b"GGUF"
WINDOW_BYTES = 1024 * 1024
MAX_HEADER_BYTES = 64 * 1024**2
MAX_STRING_BYTES = 4 * 1024**2
MAX_PAIRS = 10_000
MAX_TENSORS = 100_000
MAX_ELEMENTS = 16 * 1024**2
MAX_DIMENSIONS = 8
KEPT_ELEMENTS = 1024
MAX_KEPT_BYTES = 16 * 1024**2

STRING, ARRAY = 8, 9
SCALARS = dict(
    zip(
        (0, 1, 2, 3, 4, 5, 6, 7, 10, 11, 12),
        ("B", "b", "H", "h", "I", "i", "f", "?", "Q", "q", "d"),
        strict=True,
    )
)

# ggml_type: name, elements in a block, bytes of a block (ggml/src/ggml.c, type_traits).
TENSOR_TYPES = {
    0: ("F32", 1, 4), 1: ("F16", 1, 2), 2: ("Q4_0", 32, 18), 3: ("Q4_1", 32, 20),
    6: ("Q5_0", 32, 22), 7: ("Q5_1", 32, 24), 8: ("Q8_0", 32, 34), 9: ("Q8_1", 32, 36),
    10: ("Q2_K", 256, 84), 11: ("Q3_K", 256, 110), 12: ("Q4_K", 256, 144), 13: ("Q5_K", 256, 176),
    14: ("Q6_K", 256, 210), 15: ("Q8_K", 256, 292), 16: ("IQ2_XXS", 256, 66),
    17: ("IQ2_XS", 256, 74), 18: ("IQ3_XXS", 256, 98), 19: ("IQ1_S", 256, 50),
    20: ("IQ4_NL", 32, 18), 21: ("IQ3_S", 256, 110), 22: ("IQ2_S", 256, 82),
    23: ("IQ4_XS", 256, 136), 24: ("I8", 1, 1), 25: ("I16", 1, 2), 26: ("I32", 1, 4),
    27: ("I64", 1, 8), 28: ("F64", 1, 8), 29: ("IQ1_M", 256, 56), 30: ("BF16", 1, 2),
    34: ("TQ1_0", 256, 54), 35: ("TQ2_0", 256, 66), 39: ("MXFP4", 32, 17), 40: ("NVFP4", 64, 36),
}  # fmt: skip

# general.file_type (include/llama.h, llama_ftype).
FILE_TYPES = {
    0: "F32", 1: "F16", 2: "Q4_0", 3: "Q4_1", 7: "Q8_0", 8: "Q5_0", 9: "Q5_1", 10: "Q2_K",
    11: "Q3_K_S", 12: "Q3_K_M", 13: "Q3_K_L", 14: "Q4_K_S", 15: "Q4_K_M", 16: "Q5_K_S",
    17: "Q5_K_M", 18: "Q6_K", 19: "IQ2_XXS", 20: "IQ2_XS", 21: "Q2_K_S", 22: "IQ3_XS",
    23: "IQ3_XXS", 24: "IQ1_S", 25: "IQ4_NL", 26: "IQ3_S", 27: "IQ3_M", 28: "IQ2_S", 29: "IQ2_M",
    30: "IQ4_XS", 31: "IQ1_M", 32: "BF16", 36: "TQ1_0", 37: "TQ2_0", 38: "MXFP4_MOE", 39: "NVFP4",
}  # fmt: skip


class BadHeader(ValueError):
    """The bytes are not a header we can read; the message says which part and why."""


@dataclass(frozen=True)
class Tensor:
    """One tensor's name, dimensions (fastest first), type and place after the header."""

    name: str
    shape: tuple[int, ...]
    type: str
    offset: int
    size: int
    """Bytes; 0 where the type is one we do not know."""

    @property
    def parameters(self) -> int:
        return math.prod(self.shape)


@dataclass(frozen=True)
class Header:
    """What a GGUF file says of itself. Numbers it does not give are 0, words are empty."""

    version: int
    metadata: Mapping[str, Value]
    tensors: tuple[Tensor, ...]

    def text(self, key: str) -> str:
        value = self.metadata.get(key)
        return value if isinstance(value, str) else ""

    def number(self, key: str) -> int:
        """A whole number, or the largest of a list of them (some models give one a layer)."""
        value = self.metadata.get(key)
        if isinstance(value, tuple):
            return max((item for item in value if isinstance(item, int)), default=0)
        return value if isinstance(value, int) else 0

    def of_model(self, name: str) -> int:
        """The architecture's own number `name`: "context_length", "attention.head_count_kv"…"""
        return self.number(f"{self.architecture}.{name}")

    @property
    def architecture(self) -> str:
        return self.text("general.architecture")

    @property
    def name(self) -> str:
        return self.text("general.name")

    @property
    def chat_template(self) -> str:
        return self.text("tokenizer.chat_template")

    @property
    def context_length(self) -> int:
        """Tokens the model was trained to look back over."""
        return self.of_model("context_length")

    @property
    def block_count(self) -> int:
        return self.of_model("block_count")

    @property
    def embedding_length(self) -> int:
        return self.of_model("embedding_length")

    @property
    def head_count(self) -> int:
        return self.of_model("attention.head_count")

    @property
    def head_count_kv(self) -> int:
        return self.of_model("attention.head_count_kv") or self.head_count

    @property
    def vocabulary_size(self) -> int:
        tokens = self.metadata.get("tokenizer.ggml.tokens")
        return len(tokens) if isinstance(tokens, range | tuple) else self.of_model("vocab_size")

    @property
    def shards(self) -> int:
        """Files the model is split over."""
        return max(1, self.number("split.count"))

    @property
    def parameters(self) -> int:
        """Weights in this file."""
        return sum(tensor.parameters for tensor in self.tensors)

    @property
    def tensor_bytes(self) -> int:
        return sum(tensor.size for tensor in self.tensors)

    @property
    def quantisation(self) -> str:
        """What the file says it is ("Q4_K_M"), else the type most of its bytes have."""
        named = FILE_TYPES.get(self.number("general.file_type"))
        if named is not None and "general.file_type" in self.metadata:
            return named
        weights: Counter[str] = Counter()
        for tensor in self.tensors:
            weights[tensor.type] += tensor.size
        return weights.most_common(1)[0][0] if weights else ""


def read_header(read: Read) -> Header:
    """The header. `read(start, stop)` gives those bytes, fewer at the end of the file.

    Raises BadHeader.
    """
    cursor = _Cursor(read)
    if cursor.take(4) != MAGIC:
        raise BadHeader("This is not a GGUF file: it does not begin with GGUF.")
    version = cursor.version()
    if version not in (2, 3):
        raise BadHeader(f"GGUF version {version} is not one of those understood (2 and 3).")
    tensor_count = cursor.count(MAX_TENSORS, "tensors")
    pairs = cursor.count(MAX_PAIRS, "metadata pairs")
    metadata = _metadata(cursor, pairs)
    return Header(version, metadata, tuple(_tensor(cursor) for _ in range(tensor_count)))


def read_words(read: Read, key: str, wanted: Collection[int]) -> dict[int, str]:
    """Some strings of a long array, which `read_header` only counts, by their place in it.

    Raises BadHeader.
    """
    cursor = _Cursor(read)
    cursor.take(4)
    cursor.version()
    cursor.count(MAX_TENSORS, "tensors")
    for _ in range(cursor.count(MAX_PAIRS, "metadata pairs")):
        name, kind = cursor.text(), cursor.u32()
        if name != key or kind != ARRAY:
            _value(cursor, kind)
            continue
        of_what, length = cursor.u32(), cursor.count(MAX_ELEMENTS, "elements in one array")
        return _words(cursor, length, wanted) if of_what == STRING else {}
    return {}


def _words(cursor: "_Cursor", length: int, wanted: Collection[int]) -> dict[int, str]:
    found = {}
    place = 0
    for at in sorted(at for at in wanted if 0 <= at < length):
        cursor.skip_texts(at - place)
        found[at] = cursor.text()
        place = at + 1
    return found


class _Cursor:
    """Reads forward through a window of the file."""

    def __init__(self, read: Read) -> None:
        self.read = read
        self.window = b""
        self.start = 0
        self.at = 0
        self.order = "<"
        self.kept = 0

    def take(self, length: int) -> bytes:
        self._need(length)
        self.at += length
        return self.window[self.at - length : self.at]

    def skip(self, length: int) -> None:
        if length <= len(self.window) - self.at:
            self.at += length
            return
        self.start += self.at + length
        self.window, self.at = b"", 0
        self._within_limits()

    def number(self, form: str) -> int | float | bool:
        value: int | float | bool = struct.unpack(
            self.order + form, self.take(struct.calcsize(form))
        )[0]
        return value

    def u32(self) -> int:
        return int(self.number("I"))

    def u64(self) -> int:
        return int(self.number("Q"))

    def count(self, limit: int, what: str) -> int:
        count = self.u64()
        if count > limit:
            raise BadHeader(f"The header claims {count} {what}; at most {limit} are read.")
        return count

    def text(self) -> str:
        length = self.count(MAX_STRING_BYTES, "bytes in one string")
        self.kept += length
        if self.kept > MAX_KEPT_BYTES:
            raise BadHeader(f"The header holds more than {MAX_KEPT_BYTES} bytes of text.")
        return self.take(length).decode("utf-8", "replace")

    def version(self) -> int:
        """The version, which also tells the byte order: read the wrong way round, it is huge."""
        raw = self.take(4)
        if raw[:2] == b"\0\0":
            self.order = ">"
        return int(struct.unpack(self.order + "I", raw)[0])

    def skip_texts(self, count: int) -> None:
        """Past `count` strings. The loop runs 100 000 times for a large vocabulary."""
        length_of = struct.Struct(self.order + "Q").unpack_from
        for _ in range(count):
            self._need(8)
            (length,) = length_of(self.window, self.at)
            if length > MAX_STRING_BYTES:
                raise BadHeader(f"The header claims a string of {length} bytes.")
            self.at += 8
            self.skip(length)

    def _need(self, length: int) -> None:
        left = len(self.window) - self.at
        if left >= length:
            return
        self.start += self.at
        stop = self.start + max(length, WINDOW_BYTES)
        self._within_limits()
        self.window = self.window[self.at :] + self.read(self.start + left, stop)
        self.at = 0
        if len(self.window) < length:
            raise BadHeader("The file ends in the middle of its header.")

    def _within_limits(self) -> None:
        if self.start > MAX_HEADER_BYTES:
            raise BadHeader(f"The header is longer than {MAX_HEADER_BYTES} bytes.")


def _metadata(cursor: _Cursor, pairs: int) -> dict[str, Value]:
    metadata: dict[str, Value] = {}
    for _ in range(pairs):
        key = cursor.text()
        if key in metadata:
            raise BadHeader(f"The header gives {key[:80]!r} twice.")
        metadata[key] = _value(cursor, cursor.u32())
    return metadata


def _value(cursor: _Cursor, kind: int) -> Value:
    if kind == STRING:
        return cursor.text()
    if kind == ARRAY:
        return _array(cursor)
    return cursor.number(_scalar(kind))


def _scalar(kind: int) -> str:
    form = SCALARS.get(kind)
    if form is None:
        raise BadHeader(f"The header holds a value of unknown type {kind}.")
    return form


def _array(cursor: _Cursor) -> Value:
    kind = cursor.u32()
    if kind == ARRAY:
        raise BadHeader("The header nests arrays, which no model needs.")
    length = cursor.count(MAX_ELEMENTS, "elements in one array")
    if length > KEPT_ELEMENTS:
        _skip_array(cursor, kind, length)
        return range(length)
    if kind == STRING:
        return tuple(cursor.text() for _ in range(length))
    form = _scalar(kind)
    return tuple(cursor.number(form) for _ in range(length))


def _skip_array(cursor: _Cursor, kind: int, length: int) -> None:
    if kind == STRING:
        cursor.skip_texts(length)
    else:
        cursor.skip(length * struct.calcsize(_scalar(kind)))


def _tensor(cursor: _Cursor) -> Tensor:
    name = cursor.text()
    dimensions = cursor.u32()
    if dimensions > MAX_DIMENSIONS:
        raise BadHeader(f"Tensor {name[:80]!r} claims {dimensions} dimensions.")
    shape = tuple(cursor.u64() for _ in range(dimensions))
    elements = math.prod(shape)
    if elements > 2**63:
        raise BadHeader(f"Tensor {name[:80]!r} is impossibly large.")
    kind = cursor.u32()
    type_name, block, size = TENSOR_TYPES.get(kind, (f"type {kind}", 1, 0))
    return Tensor(name, shape, type_name, cursor.u64(), -(-elements // block) * size)
