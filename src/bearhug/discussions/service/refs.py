"""`refs/pr/N`: it comes with its pull request, goes when that is over, and can come back."""

from collections.abc import Mapping

from bearhug.discussions.model import (
    Discussion,
    DiscussionChanged,
    EventKind,
)
from bearhug.discussions.service import rights
from bearhug.discussions.store import events, talks
from bearhug.errors import Conflict, RevisionNotFound
from bearhug.files import service as files
from bearhug.files.model import RevisionPushed
from bearhug.files.service.committing import pushed
from bearhug.git import store as git
from bearhug.hub import Transaction
from bearhug.repos.model import Repo


def begin(tx: Transaction, repo: Repo, discussion: Discussion) -> None:
    """At the head of its base. Raises RevisionNotFound."""
    base = git.ref(tx.db, repo.id, discussion.base)
    if base is None:
        raise RevisionNotFound(discussion.base)
    _create(tx, repo, discussion, base.commit)


def head(tx: Transaction, repo: Repo, discussion: Discussion) -> str | None:
    """The commit its ref is at, or was at when it was deleted."""
    ref = git.ref(tx.db, repo.id, discussion.ref)
    return ref.commit if ref else _last_known(tx, discussion)


def exists(tx: Transaction, repo: Repo, discussion: Discussion) -> bool:
    return git.ref(tx.db, repo.id, discussion.ref) is not None


def delete(tx: Transaction, repo: Repo, discussion: Discussion) -> None:
    """Raises Conflict while the pull request is open, and as `rights.require_runs` does."""
    rights.require_runs(tx, repo, discussion)
    if discussion.status.is_open:
        raise Conflict("It is still open: close it first.")
    ref = git.ref(tx.db, repo.id, discussion.ref)
    if ref is None:
        raise RevisionNotFound(discussion.ref)
    git.delete_ref(tx.db, repo.id, discussion.ref)
    pushed(tx, repo, discussion.ref, ref.commit, None, f"Delete {discussion.ref}")


def restore(tx: Transaction, repo: Repo, discussion: Discussion) -> None:
    """Raises Conflict if it is there or its commits are gone, and as `rights.require_runs` does."""
    rights.require_runs(tx, repo, discussion)
    if exists(tx, repo, discussion):
        raise Conflict(f"{discussion.ref} is there.")
    ensure(tx, repo, discussion)


def ensure(tx: Transaction, repo: Repo, discussion: Discussion) -> None:
    """Bring it back if it is gone. Raises Conflict if its commits are gone, too."""
    if exists(tx, repo, discussion):
        return
    known = _last_known(tx, discussion)
    if known is None:
        return begin(tx, repo, discussion)
    try:
        # One look into git inside a write: pruning, a write too, cannot come between.
        files.at(tx, repo, known)
    except RevisionNotFound:
        raise Conflict(
            f"The commits of {discussion.ref} are gone: this repo's history was written anew since"
            " it was deleted. Open a new pull request."
        ) from None
    _create(tx, repo, discussion, known)


def on_pushed(tx: Transaction, event: RevisionPushed) -> None:
    """Commits that came to a pull request, by the API or by git, become part of its story."""
    discussion = of_ref(tx, event.repo, event.ref)
    if discussion is None:
        return
    if event.new is None:
        _record(tx, event, discussion, EventKind.REF, {"deleted": True, "oid": event.old})
        return
    story = events.of(tx.db, discussion.id)
    known = {each.data.get("oid") for each in story if each.kind is EventKind.COMMIT}
    came = event.commits or talks.pushed(tx.db, event.repo.id, event.ref)
    new = [(oid, title) for oid, title in came if oid not in known]
    if not new and event.old is not None:
        new = [(event.new, event.title)]
    for oid, title in new:
        _record(tx, event, discussion, EventKind.COMMIT, {"subject": title, "oid": oid})
    if not new and any(each.kind is EventKind.REF for each in story):
        _record(tx, event, discussion, EventKind.REF, {"deleted": False, "oid": event.new})


def of_ref(tx: Transaction, repo: Repo, ref: str) -> Discussion | None:
    """The pull request a full ref is of, if it is one's."""
    number = ref.removeprefix("refs/pr/")
    if number == ref or not number.isdecimal() or str(int(number[:18])) != number:
        return None
    found = talks.by_num(tx.db, repo.id, int(number))
    return found if found is not None and found.is_pull_request else None


def _record(
    tx: Transaction,
    pushed: RevisionPushed,
    discussion: Discussion,
    kind: EventKind,
    said: Mapping[str, object],
) -> None:
    added = events.add(tx.db, discussion.id, kind, author_id=pushed.actor_id, at=tx.now, data=said)
    talks.commented(tx.db, discussion.id, tx.now, more=0)
    tx.announce(DiscussionChanged(pushed.repo, discussion, added, pushed.actor_id))


def _create(tx: Transaction, repo: Repo, discussion: Discussion, commit: str) -> None:
    git.create_ref(tx.db, repo.id, discussion.ref, commit)
    pushed(tx, repo, discussion.ref, None, commit, f"Open {discussion.ref}")


def _last_known(tx: Transaction, discussion: Discussion) -> str | None:
    story = events.of(tx.db, discussion.id)
    gone = [event for event in story if event.kind is EventKind.REF]
    return str(gone[-1].data["oid"]) if gone else None
