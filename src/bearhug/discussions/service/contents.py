"""What a pull request holds, to be looked at: its commits, its files, whose changes collide."""

from dataclasses import dataclass

from bearhug.discussions.model import Thread
from bearhug.discussions.service import changes
from bearhug.discussions.service.memory import memory
from bearhug.files import service as files
from bearhug.files.model import Snapshot
from bearhug.files.service import browsing
from bearhug.files.service.browsing import Change, Said
from bearhug.git import merging
from bearhug.hub import Transaction

MOST_COMMITS = 250
MOST_CONFLICTS = 20


@dataclass(frozen=True)
class Collision:
    """A path both sides changed, and who did so last on either."""

    path: str
    ours: Said | None
    theirs: Said | None


@dataclass(frozen=True)
class Contents:
    head: str
    commits: tuple[Said, ...]
    """Newest first, at most MOST_COMMITS."""
    changes: tuple[Change, ...]
    collisions: tuple[Collision, ...]


def contents(tx: Transaction, thread: Thread) -> Contents | None:
    """Slow. None where there is nothing to hold, or nothing one may read."""
    brought = thread.changes
    sides = changes.between(tx, thread.repo, thread.discussion) if brought else None
    if brought is None or sides is None:
        return None
    snapshot, base = sides
    repository = snapshot.repository
    oids = merging.ahead(repository, base, snapshot.commit, limit=MOST_COMMITS)
    said = browsing.told(tx, snapshot, [repository.commit(oid) for oid in oids])
    key = (thread.repo.id, brought.common, snapshot.commit)
    changed = memory(tx).files.get(
        key, lambda: tuple(browsing.changed(tx, snapshot, brought.common))
    )
    collide = [_collision(tx, snapshot, base, path) for path in brought.conflicts[:MOST_CONFLICTS]]
    return Contents(snapshot.commit, tuple(said), changed, tuple(collide))


def _collision(tx: Transaction, theirs: Snapshot, base: str, path: str) -> Collision:
    ours = files.at(tx, theirs.repo, base)
    return Collision(
        path, browsing.last_commit(tx, ours, path), browsing.last_commit(tx, theirs, path)
    )
