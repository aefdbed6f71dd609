"""The xorb: up to 8,192 compressed chunks one after another (XET §3).

What a client sends is strangers' input: every length is checked before it is believed, and
decompression is bounded by what the chunk claims.
"""

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import lz4.frame
import numpy as np
from numpy.typing import NDArray

from bearhug.kit.xet.hashes import HASH_BYTES, chunk_hash, merkle_root, split, text

MOST_CHUNKS = 8192
MOST_RAW = 64 << 20
MOST_CHUNK = 128 << 10
HEADER = 8
FOOTER = b"XETBLOB"
MOST_BYTES = MOST_RAW + HEADER * MOST_CHUNKS + 96 + 40 * MOST_CHUNKS
"""The longest body that can be one: its chunks do not compress, and an old client's footer."""

_FOOTER_MOST = 96 + 40 * MOST_CHUNKS
NONE, LZ4, BG4_LZ4 = 0, 1, 2
_PLANES = 4
_RUN = 32
"""hf_xet chooses anew for the first of so many chunks how they are compressed."""

_DIVERGENCE = 0.02
_ONES = np.array([byte.bit_count() for byte in range(256)], np.uint8)
_U4 = np.dtype("<u4")


class Malformed(ValueError):
    """Not a xorb, or not the one that it is called. For the uploader to read."""


@dataclass(frozen=True)
class Place:
    """Where a chunk's payload lies in a xorb, and what it holds."""

    start: int
    stop: int
    scheme: int
    raw_bytes: int


@dataclass(frozen=True)
class Layout:
    """What is kept of a xorb beside its bytes.

    `hashes` are its chunks', joined. `ends` and `raw_ends` are little-endian u32: where each
    chunk ends in the stored bytes, headers and all, and in what they decompress to.
    """

    hash: bytes
    hashes: bytes
    ends: bytes
    raw_ends: bytes

    @property
    def chunks(self) -> int:
        return len(self.hashes) // HASH_BYTES

    @property
    def stored_bytes(self) -> int:
        return int.from_bytes(self.ends[-4:], "little")

    @property
    def raw_bytes(self) -> int:
        return int.from_bytes(self.raw_ends[-4:], "little")

    def chunk_hashes(self, start: int, stop: int) -> bytes:
        return self.hashes[HASH_BYTES * start : HASH_BYTES * stop]

    def end(self, chunk: int) -> int:
        """Where chunks before this one end in the stored bytes."""
        return _at(self.ends, chunk)

    def raw_end(self, chunk: int) -> int:
        return _at(self.raw_ends, chunk)

    def raw_array(self) -> NDArray[np.uint32]:
        return np.frombuffer(self.raw_ends, _U4)

    def end_array(self) -> NDArray[np.uint32]:
        return np.frombuffer(self.ends, _U4)

    def lengths(self) -> list[int]:
        """Of its chunks, decompressed."""
        lengths: list[int] = np.diff(self.raw_array().astype(np.int64), prepend=0).tolist()
        return lengths

    def leaves(self, start: int = 0, stop: int | None = None) -> list[tuple[bytes, int]]:
        """The chunks from `start` to before `stop`, as the hashes of trees take them."""
        last = self.chunks if stop is None else stop
        chunks = split(self.chunk_hashes(start, last))
        return list(zip(chunks, self.lengths()[start:last], strict=True))


def _at(ends: bytes, chunk: int) -> int:
    return int.from_bytes(ends[4 * chunk - 4 : 4 * chunk], "little") if chunk else 0


def places(body: bytes | bytearray | memoryview) -> tuple[list[Place], int]:
    """Where each chunk lies, and where the last one ends. Raises Malformed."""
    found, raw, start, size = [], 0, 0, len(body)
    while start < size and bytes(body[start : start + len(FOOTER)]) != FOOTER:
        place = _place(body, start, size)
        raw += place.raw_bytes
        found.append(place)
        if len(found) > MOST_CHUNKS or raw > MOST_RAW:
            raise Malformed(f"a xorb has at most {MOST_CHUNKS} chunks and {MOST_RAW} bytes of them")
        start = place.stop
    if not found:
        raise Malformed("a xorb has at least one chunk")
    return found, start


def _place(body: bytes | bytearray | memoryview, start: int, size: int) -> Place:
    if size - start < HEADER:
        raise Malformed(f"the header of a chunk is cut off at byte {start}")
    head = bytes(body[start : start + HEADER])
    stored, raw = int.from_bytes(head[1:4], "little"), int.from_bytes(head[5:8], "little")
    if head[0] != 0 or head[4] > BG4_LZ4:
        raise Malformed(f"no chunk of version 0 and scheme 0 to 2 begins at byte {start}")
    if not 0 < raw <= MOST_CHUNK or stored > 2 * MOST_CHUNK:
        raise Malformed(f"the chunk at byte {start} claims {stored} bytes for {raw}")
    stop = start + HEADER + stored
    if stop > size:
        raise Malformed(f"the chunk at byte {start} is cut off")
    return Place(start + HEADER, stop, head[4], raw)


