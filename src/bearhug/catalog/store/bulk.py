"""Many ids at once, in and out: a row, or a parameter, for each would cost more than the query."""

import json
from collections.abc import Collection
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Text,
    any_,
    bindparam,
    cast,
    func,
    literal,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY, BIGINT

from bearhug.db import Connection, Statement, statement


def joined(column: Any, dialect: str) -> ColumnElement[str]:
    """Many numbers as one text, apart by commas."""
    if dialect == "sqlite":
        return func.group_concat(column)
    return func.string_agg(cast(column, Text), literal(","))


def _given(dialect: str) -> Any:
    """`:ids`, a set of ids of any size: JSON on SQLite, an array on PostgreSQL."""
    if dialect == "sqlite":
        return select(func.json_each(bindparam("ids")).table_valued("value").c.value)
    return any_(bindparam("ids", type_=ARRAY(BIGINT)))


def in_given(column: Any, dialect: str) -> ColumnElement[bool]:
    given = _given(dialect)
    chosen: ColumnElement[bool] = column.in_(given) if dialect == "sqlite" else column == given
    return chosen


def both(build: Any) -> Statement:
    return statement(sqlite=build("sqlite"), postgresql=build("postgresql"))


def listed(db: Connection, ids: Collection[int]) -> Any:
    return json.dumps(list(ids)) if db.dialect == "sqlite" else list(ids)
