"""PostgreSQL: psycopg, synchronous, in a pool of threads with one connection each."""

import asyncio
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, TypeVar

import psycopg
from psycopg import IsolationLevel
from psycopg.rows import namedtuple_row

from bearhug.db.connection import Connection, IntegrityError
from bearhug.db.statements import Statement

T = TypeVar("T")

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

    def many(self, query: Statement, params: Iterable[Mapping[str, Any]]) -> None:
        compiled = query.postgresql
        values = [{**compiled.own, **each} for each in params]
        try:
            with self.raw.cursor() as cursor:
                cursor.executemany(compiled.text, values)
        except psycopg.IntegrityError as error:
            raise IntegrityError(str(error)) from error

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
        self._opened: list[PostgresConnection] = []
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="rows")

    def read(self, work: Callable[[Connection], T]) -> T:
        connection = self._connection()
        if connection.raw.info.transaction_status != psycopg.pq.TransactionStatus.IDLE:
            return work(connection)  # a read within a transaction sees the same moment
        connection.raw.isolation_level = IsolationLevel.REPEATABLE_READ
        connection.raw.read_only = True
        try:
            return work(connection)
        finally:
            connection.raw.rollback()

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
        for connection in self._opened:
            connection.raw.close()

    def _write_once(self, work: Callable[[Connection], T]) -> T:
        connection = self._connection()
        connection.raw.isolation_level = IsolationLevel.SERIALIZABLE
        connection.raw.read_only = False
        try:
            result = work(connection)
            connection.raw.commit()
        except BaseException:
            connection.raw.rollback()
            raise
        return result

    def _connection(self) -> PostgresConnection:
        connection: PostgresConnection | None = getattr(self._local, "connection", None)
        if connection is None or connection.raw.closed:
            connection = self._local.connection = PostgresConnection(self.url)
            self._opened.append(connection)
        return connection
