"""Plain bytes into chunks and xorbs, cut and packed as hf_xet does it.

For files that came by git-lfs or a browser: what a client that speaks Xet holds already is
found again here, and the other way round (XET §11).
"""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import islice
from secrets import token_hex
from typing import Any

from bearhug.db import Connection, Database
from bearhug.kit.wire import Moment
from bearhug.kit.xet.chunking import Chunker
from bearhug.kit.xet.hashes import Tree, chunk_hash, eligible, salted, split
from bearhug.kit.xet.xorb import Layout, Packer, footer
from bearhug.storage.objects import Objects, lfs_key
from bearhug.xet import store
from bearhug.xet.model import Run, Xorb, joined, xorb_key

LEARNED_XORBS = 64
"""How many xorbs one known chunk may bring to mind: 4 GB of data around it."""

KNOWN_CHUNKS = 1 << 20
"""Chunks remembered at a time, of some 200 bytes each: those of about 64 GB."""


@dataclass(frozen=True)
class Ingested:
    """A file whose chunks are all stored; its row is not written yet."""

    hash: bytes
    sha256: str
    size: int
    runs: tuple[Run, ...]


def keep_xorb(
    database: Database,
    objects: Objects,
    layout: Layout,
    save: Callable[[str], None],
    at: Moment,
    *,
    sender: int | None = None,
) -> tuple[int, bool]:
    """Let a verified xorb be stored, bytes first; its number, and whether it was new.

    `save(nonce)` stores its bytes and footer under `xorb_key` with that nonce. The `sender`, a
    user, has sent all of it.
    """
    known = database.write(lambda db: _touched(db, layout.hash, sender, at))
    if known is not None:
        return known, False
    nonce = token_hex(6)
    save(nonce)
    id, new = database.write(lambda db: _land_xorb(db, layout, nonce, sender, at))
    if not new:  # somebody was faster: theirs stays
        objects.delete(xorb_key(layout.hash, nonce))
    return id, new


def _touched(db: Connection, hash: bytes, sender: int | None, at: Moment) -> int | None:
    id = store.xorb_id(db, hash)
    if id is not None:
        store.touch(db, [id], at)
        _note(db, id, sender)
    return id


def _note(db: Connection, id: int, sender: int | None) -> None:
    if sender is not None:
        store.note_sender(db, id, sender)


def _land_xorb(
    db: Connection, layout: Layout, nonce: str, sender: int | None, at: Moment
) -> tuple[int, bool]:
    known = _touched(db, layout.hash, sender, at)
    if known is not None:
        return known, False
    id = store.add_xorb(db, layout, nonce, at)
    store.add_chunks(db, filter(eligible, split(layout.hashes)), id)
    _note(db, id, sender)
    return id, True


def bring(
    database: Database, stored: Objects, hashes: Iterable[str], at: Moment
) -> dict[str, Ingested]:
    """Bring stored whole files (by sha256) into chunks; those that are gone are left out. Slow.

    Whether each is what its name says is for the caller to see.
    """
    taking = Ingest(database, stored, at)
    read: list[str] = []
    for sha256 in hashes:
        try:
            for block in stored.read(lfs_key(sha256)):
                taking.feed(block)
        except FileNotFoundError:  # at the first block, or never: nothing of it was fed
            continue
        taking.end_file()
        read.append(sha256)
    return dict(zip(read, taking.finish(), strict=True))


_NOT_YET = 0
"""Stands for the xorb that is being packed: rows are numbered from 1."""


@dataclass
class _File:
    """One file so far. Runs of the xorb that is being packed name it `_NOT_YET`."""

    chunker: Chunker = field(default_factory=Chunker)
    tree: Tree = field(default_factory=Tree)
    sha256: Any = field(default_factory=hashlib.sha256)
    runs: list[Run] = field(default_factory=list)
    size: int = 0
    unsettled: int = 0
    """From which run on it may still name `_NOT_YET`."""

    def add(self, run: Run) -> None:
        """Join it to the last one where it goes on from there."""
        last = self.runs[-1] if self.runs else None
        if last is None or (last.xorb_id, last.stop) != (run.xorb_id, run.start):
            self.runs.append(run)
        else:
            raw_bytes = last.raw_bytes + run.raw_bytes
            self.runs[-1] = Run(run.xorb_id, last.start, run.stop, raw_bytes)

    def settle(self, id: int) -> None:
        """The xorb that was being packed has this number."""
        for index in range(self.unsettled, len(self.runs)):
            run = self.runs[index]
            if run.xorb_id == _NOT_YET:
                self.runs[index] = Run(id, run.start, run.stop, run.raw_bytes)
        self.unsettled = len(self.runs)

    def done(self) -> Ingested:
        sha256 = str(self.sha256.hexdigest())
        return Ingested(salted(self.tree.root()), sha256, self.size, tuple(joined(self.runs)))


