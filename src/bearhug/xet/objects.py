"""Whole files out of xorbs, read as if each were an object of its own."""

import threading
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from pathlib import Path

import numpy as np

from bearhug.db import Database
from bearhug.kit.xet import hashes
from bearhug.kit.xet.xorb import Layout, chunks_of
from bearhug.storage.objects import BLOCK_BYTES, Objects, Stored
from bearhug.xet import store
from bearhug.xet.model import IN_CHUNKS, Piece, Plan, Run, XetFile, Xorb

WHOLE = "lfs/"
"""How the keys of whole files begin."""

FAR_BYTES = 8 * BLOCK_BYTES
"""How much is fetched at a time from a cloud, where each time costs tens of milliseconds."""

REMEMBERED = 256
"""Layouts kept in memory, of 40 KB for a full xorb."""


class XetObjects:
    """The object store, and above it whole files that are kept in chunks.

    `xet/<hash>` is the file of that Xet hash; `lfs/…/<sha256>` is read from chunks where its
    own bytes are gone. All else goes through to the store beneath.
    """

    def __init__(self, beneath: Objects, database: Database) -> None:
        self.beneath = beneath
        self._database = database
        self._xorbs: OrderedDict[int, Xorb] = OrderedDict()
        self._lock = threading.Lock()

    @property
    def scratch(self) -> Path:
        return self.beneath.scratch

    @property
    def local(self) -> bool:
        return self.beneath.local

    def size(self, key: str) -> int | None:
        if not key.startswith(IN_CHUNKS):
            size = self.beneath.size(key)
            if size is not None or not key.startswith(WHOLE):
                return size
        file = self._file(key)
        return file.size if file else None

    def read(self, key: str, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        if not key.startswith(IN_CHUNKS):
            try:
                yield from self.beneath.read(key, start, stop)
                return
            except FileNotFoundError:  # at the first block, or never
                if not key.startswith(WHOLE):
                    raise
        file = self._file(key)
        if file is None:
            raise FileNotFoundError(key)
        yield from self.read_file(file, start, stop)

    def get(self, key: str) -> bytes:
        return b"".join(self.read(key))

    def put(self, key: str, data: bytes) -> None:
        self.beneath.put(key, data)

    def adopt(self, key: str, path: Path) -> None:
        self.beneath.adopt(key, path)

    def stream(self, key: str, blocks: Iterable[bytes]) -> None:
        self.beneath.stream(key, blocks)

    def delete(self, key: str) -> None:
        self.beneath.delete(key)

    def walk(self, prefix: str) -> Iterator[Stored]:
        """Of the store beneath."""
        return self.beneath.walk(prefix)

    def path(self, key: str) -> Path | None:
        return None if key.startswith(IN_CHUNKS) else self.beneath.path(key)

    def presigned(
        self, key: str, *, seconds: int, filename: str | None, content_type: str | None
    ) -> str | None:
        if key.startswith(IN_CHUNKS):
            return None
        return self.beneath.presigned(
            key, seconds=seconds, filename=filename, content_type=content_type
        )

    def read_file(self, file: XetFile, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """Bytes [start, stop) of a file, by blocks; a stop past the end is the end."""
        end = file.size if stop is None else min(stop, file.size)
        left = end - start
        if left <= 0:
            return
        plan = self.plan(file.runs, start, end)
        skip = plan.offset
        for piece in plan.pieces:
            for block in self._blocks(piece):
                data = block[skip : skip + left]
                skip = max(0, skip - len(block))
                left -= len(data)
                if data:
                    yield data

    def chunks(self, file: XetFile) -> Iterator[bytes | memoryview]:
        """All of a file, chunk by chunk, none of them copied without need."""
        for run in file.runs:
            for stored in self._stored(Piece(self.xorb(run.xorb_id), run.start, run.stop)):
                yield from chunks_of(stored)

    def plan(self, runs: Sequence[Run], start: int, stop: int) -> Plan:
        """The chunks that hold bytes [start, stop) of a file; the range is not empty."""
        ends = list(accumulate(run.raw_bytes for run in runs))
        pieces: list[Piece] = []
        offset = 0
        index = bisect_right(ends, start)
        while index < len(runs) and (ends[index - 1] if index else 0) < stop:
            run, begins = runs[index], ends[index - 1] if index else 0
            xorb = self.xorb(run.xorb_id)
            piece = _trimmed(xorb, run, start - begins, stop - begins)
            if not pieces:
                skipped = xorb.layout.raw_end(piece.start) - xorb.layout.raw_end(run.start)
                offset = start - begins - skipped
            pieces.append(piece)
            index += 1
        return Plan(offset, tuple(pieces))

    def xorb(self, id: int) -> Xorb:
        """By its number. Raises FileNotFoundError: a file never names one that is not there."""
        with self._lock:
            found = self._xorbs.get(id)
            if found is not None:
                self._xorbs.move_to_end(id)
                return found
        found = self._database.read(lambda db: store.xorb(db, id))
        if found is None:
            raise FileNotFoundError(f"xorb {id}")
        with self._lock:
            self._xorbs[id] = found
            while len(self._xorbs) > REMEMBERED:
                self._xorbs.popitem(last=False)
        return found

    def leaves(self, runs: Iterable[Run]) -> Iterator[tuple[bytes, int]]:
        """The chunks of a file in order."""
        for run in runs:
            yield from self.xorb(run.xorb_id).layout.leaves(run.start, run.stop)

    def _blocks(self, piece: Piece) -> Iterator[bytes]:
        """A piece's chunks, decompressed, so much of the stored bytes at a time."""
        for stored in self._stored(piece):
            yield b"".join(chunks_of(stored))

    def _stored(self, piece: Piece) -> Iterator[memoryview]:
        """A piece's bytes as they are stored, cut between chunks."""
        layout, chunk = piece.xorb.layout, piece.start
        step = BLOCK_BYTES if self.local else FAR_BYTES
        while chunk < piece.stop:
            first = layout.end(chunk)
            stop = min(piece.stop, max(chunk + 1, _chunk_at(layout, first + step)))
            stored = b"".join(self.beneath.read(piece.xorb.key, first, layout.end(stop)))
            yield memoryview(stored)
            chunk = stop

    def _file(self, key: str) -> XetFile | None:
        name = key.rpartition("/")[2]
        if key.startswith(IN_CHUNKS):
            return self._database.read(lambda db: store.file_by_hash(db, hashes.parse(name)))
        return self._database.read(lambda db: store.file_of_object(db, name))


def _trimmed(xorb: Xorb, run: Run, start: int, stop: int) -> Piece:
    """Of a run, the chunks that hold its bytes [start, stop)."""
    raw, base = xorb.layout.raw_array(), xorb.layout.raw_end(run.start)
    first, last = run.start, run.stop
    if start > 0:
        first = int(np.searchsorted(raw, base + start, side="right"))
    if stop < run.raw_bytes:
        last = int(np.searchsorted(raw, base + stop, side="left")) + 1
    return Piece(xorb, first, last)


def _chunk_at(layout: Layout, byte: int) -> int:
    """How many chunks end at or before this byte of the stored xorb."""
    return int(np.searchsorted(layout.end_array(), byte, side="right"))
