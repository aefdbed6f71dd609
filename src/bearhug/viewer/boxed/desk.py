"""One query, inside its box. Whatever it does to this process, the process is gone after it."""

import csv
import io
import json
import re
import time
from collections.abc import Iterator
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from bearhug.viewer.engine.arrow import values
from bearhug.viewer.engine.cells import plain
from bearhug.viewer.engine.columns import literal, quoted
from bearhug.viewer.engine.refusals import QueryFailed
from bearhug.viewer.engine.splits import Json

TABLE_ROWS, TABLE_BYTES = 1_000, 8_000_000
FILE_ROWS, FILE_BYTES = 1_000_000, 100_000_000
BATCH_ROWS = 1_000
MEMORY = "768MB"
READING = ("SELECT", "EXPLAIN", "RELATION")
"""Kinds of statement that only read; DESCRIBE, SUMMARIZE and SHOW are selects to DuckDB."""

SETTINGS = re.compile("duckdb_settings|current_setting", re.IGNORECASE)
"""They have the files' real places. Whoever spells it otherwise learns those, and no more."""

WORDS = 600


class Desk:
    def answer(self, question: Json) -> tuple[Json, bytes]:
        start = time.perf_counter()
        try:
            table, content = _asked(**question)
        except (duckdb.Error, pa.ArrowException) as error:
            return _refused(_said(error))
        except MemoryError:
            return _refused("The query needs more memory than it may have.")
        except QueryFailed as error:
            return _refused(error.message)
        return {"found": {**table, "seconds": round(time.perf_counter() - start, 3)}}, content


def _refused(words: str) -> tuple[Json, bytes]:
    return {"refused": QueryFailed.code, "words": words}, b""


def _said(error: BaseException) -> str:
    if isinstance(error, duckdb.OutOfMemoryException):
        return f"The query needs more than {MEMORY} of memory. Ask for fewer rows or columns."
    if isinstance(error, duckdb.PermissionException):
        return "The query asks for something outside its dataset: here it can read nothing else."
    return str(error).split("\n\nStack Trace", 1)[0][:WORDS]


def _asked(sql: str, tables: dict[str, list[str]], form: str) -> tuple[Json, bytes]:
    connection = opened(tables)
    statement = _only(connection, sql)
    reader = connection.execute(statement).to_arrow_reader(BATCH_ROWS)
    columns = [{"name": field.name, "type": str(field.type)} for field in reader.schema]
    most = (TABLE_ROWS, TABLE_BYTES) if form == "table" else (FILE_ROWS, FILE_BYTES)
    found = _Taken(reader, *most)
    if form == "table":
        rows = [row for batch in found.batches() for row in _lists(batch)]
        return {"columns": columns, "rows": rows, "truncated": found.truncated}, b""
    content = (_csv if form == "csv" else _parquet)(reader.schema, found.batches())
    return {"columns": columns, "truncated": found.truncated}, content


def opened(tables: dict[str, list[str]]) -> Any:
    """A database with a view for each table, locked. The box holds even if this does not."""
    settings: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "allow_community_extensions": "false",
        "threads": "2",
        "memory_limit": MEMORY,
        "temp_directory": "",
    }
    connection = duckdb.connect(":memory:", config=settings)
    for name, files in tables.items():
        listed = ", ".join(map(literal, files))
        connection.execute(f"CREATE VIEW {quoted(name)} AS SELECT * FROM read_parquet([{listed}])")
    every = ", ".join(literal(file) for files in tables.values() for file in files)
    for locking in (
        "SET TimeZone = 'UTC'",
        "SET disabled_optimizers = 'late_materialization'",  # as in engine/tables.py
        "SET python_enable_replacements = false",
        "SET allow_persistent_secrets = false",
        f"SET allowed_paths = [{every}]",
        "SET enable_external_access = false",
        "SET lock_configuration = true",
    ):
        connection.execute(locking)
    return connection


def _only(connection: Any, sql: str) -> Any:
    """The one statement, if it only reads."""
    if SETTINGS.search(sql):
        raise QueryFailed("The settings of this database are not shown.")
    statements = connection.extract_statements(sql)
    if len(statements) != 1:
        found = len(statements)
        raise QueryFailed(f"One statement at a time, please: here are {found}.")
    kind = str(statements[0].type).rsplit(".", 1)[-1]
    if kind not in READING:
        raise QueryFailed(
            f"Here a query can only read: begin it with SELECT, FROM, DESCRIBE or SUMMARIZE"
            f" (this is a statement of the kind {kind})."
        )
    return statements[0]


class _Taken:
    """Batches of a result until it has enough rows or bytes; then it is `truncated`."""

    def __init__(self, reader: Any, rows: int, size: int) -> None:
        self._reader, self._rows, self._size = reader, rows, size
        self.truncated = False

    def batches(self) -> Iterator[Any]:
        for batch in self._reader:
            if batch.nbytes > 2 * FILE_BYTES:
                raise QueryFailed("A thousand rows of the result are over 200 MB: ask for less.")
            room = min(self._rows, batch.num_rows)
            yield batch.slice(0, room)
            self._rows -= room
            self._size -= batch.nbytes
            if room < batch.num_rows or self._size < 0:
                self.truncated = True
                return
            if not self._rows:
                self.truncated = any(more.num_rows for more in self._reader)
                return


def _lists(batch: Any) -> list[list[Any]]:
    """Rows as lists: two columns of a result may have one name."""
    table = pa.Table.from_batches([batch])
    table = table.rename_columns([str(number) for number in range(table.num_columns)])
    return [[plain(value) for value in row.values()] for row in values(table)]


def _csv(schema: Any, batches: Iterator[Any]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(schema.names)
    for batch in batches:
        writer.writerows([_field(value) for value in row] for row in _lists(batch))
    return out.getvalue().encode("utf-8", "replace")


def _field(value: Any) -> Any:
    """Lists and structs as JSON."""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else value


def _parquet(schema: Any, batches: Iterator[Any]) -> bytes:
    out = io.BytesIO()
    with pq.ParquetWriter(out, schema, compression="zstd", write_page_index=True) as writer:
        for batch in batches:
            writer.write_batch(batch)
    return out.getvalue()