class Ingest:
    """Files on their way into chunks: `feed` the bytes of one in order, then `end_file`.

    Small files share xorbs. Holds one xorb in memory, and of chunks only their hashes.
    """

    def __init__(self, database: Database, objects: Objects, at: Moment) -> None:
        self.new_bytes = 0
        """Of xorbs that were not here before, as stored."""
        self._database = database
        self._objects = objects
        self._at = at
        self._files: list[_File] = []
        self._file = _File()
        self._known: dict[bytes, tuple[int, int]] = {}
        self._waiting: dict[bytes, int] = {}
        self._packer = Packer()
        self._settled = 0

    def feed(self, data: bytes) -> None:
        self._file.sha256.update(data)
        self._file.size += len(data)
        for chunk in self._file.chunker.feed(data):
            self._take(chunk)

    def end_file(self) -> None:
        """All of it has come; what is fed next is another's."""
        for chunk in self._file.chunker.finish():
            self._take(chunk)
        self._files.append(self._file)
        self._file = _File()

    def finish(self) -> list[Ingested]:
        """What the files came to, in order. Their xorbs are stored; `land` says so."""
        self._flush()
        return [file.done() for file in self._files]

    def _take(self, chunk: memoryview) -> None:
        file, hash = self._file, chunk_hash(chunk)
        first = not file.runs
        file.tree.add((hash, len(chunk)))
        if hash not in self._known and (first or eligible(hash)):
            self._learn(hash)
        place = self._known.get(hash)
        if place is None:
            place = (_NOT_YET, self._pack(hash, chunk))
        file.add(Run(place[0], place[1], place[1] + 1, len(chunk)))

    def _pack(self, hash: bytes, chunk: memoryview) -> int:
        """Its number in the xorb that is being packed."""
        number = self._waiting.get(hash)
        if number is None:
            if not self._packer.has_room(len(chunk)):
                self._flush()
            number = self._waiting[hash] = self._packer.add(hash, chunk)
        return number

    def _flush(self) -> None:
        if not len(self._packer):
            return
        layout, body = self._packer.finish()

        def save(nonce: str) -> None:
            key = xorb_key(layout.hash, nonce)
            self._objects.stream(key, (body, footer(layout)))

        id, new = keep_xorb(self._database, self._objects, layout, save, self._at)
        self.new_bytes += layout.stored_bytes if new else 0
        self._remember({hash: (id, number) for hash, number in self._waiting.items()})
        for file in (*self._files[self._settled :], self._file):
            file.settle(id)
        self._settled = len(self._files)
        self._packer, self._waiting = Packer(), {}

    def _learn(self, hash: bytes) -> None:
        """If this chunk is here, the chunks around it are likely to be needed next."""
        for xorb in self._database.read(lambda db: around(db, hash)):
            chunks = enumerate(split(xorb.layout.hashes))
            new = ((chunk, n) for n, chunk in chunks if chunk not in self._known)
            self._remember({chunk: (xorb.id, number) for chunk, number in new})

    def _remember(self, places: dict[bytes, tuple[int, int]]) -> None:
        self._known.update(places)
        while len(self._known) > KNOWN_CHUNKS:
            for hash in list(islice(self._known, KNOWN_CHUNKS // 4)):
                del self._known[hash]


def around(db: Connection, chunk: bytes) -> list[Xorb]:
    """The xorb that holds this chunk and those of files that use it, at most LEARNED_XORBS."""
    first = store.xorbs_of_chunk(db, chunk, 1)
    wanted = dict.fromkeys(first)
    for runs in store.runs_beside(db, first[0]) if first else []:
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
