"""What nobody holds goes, slowly enough for every client that may still refer to it (XET §12).

hf_xet remembers for three weeks what it uploaded, and for ANSWER_DAYS what it was told; it then
sends references only. So a xorb that no file uses is told of no more, then condemned, and a day
later deleted; whoever refers to it before brings it back (`xet.store.touch`).
"""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from functools import partial

from bearhug.cas.service.reading import ANSWER_DAYS
from bearhug.cas.service.strays import strays, sweep_scratch
from bearhug.cas.store import sweeping as rows
from bearhug.db.secrets import kept_secret, replace_secret
from bearhug.files import store as files
from bearhug.files.service import holdings
from bearhug.files.store import holding
from bearhug.hub import Hub, Transaction
from bearhug.kit.wire import Moment
from bearhug.storage import Parts
from bearhug.storage.objects import lfs_key
from bearhug.xet import address
from bearhug.xet import store as xet
from bearhug.xet.model import xorb_key

DAY_MS = 24 * 3600 * 1000
UNCOMMITTED_DAYS = 7
GRACE_DAYS = 22
"""Three weeks that hf_xet remembers its own uploads, and a day."""

CONDEMNED_DAYS = 1
"""Longer than any token or address lives."""

JOB = "cas.collect"
HOUR = 3
"""Of the day, UTC."""

AT_ONCE = 200
_LAST = "collected"


@dataclass(frozen=True)
class Freed:
    """What went. Bytes are those at rest."""

    at: Moment = 0
    claims: int = 0
    """Objects that repos gave up: sent, but in no commit for a week."""
    objects: int = 0
    object_bytes: int = 0
    files: int = 0
    """In chunks."""
    condemned: int = 0
    """Xorbs that go in a day."""
    xorbs: int = 0
    xorb_bytes: int = 0
    strays: int = 0
    """Stored bytes that no row named."""
    stray_bytes: int = 0

    @property
    def bytes(self) -> int:
        return self.object_bytes + self.xorb_bytes + self.stray_bytes

    def __add__(self, more: "Freed") -> "Freed":
        mine, others = asdict(self), asdict(more)
        at = max(self.at, more.at)
        return Freed(**{name: mine[name] + others[name] for name in mine} | {"at": at})


@dataclass(frozen=True)
class _Limits:
    """Before which moment each thing must have been left alone."""

    uncommitted: Moment
    hidden: Moment
    condemned: Moment
    deleted: Moment
    at_once: bool

    @classmethod
    def of(cls, now: Moment, *, at_once: bool) -> "_Limits":
        uncommitted = now - UNCOMMITTED_DAYS * DAY_MS
        if at_once:
            return cls(uncommitted, now, now, now, True)
        condemned = now - GRACE_DAYS * DAY_MS
        hidden = condemned + ANSWER_DAYS * DAY_MS  # later than `xet.store.touch` looks for
        return cls(uncommitted, hidden, condemned, now - CONDEMNED_DAYS * DAY_MS, False)


class _Undone(Exception):
    """Carries what would have gone out of a transaction that is not to be."""

    def __init__(self, freed: Freed) -> None:
        self.freed = freed


def collect(hub: Hub, *, at_once: bool = False) -> Freed:
    """Delete what may go; what that was. Slow: call it in a thread. Two at once do no harm.

    `at_once` does without any grace for xorbs: clients are made to forget what they know of
    this hub first. An upload under way then may fail, and succeeds when it is done again.
    """
    began = hub.write(_begin) if at_once else hub.clock()
    sweep_scratch(hub)
    freed = _Collector(hub, _Limits.of(began, at_once=at_once), hub.write).run()
    for stray in strays(hub, began - DAY_MS):
        if stray.delete():
            freed += Freed(strays=1, stray_bytes=stray.size)
    freed += Freed(at=began)
    hub.write(_note, freed)
    return freed


def preview(hub: Hub, *, at_once: bool = False) -> Freed:
    """What `collect` would free, changing nothing. Others wait to write meanwhile."""
    now = hub.clock()
    limits = _Limits.of(now + 1 if at_once else now, at_once=at_once)

    def run(tx: Transaction) -> None:
        def within(work: Callable[[Transaction], Freed]) -> Freed:
            return work(tx)

        raise _Undone(_Collector(hub, limits, within, dry=True).run())

    try:
        hub.write(run)
    except _Undone as undone:
        freed = undone.freed + Freed(at=now)
    for stray in strays(hub, now - DAY_MS):
        freed += Freed(strays=1, stray_bytes=stray.size)
    return freed


def last(tx: Transaction) -> Freed | None:
    """What went last time, or None if there was none yet."""
    kept = kept_secret(tx.db, _LAST)
    if kept is None:
        return None
    known = {field.name for field in fields(Freed)}
    return Freed(**{name: value for name, value in json.loads(kept).items() if name in known})


