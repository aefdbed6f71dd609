"""Statements: written with SQLAlchemy Core, compiled once, run by the plain driver.

SQLAlchemy's own execution costs 200 µs a query; a compiled text on the driver costs 20
(docs/decisions/0003-database.md).
"""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from sqlalchemy import ClauseElement, Dialect, Table, bindparam, insert
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.compiler import SQLCompiler

_sqlite: Any = sqlite.dialect
_postgresql: Any = postgresql.dialect
DIALECTS: dict[str, Dialect] = {
    "sqlite": _sqlite(paramstyle="named"),
    "postgresql": _postgresql(paramstyle="pyformat"),
}


class Statement:
    """One query in both dialects. Build it with `statement` or `upsert`, at import."""

    def __init__(self, sqlite: ClauseElement, postgresql: ClauseElement) -> None:
        self._clauses = {"sqlite": sqlite, "postgresql": postgresql}

    @cached_property
    def sqlite(self) -> "Compiled":
        return Compiled(self._clauses["sqlite"], "sqlite")

    @cached_property
    def postgresql(self) -> "Compiled":
        return Compiled(self._clauses["postgresql"], "postgresql")

    def on(self, dialect: str) -> "Compiled":
        return self.sqlite if dialect == "sqlite" else self.postgresql


class Compiled:
    """The text of a statement and the parameters it brings itself."""

    def __init__(self, clause: ClauseElement, dialect: str) -> None:
        compiled = clause.compile(dialect=DIALECTS[dialect])
        assert isinstance(compiled, SQLCompiler)
        self._compiled = compiled
        self._expands = bool(compiled.post_compile_params)
        self.text = str(compiled)
        self.own = {
            name: value
            for name, value in compiled.params.items()
            if not compiled.binds[name].required
        }

    def ready(self, params: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
        """The text and parameters to hand to the driver; IN lists are written out."""
        if not self._expands:
            return self.text, {**self.own, **params} if self.own else params
        state = self._compiled.construct_expanded_state({**self.own, **params})
        return state.statement, state.parameters


def statement(
    both: ClauseElement | None = None,
    *,
    sqlite: ClauseElement | None = None,
    postgresql: ClauseElement | None = None,
) -> Statement:
    """A statement from one clause, or from one for each dialect where they differ."""
    lite = sqlite if sqlite is not None else both
    post = postgresql if postgresql is not None else both
    assert lite is not None
    assert post is not None
    return Statement(lite, post)


def upsert(
    table: Table, columns: Sequence[str], *, keys: Sequence[str], update: Sequence[str] = ()
) -> Statement:
    """INSERT of `columns`; where `keys` are already there, set `update`, or do nothing."""

    def build(insert: Any) -> Any:
        query = insert(table).values({name: bindparam(name) for name in columns})
        if not update:
            return query.on_conflict_do_nothing(index_elements=list(keys))
        new = {name: query.excluded[name] for name in update}
        return query.on_conflict_do_update(index_elements=list(keys), set_=new)

    return Statement(build(sqlite.insert), build(postgresql.insert))


def adding(table: Table, *columns: str, returning: Sequence[Any] = ()) -> Statement:
    """INSERT of `columns`, each a parameter of its own name; `returning` columns come back."""
    query: Any = insert(table).values({name: bindparam(name) for name in columns})
    return statement(query.returning(*returning) if returning else query)
