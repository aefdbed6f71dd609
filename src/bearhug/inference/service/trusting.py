"""Code that repos bring along: run only at the commits that an operator has looked at."""

from bearhug.errors import BadRequest, Forbidden
from bearhug.files import service as files
from bearhug.hub import Transaction
from bearhug.inference import store
from bearhug.repos.model import Repo


def trusts(tx: Transaction, repo: Repo, commit: str) -> bool:
    """Whether models may run this repo's code at this commit."""
    return store.is_trusted(tx.db, repo.id, commit)


def trust(tx: Transaction, repo: Repo, rev: str = "main") -> str:
    """Let the repo's code run at the commit that `rev` names now; which one that is.

    Raises Forbidden to all but operators, whose credential must write; RevisionNotFound.
    """
    _require_operator(tx)
    commit = files.at(tx, repo, rev).commit
    if not trusts(tx, repo, commit):
        store.trust(tx.db, repo.id, commit, tx.actor.user_id, tx.now)
    return commit


def distrust(tx: Transaction, repo: Repo, commit: str = "") -> None:
    """Let it run no more, at one commit or at all. Raises Forbidden as `trust`."""
    _require_operator(tx)
    store.distrust(tx.db, repo.id, commit)


def trusted(tx: Transaction, repo: Repo) -> list[str]:
    """The commits whose code may run, the latest allowed first."""
    return store.trusted(tx.db, repo.id)


def _require_operator(tx: Transaction) -> None:
    tx.actor.require_user()
    if not tx.actor.operator:
        raise Forbidden("Only an operator of this hub may let a repository's own code run.")
    if not tx.actor.grant.writes:
        raise BadRequest("This token only reads. Send one that may write.")
