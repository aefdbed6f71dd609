"""Rows of likes and follows. `repos.likes` is kept beside them, in the same transaction."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import (
    Boolean,
    Select,
    and_,
    bindparam,
    delete,
    exists,
    func,
    literal,
    null,
    or_,
    select,
    tuple_,
    update,
)

from bearhug.db import Connection, Row, Statement, statement, upsert
from bearhug.db.schema import accounts, follows, likes, members, repos
from bearhug.hub import Actor
from bearhug.kit.wire import Moment
from bearhug.repos.store import COLUMNS, readable, repo_of
from bearhug.social.model import Following, Like, Person

_ADD = upsert(likes, ("repo_id", "user_id", "created_at"), keys=("repo_id", "user_id"))
_DROP = statement(
    delete(likes).where(
        likes.c.repo_id == bindparam("repo_id"), likes.c.user_id == bindparam("user_id")
    )
)
_COUNT = statement(
    update(repos)
    .where(repos.c.id == bindparam("of"))
    .values(
        likes=repos.c.likes + bindparam("more"), trending=repos.c.trending + bindparam("weight")
    )
)
_IS_LIKED = statement(
    select(likes.c.repo_id).where(
        likes.c.repo_id == bindparam("repo_id"), likes.c.user_id == bindparam("user_id")
    )
)
# Whether the one who asks follows them; nobody has the id 0.
_mine = follows.alias("mine")
_FOLLOWED = exists(
    select(literal(1)).where(
        _mine.c.account_id == accounts.c.id, _mine.c.follower_id == bindparam("me")
    )
).label("followed")
_PERSON = (
    accounts.c.id,
    accounts.c.name,
    accounts.c.full_name,
    accounts.c.avatar_sha256,
    accounts.c.kind,
    _FOLLOWED,
)
HERE = accounts.c.disabled_at.is_(None)


def _newest(query: "Select[Any]", at: Any) -> Statement:
    """A page of people, newest first, after (`before`, `before_id`)."""
    return statement(
        query.add_columns(at.label("at"), null().label("role"))
        .where(
            HERE, tuple_(at, accounts.c.id) < tuple_(bindparam("before"), bindparam("before_id"))
        )
        .order_by(at.desc(), accounts.c.id.desc())
        .limit(bindparam("limit"))
    )


_LIKERS = _newest(
    select(*_PERSON)
    .join(likes, likes.c.user_id == accounts.c.id)
    .where(likes.c.repo_id == bindparam("of")),
    likes.c.created_at,
)
_FOLLOWERS = _newest(
    select(*_PERSON)
    .join(follows, follows.c.follower_id == accounts.c.id)
    .where(follows.c.account_id == bindparam("of")),
    follows.c.created_at,
)
_FOLLOWING = _newest(
    select(*_PERSON)
    .join(follows, follows.c.account_id == accounts.c.id)
    .where(
        follows.c.follower_id == bindparam("of"),
        or_(accounts.c.kind == "user", bindparam("with_orgs", type_=Boolean)),
    ),
    follows.c.created_at,
)
_MEMBERS = statement(
    select(*_PERSON, members.c.created_at.label("at"), members.c.role)
    .join(members, members.c.user_id == accounts.c.id)
    .where(members.c.org_id == bindparam("of"), HERE, accounts.c.id > bindparam("after"))
    .order_by(accounts.c.id)
    .limit(bindparam("limit"))
)
_MEMBER_BY_MAIL = statement(
    select(*_PERSON, members.c.created_at.label("at"), members.c.role)
    .join(members, members.c.user_id == accounts.c.id)
    .where(members.c.org_id == bindparam("of"), HERE, accounts.c.email_key == bindparam("email"))
)
_PEOPLE = statement(
    select(*_PERSON, literal(0).label("at"), null().label("role")).where(
        accounts.c.id.in_(bindparam("ids", expanding=True))
    )
)
_FOLLOW = upsert(
    follows, ("follower_id", "account_id", "created_at"), keys=("follower_id", "account_id")
)
_UNFOLLOW = statement(
    delete(follows).where(
        follows.c.follower_id == bindparam("follower_id"),
        follows.c.account_id == bindparam("account_id"),
    )
)
_them = accounts.alias("them")


def _followed_of(kind: str) -> Any:
    return (
        select(func.count())
        .select_from(follows.join(_them, _them.c.id == follows.c.account_id))
        .where(
            follows.c.follower_id == accounts.c.id,
            _them.c.kind == kind,
            _them.c.disabled_at.is_(None),
        )
        .scalar_subquery()
    )


_COUNTS = statement(
    select(
        select(func.count())
        .select_from(follows.join(_them, _them.c.id == follows.c.follower_id))
        .where(follows.c.account_id == accounts.c.id, _them.c.disabled_at.is_(None))
        .scalar_subquery()
        .label("followers"),
        _followed_of("user").label("people"),
        _followed_of("org").label("orgs"),
        _FOLLOWED,
    ).where(accounts.c.id == bindparam("of"))
)


def add(db: Connection, repo_id: int, user_id: int, at: Moment, weight: float) -> bool:
    """False if they liked it already."""
    if db.run(_ADD, repo_id=repo_id, user_id=user_id, created_at=at) == 0:
        return False
    db.run(_COUNT, of=repo_id, more=1, weight=weight)
    return True


def drop(db: Connection, repo_id: int, user_id: int, weight: float) -> bool:
    """False if they did not like it."""
    if db.run(_DROP, repo_id=repo_id, user_id=user_id) == 0:
        return False
    db.run(_COUNT, of=repo_id, more=-1, weight=-weight)
    return True


def is_liked(db: Connection, repo_id: int, user_id: int) -> bool:
    return db.first(_IS_LIKED, repo_id=repo_id, user_id=user_id) is not None


def likers(
    db: Connection, repo_id: int, me: int, before: tuple[Moment, int], limit: int
) -> list[Person]:
    """Newest first; `before` is (when, user id) of the last one seen."""
    return _page(db, _LIKERS, repo_id, me, before, limit)


def liked_by(
    db: Connection, user_id: int, actor: Actor, before: tuple[Moment, int], limit: int
) -> list[Like]:
    """What they like of what the actor may see, newest first; `before` as (when, repo id)."""
    at, id = before
    query = _liked(actor)
    rows = db.all(query, user_id=user_id, before=at, before_id=id, limit=limit)
    return [Like(repo_of(row), row.liked_at) for row in rows]


def count_liked(db: Connection, user_id: int, actor: Actor) -> int:
    """How many repos they like, of those the actor may see."""
    query = (
        select(func.count())
        .select_from(likes.join(repos, repos.c.id == likes.c.repo_id))
        .where(likes.c.user_id == bindparam("user_id"), readable(actor))
    )
    return int(db.value(statement(query), user_id=user_id))


def people(db: Connection, ids: Collection[int], me: int = 0) -> dict[int, Person]:
    """These accounts, by id."""
    rows = db.all(_PEOPLE, ids=list(ids), me=me) if ids else []
    return {row.id: _person(row) for row in rows}


def follow(db: Connection, follower_id: int, account_id: int, at: Moment) -> None:
    db.run(_FOLLOW, follower_id=follower_id, account_id=account_id, created_at=at)


def unfollow(db: Connection, follower_id: int, account_id: int) -> None:
    db.run(_UNFOLLOW, follower_id=follower_id, account_id=account_id)


def followers(
    db: Connection, account_id: int, me: int, before: tuple[Moment, int], limit: int
) -> list[Person]:
    return _page(db, _FOLLOWERS, account_id, me, before, limit)


def following(
    db: Connection,
    user_id: int,
    me: int,
    before: tuple[Moment, int],
    limit: int,
    *,
    with_orgs: bool,
) -> list[Person]:
    return _page(db, _FOLLOWING, user_id, me, before, limit, with_orgs=with_orgs)


def counts(db: Connection, account_id: int, me: int) -> Following:
    row = db.one(_COUNTS, of=account_id, me=me)
    return Following(row.followers, row.people, row.orgs, bool(row.followed))


def members_of(db: Connection, org_id: int, me: int, after: int, limit: int) -> list[Person]:
    """By id; `after` is that of the last one seen."""
    rows = db.all(_MEMBERS, of=org_id, me=me, after=after, limit=limit)
    return [_person(row) for row in rows]


def member_by_email(db: Connection, org_id: int, me: int, email: str) -> list[Person]:
    rows = db.all(_MEMBER_BY_MAIL, of=org_id, me=me, email=email.lower())
    return [_person(row) for row in rows]


def _page(
    db: Connection,
    query: Statement,
    of: int,
    me: int,
    before: tuple[Moment, int],
    limit: int,
    **more: Any,
) -> list[Person]:
    at, id = before
    rows = db.all(query, of=of, me=me, before=at, before_id=id, limit=limit, **more)
    return [_person(row) for row in rows]


def _person(row: Row) -> Person:
    return Person(
        row.id,
        row.name,
        row.full_name,
        row.avatar_sha256 or "",
        row.kind == "org",
        row.at,
        bool(row.followed),
        row.role,
    )


def _liked(actor: Actor) -> Statement:
    """Its shape depends on what the actor may see."""
    liked_at = likes.c.created_at.label("liked_at")
    return statement(
        select(*COLUMNS, liked_at)
        .join(likes, likes.c.repo_id == repos.c.id)
        .where(
            likes.c.user_id == bindparam("user_id"),
            readable(actor),
            or_(
                likes.c.created_at < bindparam("before"),
                and_(
                    likes.c.created_at == bindparam("before"), repos.c.id < bindparam("before_id")
                ),
            ),
        )
        .order_by(likes.c.created_at.desc(), repos.c.id.desc())
        .limit(bindparam("limit"))
    )
