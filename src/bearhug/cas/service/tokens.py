"""CAS tokens: who gets one, and what it is worth later."""

from dataclasses import replace

from bearhug.cas.model import GRACE_SECONDS, TOKEN_SECONDS, Access, Ticket
from bearhug.errors import BadCredentials, Forbidden, NotFound
from bearhug.files.service import permits
from bearhug.hub import VISITOR, Actor, Hub, Transaction
from bearhug.identity.service import speak_for
from bearhug.kit.signing import sign, unsign
from bearhug.repos import service as repos
from bearhug.repos import store as repo_rows
from bearhug.repos.model import Access as Reach
from bearhug.repos.model import Repo, RepoKind
from bearhug.xet import address
from bearhug.xet.address import cas_path

PURPOSE = "xet"


def read_access(tx: Transaction, kind: RepoKind, name: str) -> Access:
    """A token to read the repo's files. Raises as `repos.find` does."""
    repo = repos.find(tx, kind, name, access=Reach.READ)
    return _issue(tx, repo, writes=False)


def write_access(
    tx: Transaction, kind: RepoKind, name: str, revision: str, *, proposing: bool
) -> Access:
    """A token to add files. Whoever reads may have one for a pull request.

    With `proposing` the revision says nothing: huggingface_hub sends the word None.
    Raises as `repos.find` does, and Forbidden.
    """
    repo = repos.find(tx, kind, name, access=Reach.READ)
    permits.require_bytes(tx, repo, None if proposing else revision)
    return _issue(tx, repo, writes=True)


def ticket_of(hub: Hub, token: str, *, writes: bool) -> Ticket:
    """What a token stands for, if its holder may still do so much there.

    Raises BadCredentials, Forbidden for a reading token where one must write, and NotFound.
    """
    claims = unsign(hub.secret, PURPOSE, token)
    if claims is None or (claims["e"] + GRACE_SECONDS) * 1000 < hub.clock():
        raise BadCredentials
    ticket = Ticket(claims["r"], claims["u"], claims["w"], claims.get("n", True))
    if writes and not ticket.writes:
        raise Forbidden("This token reads only. Ask for one at xet-write-token.")
    hub.read(_check, ticket)
    return ticket


def _check(tx: Transaction, ticket: Ticket) -> None:
    repo = repo_rows.by_id(tx.db, ticket.repo_id)
    if repo is None:
        raise NotFound("The repo is gone.")
    who = bearer(tx, ticket)
    if ticket.writes:
        permits.require_bytes(replace(tx, actor=who), repo)
    else:
        repos.require(who, repo, Reach.READ)


def bearer(tx: Transaction, ticket: Ticket) -> Actor:
    """Who holds it, with all that they may."""
    return VISITOR if ticket.user_id is None else speak_for(tx, ticket.user_id)


def _issue(tx: Transaction, repo: Repo, *, writes: bool) -> Access:
    who, expires = tx.actor, tx.now // 1000 + TOKEN_SECONDS
    narrow = who.grant.fine or who.delegation is not None
    claims = {"r": repo.id, "u": who.user_id, "w": writes, "n": narrow, "e": expires}
    own = writes and tx.hub.settings.dedup_scope == "owner"
    path = cas_path(tx.db, who.user_id if own else None)
    return Access(sign(tx.hub.secret, PURPOSE, **claims), expires, path)


def headers_to_write(tx: Transaction, repo: Repo, base_url: str) -> dict[str, str]:
    """What the LFS batch tells a client that would rather send chunks; it asked whether it may.

    Clients: @huggingface/hub, git-xet, huggingface_hub before 1.33.
    """
    return _issue(tx, repo, writes=True).headers(base_url)


def generation(tx: Transaction) -> int:
    """Part of the CAS's address (`xet.address`)."""
    return address.generation(tx.db)


def next_generation(tx: Transaction) -> None:
    """From now on clients know nothing of what is here: xorbs may go at once."""
    address.next_generation(tx.db)
