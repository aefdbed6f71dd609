"""What comes in: xorbs, and shards that say which files are made of them.

Nothing is believed: chunks were hashed as they came (`IncomingXorb`); here the files of a shard
are put together again from what is stored, hash by hash, before one row says so (XET §8). Their
sha256 too: who could claim another's would read it, for it names whole files across repos.
"""

import hashlib
import logging
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice

from bearhug.cas.model import Ticket
from bearhug.cas.service import knowing
from bearhug.cas.service.converting import drop_later, objects_of
from bearhug.errors import NotFound, Unprocessable
from bearhug.files import store as files
from bearhug.hub import Hub, Transaction
from bearhug.kit.xet import hashes, shard
from bearhug.kit.xet.shard import File, Shard, Term
from bearhug.kit.xet.xorb import MOST_CHUNKS as MOST_XORB_CHUNKS
from bearhug.kit.xet.xorb import Layout, Malformed
from bearhug.repos import store as repo_rows
from bearhug.xet import store
from bearhug.xet.incoming import IncomingXorb
from bearhug.xet.ingest import keep_xorb
from bearhug.xet.model import Run, XetFile

log = logging.getLogger(__name__)

AT_ONCE = 500
"""Files whose rows are written in one transaction: others write in between."""

COLLECTED = "The operator had unused xorbs deleted just now, some of these too. Upload it again."
MOST_CHUNKS = 1 << 24
"""Chunks that the files of one shard may have, over a terabyte: each costs time to check."""


@dataclass(frozen=True)
class Checked:
    """A file that can be put together from what is stored here."""

    hash: bytes
    size: int
    runs: tuple[Run, ...]
    sha256: str
    first_chunk: bytes
    """The hash of its first chunk, which clients ask for; empty for an empty file."""


def has_xorb(tx: Transaction, ticket: Ticket, hash: bytes) -> bool:
    """Whether it need not be sent: it is stored, and stays for whoever asked.

    Where owners are kept apart, who never sent it is to send it: so nothing is betrayed.
    """
    id = store.xorb_id(tx.db, hash)
    if id is None or (knowing.apart(tx.hub) and not _sent(tx, ticket, id)):
        return False
    store.touch(tx.db, [id], tx.now)
    return True


def _sent(tx: Transaction, ticket: Ticket, id: int) -> bool:
    return ticket.user_id is not None and bool(store.sent_by(tx.db, ticket.user_id, [id]))


def keep(hub: Hub, ticket: Ticket, incoming: IncomingXorb) -> bool:
    """Store a xorb that has come whole; whether it was new, as far as its sender is to know.

    Slow: call it in a thread. Raises Unprocessable if it is not the one it is called.
    """
    layout = incoming.finish()

    def save(nonce: str) -> None:
        incoming.adopt(layout, nonce)

    at, sender = hub.clock(), ticket.user_id
    _, new = keep_xorb(hub.db, hub.objects, layout, save, at, sender=sender)
    return new or knowing.apart(hub)


def land(
    hub: Hub, ticket: Ticket, body: bytes, progress: Callable[[int, int], None] = lambda *_: None
) -> int:
    """Check a shard and let the ticket's repo have its files; how many they are.

    Slow: call it in a thread. `progress` is told how many of how many are checked. May be done
    again with the same shard. Raises Unprocessable, saying what does not fit, and NotFound if
    the repo has gone.
    """
    read = _parsed(body)
    checking = _Checking(hub, ticket)
    checking.listed(read)
    done, left = 0, iter(read.files)
    while batch := list(islice(left, AT_ONCE)):
        checked = [checking.file(each) for each in batch]
        hub.write(_land, ticket, checked)
        done += len(checked)
        progress(done, len(read.files))
    return done


def _parsed(body: bytes) -> Shard:
    try:
        return shard.parse(body)
    except shard.Malformed as error:
        raise Unprocessable(f"Not a shard: {error}.") from error