def decoded(body: memoryview, place: Place) -> bytes | memoryview:
    """A chunk's bytes. Raises Malformed."""
    payload = body[place.start : place.stop]
    data: bytes | memoryview = payload if place.scheme == NONE else _unpacked(payload, place)
    if len(data) != place.raw_bytes:
        raise Malformed(f"the chunk at byte {place.start} is not as long as it says")
    return data if place.scheme != BG4_LZ4 else _regrouped(bytes(data))


def _unpacked(payload: memoryview, place: Place) -> bytes:
    # One byte more than it may have: a frame that holds more is found out, and no further read.
    frame = lz4.frame.LZ4FrameDecompressor()
    try:
        data: bytes = frame.decompress(payload, max_length=place.raw_bytes + 1)
    except (RuntimeError, EOFError) as error:
        raise Malformed(f"the chunk at byte {place.start} is no LZ4 frame") from error
    if frame.unused_data or not (frame.eof or frame.needs_input):
        raise Malformed(f"the chunk at byte {place.start} has bytes after its end")
    return data


def _regrouped(planes: bytes) -> bytes:
    out, flat, start = np.empty(len(planes), np.uint8), np.frombuffer(planes, np.uint8), 0
    for plane in range(_PLANES):
        count = (len(planes) - plane + _PLANES - 1) // _PLANES
        out[plane::_PLANES] = flat[start : start + count]
        start += count
    return out.tobytes()


class Verifier:
    """Decodes and hashes every chunk of a xorb as it comes in, by pieces of any size.

    Holds no more than a chunk that is not complete. An old client's footer is left out: the
    layout is our own. Nothing else may follow.
    """

    def __init__(self) -> None:
        self._rest = bytearray()
        self._places: list[Place] = []
        self._leaves: list[tuple[bytes, int]] = []
        self._size = self._raw = 0
        self._footer = False

    @property
    def size(self) -> int:
        """How many bytes its complete chunks take, headers and all."""
        return self._size

    def feed(self, data: bytes | bytearray | memoryview) -> None:
        """Raises Malformed as soon as it is known."""
        view = memoryview(data)
        start = self._complete(view) if self._rest else 0
        while not self._footer and (stop := self._whole(view, start)):
            self._take(view, start, stop)
            start = stop
        self._rest += view[start:]
        if self._footer and len(self._rest) > _FOOTER_MOST:
            raise Malformed("something follows the last chunk")

    def _complete(self, view: memoryview) -> int:
        """Take the chunk that was begun, if it ends here; how many of these bytes it needed."""
        rest, taken = self._rest, max(0, HEADER - len(self._rest))
        rest += view[:taken]
        if len(rest) < HEADER or self._footer or rest.startswith(FOOTER):
            self._footer |= rest.startswith(FOOTER)
            return min(taken, len(view))
        more = _end(rest, 0) - len(rest)
        rest += view[taken : taken + more]
        begun = memoryview(bytes(rest))
        if stop := self._whole(begun, 0):
            self._take(begun, 0, stop)
            rest.clear()
        return min(taken + more, len(view))

    def finish(self, name: bytes | None = None) -> Layout:
        """All has come. Raises Malformed, also if it is not the xorb of that `name`."""
        if self._rest and not (self._footer and _is_footer(bytes(self._rest), len(self._places))):
            raise Malformed("something follows the last chunk, or it is cut off")
        if not self._places:
            raise Malformed("a xorb has at least one chunk")
        layout = layout_of(self._places, self._leaves)
        if name is not None and layout.hash != name:
            raise Malformed(f"these are the bytes of {text(layout.hash)}")
        return layout

    def _whole(self, view: memoryview, start: int) -> int:
        """Where the chunk that begins here ends, or 0 if it has not come whole."""
        if len(view) - start < HEADER:
            return 0
        if view[start : start + len(FOOTER)] == FOOTER:
            self._footer = True
            return 0
        stop = _end(view, start)
        if stop - start > HEADER + 2 * MOST_CHUNK:
            raise Malformed(f"the chunk at byte {self._size} is too long")
        return stop if stop <= len(view) else 0

    def _take(self, view: memoryview, start: int, stop: int) -> None:
        place = _place(view, start, stop)
        self._raw += place.raw_bytes
        if len(self._places) == MOST_CHUNKS or self._raw > MOST_RAW:
            raise Malformed(f"a xorb has at most {MOST_CHUNKS} chunks and {MOST_RAW} bytes of them")
        self._leaves.append((chunk_hash(decoded(view, place)), place.raw_bytes))
        before = self._size - start
        moved = Place(before + place.start, before + place.stop, place.scheme, place.raw_bytes)
        self._places.append(moved)
        self._size += stop - start