def told(freed: Freed, *, would: bool = False) -> list[str]:
    """In words, a line each."""
    lines = [
        (freed.claims, 0, "sent a week ago and in no commit"),
        (freed.objects, freed.object_bytes, "objects that no repo holds"),
        (freed.files, 0, "lists of chunks that no object is read by"),
        (freed.condemned, 0, "xorbs in no file, to be deleted in a day"),
        (freed.xorbs, freed.xorb_bytes, "xorbs in no file, deleted"),
        (freed.strays, freed.stray_bytes, "stored files that no row named"),
    ]
    told = [f"{count:>8}  {size:>16,} bytes  {words}" for count, size, words in lines if count]
    would_be = "would be " if would else ""
    return [*told, f"{freed.bytes:,} bytes {would_be}freed"]


def schedule(tx: Transaction) -> None:
    """See to it that the collector comes once a day."""
    if not rows.is_due(tx.db, JOB, tx.now):
        today = tx.now // DAY_MS * DAY_MS + HOUR * DAY_MS // 24
        due = today if today > tx.now else today + DAY_MS
        tx.later(JOB, delay_seconds=(due - tx.now) // 1000 + 1)


def _begin(tx: Transaction) -> Moment:
    """Whoever touches a xorb from now on knows of it afresh."""
    address.next_generation(tx.db)
    return tx.now


def _note(tx: Transaction, freed: Freed) -> None:
    replace_secret(tx.db, _LAST, json.dumps(asdict(freed)).encode())


class _Collector:
    """One round, in transactions that `write` runs, each short enough for others to wait."""

    def __init__(
        self,
        hub: Hub,
        limits: _Limits,
        write: Callable[[Callable[[Transaction], Freed]], Freed],
        *,
        dry: bool = False,
    ) -> None:
        self._hub = hub
        self._limits = limits
        self._write = write
        self._dry = dry

    def run(self) -> Freed:
        return self._claims() + self._uploads() + self._objects() + self._files() + self._xorbs()

    def _claims(self) -> Freed:
        before, freed = self._limits.uncommitted, Freed()
        found: list[int] = []

        def look(tx: Transaction) -> Freed:
            found[:] = rows.holders(tx.db, before)
            return Freed()

        self._write(look)
        for repo_id in found:
            freed += self._write(lambda tx, repo_id=repo_id: _give_up(tx, repo_id, before))  # type: ignore[misc]
        return freed

    def _uploads(self) -> Freed:
        """Those begun and left: what they brought goes with their rows."""

        def drop(tx: Transaction) -> Freed:
            for row in rows.old_uploads(tx.db, self._limits.uncommitted):
                files.drop_upload(tx.db, row.id)
                parts = Parts(self._hub.objects, row.id, row.size, row.part_bytes)
                if not self._dry:
                    tx.after(parts.abort)
            return Freed()

        return self._write(drop)

    def _objects(self) -> Freed:
        """Their bytes may be on their way to somebody: they are left for an hour (files.sweep)."""
        if not (self._limits.at_once or self._dry):
            return self._write(_sweep_later)
        freed = Freed()
        while (more := self._write(self._some_objects)).objects:
            freed += more
        return freed

    def _some_objects(self, tx: Transaction) -> Freed:
        freed = Freed()
        for sha256, size in holding.unheld_sizes(tx.db, AT_ONCE).items():
            if holding.forget(tx.db, sha256):
                freed += Freed(objects=1, object_bytes=size)
                if not self._dry:  # within: whoever sends it again waits, and finds it missing
                    tx.hub.objects.delete(lfs_key(sha256))
        return freed

    def _files(self) -> Freed:
        freed, after = Freed(), 0

        def drop(tx: Transaction) -> Freed:
            nonlocal after
            ids = rows.loose_files(tx.db, after, AT_ONCE)
            after = ids[-1] if ids else -1
            if not self._limits.at_once:  # from now on their grace runs
                xet.touch(tx.db, rows.xorbs_of(tx.db, ids), tx.now)
            return Freed(files=rows.drop_files(tx.db, ids))

        while after >= 0:
            freed += self._write(drop)
        return freed

    def _xorbs(self) -> Freed:
        freed = self._write(self._condemn)
        while (more := self._drop_xorbs()).xorbs:
            freed += more
        return freed

    def _condemn(self, tx: Transaction) -> Freed:
        rows.hide_xorbs(tx.db, self._limits.hidden)
        before, at = self._limits.condemned, self._limits.deleted
        at = at if self._limits.at_once else tx.now
        return Freed(condemned=rows.condemn_xorbs(tx.db, before, at))

    def _drop_xorbs(self) -> Freed:
        def drop(tx: Transaction) -> Freed:
            gone = rows.drop_xorbs(tx.db, self._limits.deleted, AT_ONCE)
            for row in gone:
                if not self._dry:
                    tx.after(partial(tx.hub.objects.delete, xorb_key(bytes(row.hash), row.nonce)))
            return Freed(xorbs=len(gone), xorb_bytes=sum(row.stored_bytes for row in gone))

        return self._write(drop)


def _give_up(tx: Transaction, repo_id: int, before: Moment) -> Freed:
    dropped = rows.drop_uncommitted(tx.db, repo_id, before)
    if dropped:
        files.measure(tx.db, repo_id)
    return Freed(claims=dropped)


def _sweep_later(tx: Transaction) -> Freed:
    if holding.unheld(tx.db, 1):
        tx.later("files.sweep", delay_seconds=holdings.GRACE_SECONDS)
    return Freed()
