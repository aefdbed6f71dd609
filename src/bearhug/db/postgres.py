"""PostgreSQL: psycopg, synchronous, in a pool of threads with one connection each."""

import asyncio
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, TypeVar

import psycopg
from psycopg import IsolationLevel
from psycopg.rows import namedtuple_row

from bearhug.db.connection import Connection, IntegrityError, UnkeepableValue
from bearhug.db.statements import Statement

T = TypeVar("T")

UNKEEPABLE = (psycopg.DataError, UnicodeEncodeError)
TRIES = 8
"""A serializable write that lost a race is run again, so often."""


class PostgresConnection(Connection):
    """One connection; belongs to one thread."""

    dialect = "postgresql"

    def __init__(self, url: str) -> None:
        self.raw = psycopg.connect(url, row_factory=namedtuple_row, autocommit=False)

    def execute(self, query: Statement, params: Mapping[str, Any]) -> Any:
        text, values = query.postgresql.ready(params)
        try:
            return self.raw.execute(text, values)
        except psycopg.IntegrityError as error:
            raise IntegrityError(str(error)) from error
        except UNKEEPABLE as error:
            raise UnkeepableValue from error

    def many(self, query: Statement, params: Iterable[Mapping[str, Any]]) -> None:
        compiled = query.postgresql
        values = [{**compiled.own, **each} for each in params]
        try:
            with self.raw.cursor() as cursor:
                cursor.executemany(compiled.text, values)
        except psycopg.IntegrityError as error:
            raise IntegrityError(str(error)) from error
        except UNKEEPABLE as error:
            raise UnkeepableValue from error

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        with self.raw.transaction():
            yield


class PostgresDatabase:
    """A server's database; any number of hubs may share it."""

    dialect = "postgresql"
    failures: tuple[type[Exception], ...] = (psycopg.Error,)

    def __init__(self, url: str, threads: int = 8) -> None:
        self.url = url
        self._local = threading.local()
        # Threads come and go with those who ask; what they opened stays for the next.
        self._idle: deque[PostgresConnection] = deque()
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="rows")

    def read(self, work: Callable[[Connection], T]) -> T:
        current: PostgresConnection | None = getattr(self._local, "connection", None)
        if current is not None:
            return work(current)  # a read within a transaction sees the same moment
        with self._transaction(IsolationLevel.REPEATABLE_READ, read_only=True) as connection:
            return work(connection)

    def write(self, work: Callable[[Connection], T]) -> T:
        for attempt in range(TRIES):
            try:
                return self._write_once(work)
            except (psycopg.errors.SerializationFailure, psycopg.errors.DeadlockDetected):
                if attempt == TRIES - 1:
                    raise
                time.sleep(0.002 * 2**attempt)
        raise AssertionError("unreachable")

    async def aread(self, work: Callable[[Connection], T], *, slow: bool = False) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._pool, self.read, work)

    async def awrite(self, work: Callable[[Connection], T]) -> T:
        done = asyncio.get_running_loop().run_in_executor(self._pool, self.write, work)
        return await asyncio.shield(done)

    def close(self) -> None:
        self._pool.shutdown()
        while self._idle:
            self._idle.pop().raw.close()

    def _write_once(self, work: Callable[[Connection], T]) -> T:
        with self._transaction(IsolationLevel.SERIALIZABLE, read_only=False) as connection:
            result = work(connection)
            connection.raw.commit()
        return result

    @contextmanager
    def _transaction(
        self, level: IsolationLevel, *, read_only: bool
    ) -> Iterator[PostgresConnection]:
        """A connection that is this thread's until the block ends; what is not committed is not."""
        connection = self._idle.pop() if self._idle else PostgresConnection(self.url)
        try:
            connection.raw.isolation_level = level
            connection.raw.read_only = read_only
            self._local.connection = connection
            yield connection
        finally:
            self._local.connection = None
            self._give_back(connection)

    def _give_back(self, connection: PostgresConnection) -> None:
        try:
            connection.raw.rollback()
        finally:
            if connection.raw.closed:
                connection.raw.close()
            else:
                self._idle.append(connection)
