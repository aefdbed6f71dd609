"""Discussions and pull requests: one row each, numbered together within a repo."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from sqlalchemy import and_, bindparam, case, func, or_, select, update

from bearhug.db import Connection, Statement, adding, statement
from bearhug.db.schema import accounts, commits, discussions, repos
from bearhug.discussions.model import Discussion, Filter, Status
from bearhug.discussions.store.people import columns, person
from bearhug.kit.wire import Moment

MOST = 2**31 - 1
"""What the column holds."""

_d = discussions.c
_author = accounts.alias("author")
COLUMNS = (*[column for column in discussions.c if column.name != "author_id"],)
SELECTED = (*COLUMNS, *columns(_author, "author"))
_JOINED = discussions.outerjoin(_author, _author.c.id == _d.author_id)
_SELECT = select(*SELECTED).select_from(_JOINED)

_BY_NUM = statement(_SELECT.where(_d.repo_id == bindparam("repo_id"), _d.num == bindparam("num")))
_BY_ID = statement(_SELECT.where(_d.id == bindparam("id")))
# Who numbers next waits for whoever numbers now: on PostgreSQL by this row's lock.
_TAKE_TURN = statement(update(repos).where(repos.c.id == bindparam("of")).values(talk=repos.c.talk))
_LAST = statement(select(func.max(_d.num)).where(_d.repo_id == bindparam("repo_id")))
_ADD = adding(
    discussions,
    *("repo_id", "num", "title", "status", "is_pull_request", "base", "author_id"),
    *("created_at", "updated_at"),
    returning=[discussions.c.id],
)
_ANY = statement(select(_d.id).where(_d.repo_id == bindparam("repo_id")).limit(1))
_OPEN = _d.status.in_((Status.DRAFT, Status.OPEN))
_COUNT_OPEN = statement(
    select(func.count()).select_from(discussions).where(_d.repo_id == bindparam("repo_id"), _OPEN)
)
_COUNTS = statement(
    select(
        func.coalesce(func.sum(case((_OPEN, 1), else_=0)), 0).label("open"),
        func.count().label("all"),
    ).where(
        _d.repo_id == bindparam("repo_id"),
        or_(bindparam("any"), _d.is_pull_request == bindparam("pull_requests")),
    )
)
_SETTABLE = ("title", "status", "pinned", "locked", "base_oid", "merge_oid")
_SET = statement(
    update(discussions)
    .where(_d.id == bindparam("of"))
    .values({name: bindparam(f"new_{name}") for name in _SETTABLE})
    .values(updated_at=bindparam("at"))
)
_NAMING = statement(
    select(_d.id, _d.base_oid, _d.merge_oid).where(
        _d.repo_id == bindparam("repo_id"), or_(_d.base_oid.is_not(None), _d.merge_oid.is_not(None))
    )
)
_RENAME = statement(
    update(discussions)
    .where(_d.id == bindparam("of"))
    .values(base_oid=bindparam("new_base"), merge_oid=bindparam("new_merge"))
)
_COMMENTED = statement(
    update(discussions)
    .where(_d.id == bindparam("of"))
    .values(comments=_d.comments + bindparam("more"), updated_at=bindparam("at"))
)
_PUSHED = statement(
    select(commits.c.oid, commits.c.title)
    .where(commits.c.repo_id == bindparam("repo_id"), commits.c.ref == bindparam("ref"))
    .order_by(commits.c.id)
)


def any_of(db: Connection, repo_id: int) -> bool:
    """Whether the repo ever had one."""
    return db.first(_ANY, repo_id=repo_id) is not None


def by_num(db: Connection, repo_id: int, num: int) -> Discussion | None:
    row = db.first(_BY_NUM, repo_id=repo_id, num=num) if num <= MOST else None
    return discussion_of(row) if row else None


def by_id(db: Connection, id: int) -> Discussion:
    """Raises LookupError."""
    return discussion_of(db.one(_BY_ID, id=id))


def add(
    db: Connection,
    repo_id: int,
    *,
    title: str,
    status: Status,
    base: str,
    author_id: int | None,
    at: Moment,
) -> Discussion:
    """Insert one with the repo's next number, from 1; with a `base` it is a pull request."""
    db.run(_TAKE_TURN, of=repo_id)
    row = db.one(
        _ADD,
        repo_id=repo_id,
        num=(db.value(_LAST, repo_id=repo_id) or 0) + 1,
        title=title,
        status=status,
        is_pull_request=bool(base),
        base=base,
        author_id=author_id,
        created_at=at,
        updated_at=at,
    )
    return by_id(db, row.id)


