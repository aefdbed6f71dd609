"""What a transaction may ask of the database, whichever it is."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from bearhug.db.statements import Statement
from bearhug.errors import BadRequest

Row = Any
"""A row, its columns as attributes. What they hold is the table's business: see `schema`."""

P = ParamSpec("P")
T = TypeVar("T")


class IntegrityError(Exception):
    """A constraint said no: the name is taken, or what the row names is not there."""


class UnkeepableValue(BadRequest):
    """No column takes it: a number over 64 bits, half a character, on PostgreSQL a NUL."""

    code = "UnkeepableValue"

    def __init__(self) -> None:
        super().__init__("A number here is too large to keep, or a text has a NUL in it.")


class Connection(Protocol):
    """One open transaction. `params` are the statement's named parameters."""

    dialect: str
    """sqlite or postgresql, for the few statements that must differ."""

    def execute(self, query: Statement, params: Mapping[str, Any]) -> Any:
        """Run it and return the driver's cursor. Raises IntegrityError, UnkeepableValue."""

    def many(self, query: Statement, params: Iterable[Mapping[str, Any]]) -> None:
        """Run it once for each set of parameters."""

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """What is inside may fail alone: raising undoes it, and the transaction goes on."""
        yield

    def all(self, query: Statement, **params: Any) -> list[Row]:
        rows: list[Row] = self.execute(query, params).fetchall()
        return rows

    def first(self, query: Statement, **params: Any) -> Row | None:
        return self.execute(query, params).fetchone()

    def one(self, query: Statement, **params: Any) -> Row:
        """The only row. Raises LookupError if there is none."""
        row = self.first(query, **params)
        if row is None:
            raise LookupError("no row")
        return row

    def value(self, query: Statement, **params: Any) -> Any:
        """The first column of the first row, or None."""
        row = self.first(query, **params)
        return None if row is None else row[0]

    def run(self, query: Statement, **params: Any) -> int:
        """How many rows it changed."""
        count: int = self.execute(query, params).rowcount
        return count


Work = Callable[Concatenate[Connection, P], T]


class Database(Protocol):
    """Transactions as plain functions: none is ever open across an await.

    A read sees one moment of the database and changes nothing. A write is durable when it
    returns; raising undoes it. A write may be run again if the database asks for it.
    """

    dialect: str
    failures: tuple[type[Exception], ...]
    """What is raised when it cannot be reached, read or written."""

    def read(self, work: Callable[[Connection], T]) -> T:
        """Run it now, in this thread."""

    def write(self, work: Callable[[Connection], T]) -> T:
        """Run it and wait until it is durable."""

    async def aread(self, work: Callable[[Connection], T], *, slow: bool = False) -> T:
        """`read` from the event loop; `slow` work never runs on the loop itself."""

    async def awrite(self, work: Callable[[Connection], T]) -> T:
        """`write` from the event loop."""

    def close(self) -> None:
        """Finish what was begun, refuse what comes after."""
