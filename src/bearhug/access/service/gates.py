"""Asking for what is behind a gate, and deciding.

Statuses and refusals as HfApi's access requests have them (huggingface_hub/hf_api.py), and the
Hub's documentation, "Gated models".
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bearhug.access.model import (
    AccessAsked,
    AccessDecided,
    Form,
    Gate,
    OwnRequest,
    Request,
    Status,
    form_of,
)
from bearhug.access.model.gates import MOST_REASON
from bearhug.access.store import requests as store
from bearhug.accounts import service as accounts
from bearhug.accounts.model import Account
from bearhug.cards import service as cards
from bearhug.errors import BadRequest, Forbidden, NotFound, Unprocessable
from bearhug.hub import Permission, Transaction
from bearhug.kit.wire import Moment
from bearhug.repos import service as repos
from bearhug.repos.model import Access, Repo, RepoKind

PAGE = 100
MOST_OWN = 500
NEWEST = (2**62, 2**62)
SHUT = "Your request to access this repo has been rejected by the repo's authors."


@dataclass(frozen=True)
class Step:
    """A page of requests; `more` is (when, user id) of its last where others follow."""

    requests: Sequence[Request]
    more: tuple[Moment, int] | None


def gate(tx: Transaction, repo: Repo) -> Gate | None:
    """What stands in the way of whoever sees a repo; None where nothing does."""
    if not repo.gated or repo.disabled or repos.can(tx.actor, repo, Access.READ):
        return None
    if not repos.can(tx.actor, repo, Access.NAMES):
        return None
    user_id = tx.actor.user_id
    row = None if user_id is None else store.status(tx.db, repo.id, user_id)
    if row is None:
        return Gate(repo, _form(tx, repo), None)
    return Gate(repo, _form(tx, repo), Status(row.status), row.reason)


def ask(
    tx: Transaction, kind: RepoKind, name: str, given: Mapping[str, str], address: str
) -> Status:
    """Ask to be let in, agreeing that the owner learns one's name, e-mail address and answers.

    Where the gate opens by itself the request is accepted at once. Asking again changes the
    answers of a request that waits. Raises NotSignedIn, BadRequest for a repo without a gate,
    Forbidden for whoever was refused or a token that may only read, Refused for answers missing.
    """
    repo = repos.find(tx, kind, name, access=Access.NAMES)
    user_id = tx.actor.require_user()
    _check_gated(repo)
    agrees = tx.actor.grant.allows(Permission.WRITE, account=user_id)
    if not agrees or tx.actor.delegation is not None:
        raise Forbidden("This token may not agree to anything for you. Ask in a browser.")
    row = store.status(tx.db, repo.id, user_id)
    if row is not None and row.status == Status.REJECTED:
        raise Forbidden(SHUT)
    if repos.can(tx.actor, repo, Access.READ):
        return Status.ACCEPTED
    answers = _form(tx, repo).checked(given, address)
    # An owner who took an admission back wants to decide, whichever way the gate is set.
    opens = repo.gated == "auto" and (row is None or row.decided_at is None)
    status = Status.ACCEPTED if opens else Status.PENDING
    store.put(tx.db, repo.id, user_id, status, at=tx.now, fields=answers)
    tx.announce(AccessAsked(repo, user_id, status))
    return status


def cancel(tx: Transaction, kind: RepoKind, name: str) -> Repo:
    """Take back one's own request, or give up what was granted.

    Raises NotFound where there is none, Forbidden where it was refused: that stands.
    """
    repo = repos.find(tx, kind, name, access=Access.METADATA)
    user_id = tx.actor.require_user()
    if not tx.actor.grant.allows(Permission.WRITE, account=user_id):
        raise Forbidden("This token may only read.")
    row = store.status(tx.db, repo.id, user_id)
    if row is None:
        raise NotFound("You have not asked for access to this repo.")
    if row.status == Status.REJECTED:
        raise Forbidden(SHUT)
    store.drop(tx.db, repo.id, user_id)
    return repo


def own(tx: Transaction) -> Sequence[OwnRequest]:
    """One's own requests for repos one may see, newest first."""
    user_id = tx.actor.require_user()
    tx.actor.require_grant(Permission.GATED, account=user_id)
    found = store.of_user(tx.db, user_id, MOST_OWN)
    return [each for each in found if repos.can(tx.actor, each.repo, Access.METADATA)]


