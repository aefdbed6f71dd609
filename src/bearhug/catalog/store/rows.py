"""Rows to show: the order of a listing, and what a line of it says."""

import json
from collections.abc import Collection, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Column, ColumnElement, bindparam, func, select, tuple_

from bearhug.catalog.model import After, Hit, Sort
from bearhug.catalog.store.bulk import both, in_given, listed
from bearhug.db import Connection, Row, Statement
from bearhug.db.schema import accounts, cards, repos
from bearhug.repos.model import RepoKind
from bearhug.repos.store import COLUMNS, repo_of

SORTED_BY: dict[Sort, "Column[Any]"] = {
    Sort.TRENDING: repos.c.trending,
    Sort.DOWNLOADS: repos.c.downloads,
    Sort.LIKES: repos.c.likes,
    Sort.UPDATED: repos.c.updated_at,
    Sort.CREATED: repos.c.created_at,
    Sort.PARAMETERS: cards.c.parameters,
    Sort.BYTES: cards.c.weight_bytes,
    Sort.NAME: repos.c.key,
}
"""Likes of a month stand in no column: the service counts them."""

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
FIRST: After = (2**62, 2**62)
FIRST_NAME: After = ("~", 2**62)


@cache
def _walk(sort: Sort) -> Statement:
    column = SORTED_BY[sort]
    if column.table is cards:
        return both(lambda d: _by_card(column, d))
    return both(
        lambda d: (
            select(_value(sort, d).label("value"), repos.c.id)
            .where(repos.c.kind == bindparam("kind"), _after(_value(sort, d), repos.c.id))
            .order_by(_value(sort, d).desc(), repos.c.id.desc())
            .limit(bindparam("limit"))
        )
    )


def _by_card(column: "Column[Any]", dialect: str) -> Any:
    """Along the index of the column itself; those without a value come last, as -1."""
    value, id = func.coalesce(column, -1), cards.c.repo_id
    order = column.desc() if dialect == "sqlite" else column.desc().nulls_last()
    return (
        select(value.label("value"), id.label("id"))
        .where(_after(value, id), bindparam("kind") != "")
        .order_by(order, id.desc())
        .limit(bindparam("limit"))
    )


@cache
def _among(sort: Sort) -> Statement:
    def build(dialect: str) -> Any:
        value = _value(sort, dialect)
        unindexed = value.op("||")("") if sort is Sort.NAME else value + 0
        return (
            select(value.label("value"), repos.c.id)
            .outerjoin(cards, cards.c.repo_id == repos.c.id)
            .where(in_given(repos.c.id, dialect), _after(value, repos.c.id))
            .order_by(unindexed.desc(), repos.c.id.desc())  # not by the index over everything
            .limit(bindparam("limit"))
        )

    return both(build)


def _value(sort: Sort, dialect: str) -> ColumnElement[Any]:
    column = SORTED_BY[sort]
    if sort is Sort.NAME and dialect != "sqlite":
        return column.collate("C")  # as SQLite has it, whatever the database's language
    return func.coalesce(column, -1) if column.table is cards else column


def _after(value: ColumnElement[Any], id: "Column[Any]") -> ColumnElement[bool]:
    return tuple_(value, id) < tuple_(bindparam("value"), bindparam("id"))


_HITS = both(
    lambda d: (
        select(*HIT)
        .join(accounts, accounts.c.id == repos.c.owner_id)
        .outerjoin(cards, cards.c.repo_id == repos.c.id)
        .where(in_given(repos.c.id, d))
    )
)


def walk(db: Connection, kind: RepoKind, sort: Sort, after: After, limit: int) -> list[Row]:
    """(value, id) of all repos of a kind in order, from there on."""
    value, id = after
    return db.all(_walk(sort), kind=kind, value=value, id=id, limit=limit)


def among(db: Connection, ids: Collection[int], sort: Sort, after: After, limit: int) -> list[Row]:
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
