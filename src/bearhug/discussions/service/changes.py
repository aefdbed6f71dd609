"""What a pull request would bring, or brought. Two commits never change, so it is kept."""

from dataclasses import replace

from bearhug.discussions.model import Changes, Discussion, Status
from bearhug.discussions.service import refs
from bearhug.discussions.service.memory import memory
from bearhug.errors import RevisionNotFound
from bearhug.files import service as files
from bearhug.files.model import Snapshot
from bearhug.git import merging
from bearhug.git import store as git
from bearhug.hub import Transaction
from bearhug.repos.model import Repo

NOTHING = Changes(None, None, None)


def look(tx: Transaction, repo: Repo, discussion: Discussion, *, diff: bool = False) -> Changes:
    """Conflicts only while it is open. Slow the first time; whether one may is asked before."""
    sides = between(tx, repo, discussion)
    if sides is None:
        return NOTHING
    snapshot, base = sides
    judged = discussion.status.is_open
    key = (repo.id, base, snapshot.commit, judged, diff)
    return memory(tx).changes.get(key, lambda: _made(snapshot, base, judged, diff))


def between(tx: Transaction, repo: Repo, discussion: Discussion) -> tuple[Snapshot, str] | None:
    """(the repo at what is proposed, the commit it is held against); None if either is gone."""
    base = _base(tx, repo, discussion)
    head = refs.head(tx, repo, discussion)
    try:
        if discussion.merge_oid is not None:
            merged = files.at(tx, repo, discussion.merge_oid)
            head = merged.repository.commit(merged.commit).parents[-1]
        if base is None or head is None:
            return None
        snapshot = files.at(tx, repo, head)
        return snapshot, snapshot.repository.resolve(base)
    except RevisionNotFound:
        return None


def _base(tx: Transaction, repo: Repo, discussion: Discussion) -> str | None:
    if discussion.status is Status.MERGED:
        return discussion.base_oid
    ref = git.ref(tx.db, repo.id, discussion.base)
    return ref.commit if ref else None


def _made(snapshot: Snapshot, base: str, judged: bool, diff: bool) -> Changes:
    repository, head = snapshot.repository, snapshot.commit
    common = repository.merge_base(base, head)
    found = Changes(head, base, common, behind=common == head)
    if judged:
        found = replace(found, conflicts=merging.merge(repository, base, head).conflicts)
    return replace(found, diff=repository.patch(common, head)) if diff else found
