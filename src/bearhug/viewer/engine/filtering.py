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
from bearhug.viewer.engine.columns import quoted
from bearhug.viewer.engine.refusals import InvalidParameter
from bearhug.viewer.engine.splits import Assets, Json, Split, row_items


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
    ((count,),) = _asked(connection, sql, condition.values)
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
    found = _asked(connection, f"{sql} LIMIT ? OFFSET ?", [*condition.values, *part])
    starts = split.starts()
    return [starts[file] + row for file, row in found]


def _asked(connection: Any, sql: str, values: Sequence[Any]) -> list[Any]:
    try:
        return tables.fetched(connection, sql, values)
    except (duckdb.InvalidInputException, duckdb.ConversionException) as error:
        raise InvalidParameter(_said(error)) from None
    except (duckdb.BinderException, duckdb.OutOfRangeException) as error:
        raise InvalidParameter(_said(error)) from None


def _said(error: duckdb.Error) -> str:
    """Such as of a pattern that RE2 does not read. The first line; the others show our SQL."""
    return f"A query parameter is invalid: {str(error).splitlines()[0][:200]}"


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


def _fetched(
    connection: Any, file: Split, start: int, numbers: Iterable[int]
) -> dict[int, Json]:
    names = ", ".join(map(quoted, file.features))
    places = ", ".join(str(number - start) for number in numbers)
    sql = (
        f"SELECT file_row_number AS __row_number, {names} FROM {tables.source(file)}"
        f" WHERE file_row_number IN ({places})"
    )
    table = tables.arrow(connection, sql)
    places_found = table.column(0).to_pylist()
    table = table.remove_column(0).rename_columns([*file.features])
    return {
        start + place: row for place, row in zip(places_found, values(table), strict=True)
    }
