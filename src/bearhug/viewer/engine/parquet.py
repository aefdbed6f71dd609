"""Footers of Parquet files, read once, and what a page of rows would have to read."""

from functools import lru_cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from bearhug.viewer.engine import limits
from bearhug.viewer.engine.features import features_of
from bearhug.viewer.engine.refusals import TooBigContent, TooManyColumns, UnreadableParquet
from bearhug.viewer.engine.splits import Json, ParquetFile

KEPT = 64
LARGEST_GROUP_BYTES = 100_000_000
"""Of a row group, uncompressed: a file with larger ones is slow to serve from as it is."""


def footer(path: Path) -> Any:
    """A pyarrow FileMetaData. Raises UnreadableParquet."""
    known = path.stat()
    return _footer(path, known.st_mtime_ns, known.st_size)


@lru_cache(KEPT)
def _footer(path: Path, changed_ns: int, size: int) -> Any:
    try:
        return pq.read_metadata(path)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise UnreadableParquet(f"No whole Parquet file: {str(error)[:200]}") from None


def described(path: Path) -> Json:
    """A file's rows, features, and how well it can be served from.

    `bytes` is its size on disk, `memory_bytes` uncompressed. `well_cut`: it has a page index and
    no row group over 100 MB.
    """
    known = footer(path)
    schema = known.schema.to_arrow_schema()
    if len(schema.names) > limits.COLUMNS:
        raise TooManyColumns(
            f"The number of columns ({len(schema.names)}) exceeds the maximum supported number of"
            f" columns ({limits.COLUMNS})."
        )
    groups = [known.row_group(number) for number in range(known.num_row_groups)]
    indexed = all(_indexed(group) for group in groups)
    return {
        "rows": known.num_rows,
        "bytes": path.stat().st_size,
        "memory_bytes": sum(group.total_byte_size for group in groups),
        "features": features_of(schema),
        "well_cut": indexed and all(g.total_byte_size <= LARGEST_GROUP_BYTES for g in groups),
    }


def _indexed(group: Any) -> bool:
    return all(group.column(number).has_offset_index for number in range(group.num_columns))


def check_scan(file: ParquetFile, offset: int, length: int) -> None:
    """Raises TooBigContent if rows that follow each other take too many bytes to read."""
    known, start, read = footer(file.path), 0, 0
    for number in range(known.num_row_groups):
        group = known.row_group(number)
        wanted = min(offset + length, start + group.num_rows) - max(offset, start)
        if wanted > 0:
            share = wanted / group.num_rows if _indexed(group) else 1.0
            read += int(group.total_byte_size * share)
        start += group.num_rows
    _refuse(read)


def check_rows(file: ParquetFile, numbers: list[int]) -> None:
    """The same for rows that lie scattered. They are not read all at once, but one by one kept."""
    known, start, kept = footer(file.path), 0, 0
    for number in range(known.num_row_groups):
        group = known.row_group(number)
        wanted = sum(start <= each < start + group.num_rows for each in numbers)
        kept += int(group.total_byte_size * wanted / max(group.num_rows, 1))
        start += group.num_rows
    _refuse(kept)


def _refuse(read: int) -> None:
    if read > limits.SCAN_BYTES:
        raise TooBigContent(
            f"These rows take {read // 10**6} MB to read, more than {limits.SCAN_BYTES // 10**6}"
            " MB. Ask for fewer rows, or write the file with smaller row groups and a page index."
        )
