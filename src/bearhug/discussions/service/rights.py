"""Who may see, speak and decide in a repo's discussions.

Discussions are seen by whoever sees that the repo is there: those of a gated one too, as on the
Hub; what a pull request changes only by who may read the files. Whoever sees may speak, unless
the repo's owner has closed its discussions: then they can only be read.
"""

from bearhug.discussions.model import Discussion, Locked, TalkClosed
from bearhug.discussions.store import talks
from bearhug.errors import Forbidden, NotFound
from bearhug.hub import Actor, Permission, Transaction
from bearhug.repos import service as repos
from bearhug.repos.model import Access, Repo, RepoKind, Visibility


def see(tx: Transaction, kind: RepoKind, name: str) -> Repo:
    """The repo whose discussions are asked for. Raises as `repos.find` does."""
    repo = repos.find(tx, kind, name, access=Access.METADATA)
    if repo.visibility is Visibility.PROTECTED:
        repos.require(tx.actor, repo, Access.READ)
    return repo


def find(tx: Transaction, repo: Repo, num: int) -> Discussion:
    """Raises NotFound."""
    found = talks.by_num(tx.db, repo.id, num)
    if found is None:
        raise NotFound(f"No discussion {num} in {repo.name}.")
    return found


def may_speak(actor: Actor, repo: Repo) -> bool:
    """Whether they are open, to somebody with a credential that writes for them."""
    if actor.user_id is None or repo.disabled or not repo.talk:
        return False
    return actor.grant.allows(Permission.DISCUSS, account=repo.owner_id, repo=repo.id)


def require_speak(tx: Transaction, repo: Repo, discussion: Discussion | None = None) -> int:
    """The user's id. Raises NotSignedIn, Forbidden for a token that may not, TalkClosed, Locked."""
    user_id = tx.actor.require_user()
    if not repo.talk:
        raise TalkClosed
    if repo.disabled:
        raise Forbidden("Access to this resource is disabled.")
    if not may_speak(tx.actor, repo):
        raise Forbidden("This token may not talk for you. Make one with the write role.")
    if discussion is not None and discussion.locked and not decides(tx.actor, repo):
        raise Locked
    return user_id


def decides(actor: Actor, repo: Repo) -> bool:
    """Whether they may pin, lock, hide and merge: whoever writes to the repo."""
    return repos.can(actor, repo, Access.WRITE)


def require_decides(tx: Transaction, repo: Repo) -> int:
    """The user's id. Raises as `repos.require` does."""
    user_id = tx.actor.require_user()
    repos.require(tx.actor, repo, Access.WRITE)
    return user_id


def runs(actor: Actor, repo: Repo, discussion: Discussion) -> bool:
    """Whether they may close and rename it: who opened it, and whoever decides."""
    mine = discussion.is_by(actor.user_id) and may_speak(actor, repo)
    return (mine and not discussion.locked) or decides(actor, repo)


def require_runs(tx: Transaction, repo: Repo, discussion: Discussion) -> int:
    """The user's id. Raises as `require_speak` does, and Forbidden to others."""
    if decides(tx.actor, repo):
        return tx.actor.require_user()
    user_id = require_speak(tx, repo, discussion)
    if not runs(tx.actor, repo, discussion):
        raise Forbidden("Only who opened it, and those who write to the repo, may do that.")
    return user_id
