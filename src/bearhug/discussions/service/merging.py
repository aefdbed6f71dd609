"""Merging: a commit with two parents, landed together with the news that it is merged."""

from bearhug.discussions.model import (
    Discussion,
    EventKind,
    MergeConflict,
    Status,
)
from bearhug.discussions.service import refs, rights
from bearhug.discussions.service.talking import Spot, find, record, say
from bearhug.discussions.service.telling import tell
from bearhug.errors import Conflict, RevisionNotFound
from bearhug.files import service as files
from bearhug.files.model import Landing
from bearhug.files.service.committing import TRIES, LostRace, land, landing_of, signature
from bearhug.git import merging
from bearhug.git import store as git
from bearhug.git.writing import edit
from bearhug.hub import Actor, Hub, Transaction
from bearhug.repos.model import Repo


def merge_now(hub: Hub, actor: Actor, spot: Spot, comment: str = "") -> str:
    """Merge the pull request and return the merge's commit, durable. Slow: call it in a thread.

    Raises as `talking.find`, Forbidden for who may not write, Conflict unless it is open and
    brings something, MergeConflict, LostRace.
    """
    for _ in range(TRIES):
        landing, head = hub.read_as(actor, plan_merge, spot)
        hub.git.put(landing.pack)
        if hub.write_as(actor, land_merge, spot, landing, head, comment):
            return landing.new
    raise LostRace("Too many commits to this branch at once. Try again.")


def plan_merge(tx: Transaction, spot: Spot) -> tuple[Landing, str]:
    """The merge, built in memory, and the commit it takes in."""
    repo, discussion = find(tx, spot)
    require_mergeable(tx, repo, discussion)
    base = git.ref(tx.db, repo.id, discussion.base)
    head = git.ref(tx.db, repo.id, discussion.ref)
    if base is None or head is None:
        raise RevisionNotFound(discussion.base if base is None else discussion.ref)
    snapshot = files.at(tx, repo, base.commit)
    repository = snapshot.repository
    if not merging.ahead(repository, base.commit, head.commit, limit=1):
        raise Conflict("There is nothing in it to merge: its branch has all of it.")
    merged = merging.merge(repository, base.commit, head.commit)
    if not merged.clean:
        raise MergeConflict(merged.conflicts)
    title = f"{discussion.title} (#{discussion.num})"
    written = edit(
        repository,
        base.commit,
        merged.changes,
        author=signature(tx),
        message=f"{title}\n\nMerge {discussion.ref} into {discussion.base}",
        other_parents=(head.commit,),
    )
    landing = landing_of(tx, repo, discussion.base, base.commit, written, {}, title)
    return landing, head.commit


def land_merge(tx: Transaction, spot: Spot, landing: Landing, head: str, comment: str) -> bool:
    """All of it in one transaction. False if either side has moved on."""
    repo, discussion = find(tx, spot)
    require_mergeable(tx, repo, discussion)
    ref = git.ref(tx.db, repo.id, discussion.ref)
    if ref is None or ref.commit != head or not land(tx, landing):
        return False
    if comment.strip():
        say(tx, repo, discussion, comment)
    event = record(
        tx,
        repo,
        discussion,
        EventKind.STATUS,
        {"status": Status.MERGED, "oid": landing.new},
        status=Status.MERGED,
        merge_oid=landing.new,
        base_oid=landing.old,
    )
    tell(tx, repo, discussion, event)
    return True


def require_mergeable(tx: Transaction, repo: Repo, discussion: Discussion) -> None:
    """Raises Forbidden to who may not write, Conflict for what is not open."""
    rights.require_decides(tx, repo)
    if not discussion.is_pull_request:
        raise Conflict("It is a discussion: there is nothing to merge.")
    if discussion.status is Status.DRAFT:
        raise Conflict("It is a draft: set its status to open first.")
    if discussion.status is not Status.OPEN:
        raise Conflict(f"It is {discussion.status}.")


def delete_ref(tx: Transaction, spot: Spot) -> tuple[Repo, Discussion]:
    """Delete the ref of a pull request that is over. Raises as `refs.delete` does."""
    repo, discussion = _pull_request(tx, spot)
    refs.delete(tx, repo, discussion)
    return repo, discussion


def restore_ref(tx: Transaction, spot: Spot) -> tuple[Repo, Discussion]:
    """Bring it back, where it was. Raises as `refs.restore` does."""
    repo, discussion = _pull_request(tx, spot)
    refs.restore(tx, repo, discussion)
    return repo, discussion


def _pull_request(tx: Transaction, spot: Spot) -> tuple[Repo, Discussion]:
    repo, discussion = find(tx, spot)
    if not discussion.is_pull_request:
        raise Conflict("It is a discussion: it has no ref.")
    return repo, discussion
