"""Who is told of what, and who has read it."""

from typing import Any

from sqlalchemy import bindparam, func, select, update

from bearhug.db import Connection, statement, upsert
from bearhug.db.schema import accounts, discussion_events, discussions, members, notices, repos
from bearhug.discussions.model import Notice, Reason
from bearhug.discussions.store import events, talks
from bearhug.discussions.store.people import columns
from bearhug.kit.wire import Moment
from bearhug.repos.store import COLUMNS as REPO
from bearhug.repos.store import repo_of

_n = notices.c
_ADD = upsert(
    notices,
    ("user_id", "discussion_id", "event_id", "reason", "created_at"),
    keys=("user_id", "event_id"),
)
_UNREAD = statement(
    select(func.count(func.distinct(_n.discussion_id))).where(
        _n.user_id == bindparam("user_id"), _n.read_at.is_(None)
    )
)
_READ = statement(
    update(notices)
    .where(
        _n.user_id == bindparam("user_id"),
        _n.discussion_id == bindparam("discussion_id"),
        _n.read_at.is_(None),
    )
    .values(read_at=bindparam("at"))
)
_READ_ALL = statement(
    update(notices)
    .where(_n.user_id == bindparam("user_id"), _n.read_at.is_(None))
    .values(read_at=bindparam("at"))
)
_WAITS = statement(
    select(_n.id)
    .where(
        _n.user_id == bindparam("user_id"),
        _n.discussion_id == bindparam("discussion_id"),
        _n.read_at.is_(None),
    )
    .limit(1)
)
_TAKING_PART = statement(
    select(discussion_events.c.author_id)
    .where(
        discussion_events.c.discussion_id == bindparam("discussion_id"),
        discussion_events.c.author_id.is_not(None),
    )
    .distinct()
)
_OWNERS = statement(
    select(members.c.user_id).where(
        members.c.org_id == bindparam("owner_id"), members.c.role == "admin"
    )
)
_talk_author = accounts.alias("author")
_event_author = accounts.alias("event_author")


def _listed(only_unread: bool) -> Any:
    """The newest notice of each discussion, newest first."""
    newest = select(func.max(_n.id)).where(_n.user_id == bindparam("user_id"))
    if only_unread:
        newest = newest.where(_n.read_at.is_(None))
    repo = [column.label(f"of_{column.name}") for column in REPO]
    return statement(
        select(
            _n.id.label("notice_id"),
            _n.reason.label("notice_reason"),
            _n.created_at.label("notice_at"),
            _n.read_at.label("notice_read_at"),
            *talks.COLUMNS,
            *columns(_talk_author, "author"),
            *events.EVENT,
            *columns(_event_author, "actor"),
            *repo,
        )
        .select_from(
            notices.join(discussions, discussions.c.id == _n.discussion_id)
            .join(discussion_events, discussion_events.c.id == _n.event_id)
            .join(repos, repos.c.id == discussions.c.repo_id)
            .outerjoin(_talk_author, _talk_author.c.id == discussions.c.author_id)
            .outerjoin(_event_author, _event_author.c.id == discussion_events.c.author_id)
        )
        .where(
            _n.id.in_(newest.group_by(_n.discussion_id)),
            _n.id < bindparam("before"),
        )
        .order_by(_n.id.desc())
        .limit(bindparam("limit"))
    )


_LISTED = {unread: _listed(unread) for unread in (True, False)}
NEWEST = 2**62


def add(
    db: Connection, user_id: int, discussion_id: int, event_id: int, reason: Reason, at: Moment
) -> None:
    values = {"user_id": user_id, "discussion_id": discussion_id, "event_id": event_id}
    db.run(_ADD, reason=reason, created_at=at, **values)


def count_unread(db: Connection, user_id: int) -> int:
    """How many discussions have something new for them."""
    return int(db.value(_UNREAD, user_id=user_id))


def waits(db: Connection, user_id: int, discussion_id: int) -> bool:
    return db.first(_WAITS, user_id=user_id, discussion_id=discussion_id) is not None


def read(db: Connection, user_id: int, discussion_id: int, at: Moment) -> None:
    db.run(_READ, user_id=user_id, discussion_id=discussion_id, at=at)


def read_all(db: Connection, user_id: int, at: Moment) -> None:
    db.run(_READ_ALL, user_id=user_id, at=at)


def taking_part(db: Connection, discussion_id: int) -> list[int]:
    return [row.author_id for row in db.all(_TAKING_PART, discussion_id=discussion_id)]


def admins(db: Connection, org_id: int) -> list[int]:
    return [row.user_id for row in db.all(_OWNERS, owner_id=org_id)]


def listed(
    db: Connection, user_id: int, *, only_unread: bool, before: int, limit: int
) -> list[Notice]:
    """The newest of each discussion, newest first; `before` is the last one's id seen."""
    rows = db.all(_LISTED[only_unread], user_id=user_id, before=before, limit=limit)
    return [_notice(row) for row in rows]


def _notice(row: Any) -> Notice:
    return Notice(
        row.notice_id,
        Reason(row.notice_reason),
        talks.discussion_of(row),
        repo_of(_Prefixed(row)),
        events.event_of(row),
        row.notice_at,
        row.notice_read_at is not None,
    )


class _Prefixed:
    """The repo's columns of a joined row, by their own names."""

    def __init__(self, row: Any) -> None:
        self._row = row

    def __getattr__(self, name: str) -> Any:
        return getattr(self._row, f"of_{name}")
