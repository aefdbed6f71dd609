"""SQLite: reads inline, writes by one thread that commits many at once.

An fsync costs milliseconds, whoever it is for; so all writes waiting at the same moment
share one. Each has its own SAVEPOINT, so that one's failure is its own.
"""

import asyncio
import queue
import sqlite3
import threading
from collections import deque, namedtuple
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from bearhug.db.connection import Connection, IntegrityError, Row, UnkeepableValue
from bearhug.db.statements import Statement

T = TypeVar("T")

GROUP = 64
"""At most this many writes share a COMMIT, so that the first does not wait for ever."""

PRAGMAS = (
    "journal_mode = wal",
    "synchronous = full",  # an acknowledged write survives a power cut
    "foreign_keys = on",
    "busy_timeout = 10000",
    "cache_size = -16384",
    "mmap_size = 268435456",
    "temp_store = memory",
)


@lru_cache(maxsize=1024)
def _row_type(names: tuple[str, ...]) -> Any:
    return namedtuple("Row", names, rename=True)


def _naming(cursor: sqlite3.Cursor) -> Callable[[tuple[Any, ...]], Any]:
    """What makes a Row of a tuple, found once for all the rows of an answer."""
    make: Callable[[tuple[Any, ...]], Any] = _row_type(
        tuple(column[0] for column in cursor.description or ())
    )._make
    return make


class SqliteConnection(Connection):
    """One of the connections to the file; belongs to one thread at a time."""

    dialect = "sqlite"

    def __init__(self, path: Path) -> None:
        self.raw = sqlite3.connect(
            path, isolation_level=None, check_same_thread=False, cached_statements=512
        )
        for pragma in PRAGMAS:
            self.raw.execute(f"PRAGMA {pragma}")
        self._depth = 0

    def execute(self, query: Statement, params: Mapping[str, Any]) -> Any:
        text, values = query.sqlite.ready(params)
        try:
            return self.raw.execute(text, values)
        except sqlite3.IntegrityError as error:
            raise IntegrityError(str(error)) from error
        except (OverflowError, UnicodeEncodeError) as error:
            raise UnkeepableValue from error

    def all(self, query: Statement, **params: Any) -> list[Row]:
        cursor = self.execute(query, params)
        return [*map(_naming(cursor), cursor)]

    def first(self, query: Statement, **params: Any) -> Row | None:
        cursor = self.execute(query, params)
        row = cursor.fetchone()
        return None if row is None else _naming(cursor)(row)

    def many(self, query: Statement, params: Iterable[Mapping[str, Any]]) -> None:
        compiled = query.sqlite
        try:
            self.raw.executemany(compiled.text, [{**compiled.own, **each} for each in params])
        except sqlite3.IntegrityError as error:
            raise IntegrityError(str(error)) from error
        except (OverflowError, UnicodeEncodeError) as error:
            raise UnkeepableValue from error

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        self._depth += 1
        name = f"s{self._depth}"
        self.raw.execute(f"SAVEPOINT {name}")
        try:
            yield
        except BaseException:
            self.raw.execute(f"ROLLBACK TO {name}")
            raise
        finally:
            self._depth -= 1
            self.raw.execute(f"RELEASE {name}")


