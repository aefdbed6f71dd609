"""Files that came whole (by git-lfs, a browser, curl) go into chunks, and then are not kept twice.

They can be had from the moment they came; the chunks follow at once, in a job. Every file does,
however small: clients copy between repos only what has a Xet hash. Small ones share xorbs, as
hf_xet packs them. What happens in which order lets it be killed anywhere: xorbs, rows, and an
hour later, when nobody reads it any more, the whole file goes.
"""

import logging
from collections.abc import Iterable, Iterator
from functools import partial

from bearhug.db import jobs
from bearhug.hub import Hub, Transaction
from bearhug.storage.objects import lfs_key
from bearhug.xet import ingest, store
from bearhug.xet.apart import bring_apart
from bearhug.xet.ingest import Ingested
from bearhug.xet.objects import XetObjects

log = logging.getLogger(__name__)

GRACE_SECONDS = 3600
"""How long a download that began with the whole file may take to open it."""

SMALL_BYTES = 64 << 20
TOGETHER = 500
TOGETHER_BYTES = 256 << 20
"""Small files are brought into chunks together, so many and so much at a time."""

HERE_BYTES = 8 << 20
"""More than this is a process's work: a tenth of a second is what pages may wait."""

ANY_SIZE = 1 << 62
REST = "cas.convert_rest"


class Damaged(Exception):
    """A stored file's bytes are not those of its name. For the operator to read."""


def objects_of(hub: Hub) -> XetObjects:
    """The store, as whoever reads chunks needs it."""
    assert isinstance(hub.objects, XetObjects)
    return hub.objects


def convert(hub: Hub, sha256: str) -> None:
    """Bring one object into chunks, and small ones that wait with it. Slow; may be done again.

    Raises Damaged, after all others were converted.
    """
    known = hub.read(lambda tx: store.of_objects(tx.db, [sha256])).get(sha256)
    if known is None or known.file_id is not None:
        return  # another job took it along, or it was given up
    wanted = {sha256: int(known.size)}
    if known.size <= SMALL_BYTES:
        wanted |= dict(_gathered(hub, known.size))
    _convert(hub, wanted)


def convert_rest(hub: Hub) -> None:
    """Whatever is still to be done: jobs that were given up, settings that are others now."""
    after, damaged = "", []
    while found := _whole_only(hub, after, ANY_SIZE):
        after = found[-1][0]
        for group in _groups(found):
            try:
                _convert(hub, group)
            except Damaged as error:
                damaged.append(str(error))
    after = ""
    while both := hub.db.read(partial(store.both_ways, after=after, limit=TOGETHER)):
        after = both[-1]
        hub.write(drop_later, both)
    if damaged:
        raise Damaged("\n".join(damaged))


def schedule(tx: Transaction) -> None:
    """See to it that `convert_rest` runs, if it has anything to do."""
    whole = bool(store.whole_only(tx.db, after="", most_bytes=ANY_SIZE, limit=1))
    both = not tx.hub.settings.keep_whole and bool(store.both_ways(tx.db, after="", limit=1))
    if (whole or both) and not jobs.waiting(tx.db, REST):
        tx.later(REST)


def drop_later(tx: Transaction, hashes: list[str]) -> None:
    """These are in chunks: do without the whole files, unless the operator would keep them."""
    if hashes and not tx.hub.settings.keep_whole:
        tx.later("cas.drop_whole", delay_seconds=GRACE_SECONDS, hashes=" ".join(hashes))


def drop_whole(hub: Hub, hashes: str) -> None:
    """Delete these whole files (sha256, apart by spaces): they are read from their chunks."""
    if hub.settings.keep_whole:
        return
    for sha256 in hashes.split():
        if hub.db.write(partial(store.no_longer_whole, sha256=sha256)):
            hub.objects.delete(lfs_key(sha256))


def _gathered(hub: Hub, taken: int) -> Iterator[tuple[str, int]]:
    for sha256, size in _whole_only(hub, "", SMALL_BYTES):
        taken += size
        if taken > TOGETHER_BYTES:
            return
        yield sha256, size


def _groups(found: Iterable[tuple[str, int]]) -> Iterator[dict[str, int]]:
    """Small ones together, each large one alone."""
    group: dict[str, int] = {}
    for sha256, size in found:
        if group and sum(group.values()) + size > TOGETHER_BYTES:
            yield group
            group = {}
        group[sha256] = size
    if group:
        yield group


def _whole_only(hub: Hub, after: str, most_bytes: int) -> list[tuple[str, int]]:
    found = partial(store.whole_only, after=after, most_bytes=most_bytes, limit=TOGETHER)
    return hub.db.read(found)


def _convert(hub: Hub, wanted: dict[str, int]) -> None:
    at, hashes = hub.clock(), list(wanted)
    if sum(wanted.values()) > HERE_BYTES:
        came = bring_apart(hub.settings, hashes, at, hub.rooms["cas"].ending)
    else:
        came = ingest.bring(hub.db, objects_of(hub).beneath, hashes, at)
    whole = {sha256: file for sha256, file in came.items() if file.sha256 == sha256}
    hub.write(_land, list(whole.values()))
    log.info("files brought into chunks", extra={"files": len(whole)})
    if damaged := came.keys() - whole.keys():
        listed = ", ".join(sorted(damaged))
        raise Damaged(f"These stored files are not what their names say: {listed}")


def _land(tx: Transaction, files: list[Ingested]) -> None:
    landed: list[str] = []
    here = store.of_objects(tx.db, [file.sha256 for file in files])
    for file in files:
        if file.sha256 in here and here[file.sha256].file_id is None:
            store.settle(tx.db, file.sha256, ingest.land(tx.db, file, tx.now))
            landed.append(file.sha256)
    drop_later(tx, landed)
