"""Plain bytes into chunks and xorbs, cut and packed as hf_xet does it.

For files that came by git-lfs or a browser: what a client that speaks Xet holds already is
found again here, and the other way round (XET §11).
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from secrets import token_hex

from bearhug.db import Connection, Database
from bearhug.kit.wire import Moment
from bearhug.kit.xet.chunking import Chunker
from bearhug.kit.xet.hashes import chunk_hash, eligible, file_hash
from bearhug.kit.xet.xorb import Layout, Packer, footer
from bearhug.storage.objects import Objects
from bearhug.xet import store
from bearhug.xet.model import Run, Xorb, joined, xorb_key

LEARNED_XORBS = 64
"""How many xorbs one known chunk may bring to mind: 4 GB of data around it."""


@dataclass(frozen=True)
class Ingested:
    """A file whose chunks are all stored; its row is not written yet."""

    hash: bytes
    sha256: str
    size: int
    runs: tuple[Run, ...]
    new_bytes: int
    """Of xorbs that were not here before, as stored."""


def keep_xorb(
    database: Database, objects: Objects, layout: Layout, save: Callable[[str], None], at: Moment
) -> tuple[int, bool]:
    """Let a verified xorb be stored, bytes first; its number, and whether it was new.

    `save(nonce)` stores its bytes and footer under `xorb_key` with that nonce.
    """
    known = database.write(lambda db: _touched(db, layout.hash, at))
    if known is not None:
        return known, False
    nonce = token_hex(6)
    save(nonce)
    id, new = database.write(lambda db: _land_xorb(db, layout, nonce, at))
    if not new:  # somebody was faster: theirs stays
        objects.delete(xorb_key(layout.hash, nonce))
    return id, new


def _touched(db: Connection, hash: bytes, at: Moment) -> int | None:
    id = store.xorb_id(db, hash)
    if id is not None:
        store.touch(db, [id], at)
    return id


def _land_xorb(db: Connection, layout: Layout, nonce: str, at: Moment) -> tuple[int, bool]:
    known = _touched(db, layout.hash, at)
    if known is not None:
        return known, False
    id = store.add_xorb(db, layout, nonce, at)
    chunks = [layout.chunk_hashes(n, n + 1) for n in range(layout.chunks)]
    store.add_chunks(db, filter(eligible, chunks), id)
    return id, True


class Ingest:
    """One file on its way into chunks: `feed` its bytes in order, then `finish`."""

    def __init__(self, database: Database, objects: Objects, at: Moment) -> None:
        self._database = database
        self._objects = objects
        self._at = at
        self._chunker = Chunker()
        self._sha256 = hashlib.sha256()
        self._leaves: list[tuple[bytes, int]] = []
        self._known: dict[bytes, tuple[int, int]] = {}
        self._runs: list[Run] = []
        self._waiting: dict[bytes, int] = {}
        self._packer = Packer()
        self._size = self._new_bytes = 0

    def feed(self, data: bytes) -> None:
        self._sha256.update(data)
        self._size += len(data)
        for chunk in self._chunker.feed(data):
            self._take(chunk)

    def finish(self) -> Ingested:
        """What it came to. Its xorbs are stored; `land` says so."""
        for chunk in self._chunker.finish():
            self._take(chunk)
        self._flush()
        return Ingested(
            file_hash(self._leaves),
            self._sha256.hexdigest(),
            self._size,
            tuple(joined(self._runs)),
            self._new_bytes,
        )

    def _take(self, chunk: memoryview) -> None:
        hash = chunk_hash(chunk)
        first = not self._leaves
        self._leaves.append((hash, len(chunk)))
        if hash not in self._known and (first or eligible(hash)):
            self._learn(hash)
        place = self._known.get(hash)
        if place is None:
            self._pack(hash, chunk)
        else:
            self._runs.append(Run(place[0], place[1], place[1] + 1, len(chunk)))

    def _pack(self, hash: bytes, chunk: memoryview) -> None:
        number = self._waiting.get(hash)
        if number is None:
            if not self._packer.has_room(len(chunk)):
                self._flush()
            number = self._waiting[hash] = self._packer.add(hash, chunk)
        self._runs.append(Run(_NOT_YET, number, number + 1, len(chunk)))

    def _flush(self) -> None:
        if not len(self._packer):
            return
        layout, body = self._packer.finish()

        def save(nonce: str) -> None:
            key = xorb_key(layout.hash, nonce)
            self._objects.stream(key, (body, footer(layout)))

        id, new = keep_xorb(self._database, self._objects, layout, save, self._at)
        self._new_bytes += layout.stored_bytes if new else 0
        self._known.update({hash: (id, number) for hash, number in self._waiting.items()})
        self._runs = [
            Run(id, run.start, run.stop, run.raw_bytes) if run.xorb_id == _NOT_YET else run
            for run in joined(self._runs)
        ]
        self._packer, self._waiting = Packer(), {}

    def _learn(self, hash: bytes) -> None:
        """If this chunk is here, the chunks around it are likely to be needed next."""
        for xorb in self._database.read(lambda db: around(db, hash)):
            for number in range(xorb.layout.chunks):
                self._known.setdefault(
                    xorb.layout.chunk_hashes(number, number + 1), (xorb.id, number)
                )


_NOT_YET = 0
"""Stands for the xorb that is being packed: rows are numbered from 1."""


def around(db: Connection, chunk: bytes) -> list[Xorb]:
    """The xorb that holds this chunk and those of files that use it, at most LEARNED_XORBS."""
    first = store.xorb_of_chunk(db, chunk)
    if first is None:
        return []
    wanted = dict.fromkeys([first])
    for runs in store.runs_beside(db, first):
        wanted.update(dict.fromkeys(run.xorb_id for run in runs))
    found = (store.xorb(db, id) for id in list(wanted)[:LEARNED_XORBS])
    return [xorb for xorb in found if xorb is not None]


def land(db: Connection, file: Ingested, at: Moment) -> int:
    """Write the file's row and say that its xorbs are in use; its number."""
    store.touch(db, list({run.xorb_id for run in file.runs}), at)
    id = store.add_file(db, file.hash, file.size, file.runs, at)
    if file.runs:
        first = store.xorb(db, file.runs[0].xorb_id)
        if first is not None:
            start = file.runs[0].start
            store.add_chunks(db, [first.layout.chunk_hashes(start, start + 1)], first.id)
    store.note_sha256(db, id, file.sha256)
    return id
