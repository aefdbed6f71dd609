"""Rows to show: the order of a listing, and what a line of it says."""

import json
from collections.abc import Collection, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Column, ColumnElement, bindparam, select, tuple_

from bearhug.catalog.model import Hit, Sort
from bearhug.catalog.store.bulk import both, in_given, listed
from bearhug.db import Connection, Row, Statement, statement
from bearhug.db.schema import accounts, cards, repos
from bearhug.repos.model import RepoKind
from bearhug.repos.store import COLUMNS, repo_of

SORTED_BY: dict[Sort, "Column[Any]"] = {
    Sort.TRENDING: repos.c.trending,
    Sort.DOWNLOADS: repos.c.downloads,
    Sort.LIKES: repos.c.likes,
    Sort.UPDATED: repos.c.updated_at,
    Sort.CREATED: repos.c.created_at,
}
HIT = (
    *COLUMNS,
    cards.c.pipeline_tag,
    cards.c.library,
    cards.c.parameters,
    cards.c.title,
    cards.c.summary,
    cards.c.tags,
    accounts.c.kind.label("owner_kind"),
    accounts.c.avatar_sha256,
)
FIRST = (2**62, 2**62)


@cache
def _walk(sort: Sort) -> Statement:
    column = SORTED_BY[sort]
    return statement(
        select(column.label("value"), repos.c.id)
        .where(repos.c.kind == bindparam("kind"), _after(column))
        .order_by(column.desc(), repos.c.id.desc())
        .limit(bindparam("limit"))
    )


@cache
def _among(sort: Sort) -> Statement:
    column = SORTED_BY[sort]
    return both(
        lambda d: (
            select(column.label("value"), repos.c.id)
            .where(in_given(repos.c.id, d), _after(column))
            .order_by((column + 0).desc(), repos.c.id.desc())  # not by the index over everything
            .limit(bindparam("limit"))
        )
    )


def _after(column: "Column[Any]") -> ColumnElement[bool]:
    return tuple_(column, repos.c.id) < tuple_(bindparam("value"), bindparam("id"))


_HITS = both(
    lambda d: (
        select(*HIT)
        .join(accounts, accounts.c.id == repos.c.owner_id)
        .outerjoin(cards, cards.c.repo_id == repos.c.id)
        .where(in_given(repos.c.id, d))
    )
)


def walk(
    db: Connection, kind: RepoKind, sort: Sort, after: tuple[float, int], limit: int
) -> list[Row]:
    """(value, id) of all repos of a kind in order, from there on."""
    value, id = after
    return db.all(_walk(sort), kind=kind, value=value, id=id, limit=limit)


def among(
    db: Connection, ids: Collection[int], sort: Sort, after: tuple[float, int], limit: int
) -> list[Row]:
    """The same of these repos alone."""
    value, id = after
    return db.all(_among(sort), ids=listed(db, ids), value=value, id=id, limit=limit)


def hits(db: Connection, ids: Sequence[int]) -> list[Hit]:
    """These repos in this order; one that has gone is left out."""
    rows = {row.id: row for row in db.all(_HITS, ids=listed(db, ids))} if ids else {}
    return [_hit(rows[id]) for id in ids if id in rows]


def _hit(row: Row) -> Hit:
    return Hit(
        repo_of(row),
        row.pipeline_tag,
        row.library,
        row.parameters,
        row.title or "",
        row.summary or "",
        tuple(json.loads(row.tags)) if row.tags else (),
        row.owner_kind == "org",
        row.avatar_sha256 or "",
    )
