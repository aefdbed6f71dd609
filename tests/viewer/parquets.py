"""Small Parquet files with everything in them, and how to ask about them."""

import io
import wave
from pathlib import Path
from typing import Any

import PIL.Image
import pyarrow as pa
import pyarrow.parquet as pq

from bearhug.viewer.engine.features import features_of
from bearhug.viewer.engine.splits import ParquetFile, Split


def split_of(folder: Path, *tables: pa.Table, group: int = 100, indexed: bool = True) -> Split:
    """One file for each table, in their order."""
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for number, table in enumerate(tables):
        path = folder / f"{number:04}.parquet"
        pq.write_table(table, path, row_group_size=group, write_page_index=indexed)
        files.append(ParquetFile(path, table.num_rows, path.stat().st_size))
    return Split(tuple(files), features_of(tables[0].schema))


def of_features(columns: dict[str, list[Any]], features: Any) -> pa.Table:
    """As `datasets` writes them, with their features in the schema."""
    schema = features.arrow_schema
    return pa.table(columns, schema=schema)


def picture(width: int, height: int, kind: str = "PNG", mode: str = "RGB") -> bytes:
    out = io.BytesIO()
    PIL.Image.new(mode, (width, height)).save(out, kind)
    return out.getvalue()


def sound(seconds: float, rate: int = 8000) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(b"\0\0" * int(seconds * rate))
    return out.getvalue()
