"""Like rows in and out. `repos.likes` is kept beside them, in the same transaction."""

from sqlalchemy import and_, bindparam, delete, func, or_, select, update

from bearhug.db import Connection, Statement, statement, upsert
from bearhug.db.schema import accounts, likes, repos
from bearhug.hub import Actor
from bearhug.kit.wire import Moment
from bearhug.repos.store import COLUMNS, readable, repo_of
from bearhug.social.model import Like, Liker

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
_LIKERS = statement(
    select(
        accounts.c.id,
        accounts.c.name,
        accounts.c.full_name,
        accounts.c.avatar_sha256,
        likes.c.created_at,
    )
    .join(likes, likes.c.user_id == accounts.c.id)
    .where(
        likes.c.repo_id == bindparam("repo_id"),
        accounts.c.disabled_at.is_(None),
        or_(
            likes.c.created_at < bindparam("before"),
            and_(likes.c.created_at == bindparam("before"), accounts.c.id < bindparam("before_id")),
        ),
    )
    .order_by(likes.c.created_at.desc(), accounts.c.id.desc())
    .limit(bindparam("limit"))
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


def likers(db: Connection, repo_id: int, before: tuple[Moment, int], limit: int) -> list[Liker]:
    """Newest first; `before` is (when, user id) of the last one seen."""
    at, id = before
    rows = db.all(_LIKERS, repo_id=repo_id, before=at, before_id=id, limit=limit)
    return [
        Liker(row.id, row.name, row.full_name, row.avatar_sha256 or "", row.created_at)
        for row in rows
    ]


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
