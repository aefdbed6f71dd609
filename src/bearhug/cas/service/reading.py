"""Putting files together: what a client must fetch, and the addresses where it may."""

import hashlib
from collections import defaultdict

from bearhug.cas.model import URL_SECONDS, Part, Reconstruction, Ticket, spans
from bearhug.cas.service import knowing
from bearhug.cas.service.converting import objects_of
from bearhug.errors import Forbidden, NotFound, RangeNotSatisfiable
from bearhug.hub import Hub, Transaction
from bearhug.kit.signing import sign, unsign
from bearhug.kit.xet import shard
from bearhug.kit.xet.hashes import keyed, text
from bearhug.xet import store
from bearhug.xet.model import Piece, XetFile, Xorb

DATA = "xet-data"
ANSWER_DAYS = 7
DAY = 24 * 3600


def file_of(tx: Transaction, ticket: Ticket, hash: bytes) -> XetFile:
    """The file, if it is that repo's. Raises NotFound: knowing a hash is no permission."""
    found = store.file_by_hash(tx.db, hash)
    if found is None or not store.belongs(tx.db, ticket.repo_id, hash):
        raise NotFound("No such file was uploaded to this repo.")
    return found


def reconstruction(
    hub: Hub, ticket: Ticket, hash: bytes, start: int, stop: int | None
) -> Reconstruction:
    """How to have bytes [start, stop) of a file; a stop past the end is the end.

    Raises NotFound, and RangeNotSatisfiable if nothing begins at `start`: clients take it for
    the end of the file.
    """
    file = hub.read(file_of, ticket, hash)
    end = file.size if stop is None else min(stop, file.size)
    if start >= end:
        if file.size == 0 and start == 0:
            return Reconstruction(0, (), ())
        raise RangeNotSatisfiable(f"The file has {file.size} bytes.")
    plan = objects_of(hub).plan(file.runs, start, end)
    by_xorb: dict[int, list[Piece]] = defaultdict(list)
    for piece in plan.pieces:
        by_xorb[piece.xorb.id].append(piece)
    expires = hub.clock() // 1000 + URL_SECONDS
    parts = [
        Part(
            text(pieces[0].xorb.layout.hash),
            sign(hub.secret, DATA, x=id, f=file.id, e=expires),
            spans(pieces),
        )
        for id, pieces in by_xorb.items()
    ]
    return Reconstruction(plan.offset, plan.pieces, tuple(parts))


def xorb_at(hub: Hub, key: str) -> tuple[Xorb, tuple[tuple[int, int], ...]]:
    """The xorb that an address opens, and which of its stored bytes [start, end) it opens.

    Those of one file: a xorb mixes files of many repos. Raises Forbidden for an address that
    has run out, upon which clients ask for another.
    """
    claims = unsign(hub.secret, DATA, key)
    if claims is None or claims["e"] * 1000 < hub.clock():
        raise Forbidden("This address has run out, or was never one. Ask for another.")
    file = hub.read(lambda tx: store.file_by_id(tx.db, claims["f"]))
    if file is None:
        raise Forbidden("This file is gone.")
    xorb = objects_of(hub).xorb(claims["x"])
    runs = [Piece(xorb, run.start, run.stop) for run in file.runs if run.xorb_id == xorb.id]
    return xorb, tuple((span.first_byte, span.end_byte) for span in spans(runs))


def answer(hub: Hub, ticket: Ticket, chunk: bytes) -> bytes | None:
    """A shard of the xorbs around this chunk, its chunk hashes keyed; None if it is not known.

    Of what the ticket's bearer may be told (`knowing`).

    The key is another every week, and what is told is to be forgotten after ANSWER_DAYS.
    """
    layouts = hub.read(knowing.told, ticket, chunk)
    if not layouts:
        return None
    now = hub.clock() // 1000
    week = str(now // (7 * DAY)).encode()
    key = keyed(b"xet dedup " + week, hashlib.sha256(hub.secret).digest())
    return shard.answer(layouts, key, created=now, expires=now + ANSWER_DAYS * DAY)
