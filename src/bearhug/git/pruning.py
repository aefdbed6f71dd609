"""Forgetting for good what no ref leads to: after history was written anew."""

from pathlib import Path

from bearhug.db import Connection, Database
from bearhug.errors import Conflict
from bearhug.git import store
from bearhug.git.cache import GitCache
from bearhug.git.compact import keep, roll
from bearhug.git.native import git
from bearhug.git.store import PackRow, Ref
from bearhug.storage.objects import Objects

TRIES = 5


def run(
    database: Database, cache: GitCache, objects: Objects, repo_id: int, *, at: int
) -> list[str]:
    """One pack of what the refs lead to in place of all packs; may be run twice. Slow.

    Returns the packs given up, for `compact.forget`. Raises Conflict if refs kept moving.
    """

    for _ in range(TRIES):
        given_up = _once(database, cache, objects, repo_id, at)
        if given_up is not None:
            return given_up
    raise Conflict("This repository is changing too often to be packed; later, then.")


def forget_pointers(database: Database, cache: GitCache, repo_id: int) -> int:
    """Large files that no ref leads to any more are named no more, and may be collected. Slow.

    How many blobs stood for such. Raises Conflict if refs kept moving.
    """

    def look(db: Connection) -> tuple[set[str], dict[str, Ref], Path | None]:
        refs = store.refs(db, repo_id)
        return store.pointers(db, repo_id), refs, cache.sync_refs(db, repo_id) if refs else None

    for _ in range(TRIES):
        known, refs, bare = database.read(look)
        gone = known - _led_to(bare) if bare and known else known

        def drop(db: Connection, refs: dict[str, Ref] = refs, gone: set[str] = gone) -> bool:
            if store.refs(db, repo_id) != refs:  # a commit since may name them again
                return False
            store.drop_blobs(db, repo_id, gone)
            return True

        if database.write(drop):
            return len(gone)
    raise Conflict("This repository is changing too often to be looked over; later, then.")


def _led_to(bare: Path) -> set[str]:
    listed = git("rev-list", "--objects", "--no-object-names", "--all", at=bare)
    return set(listed.decode("ascii").split())


def _once(
    database: Database, cache: GitCache, objects: Objects, repo_id: int, at: int
) -> list[str] | None:
    """None, having changed nothing, if somebody pushed meanwhile."""

    def look(db: Connection) -> tuple[list[PackRow], dict[str, Ref], Path | None]:
        rows, refs = store.packs(db, repo_id), store.refs(db, repo_id)
        return rows, refs, cache.sync_refs(db, repo_id) if refs else None

    rows, refs, bare = database.read(look)
    if bare is None:
        return []
    pack = roll(bare, rows, rest=[], unreachable=False)
    stored = pack.data is None
    if stored:
        keep(objects, bare, pack)

    def swap(db: Connection) -> int | None:
        # A branch begun meanwhile may stand on what was left out.
        if store.refs(db, repo_id) != refs or store.packs(db, repo_id) != rows:
            return None
        ids = [row.id for row in rows]
        return store.replace_packs(db, repo_id, ids, pack, stored=stored, at=at)

    if database.write(swap) is None:
        return None
    return [row.sha for row in rows if row.sha != pack.sha]
