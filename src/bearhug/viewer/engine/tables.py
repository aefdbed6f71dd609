"""DuckDB over the files of a split: a connection, and the FROM that names them."""

import warnings
from collections.abc import Sequence
from typing import Any

import duckdb

from bearhug.viewer.engine import limits, media
from bearhug.viewer.engine.columns import literal
from bearhug.viewer.engine.splits import Split


def connect(threads: int = limits.THREADS) -> Any:
    """A database in memory that writes nothing, fetches nothing and knows pictures' widths."""
    settings: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "allow_community_extensions": "false",
        "memory_limit": limits.DUCKDB_MEMORY,
        "threads": str(threads),
        "temp_directory": "",
        "preserve_insertion_order": "true",
    }
    connection = duckdb.connect(":memory:", config=settings)
    connection.execute("SET TimeZone = 'UTC'")
    # It fails on fields of structs (DuckDB 2.0), and what it does filtering.py does already.
    connection.execute("SET disabled_optimizers = 'late_materialization'")
    for name, measure in MEASURES.items():
        kind = "DOUBLE" if name == "sound_seconds" else "INTEGER"
        connection.create_function(name, measure, ["BLOB"], kind)
    return connection


def source(split: Split) -> str:
    """The FROM, with DuckDB's own `file_index` and `file_row_number` for where a row is."""
    names = ", ".join(literal(str(file.path)) for file in split.files)
    return f"read_parquet([{names}])"


def fetched(connection: Any, sql: str, values: Sequence[Any] = ()) -> list[Any]:
    found: list[Any] = connection.execute(sql, [*values]).fetchall()
    return found


def arrow(connection: Any, sql: str, values: Sequence[Any] = ()) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # that it copies the rows: they are a page
        return connection.execute(sql, [*values]).to_arrow_table()


def _width(content: bytes) -> int | None:
    shape = media.picture(content)
    return shape.width if shape else None


def _height(content: bytes) -> int | None:
    shape = media.picture(content)
    return shape.height if shape else None


MEASURES = {
    "picture_width": _width,
    "picture_height": _height,
    "sound_seconds": media.seconds,
}
"""Their names are those in columns.py."""