class SqliteDatabase:
    """The whole database in one file, beside its write-ahead log."""

    dialect = "sqlite"
    failures: tuple[type[Exception], ...] = (sqlite3.Error,)

    def __init__(self, path: Path, threads: int = 8) -> None:
        self.path = path
        self._reading = threading.local()
        # Threads come and go with those who ask; what they opened stays for the next.
        self._idle: deque[SqliteConnection] = deque()
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="read")
        self._waiting: queue.SimpleQueue[_Write | None] = queue.SimpleQueue()
        self._closed = False
        self._closing = threading.Lock()
        writer = SqliteConnection(path)
        self._thread = threading.Thread(target=self._write_forever, args=(writer,), name="writer")
        self._thread.daemon = True
        self._thread.start()

    def read(self, work: Callable[[Connection], T]) -> T:
        current: SqliteConnection | None = getattr(self._reading, "connection", None)
        if current is not None:  # a read within a read sees the same moment
            return work(current)
        connection = self._idle_connection()
        self._reading.connection = connection
        try:
            connection.raw.execute("BEGIN")
            return work(connection)
        finally:
            self._reading.connection = None
            self._give_back(connection)

    def write(self, work: Callable[[Connection], T]) -> T:
        return self._submit(work).result()

    async def aread(self, work: Callable[[Connection], T], *, slow: bool = False) -> T:
        if not slow:
            return self.read(work)
        return await asyncio.get_running_loop().run_in_executor(self._pool, self.read, work)

    async def awrite(self, work: Callable[[Connection], T]) -> T:
        return await asyncio.shield(asyncio.wrap_future(self._submit(work)))

    def close(self) -> None:
        with self._closing:
            if self._closed:
                return
            self._closed = True
            self._waiting.put(None)
        self._thread.join()
        self._pool.shutdown()
        while self._idle:
            self._idle.pop().raw.close()

    def _idle_connection(self) -> SqliteConnection:
        try:
            return self._idle.pop()
        except IndexError:
            connection = SqliteConnection(self.path)
            connection.raw.execute("PRAGMA query_only = on")
            return connection

    def _give_back(self, connection: SqliteConnection) -> None:
        if connection.raw.in_transaction:
            connection.raw.execute("ROLLBACK")
        self._idle.append(connection)

    def _submit(self, work: Callable[[Connection], T]) -> "Future[T]":
        write = _Write(work)
        with self._closing:  # nothing comes behind the end: nobody would ever do it
            if self._closed:
                raise RuntimeError("the database is closed")
            self._waiting.put(write)
        return write.done

    def _write_forever(self, connection: SqliteConnection) -> None:
        while (first := self._waiting.get()) is not None:
            group, ended = self._group(first)
            _commit_together(connection, group)
            if ended:
                break
        connection.raw.execute("PRAGMA optimize")
        connection.raw.close()

    def _group(self, first: "_Write") -> tuple[list["_Write"], bool]:
        """Whoever waits already, and whether the end was among them."""
        group = [first]
        while len(group) < GROUP:
            try:
                write = self._waiting.get_nowait()
            except queue.Empty:
                break
            if write is None:
                return group, True
            group.append(write)
        return group, False


class _Write:
    """Someone's work, and where its outcome goes."""

    def __init__(self, work: Callable[[Connection], Any]) -> None:
        self.work = work
        self.done: Future[Any] = Future()

    def run(self, connection: SqliteConnection) -> Callable[[], None]:
        """Do it within its own savepoint; returns how to tell, once it is durable."""
        try:
            with connection.savepoint():
                result = self.work(connection)
        except BaseException as error:  # whatever it was, it is the asker's
            return _teller(self.done.set_exception, error)
        return _teller(self.done.set_result, result)


def _teller(tell: Callable[[Any], None], what: Any) -> Callable[[], None]:
    return lambda: tell(what)


def _commit_together(connection: SqliteConnection, group: list[_Write]) -> None:
    try:
        connection.raw.execute("BEGIN IMMEDIATE")
        outcomes = [_within(connection, write) for write in group]
        connection.raw.execute("COMMIT")
    except sqlite3.Error as error:  # the disk is full, or the file is locked: nobody's is durable
        if connection.raw.in_transaction:
            connection.raw.execute("ROLLBACK")
        outcomes = [_teller(write.done.set_exception, error) for write in group]
    for tell in outcomes:
        tell()


def _within(connection: SqliteConnection, write: _Write) -> Callable[[], None]:
    """Run it in the group's transaction, which must still be open after it.

    SQLite itself gives up the whole transaction when, say, the disk is full. A savepoint would
    then begin another, and what comes next would be kept while everyone is told that it was not.
    """
    told = write.run(connection)
    if not connection.raw.in_transaction:
        raise sqlite3.OperationalError("the transaction was given up: is the disk full?")
    return told
