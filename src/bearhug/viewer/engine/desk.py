"""What a worker can be asked, by name. Imported once it is confined; it brings all libraries."""

import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pyarrow as pa

from bearhug.errors import HubError
from bearhug.viewer.engine import assets, filtering, parquet, rows, searching, tables
from bearhug.viewer.engine import statistics as columns
from bearhug.viewer.engine.refusals import UnreadableParquet, ViewerStopped
from bearhug.viewer.engine.splits import Assets, Json, split_from

UNREADABLE = (pl.exceptions.PolarsError, pa.ArrowException, duckdb.Error, OSError, ValueError)

Answer = tuple[Json, bytes]
"""What is told as JSON, and bytes beside it."""


class Desk:
    """Keeps its connection to DuckDB between questions."""

    def __init__(self) -> None:
        self._connection = tables.connect()
        self._asked: dict[str, Callable[[Json], Any]] = {
            "describe": self._describe,
            "rows": self._rows,
            "first_rows": self._first_rows,
            "filter": self._filter,
            "search": self._search,
            "asset": self._asset,
            "index": self._index,
            "statistics": self._statistics,
        }

    def answer(self, question: Json) -> Answer:
        """Of a question, or what is wrong with it as `refused` (a code) and `words`.

        What nobody expected is raised: it ends the worker, and another takes its place.
        """
        try:
            found = self._asked[question["ask"]](question)
        except HubError as error:
            return {"refused": error.code, "words": error.message}, b""
        except (MemoryError, duckdb.OutOfMemoryException) as error:
            traceback.print_exception(error)
            words = "It needs more memory than one answer may use."
            return {"refused": ViewerStopped.code, "words": words}, b""
        except (duckdb.FatalException, duckdb.InternalException):
            raise  # nothing can be asked of this database any more
        except UNREADABLE as error:
            traceback.print_exception(error)
            words = f"The data could not be read ({type(error).__name__})."
            return {"refused": UnreadableParquet.code, "words": words}, b""
        return found if isinstance(found, tuple) else ({"found": found}, b"")

    def _describe(self, asked: Json) -> Json:
        return parquet.described(Path(asked["path"]))

    def _rows(self, asked: Json) -> Json:
        place = Assets(**asked["assets"])
        split = split_from(asked["split"])
        return rows.page(split, offset=asked["offset"], length=asked["length"], assets=place)

    def _first_rows(self, asked: Json) -> Json:
        return rows.first_page(
            split_from(asked["split"]),
            length=asked["length"],
            most_bytes=asked["most_bytes"],
            assets=Assets(**asked["assets"]),
        )

    def _filter(self, asked: Json) -> Json:
        return filtering.page(
            self._connection,
            split_from(asked["split"]),
            where=asked["where"],
            orderby=asked["orderby"],
            offset=asked["offset"],
            length=asked["length"],
            assets=Assets(**asked["assets"]),
            total=asked["total"],
        )

    def _search(self, asked: Json) -> Json:
        return searching.page(
            self._connection,
            split_from(asked["split"]),
            Path(asked["folder"]),
            query=asked["query"],
            offset=asked["offset"],
            length=asked["length"],
            assets=Assets(**asked["assets"]),
        )

    def _asset(self, asked: Json) -> Answer:
        split = split_from(asked["split"])
        content, kind = assets.asset(
            split, row=asked["row"], column=asked["column"], name=asked["name"]
        )
        return {"found": kind}, content

    def _index(self, asked: Json) -> Json:
        return searching.build(split_from(asked["split"]), Path(asked["folder"]))

    def _statistics(self, asked: Json) -> Json:
        return columns.statistics(self._connection, split_from(asked["split"]))
