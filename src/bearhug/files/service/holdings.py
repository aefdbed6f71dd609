"""The LFS objects of a repo: which there are, giving them up for good, lending them on."""

from dataclasses import dataclass

from bearhug.errors import BadRequest
from bearhug.files import store
from bearhug.files.model import Holding
from bearhug.files.service import permits
from bearhug.files.service.reading import at
from bearhug.files.store import holding as rows
from bearhug.git import store as git
from bearhug.git.whereabouts import whereabouts
from bearhug.hub import Hub, Transaction
from bearhug.kit.wire import Moment
from bearhug.repos import service as repos
from bearhug.repos.model import Access, Repo, RepoDeleted, RepoKind
from bearhug.storage.objects import HEX, lfs_key

NEWEST: tuple[Moment, str] = (2**62, "")
MOST = 1000
SWEPT = 500
GRACE_SECONDS = 3600
"""Bytes given up may still be on their way to somebody."""


@dataclass(frozen=True)
class Failed:
    """An object that could not be copied, and why."""

    sha256: str
    error: str


def browse(
    tx: Transaction, kind: RepoKind, name: str, *, after: tuple[Moment, str] = NEWEST, limit: int
) -> list[Holding]:
    """What the repo holds, last sent first; `after` is the moment and hash of the last one seen.

    For those who write there: it tells of every branch, and of what was never committed. Slow:
    reads git. Raises as `repos.find` does.
    """
    repo = repos.find(tx, kind, name, access=Access.WRITE)
    found = rows.held(tx.db, repo.id, after=after, limit=limit)
    pointers = rows.pointers(tx.db, repo.id, [row.sha256 for row in found])
    places = whereabouts(at(tx, repo).repository, pointers.keys()) if pointers else {}
    of = {pointers[blob]: place for blob, place in reversed(places.items())}
    return [
        Holding(row.sha256, row.size, row.created_at, *of.get(row.sha256, (None, None)))
        for row in found
    ]


def check_hashes(hashes: list[str]) -> list[str]:
    """The same, once each. Raises BadRequest for what is no sha256, and for too many."""
    if len(hashes) > MOST:
        raise BadRequest(f"At most {MOST} objects at once; got {len(hashes)}.")
    for each in hashes:
        if len(each) != 64 or not HEX.fullmatch(each):
            raise BadRequest(f"{each[:80]!r} is no sha256.")
    return list(dict.fromkeys(hashes))


def lend(
    tx: Transaction,
    source: tuple[RepoKind, str],
    target: tuple[RepoKind, str],
    hashes: list[str],
) -> list[Failed]:
    """Let `target` hold these objects of `source` too; no bytes are moved.

    Whoever asks reads the one and may send bytes to the other. Returns those that `source` does
    not hold. Raises as `repos.find` does.
    """
    giver = repos.find(tx, *source, access=Access.READ)
    taker = repos.find(tx, *target, access=Access.READ)
    permits.require_bytes(tx, taker)
    held = store.owned(tx.db, giver.id, hashes)
    for sha256, size in held.items():
        if store.claim(tx.db, taker.id, sha256, size, tx.now):
            store.grow(tx.db, taker.id, size)
    missing = f"{giver.name} holds no such object."
    return [Failed(sha256, missing) for sha256 in hashes if sha256 not in held]


def give_up(tx: Transaction, repo: Repo, hashes: list[str]) -> None:
    """The repo holds these no more; their bytes go when no other repo does either."""
    rows.disown(tx.db, repo.id, hashes)
    store.measure(tx.db, repo.id)
    tx.later("files.sweep", delay_seconds=GRACE_SECONDS)


def on_repo_deleted(tx: Transaction, event: RepoDeleted) -> None:
    """What it alone held goes, once nobody can be reading it any more."""
    packs = [row.sha for row in git.packs(tx.db, event.repo.id) if row.size > git.INLINE_BYTES]
    if packs:
        tx.later("git.forget", delay_seconds=GRACE_SECONDS, shas=" ".join(packs))
    if rows.held(tx.db, event.repo.id, after=NEWEST, limit=1):
        tx.later("files.sweep", delay_seconds=GRACE_SECONDS)


def sweep(hub: Hub) -> int:
    """Delete the bytes that no repo holds any more; how many objects went. Slow."""
    swept = 0
    while found := hub.read(lambda tx: rows.unheld(tx.db, SWEPT)):
        swept += sum(hub.write(_forget, sha256) for sha256 in found)
        if len(found) < SWEPT:
            break
    return swept


def _forget(tx: Transaction, sha256: str) -> bool:
    if not rows.forget(tx.db, sha256):
        return False
    # Within the transaction: whoever sends it again just now waits, and then finds it missing.
    tx.hub.objects.delete(lfs_key(sha256))
    return True