def browse(
    tx: Transaction,
    kind: RepoKind,
    name: str,
    status: Status,
    *,
    before: tuple[Moment, int] = NEWEST,
    limit: int = PAGE,
) -> Step:
    """A repo's requests of one status, newest first, for whoever may write to it."""
    repo = _of_owner(tx, kind, name)
    found = store.page(tx.db, repo.id, status, before, limit + 1)
    shown = found[:limit]
    return Step(shown, (shown[-1].asked_at, shown[-1].user.id) if len(found) > limit else None)


def counts(tx: Transaction, repo: Repo) -> Mapping[Status, int]:
    """How many requests of each status, for whoever was found to manage the repo."""
    return store.counts(tx.db, repo.id)


def report(tx: Transaction, kind: RepoKind, name: str) -> Sequence[Request]:
    """All requests a repo ever had, the first first, for whoever may write to it."""
    return store.every(tx.db, _of_owner(tx, kind, name).id)


def handle(
    tx: Transaction,
    kind: RepoKind,
    name: str,
    user: str,
    status: Status,
    *,
    reason: str = "",
    request_id: str = "",
) -> None:
    """Let somebody in who asked, refuse them, or take either back.

    They are named by `user` or by `request_id`, as the wire has it.
    Raises NotFound for nobody of that name, no request, or one that stands so already.
    """
    repo = _of_owner(tx, kind, name)
    if reason and status is not Status.REJECTED:
        raise BadRequest("rejectionReason: only a request that is rejected has one.")
    if len(reason) > MOST_REASON:
        raise Unprocessable(f"rejectionReason: at most {MOST_REASON} characters.")
    if request_id:
        user = store.user_of(tx.db, repo.id, request_id) or user
    account = accounts.find_user(tx, user)
    row = store.status(tx.db, repo.id, account.id)
    if row is None:
        raise NotFound(f"{account.name} has not asked for access to {repo.name}.")
    if row.status == status:
        raise NotFound(f"The request of {account.name} is in the {status} list already.")
    by = tx.actor.user_id
    store.decide(tx.db, repo.id, account.id, status, reason=reason, by=by, at=tx.now)
    tx.announce(AccessDecided(repo, account.id, status))


def grant(tx: Transaction, kind: RepoKind, name: str, user: str) -> Account:
    """Let somebody in who did not ask. Raises BadRequest if they are in already, NotFound."""
    repo = _of_owner(tx, kind, name)
    account = accounts.find_user(tx, user)
    row = store.status(tx.db, repo.id, account.id)
    if account.id == repo.owner_id or (row is not None and row.status == Status.ACCEPTED):
        raise BadRequest(f"{account.name} already has access to {repo.name}.")
    by = tx.actor.user_id
    if row is None:
        store.put(tx.db, repo.id, account.id, Status.ACCEPTED, at=tx.now, by=by)
    else:
        store.decide(tx.db, repo.id, account.id, Status.ACCEPTED, reason="", by=by, at=tx.now)
    tx.announce(AccessDecided(repo, account.id, Status.ACCEPTED))
    return account


def set_gate(tx: Transaction, kind: RepoKind, name: str, gated: str) -> Repo:
    """ "" for none, auto or manual. Requests are kept while there is no gate."""
    return repos.change_settings(tx, kind, name, gated=gated)


def _of_owner(tx: Transaction, kind: RepoKind, name: str) -> Repo:
    repo = repos.find(tx, kind, name, access=Access.WRITE)
    _check_gated(repo)
    return repo


def _check_gated(repo: Repo) -> None:
    if not repo.gated:
        raise BadRequest(f"{repo.name} is not gated: its files are open to whoever may see it.")


def _form(tx: Transaction, repo: Repo) -> Form:
    card = cards.card(tx, repo)
    return form_of(card.metadata if card else {}, repo.kind.title)
