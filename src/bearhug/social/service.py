"""Liking and following, and who likes and follows what."""

from collections.abc import Collection
from dataclasses import replace

from bearhug.accounts import service as accounts
from bearhug.accounts.model import Account
from bearhug.errors import BadRequest, Forbidden
from bearhug.hub import Permission, Role, Transaction
from bearhug.kit.wire import Moment
from bearhug.repos import service as repos
from bearhug.repos import store as repo_rows
from bearhug.repos.model import Access, Repo, RepoKind
from bearhug.social import store
from bearhug.social.model import LIKE_WEIGHT, Following, Like, Person

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
) -> list[Person]:
    """Who likes it, newest first, at most PAGE. Raises as `repos.find` does."""
    repo = repos.find(tx, kind, name, access=Access.METADATA)
    return store.likers(tx.db, repo.id, _me(tx), before, PAGE)


def liked_by(
    tx: Transaction, user: str, before: tuple[Moment, int] = NEWEST, limit: int = PAGE
) -> list[Like]:
    """What somebody likes, as far as the actor may see it. Raises NotFound."""
    account = accounts.find_user(tx, user)
    return store.liked_by(tx.db, account.id, tx.actor, before, limit)


def count_liked(tx: Transaction, user_id: int) -> int:
    """How many repos they like, as far as the actor may see them."""
    return store.count_liked(tx.db, user_id, tx.actor)


def follow(tx: Transaction, name: str, *, org: bool | None = None) -> Account:
    """Follow a person or an organisation; again changes nothing. Returns whom.

    `org` says which it must be. Raises NotFound, NotSignedIn, BadRequest for oneself, and
    Forbidden for a token that may only read.
    """
    account, user_id = _followable(tx, name, org)
    if account.id == user_id:
        raise BadRequest("Nobody follows themselves.")
    store.follow(tx.db, user_id, account.id, tx.now)
    return account


def unfollow(tx: Transaction, name: str, *, org: bool | None = None) -> Account:
    """No longer follow them. Raises as `follow` does."""
    account, user_id = _followable(tx, name, org)
    store.unfollow(tx.db, user_id, account.id)
    return account


def standing(tx: Transaction, account: Account) -> Following:
    """How many follow it and whom it follows."""
    return store.counts(tx.db, account.id, _me(tx))


def followers(
    tx: Transaction, account: Account, before: tuple[Moment, int] = NEWEST, limit: int = PAGE
) -> list[Person]:
    """Who follows a person or an organisation, the newest first."""
    return store.followers(tx.db, account.id, _me(tx), before, limit)


def following(
    tx: Transaction,
    user: Account,
    before: tuple[Moment, int] = NEWEST,
    limit: int = PAGE,
    *,
    with_orgs: bool = False,
) -> list[Person]:
    """Whom a person follows, the newest first."""
    return store.following(tx.db, user.id, _me(tx), before, limit, with_orgs=with_orgs)


def members(
    tx: Transaction, org: Account, after: int = 0, limit: int = PAGE, *, email: str = ""
) -> list[Person]:
    """Who is in an organisation; what as, its members are told. `email` finds one, for admins.

    Raises Forbidden to whoever asks for an address without being an admin.
    """
    if email:
        if not (tx.actor.operator or tx.actor.role_in(org.id) >= Role.ADMIN):
            raise Forbidden("email: only admins of the organisation look members up by address.")
        found = store.member_by_email(tx.db, org.id, _me(tx), email.strip())
    else:
        found = store.members_of(tx.db, org.id, _me(tx), after, limit)
    return found if sees_roles(tx, org) else [replace(each, role=None) for each in found]


def sees_roles(tx: Transaction, org: Account) -> bool:
    """Whether the actor is told what each member of an organisation is."""
    return tx.actor.operator or tx.actor.role_in(org.id) >= Role.READ


def people(tx: Transaction, ids: Collection[int]) -> dict[int, Person]:
    """These accounts, by id."""
    return store.people(tx.db, set(ids), _me(tx))


def _me(tx: Transaction) -> int:
    return tx.actor.user_id or 0


def _followable(tx: Transaction, name: str, org: bool | None) -> tuple[Account, int]:
    finders = {None: accounts.find, True: accounts.find_org, False: accounts.find_user}
    account = finders[org](tx, name)
    user_id = tx.actor.require_user()
    if not tx.actor.grant.allows(Permission.WRITE, account=user_id):
        raise Forbidden("This token may only read. Make one with the write role to follow people.")
    return account, user_id


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
