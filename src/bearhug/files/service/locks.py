"""Which file somebody keeps for themselves just now, so that two do not change it at once.

For files that cannot be merged. Clients heed a lock; the hub only keeps it. Rules as in git-lfs's
docs/api/locking.md.
"""

from dataclasses import dataclass

from bearhug.errors import Conflict, Forbidden, NotFound
from bearhug.files.store import locks as store
from bearhug.git.writing import check_path
from bearhug.hub import Transaction
from bearhug.kit.wire import Moment
from bearhug.repos import service as repos
from bearhug.repos.model import Access, Repo

PAGE = 100
MOST = 1_000
"""Locks of one answer, when nobody says otherwise, and at most."""


@dataclass(frozen=True)
class Lock:
    id: int
    path: str
    owner_id: int
    owner: str
    locked_at: Moment


class Locked(Conflict):
    """Somebody has locked the file already; `lock` says who and since when."""

    code = "Locked"

    def __init__(self, lock: Lock) -> None:
        super().__init__(f"{lock.path} is locked by {lock.owner} already.")
        self.lock = lock


class LockNotFound(NotFound):
    """No such lock: it was given up meanwhile."""

    code = "LockNotFound"


def lock(tx: Transaction, repo: Repo, path: str, ref: str = "") -> Lock:
    """Keep the file at `path` for the actor; it need not exist yet.

    Raises as `repos.require` does for whoever may not write, Unprocessable, Locked.
    """
    repos.require(tx.actor, repo, Access.WRITE)
    check_path(path)
    user_id = tx.actor.require_user()
    made = store.add(tx.db, repo.id, path, ref, user_id, tx.now)
    [found] = locks(tx, repo, path=path)
    if not made:
        raise Locked(found)
    return found


def locks(
    tx: Transaction,
    repo: Repo,
    *,
    path: str | None = None,
    id: int | None = None,
    after: int = 0,
    limit: int = PAGE,
) -> list[Lock]:
    """The repo's locks, oldest first, of one path or id if given; after the id last seen."""
    rows = store.listed(tx.db, repo.id, path, id, after, max(1, min(limit, MOST)))
    return [Lock(row.id, row.path, row.owner_id, row.owner, row.created_at) for row in rows]


def unlock(tx: Transaction, repo: Repo, id: int, *, force: bool = False) -> Lock:
    """Give a lock up: one's own, or, by force, another's, as whoever manages the repo may.

    Raises LockNotFound, Forbidden, and as `repos.require` does.
    """
    repos.require(tx.actor, repo, Access.WRITE)
    found = next(iter(locks(tx, repo, id=id)), None)
    if found is None:
        raise LockNotFound(f"There is no lock {id}.")
    if found.owner_id != tx.actor.user_id:
        if not force:
            raise Forbidden(
                f"{found.path} is locked by {found.owner}. Whoever manages the repo may take the"
                " lock away: git lfs unlock --force."
            )
        repos.require(tx.actor, repo, Access.ADMIN)
    store.drop(tx.db, found.id)
    return found