def _end(body: bytearray | memoryview, start: int) -> int:
    """Where a chunk ends, as its header says."""
    return start + HEADER + int.from_bytes(body[start + 1 : start + 4], "little")


def verify(body: bytes | bytearray, name: bytes | None = None) -> Layout:
    """Likewise of a whole one. Raises Malformed."""
    verifier = Verifier()
    verifier.feed(body)
    return verifier.finish(name)


def _is_footer(rest: bytes, chunks: int) -> bool:
    return rest.startswith(FOOTER) and len(rest) == 96 + 40 * chunks


def layout_of(found: Sequence[Place], leaves: Sequence[tuple[bytes, int]]) -> Layout:
    ends = np.array([place.stop for place in found], _U4)
    raw_ends = np.cumsum([length for _, length in leaves], dtype=np.uint32).astype(_U4)
    hashes = b"".join(hash for hash, _ in leaves)
    return Layout(merkle_root(leaves), hashes, ends.tobytes(), raw_ends.tobytes())


def footer(layout: Layout) -> bytes:
    """What we write behind a stored xorb, so that it describes itself (XET §3, layout V1)."""
    count = struct.pack("<I", layout.chunks)
    hashes = b"XBLBHSH\0" + count + layout.hashes
    bounds = b"XBLBBND\1" + count + layout.ends + layout.raw_ends
    tail = 3 * 4 + 16
    from_end = struct.pack("<II", len(hashes) + len(bounds) + tail, len(bounds) + tail)
    whole = FOOTER + b"\1" + layout.hash + hashes + bounds + count + from_end + bytes(16)
    return whole + struct.pack("<I", len(whole))


class Packer:
    """Packs chunks into one xorb as hf_xet does, for files that came as plain bytes."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._found: list[Place] = []
        self._leaves: list[tuple[bytes, int]] = []
        self._size = self._raw = self._scheme = 0

    def __len__(self) -> int:
        return len(self._found)

    def has_room(self, raw_bytes: int) -> bool:
        return len(self._found) < MOST_CHUNKS and self._raw + raw_bytes <= MOST_RAW

    def add(self, hash: bytes, data: bytes | memoryview) -> int:
        """Its number in the xorb."""
        if len(self._found) % _RUN == 0:
            self._scheme = BG4_LZ4 if _gains_by_planes(data) else LZ4
        scheme, payload = _packed(bytes(data), self._scheme)
        head = b"\0" + len(payload).to_bytes(3, "little")
        self._parts += [head + bytes([scheme]) + len(data).to_bytes(3, "little"), payload]
        start = self._size + HEADER
        self._size = start + len(payload)
        self._raw += len(data)
        self._found.append(Place(start, self._size, scheme, len(data)))
        self._leaves.append((hash, len(data)))
        return len(self._found) - 1

    def finish(self) -> tuple[Layout, bytes]:
        """The layout, and the bytes without a footer."""
        return layout_of(self._found, self._leaves), b"".join(self._parts)


def _packed(data: bytes, scheme: int) -> tuple[int, bytes]:
    grouped = _planes(data) if scheme == BG4_LZ4 else data
    payload: bytes = lz4.frame.compress(grouped, content_checksum=False, store_size=False)
    return (scheme, payload) if len(payload) < len(data) else (NONE, data)


def _planes(data: bytes) -> bytes:
    flat = np.frombuffer(data, np.uint8)
    return b"".join(flat[plane::_PLANES].tobytes() for plane in range(_PLANES))


def _gains_by_planes(data: bytes | memoryview) -> bool:
    """hf_xet's own guess: whether bytes four apart are alike (XET §3)."""
    flat = np.frombuffer(data, np.uint8)
    counts: Any = np.stack(
        [np.bincount(_ONES[flat[plane::_PLANES]], minlength=9) for plane in range(_PLANES)]
    ).astype(float)
    totals = counts.sum(1)
    if not totals.all():
        return False
    expected = (1 + counts.sum(0)) / counts.sum()
    shares = counts / totals[:, None]
    known = np.where(shares > 0, shares, 1.0)
    divergence = (shares * np.log(known / expected)).sum(1)
    return bool(divergence.max() > _DIVERGENCE)


def chunks_of(body: memoryview) -> Iterator[bytes | memoryview]:
    """The chunks of a piece of a stored xorb that begins and ends between two of them."""
    found, _ = places(body)
    for place in found:
        yield decoded(body, place)
