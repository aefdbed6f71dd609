"""Cutting bytes where their content says, as hf_xet cuts them (XET §2).

A cut falls where the rolling hash of the last 64 bytes has 16 leading zero bits. numpy looks
for those places in whole blocks, since a loop of Python over bytes does 2 MB a second.
"""

import numpy as np
from numpy.typing import NDArray

from bearhug.kit.xet.gear import GEAR

LEAST, MOST = 8 * 1024, 128 * 1024
"""Bytes in a chunk; the last of a file may have fewer."""

_WINDOW = 64
_BLOCK = 1 << 16
_TABLE = np.array(GEAR, dtype=np.uint64)
_SHIFT = np.uint64(48)


class Chunker:
    """Cuts a stream fed to it piece by piece."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> list[memoryview]:
        """The chunks that are complete with this."""
        buffer = self._rest + data
        ends = _select(_places(np.frombuffer(buffer, np.uint8)), len(buffer))
        chunks = _between(buffer, ends)
        self._rest = buffer[ends[-1] if ends else 0 :]
        return chunks

    def finish(self) -> list[memoryview]:
        """The last chunk, if anything is left."""
        rest, self._rest = self._rest, b""
        return [memoryview(rest)] if rest else []


def _between(buffer: bytes, ends: list[int]) -> list[memoryview]:
    view, start, chunks = memoryview(buffer), 0, []
    for end in ends:
        chunks.append(view[start:end])
        start = end
    return chunks


def _places(buffer: NDArray[np.uint8]) -> list[int]:
    """Where a cut may fall, counted in bytes before it."""
    found: list[int] = []
    for start in range(0, buffer.size, _BLOCK):
        low = max(0, start - _WINDOW + 1)
        rolling = _TABLE[buffer[low : start + _BLOCK]]
        for step in (1, 2, 4, 8, 16, 32):  # each doubles how many bytes are summed up
            earlier = rolling[:-step] << np.uint64(step)
            rolling[step:] += earlier
        hits = np.flatnonzero((rolling[start - low :] >> _SHIFT) == 0)
        found += (hits + (start + 1)).tolist()
    return found


def _select(places: list[int], size: int) -> list[int]:
    """The cuts among them: none too near to the one before, none too far."""
    ends: list[int] = []
    start = index = 0
    while True:
        while index < len(places) and places[index] < start + LEAST:
            index += 1
        far = start + MOST
        end = min(places[index], far) if index < len(places) else far
        if end > size:
            return ends
        ends.append(end)
        start = end
