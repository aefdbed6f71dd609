"""Who may put what where: branches are the writers', `refs/pr/N` also whose pull request it is.

Whatever lets commits or bytes in asks here. Who opened a pull request `discussions` knows, a
floor above: it answers from `hub.rooms["pull_requests"]`.
"""

from typing import Protocol

from bearhug.errors import Forbidden
from bearhug.files.model import Proposal
from bearhug.hub import Transaction
from bearhug.repos import service as repos
from bearhug.repos.model import Access, Repo, RepoKind

PR_PREFIX = "refs/pr/"
TOKEN_OR_CLOSED = "they are switched off there, or your token may only read."


class PullRequests(Protocol):
    """What is asked of whoever keeps the pull requests. All run inside the transaction given."""

    def may_push(self, tx: Transaction, repo: Repo, ref: str) -> bool:
        """Whether the actor, who reads the repo, may move this `refs/pr/N`. It may not exist."""

    def may_open(self, tx: Transaction, repo: Repo) -> bool:
        """Whether the actor may ask for changes in this repo, which they may read."""

    def open(self, tx: Transaction, repo: Repo, base: str, proposal: Proposal) -> int:
        """Open one onto `base`, in the proposal's words; its number. Its ref is not made here.

        Raises Forbidden.
        """


def pull_requests(tx: Transaction) -> PullRequests | None:
    room: PullRequests | None = tx.hub.rooms.get("pull_requests")
    return room


def find(tx: Transaction, kind: RepoKind, name: str, ref: str) -> Repo:
    """The repo, if the actor may move this ref of it. Raises as `repos.find`, and Forbidden."""
    access = Access.READ if ref.startswith(PR_PREFIX) else Access.WRITE
    repo = repos.find(tx, kind, name, access=access)
    require_push(tx, repo, ref)
    return repo


def may_push(tx: Transaction, repo: Repo, ref: str) -> bool:
    """Whether the actor may move this ref, a full name."""
    if not ref.startswith(PR_PREFIX):
        return repos.can(tx.actor, repo, Access.WRITE)
    room = pull_requests(tx)
    readable = repos.can(tx.actor, repo, Access.READ)
    return room is not None and readable and room.may_push(tx, repo, ref)


def require_push(tx: Transaction, repo: Repo, ref: str) -> None:
    """Raises as `repos.require` does, and Forbidden for a pull request that is not there."""
    if not may_push(tx, repo, ref):
        repos.require(tx.actor, repo, Access.WRITE)
        raise Forbidden(f"{ref} is no pull request. Open one first: its ref comes with it.")


def may_propose(tx: Transaction, repo: Repo) -> bool:
    """Whether the actor may open a pull request: whoever reads the repo, by a token that writes."""
    room = pull_requests(tx)
    return room is not None and repos.can(tx.actor, repo, Access.READ) and room.may_open(tx, repo)


def require_propose(tx: Transaction, repo: Repo) -> None:
    """Raises as `repos.require` does, and NotSignedIn or Forbidden."""
    repos.require(tx.actor, repo, Access.READ)
    tx.actor.require_user()
    if not may_propose(tx, repo):
        raise Forbidden(f"You may not open pull requests in {repo.name}: {TOKEN_OR_CLOSED}")


def require_bytes(tx: Transaction, repo: Repo, ref: str | None = None) -> None:
    """Whether the actor may send this repo bytes that a commit is to name.

    Whoever proposes sends them before there is a pull request: clients name no ref then
    (huggingface_hub/lfs.py, `post_lfs_batch_info`). Raises as `repos.require` does.
    """
    if repos.can(tx.actor, repo, Access.WRITE):
        return
    if (ref is None or ref.startswith(PR_PREFIX)) and may_propose(tx, repo):
        return
    repos.require(tx.actor, repo, Access.WRITE)
