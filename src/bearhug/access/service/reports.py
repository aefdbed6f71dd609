"""Complaints about what is kept here, and what operators do about them."""

from collections.abc import Sequence

from bearhug.access.model import Report, Suspension
from bearhug.access.model.reports import LEAST_REASON, MOST_REASON
from bearhug.access.store import reports as store
from bearhug.accounts.model import Refused
from bearhug.errors import BadRequest, Forbidden, NotFound, TooMany
from bearhug.hub import Permission, Transaction
from bearhug.repos import service as repos
from bearhug.repos import store as repo_rows
from bearhug.repos.model import Repo, RepoChanged, RepoKind

PAGE = 100
MOST_SUSPENDED = 1_000
MOST_A_DAY = 50
DAY = 24 * 3600 * 1000


def complain(
    tx: Transaction, kind: RepoKind, name: str, reason: str, *, discussion: int | None = None
) -> Repo:
    """Tell the operators about a repo, or about what is said in one of its discussions.

    Raises as `repos.find`, NotSignedIn, Refused for a reason that says nothing, TooMany.
    """
    repo = repos.find(tx, kind, name)
    user_id = tx.actor.require_user()
    if not tx.actor.grant.allows(Permission.WRITE, account=user_id):
        raise Forbidden("This token may only read.")
    reason = reason.strip()
    if len(reason) < LEAST_REASON:
        raise Refused(reason="Say in a sentence what is wrong, so that somebody can look.")
    if store.recent(tx.db, user_id, tx.now - DAY) >= MOST_A_DAY:
        raise TooMany("You have reported a great deal today. Go on tomorrow.", seconds=3600)
    store.add(tx.db, repo.id, user_id, reason[:MOST_REASON], discussion=discussion, at=tx.now)
    return repo


def reports(
    tx: Transaction, *, handled: bool = False, cursor: int | None = None
) -> Sequence[Report]:
    """What waits, the oldest first; or what was handled, the newest first. For operators."""
    require_operator(tx)
    if handled:
        return store.handled(tx.db, cursor, PAGE)
    return store.waiting(tx.db, cursor or 0, PAGE)


def count_waiting(tx: Transaction) -> int:
    return store.count_waiting(tx.db)


def close(tx: Transaction, report_id: int, *, disable_repo: bool = False) -> None:
    """Say that a report was looked into, disabling what it is about or not. Raises NotFound."""
    require_operator(tx)
    repo_id = store.handle(tx.db, report_id, tx.actor.user_id, tx.now)
    if repo_id is None:
        raise NotFound("This report was handled already, or its repo is gone.")
    if disable_repo:
        repo = repo_rows.by_id(tx.db, repo_id)
        assert repo is not None
        _suspend(tx, repo, "It was reported, and the operators agreed.")


def disable(tx: Transaction, kind: RepoKind, name: str, reason: str) -> Repo:
    """Shut a repo to all but operators. Its owner is told why. Raises Refused, NotFound."""
    require_operator(tx)
    repo = repos.find(tx, kind, name)
    reason = reason.strip()[:MOST_REASON]
    if not reason:
        raise Refused(reason="Say why: its owner is shown this.")
    return _suspend(tx, repo, reason)


def enable(tx: Transaction, kind: RepoKind, name: str) -> Repo:
    """Open it again. Raises BadRequest if it is open."""
    require_operator(tx)
    repo = repos.find(tx, kind, name)
    if not repo.disabled:
        raise BadRequest(f"{repo.name} is not disabled.")
    store.lift(tx.db, repo.id)
    return _set(tx, repo, disabled=False)


def suspension(tx: Transaction, repo: Repo) -> Suspension | None:
    """Why it is disabled, for its people and operators; None for others."""
    concerned = tx.actor.operator or repo.owner_id in tx.actor.roles
    return store.suspension(tx.db, repo.id) if repo.disabled and concerned else None


def suspended(tx: Transaction) -> Sequence[tuple[Repo, Suspension]]:
    """All that is disabled, the latest first. For operators."""
    require_operator(tx)
    return store.suspended(tx.db, MOST_SUSPENDED)


def require_operator(tx: Transaction) -> None:
    """Raises NotFound for everybody else: what operators do is nobody's business."""
    if not tx.actor.operator:
        tx.actor.require_user()
        raise NotFound("Nothing here by that name, or nothing you may see.")


def _suspend(tx: Transaction, repo: Repo, reason: str) -> Repo:
    store.suspend(tx.db, repo.id, reason, tx.actor.user_id, tx.now)
    return _set(tx, repo, disabled=True)


def _set(tx: Transaction, repo: Repo, *, disabled: bool) -> Repo:
    changed = repo_rows.set_disabled(tx.db, repo, disabled, tx.now)
    tx.announce(RepoChanged(repo, changed))
    return changed
