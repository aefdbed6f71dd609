"""Rows written as Parquet by the library's own writers, in row groups a viewer can jump into.

`datasets` writes a row group for every batch it reads; here batches are gathered first, and a
limit on rows or bytes ends the reading where the library would go on.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from datasets import ArrowBasedBuilder, DatasetBuilder, SplitGenerator
from datasets.features import Audio, Features, Image, Pdf, Video

from bearhug.viewer.builder.resolving import MOST_COLUMNS

SHARD_BYTES = 500_000_000
GROUP_ROWS = 50_000
GROUP_BYTES = 64 * 1024 * 1024
MEDIA_ROWS = 100
TELL_ROWS = 1000
URL = "__url__"
MOST_PATH = 4096
MEDIA = (Audio, Image, Pdf, Video)


class TooManyColumns(ValueError):
    """A table so wide that no page could show it."""


@dataclass
class Bounds:
    """Where to stop, and how far it came."""

    rows: int | None
    bytes: int | None
    tell: Callable[[int], None] = lambda rows: None
    place: str = ""
    address: str = ""
    """What WebDataset calls its files: `address` instead of the folder they happen to be in."""
    read_rows: int = 0
    read_bytes: int = 0
    cut: bool = field(default=False)
    """Whether there was more."""

    @property
    def full(self) -> bool:
        over = self.rows is not None and self.read_rows >= self.rows
        return over or (self.bytes is not None and self.read_bytes >= self.bytes)

    def note(self, rows: int, size: int) -> None:
        before = self.read_rows // TELL_ROWS
        self.read_rows += rows
        self.read_bytes += size
        if self.read_rows // TELL_ROWS > before:
            self.tell(self.read_rows)


@dataclass(frozen=True)
class Written:
    """The shards of a split, in order, and what the library says of it."""

    files: tuple[Path, ...]
    rows: int
    bytes: int
    features: Features
    partial: bool


def written(
    builder: DatasetBuilder, generator: SplitGenerator, folder: Path, bounds: Bounds
) -> Written:
    """A split as Parquet files in `folder`, which must be empty."""
    builder._output_dir = str(folder)
    builder._writer_batch_size = _batch_rows(builder.info.features)
    with _bounded(builder, bounds):
        builder._prepare_split(generator, file_format="parquet", max_shard_size=SHARD_BYTES)
    info = generator.split_info
    features = builder.info.features
    return Written(
        tuple(sorted(folder.glob("*.parquet"))),
        int(info.num_examples or 0),
        int(info.num_bytes or 0),
        features,
        bounds.cut,
    )


def has_media(features: Any) -> bool:
    """Whether a column, at whatever depth, holds pictures, sounds, films or documents."""
    if isinstance(features, MEDIA):
        return True
    if isinstance(features, dict):
        return any(has_media(each) for each in features.values())
    if isinstance(features, list | tuple):
        return any(has_media(each) for each in features)
    inner = getattr(features, "feature", None)
    return inner is not None and has_media(inner)


def copied(files: list[Path]) -> list[tuple[Path, int, int]] | None:
    """(path, rows, bytes unpacked) of Parquet files that can stand as they are; else None.

    Raises ArrowInvalid for a broken footer.
    """
    found: list[tuple[Path, int, int]] = []
    schema: pa.Schema | None = None
    for path in files:
        if path.suffix != ".parquet" or not path.is_file():
            return None
        footer = pq.read_metadata(path)
        own = footer.schema.to_arrow_schema().remove_metadata()
        if schema is not None and not own.equals(schema):
            return None
        schema = own
        groups = range(footer.num_row_groups)
        size = sum(footer.row_group(at).total_byte_size for at in groups)
        found.append((path, footer.num_rows, size))
    return found or None


def _batch_rows(features: Features | None) -> int:
    return MEDIA_ROWS if features is not None and has_media(features) else GROUP_ROWS


@contextmanager
def _bounded(builder: Any, bounds: Bounds) -> Iterator[None]:
    """The builder's own reading, gathered and cut off, for as long as the block lasts."""
    name = "_generate_tables" if isinstance(builder, ArrowBasedBuilder) else "_generate_examples"
    reading = getattr(builder, name)
    cutting = _tables if name == "_generate_tables" else _examples
    setattr(builder, name, lambda *args, **kwargs: cutting(reading(*args, **kwargs), bounds))
    try:
        yield
    finally:
        delattr(builder, name)


def _tables(found: Iterator[tuple[Any, pa.Table]], bounds: Bounds) -> Iterator[Any]:
    """Tables of one schema joined, until a row group is full."""
    held: list[pa.Table] = []
    key: Any = None
    for at, table in _cut(found, bounds):
        if held and (not held[0].schema.equals(table.schema) or _size(held) >= GROUP_BYTES):
            yield key, pa.concat_tables(held)
            held = []
        key = at if not held else key
        held.append(table)
        if sum(len(each) for each in held) >= GROUP_ROWS:
            yield key, pa.concat_tables(held)
            held = []
    if held:
        yield key, pa.concat_tables(held)


def _cut(found: Iterator[tuple[Any, pa.Table]], bounds: Bounds) -> Iterator[tuple[Any, pa.Table]]:
    for key, table in found:
        if table.num_columns > MOST_COLUMNS:
            raise TooManyColumns(
                f"The data has {table.num_columns} columns; the viewer shows {MOST_COLUMNS}."
            )
        if bounds.full:
            bounds.cut = True
            return
        if bounds.rows is not None and len(table) > bounds.rows - bounds.read_rows:
            table = table.slice(0, bounds.rows - bounds.read_rows)
            bounds.cut = True
        bounds.note(len(table), table.nbytes)
        yield key, table
        if bounds.cut:
            return


def _examples(found: Iterator[tuple[Any, dict[str, Any]]], bounds: Bounds) -> Iterator[Any]:
    for key, example in found:
        if bounds.full:
            bounds.cut = True
            return
        bounds.note(1, sum(_weight(value) for value in example.values()))
        if URL in example:
            example[URL] = str(example[URL]).replace(bounds.place, bounds.address)
        yield key, example


def _weight(value: Any) -> int:
    """What a value adds to a shard, in bytes; a path stands for its file."""
    if isinstance(value, dict):
        return sum(_weight(each) for each in value.values())
    if isinstance(value, bytes):
        return len(value)
    if isinstance(value, str):
        path = Path(value) if value.startswith("/") and len(value) < MOST_PATH else None
        return path.stat().st_size if path is not None and path.is_file() else len(value)
    return 8


def _size(tables: list[pa.Table]) -> int:
    return sum(table.nbytes for table in tables)
