"""Filter and sort in two phases: which rows, by their places; then those rows alone.

One statement for both would carry whole rows through the sort: fifteen times slower on 8 million
rows (DATASETS.md §3). Nothing is built beforehand.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from typing import Any

import duckdb

from bearhug.viewer.engine import parquet, rows, tables
from bearhug.viewer.engine import where as grammar
from bearhug.viewer.engine.arrow import values
from bearhug.viewer.engine.cells import row_cells
from bearhug.viewer.engine.refusals import InvalidParameter, UnreadableParquet
from bearhug.viewer.engine.splits import Assets, Json, Split, row_items

CALLERS = (
    *(duckdb.InvalidInputException, duckdb.ConversionException),
    *(duckdb.BinderException, duckdb.OutOfRangeException),
)
"""What DuckDB raises for a value that does not fit, or a pattern that RE2 does not read."""


def page(
    connection: Any,
    split: Split,
    *,
    where: str,
    orderby: str,
    offset: int,
    length: int,
    assets: Assets,
    total: int | None = None,
) -> Json:
    """`rows` as row items, and `num_rows_total`, which is `total` if the caller knows it.

    Raises InvalidParameter.
    """
    condition = grammar.where(where, split.features)
    order = grammar.orderby(orderby, split.features)
    if total is None:
        total = _counted(connection, split, condition)
    numbers = _numbers(connection, split, condition, order, (length, offset)) if total else []
    return {"rows": at(connection, split, numbers, assets), "num_rows_total": total}


def _counted(connection: Any, split: Split, condition: grammar.Clause) -> int:
    if not condition.sql:
        return split.rows
    sql = f"SELECT count(*) FROM {tables.source(split)} WHERE {condition.sql}"
    ((count,),) = _asked(connection, split, sql, condition.values)
    return int(count)


def _numbers(
    connection: Any,
    split: Split,
    condition: grammar.Clause,
    order: grammar.Clause,
    part: tuple[int, int],
) -> list[int]:
    """Of the rows of one page, in its order. Among equals, the first in the split comes first."""
    sql = f"SELECT file_index, file_row_number FROM {tables.source(split)}"
    if condition.sql:
        sql += f" WHERE {condition.sql}"
    if order.sql:
        sql += f" ORDER BY {order.sql}, file_index, file_row_number"
    found = _asked(connection, split, f"{sql} LIMIT ? OFFSET ?", [*condition.values, *part])
    starts = split.starts()
    return [starts[file] + row for file, row in found]


def _asked(connection: Any, split: Split, sql: str, given: Sequence[Any]) -> list[Any]:
    try:
        return tables.fetched(connection, sql, given)
    except CALLERS as error:
        words = str(error).splitlines()[0]  # the others show our SQL
        if any(str(file.path) in words for file in split.files):
            raise UnreadableParquet("A file of this split is broken.") from None
        raise InvalidParameter(f"A query parameter is invalid: {words[:200]}") from None


def at(connection: Any, split: Split, numbers: Sequence[int], assets: Assets) -> list[Json]:
    """The rows of these numbers, in this order, as row items. Raises TooBigContent."""
    found: dict[int, Json] = {}
    starts = split.starts()
    by_file: dict[int, list[int]] = {}
    for number in numbers:
        by_file.setdefault(bisect_right(starts, number) - 1, []).append(number)
    for place, wanted in by_file.items():
        file = split.files[place]
        parquet.check_rows(file, [number - starts[place] for number in wanted])
        only = Split((file,), split.features)
        found |= _fetched(connection, only, starts[place], wanted)
    items = row_items(
        (number, row_cells(found[number], split.features, assets, number)) for number in numbers
    )
    return rows.sized(items, split)


def _fetched(connection: Any, file: Split, start: int, numbers: Iterable[int]) -> dict[int, Json]:
    places = ", ".join(str(number - start) for number in numbers)
    sql = (
        f"SELECT file_row_number AS __row_number, * FROM {tables.source(file)}"
        f" WHERE file_row_number IN ({places})"
    )
    table = tables.arrow(connection, sql)
    places_found = table.column(0).to_pylist()
    names = parquet.footer(file.files[0].path).schema.to_arrow_schema().names
    table = table.remove_column(0).rename_columns(names)  # DuckDB changes some: "", twins
    return {start + place: row for place, row in zip(places_found, values(table), strict=True)}