class _Checking:
    """Compares a shard with what is stored; xorbs are looked up as they are needed."""

    def __init__(self, hub: Hub, ticket: Ticket) -> None:
        self._hub = hub
        self._ticket = ticket
        self._objects = objects_of(hub)
        self._ids: dict[bytes, int] = {}
        self._chunks = 0
        self._most_bytes = hub.settings.max_file_bytes

    def listed(self, read: Shard) -> None:
        """The xorbs it came with are here, and hold the chunks it lists."""
        terms = (term.xorb for file in read.files for term in file.terms)
        self._find(dict.fromkeys([*(hash for hash, _ in read.xorbs), *terms]))
        self._known(read)
        for hash, chunks in read.xorbs:
            if self._layout(hash).hashes != chunks:
                raise Unprocessable(f"xorb {hashes.text(hash)} does not hold the chunks listed.")

    def file(self, claimed: File) -> Checked:
        tree, runs, size = hashes.Tree(), [], 0
        for term in claimed.terms:
            layout = self._layout(term.xorb)
            _check_term(layout, term)
            self._count(term.stop - term.start)
            for leaf in layout.leaves(term.start, term.stop):
                tree.add(leaf)
            runs.append(Run(self._ids[term.xorb], term.start, term.stop, term.raw_bytes))
            size += term.raw_bytes
        spelled = hashes.text(claimed.hash)
        if hashes.salted(tree.root()) != claimed.hash:
            raise Unprocessable(f"file {spelled}: its chunks have another hash.")
        if size > self._most_bytes:
            raise Unprocessable(f"file {spelled}: a file may have {self._most_bytes} bytes here.")
        sha256 = self._sha256(XetFile(0, claimed.hash, size, tuple(runs)))
        if claimed.sha256 not in ("", sha256):
            raise Unprocessable(f"file {spelled}: its sha256 is {sha256}, not {claimed.sha256}.")
        return Checked(claimed.hash, size, tuple(runs), sha256, self._first(claimed))

    def _sha256(self, file: XetFile) -> str:
        known = self._hub.db.read(lambda db: store.file_by_hash(db, file.hash))
        if known is not None and known.sha256:
            return known.sha256
        digest = hashlib.sha256()
        try:
            for chunk in self._objects.chunks(file):
                digest.update(chunk)
        except FileNotFoundError as error:
            raise Unprocessable(COLLECTED) from error
        except Malformed as error:
            log.error("damaged: file %s: %s", hashes.text(file.hash), error)
            raise Unprocessable(f"Stored bytes are damaged here: {error}.") from error
        return digest.hexdigest()

    def _first(self, claimed: File) -> bytes:
        if not claimed.terms:
            return b""
        term = claimed.terms[0]
        return self._layout(term.xorb).chunk_hashes(term.start, term.start + 1)

    def _layout(self, hash: bytes) -> Layout:
        id = self._ids.get(hash)
        if id is None:
            raise Unprocessable(f"xorb {hashes.text(hash)} was not uploaded.")
        return self._objects.xorb(id).layout

    def _find(self, wanted: Iterable[bytes]) -> None:
        """Their numbers; and they stay from now on, whatever becomes of this shard."""

        def look(tx: Transaction) -> dict[bytes, int]:
            found = store.xorb_ids(tx.db, wanted)
            store.touch(tx.db, list(found.values()), tx.now)
            return found

        self._ids = self._hub.write(look)

    def _known(self, read: Shard) -> None:
        """Of none does it speak that its sender is not to know."""
        wanted: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for hash, chunks in read.xorbs:
            if hash in self._ids and chunks:
                wanted[self._ids[hash]].append((0, len(chunks) // hashes.HASH_BYTES))
        for term in (term for file in read.files for term in file.terms):
            if term.xorb in self._ids and term.start < term.stop <= MOST_XORB_CHUNKS:
                wanted[self._ids[term.xorb]].append((term.start, term.stop))
        unknown = set(self._hub.read(knowing.may_refer, self._ticket, wanted))
        self._ids = {hash: id for hash, id in self._ids.items() if id not in unknown}

    def _count(self, chunks: int) -> None:
        self._chunks += chunks
        if self._chunks > MOST_CHUNKS:
            raise Unprocessable(f"One shard may speak of {MOST_CHUNKS} chunks. Send several.")


def _check_term(layout: Layout, term: Term) -> None:
    spelled = hashes.text(term.xorb)
    if not 0 <= term.start < term.stop <= layout.chunks:
        raise Unprocessable(f"xorb {spelled} has no chunks {term.start} to {term.stop}.")
    if layout.raw_end(term.stop) - layout.raw_end(term.start) != term.raw_bytes:
        raise Unprocessable(f"xorb {spelled}: its chunks are not {term.raw_bytes} bytes long.")
    if not term.proof:
        raise Unprocessable(f"xorb {spelled}: a term comes without its verification hash.")
    if hashes.range_hash(layout.chunk_hashes(term.start, term.stop)) != term.proof:
        raise Unprocessable(f"xorb {spelled}: a term's verification hash is wrong.")


def _land(tx: Transaction, ticket: Ticket, checked: list[Checked]) -> None:
    if repo_rows.by_id(tx.db, ticket.repo_id) is None:
        raise NotFound("The repo is gone.")
    xorbs = {run.xorb_id for file in checked for run in file.runs}
    if store.touch(tx.db, list(xorbs), tx.now) < len(xorbs):
        raise Unprocessable(COLLECTED)
    grown = 0
    for file in checked:
        id = store.add_file(tx.db, file.hash, file.size, file.runs, tx.now)
        store.note_sha256(tx.db, id, file.sha256)
        if file.first_chunk:
            store.add_chunks(tx.db, [file.first_chunk], file.runs[0].xorb_id)
        store.say(tx.db, file.sha256, file.size, id, tx.now)
        if files.claim(tx.db, ticket.repo_id, file.sha256, file.size, tx.now):
            grown += file.size
    files.grow(tx.db, ticket.repo_id, grown)
    here = store.of_objects(tx.db, [file.sha256 for file in checked])
    drop_later(tx, [sha256 for sha256, row in here.items() if row.raw])
