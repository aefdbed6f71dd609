"""Rows at an offset: polars reads only the pages they are on, if the file has an index of them."""

from collections.abc import Iterator

import polars as pl

from bearhug.viewer.engine import limits, parquet
from bearhug.viewer.engine.arrow import values
from bearhug.viewer.engine.cells import row_cells
from bearhug.viewer.engine.splits import Assets, Json, Split, row_items
from bearhug.viewer.engine.truncation import fitted


def page(split: Split, *, offset: int, length: int, assets: Assets) -> Json:
    """`rows`, as row items; no more than 8 MB of JSON, longest cells cut."""
    found = [
        (number, row_cells(row, split.features, assets, number))
        for number, row in read(split, offset=offset, length=length)
    ]
    return {"rows": sized(row_items(found), split)}


def sized(items: list[Json], split: Split) -> list[Json]:
    """Never fewer rows, for a page of them is counted on."""
    kept, _ = fitted(
        items,
        split.features,
        limits.PAGE_BYTES,
        cell_bytes=limits.PAGE_CELL_BYTES,
        least_rows=len(items),
    )
    return kept


def first_page(split: Split, *, length: int, most_bytes: int, assets: Assets) -> Json:
    """`rows` and `truncated`, by the rules of /first-rows."""
    found = [
        (number, row_cells(row, split.features, assets, number))
        for number, row in read(split, offset=0, length=length)
    ]
    kept, left_out = fitted(
        row_items(found),
        split.features,
        most_bytes,
        cell_bytes=limits.CELL_BYTES,
        least_rows=limits.FIRST_ROWS_LEAST,
    )
    return {"rows": kept, "truncated": left_out or split.rows > len(found)}


def read(
    split: Split, *, offset: int, length: int, columns: list[str] | None = None
) -> Iterator[tuple[int, Json]]:
    """Each row with its number, as Python values. Raises TooBigContent."""
    parts = []
    for file, start in zip(split.files, split.starts(), strict=True):
        first = max(offset - start, 0)
        wanted = min(offset + length - start, file.rows) - first
        if wanted > 0:
            parts.append((file, start + first, first, wanted))
            parquet.check_scan(file, first, wanted)
    for file, number, first, wanted in parts:
        scan = pl.scan_parquet(file.path, glob=False)
        chosen = scan.select(columns) if columns is not None else scan
        table = chosen.slice(first, wanted).collect().to_arrow()
        yield from enumerate(values(table), number)