def change(db: Connection, discussion: Discussion, *, at: Moment, **values: Any) -> Discussion:
    """`values` of title, status, pinned, locked, base_oid and merge_oid; the rest stays."""
    now = {name: getattr(discussion, name) for name in _SETTABLE} | values
    new = {f"new_{name}": value for name, value in now.items()}
    db.run(_SET, of=discussion.id, at=at, **new)
    return by_id(db, discussion.id)


def rename_commits(db: Connection, repo_id: int, became: Mapping[str, str]) -> None:
    """Where they were merged, by the commits' new ids: {old: new}."""
    for row in db.all(_NAMING, repo_id=repo_id):
        before = (row.base_oid, row.merge_oid)
        base, merge = (became.get(oid, oid) for oid in before)
        if (base, merge) != before:
            db.run(_RENAME, of=row.id, new_base=base, new_merge=merge)


def commented(db: Connection, discussion_id: int, at: Moment, more: int = 1) -> None:
    db.run(_COMMENTED, of=discussion_id, more=more, at=at)


def count_open(db: Connection, repo_id: int) -> int:
    return int(db.value(_COUNT_OPEN, repo_id=repo_id))


def counts(db: Connection, repo_id: int, kind: str) -> tuple[int, int]:
    """(open, closed or merged) of that kind: all, discussion or pull_request."""
    wanted = {"any": kind == "all", "pull_requests": kind == "pull_request"}
    row = db.one(_COUNTS, repo_id=repo_id, **wanted)
    return int(row.open), int(row.all) - int(row.open)


def page(
    db: Connection, repo_id: int, wanted: Filter, *, start: int, limit: int
) -> tuple[list[Discussion], int]:
    """These of the repo's, newest first, and how many there are in all."""
    shape = (wanted.kind, wanted.status, bool(wanted.author), bool(wanted.text))
    listing, count = _listing(*shape, wanted.pinned_first)
    values: dict[str, Any] = {"repo_id": repo_id}
    if wanted.author:
        values["author"] = wanted.author.lower()
    if wanted.text:
        values["text"] = f"%{_escaped(wanted.text.lower())}%"
    rows = db.all(listing, start=start, limit=limit, **values)
    return [discussion_of(row) for row in rows], int(db.value(count, **values))


def pushed(db: Connection, repo_id: int, ref: str) -> list[tuple[str, str]]:
    """The commits that came to this ref, in order: (id, title)."""
    return [(row.oid, row.title) for row in db.all(_PUSHED, repo_id=repo_id, ref=ref)]


def discussion_of(row: Any) -> Discussion:
    return Discussion(
        row.id,
        row.repo_id,
        row.num,
        row.title,
        Status(row.status),
        bool(row.is_pull_request),
        row.base,
        row.base_oid,
        row.merge_oid,
        person(row, "author"),
        bool(row.pinned),
        bool(row.locked),
        row.comments,
        row.created_at,
        row.updated_at,
    )


@lru_cache(maxsize=128)
def _listing(
    kind: str, status: str, author: bool, text: bool, pinned_first: bool
) -> tuple[Statement, Statement]:
    wanted = [_d.repo_id == bindparam("repo_id")]
    if kind != "all":
        wanted.append(_d.is_pull_request == (kind == "pull_request"))
    if status != "all":
        wanted.append(_OPEN if status == "open" else ~_OPEN)
    if author:
        wanted.append(_author.c.name_key == bindparam("author"))
    if text:
        wanted.append(func.lower(_d.title).like(bindparam("text"), escape="\\"))
    order = [_d.pinned.desc(), _d.num.desc()] if pinned_first else [_d.num.desc()]
    found = _SELECT.where(and_(*wanted)).order_by(*order)
    count = select(func.count()).select_from(_JOINED).where(and_(*wanted))
    paged = found.limit(bindparam("limit")).offset(bindparam("start"))
    return statement(paged), statement(count)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
