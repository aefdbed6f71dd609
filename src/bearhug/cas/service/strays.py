"""Stored bytes that no row names: left by a process that was killed between the two."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from bearhug.cas.store import sweeping as rows
from bearhug.git import store as git
from bearhug.hub import Hub, Transaction
from bearhug.kit.wire import Moment
from bearhug.kit.xet import hashes
from bearhug.storage.disk import sweep
from bearhug.storage.objects import Stored

AT_ONCE = 500


@dataclass(frozen=True)
class Stray:
    """An object without a row. `delete` looks again, and tells whether it went."""

    key: str
    size: int
    delete: Callable[[], bool]


def strays(hub: Hub, before: Moment) -> Iterator[Stray]:
    """All that were written before then. Bytes come before their row: the newest are no strays."""
    found = {"xorbs": _xorbs, "lfs": _wholes, "packs": _packs, "uploads": _parts}
    for prefix, sift in found.items():
        old = (each for each in hub.objects.walk(prefix) if each.written_at < before)
        while batch := list(islice(old, AT_ONCE)):
            yield from sift(hub, batch)


def sweep_scratch(hub: Hub) -> int:
    """Remove half-received files that nobody has added to for a day; how many."""
    return sweep(hub.objects.scratch)


def _xorbs(hub: Hub, batch: list[Stored]) -> Iterator[Stray]:
    """Each upload has a name of its own: nobody writes there again."""
    named: dict[str, tuple[bytes, str]] = {}
    for each in batch:
        spelled, _, nonce = each.key.rpartition("/")[2].partition(".")
        if len(spelled) == 64 and nonce:
            named[each.key] = (hashes.parse(spelled), nonce)
    known = hub.read(lambda tx: rows.nonces(tx.db, {hash for hash, _ in named.values()}))
    for each in batch:
        if each.key in named and named[each.key] not in known:
            yield Stray(each.key, each.size, _deleting(hub, each.key))


def _wholes(hub: Hub, batch: list[Stored]) -> Iterator[Stray]:
    by_hash = {each.key.rpartition("/")[2]: each for each in batch}
    known = hub.read(lambda tx: rows.whole(tx.db, by_hash))
    for sha256, each in by_hash.items():
        if not known.get(sha256, False):
            yield Stray(each.key, each.size, _deleting_whole(hub, sha256, each.key))


def _deleting_whole(hub: Hub, sha256: str, key: str) -> Callable[[], bool]:
    def drop(tx: Transaction) -> bool:
        if not rows.bytes_may_go(tx.db, sha256, tx.now):
            return False
        tx.hub.objects.delete(key)  # within: whoever sends it again waits, and finds it missing
        return True

    return lambda: hub.write(drop)


def _packs(hub: Hub, batch: list[Stored]) -> Iterator[Stray]:
    by_sha = {each.key.rpartition("/")[2].removesuffix(".pack"): each for each in batch}
    known = _named_packs(hub, by_sha)
    for sha, each in by_sha.items():
        if sha not in known:
            yield Stray(each.key, each.size, _deleting_pack(hub, sha, each))


def _deleting_pack(hub: Hub, sha: str, stray: Stored) -> Callable[[], bool]:
    def drop() -> bool:
        """Unless the same pack has just come again."""
        again = [
            each.written_at
            for each in hub.objects.walk(stray.key.rpartition("/")[0])
            if each.key == stray.key
        ]
        if again != [stray.written_at] or _named_packs(hub, [sha]):
            return False
        hub.objects.delete(stray.key)
        return True

    return drop


def _named_packs(hub: Hub, shas: Iterable[str]) -> set[str]:
    return hub.read(lambda tx: git.packs_named(tx.db, shas))


def _parts(hub: Hub, batch: list[Stored]) -> Iterator[Stray]:
    """Of multipart uploads in a cloud."""
    known = hub.read(lambda tx: rows.uploads_named(tx.db, {_upload(each) for each in batch}))
    for each in batch:
        if _upload(each) not in known:
            yield Stray(each.key, each.size, _deleting(hub, each.key))


def _upload(part: Stored) -> str:
    return part.key.split("/")[1]


def _deleting(hub: Hub, key: str) -> Callable[[], bool]:
    def drop() -> bool:
        hub.objects.delete(key)
        return True

    return drop
