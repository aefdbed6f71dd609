"""Whoever did something, as columns of a join."""

from typing import Any

from sqlalchemy import ColumnElement, bindparam, select

from bearhug.db import Connection, statement
from bearhug.db.schema import accounts
from bearhug.discussions.model import Person

_BY_KEYS = statement(
    select(accounts.c.id, accounts.c.name, accounts.c.kind).where(
        accounts.c.name_key.in_(bindparam("keys", expanding=True)),
        accounts.c.disabled_at.is_(None),
    )
)


def columns(table: Any, prefix: str) -> tuple[ColumnElement[Any], ...]:
    """Of an alias of `accounts`, what `person` needs, each name after `prefix`."""
    names = ("id", "name", "full_name", "avatar_sha256", "wire_id")
    return tuple(table.c[name].label(f"{prefix}_{name}") for name in names)


def person(row: Any, prefix: str) -> Person | None:
    """None for an account that is gone."""
    id = getattr(row, f"{prefix}_id")
    if id is None:
        return None
    return Person(
        id,
        getattr(row, f"{prefix}_name"),
        getattr(row, f"{prefix}_full_name"),
        getattr(row, f"{prefix}_avatar_sha256") or "",
        getattr(row, f"{prefix}_wire_id") or "",
    )


def named(db: Connection, keys: list[str]) -> dict[str, tuple[int, str, bool]]:
    """Accounts by their names in lower case: id, name as they write it, whether a person's."""
    rows = db.all(_BY_KEYS, keys=keys) if keys else []
    return {row.name.lower(): (row.id, row.name, row.kind == "user") for row in rows}
