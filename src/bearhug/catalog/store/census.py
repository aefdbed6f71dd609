"""Which repos have what, as bit sets: all of them, or those that changed."""

from collections.abc import Collection

from sqlalchemy import bindparam, func, select, union

from bearhug.catalog.bits import bits_of, parse
from bearhug.catalog.model import SIZES
from bearhug.catalog.store.bulk import both, in_given, joined, listed
from bearhug.db import Connection, Row, statement
from bearhug.db.schema import cards, repos, tags
from bearhug.kit.wire import Moment
from bearhug.repos.model import RepoKind, Visibility

COUNTED = (
    *("pipeline_tag", "library", "language", "license", "apps", "misc"),
    *("task", "size", "format", "modality", "sdk"),
)
"""Facets the census keeps. Other tags are many and rare: they are asked for by name."""

# What an operator has disabled is listed for those alone whose it is.
_SORTS = (repos.c.kind, repos.c.visibility, repos.c.disabled)
_BY_KIND = both(lambda d: select(*_SORTS, joined(repos.c.id, d).label("ids")).group_by(*_SORTS))
_SOME_BY_KIND = both(
    lambda d: (
        select(*_SORTS, joined(repos.c.id, d).label("ids"))
        .where(in_given(repos.c.id, d))
        .group_by(*_SORTS)
    )
)
_BY_VALUE = both(
    lambda d: (
        select(tags.c.facet, tags.c.value, joined(tags.c.repo_id, d).label("ids"))
        .where(tags.c.facet.in_(COUNTED))
        .group_by(tags.c.facet, tags.c.value)
    )
)
# Ungrouped: to group, SQLite would walk the index of all values.
_SOME_VALUES = both(
    lambda d: select(tags.c.facet, tags.c.value, tags.c.repo_id).where(in_given(tags.c.repo_id, d))
)
_PARAMETERS = statement(
    select(cards.c.repo_id, cards.c.parameters).where(cards.c.parameters.is_not(None))
)
_SOME_PARAMETERS = both(
    lambda d: select(cards.c.repo_id, cards.c.parameters).where(
        in_given(cards.c.repo_id, d), cards.c.parameters.is_not(None)
    )
)
_COUNT = statement(select(func.count()).select_from(repos))
_CHANGED = statement(
    union(
        select(repos.c.id).where(
            repos.c.kind.in_([str(kind) for kind in RepoKind]),
            repos.c.updated_at > bindparam("since"),
        ),
        select(cards.c.repo_id).where(cards.c.changed_at > bindparam("since")),
    ).limit(bindparam("limit"))
)


def all_repos(db: Connection) -> tuple[dict[str, int], int]:
    """Every repo by kind, and the public ones, as bit sets."""
    return _sets(db.all(_BY_KIND))


def some_repos(db: Connection, ids: Collection[int]) -> tuple[dict[str, int], int]:
    return _sets(db.all(_SOME_BY_KIND, ids=listed(db, ids)))


def all_values(db: Connection) -> dict[str, dict[str, int]]:
    """Who has which value of which facet, as bit sets."""
    return _values(db.all(_BY_VALUE))


def some_values(db: Connection, ids: Collection[int]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for row in db.all(_SOME_VALUES, ids=listed(db, ids)):
        if row.facet in COUNTED:
            values = found.setdefault(row.facet, {})
            values[row.value] = values.get(row.value, 0) | 1 << row.repo_id
    return found


def all_sizes(db: Connection) -> tuple[int, ...]:
    """Who is in which of SIZES, as bit sets."""
    return _steps(db.all(_PARAMETERS))


def some_sizes(db: Connection, ids: Collection[int]) -> tuple[int, ...]:
    return _steps(db.all(_SOME_PARAMETERS, ids=listed(db, ids)))


def count_repos(db: Connection) -> int:
    return int(db.value(_COUNT))


def changed_since(db: Connection, since: Moment, limit: int) -> list[int]:
    """Repos whose row or card is newer than that."""
    return [row[0] for row in db.all(_CHANGED, since=since, limit=limit)]


def _sets(rows: list[Row]) -> tuple[dict[str, int], int]:
    kinds: dict[str, int] = {}
    public = 0
    for row in rows:
        bits = parse(row.ids)
        kinds[row.kind] = kinds.get(row.kind, 0) | bits
        if row.visibility == Visibility.PUBLIC and not row.disabled:
            public |= bits
    return kinds, public


def _values(rows: list[Row]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for row in rows:
        found.setdefault(row.facet, {})[row.value] = parse(row.ids)
    return found


def _steps(rows: list[Row]) -> tuple[int, ...]:
    ids: list[list[int]] = [[] for _ in SIZES]
    for row in rows:
        step = sum(least <= row.parameters for least, _ in SIZES) - 1
        ids[max(step, 0)].append(row.repo_id)
    return tuple(bits_of(each) for each in ids)
