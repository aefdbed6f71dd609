"""Liking, and who likes what."""

from bearhug.accounts import service as accounts
from bearhug.errors import Forbidden
from bearhug.hub import Permission, Transaction
from bearhug.kit.wire import Moment
from bearhug.repos import service as repos
from bearhug.repos import store as repo_rows
from bearhug.repos.model import Access, Repo, RepoKind
from bearhug.social import store
from bearhug.social.model import LIKE_WEIGHT, Like, Liker

PAGE = 100
NEWEST = (2**62, 2**62)


def like(tx: Transaction, kind: RepoKind, name: str) -> Repo:
    """Like it; liking twice is liking. Returns the repo as it is now.

    Raises as `repos.find` does, NotSignedIn, and Forbidden for a token that may only read.
    """
    repo, user_id = _theirs(tx, kind, name)
    store.add(tx.db, repo.id, user_id, tx.now, LIKE_WEIGHT)
    return _again(tx, repo)


def unlike(tx: Transaction, kind: RepoKind, name: str) -> Repo:
    """No longer like it. Raises as `like` does."""
    repo, user_id = _theirs(tx, kind, name)
    store.drop(tx.db, repo.id, user_id, LIKE_WEIGHT)
    return _again(tx, repo)


def likes(tx: Transaction, repo: Repo) -> bool:
    """Whether whoever asks likes it."""
    user_id = tx.actor.user_id
    return user_id is not None and store.is_liked(tx.db, repo.id, user_id)


def likers(
    tx: Transaction, kind: RepoKind, name: str, before: tuple[Moment, int] = NEWEST
) -> list[Liker]:
    """Who likes it, newest first, at most PAGE. Raises as `repos.find` does."""
    repo = repos.find(tx, kind, name, access=Access.METADATA)
    return store.likers(tx.db, repo.id, before, PAGE)


def liked_by(
    tx: Transaction, user: str, before: tuple[Moment, int] = NEWEST, limit: int = PAGE
) -> list[Like]:
    """What somebody likes, as far as the actor may see it. Raises NotFound."""
    account = accounts.find_user(tx, user)
    return store.liked_by(tx.db, account.id, tx.actor, before, limit)


def count_liked(tx: Transaction, user_id: int) -> int:
    """How many repos they like, as far as the actor may see them."""
    return store.count_liked(tx.db, user_id, tx.actor)


def _theirs(tx: Transaction, kind: RepoKind, name: str) -> tuple[Repo, int]:
    repo = repos.find(tx, kind, name, access=Access.METADATA)
    user_id = tx.actor.require_user()
    if not tx.actor.grant.allows(Permission.WRITE, account=user_id):
        raise Forbidden("This token may only read. Make one with the write role to like things.")
    return repo, user_id


def _again(tx: Transaction, repo: Repo) -> Repo:
    found = repo_rows.by_id(tx.db, repo.id)
    assert found is not None
    return found
