"""What the columns of a split hold, in the shapes of the Hub's viewer: a job, column by column.

Distinct values are counted roughly first, and exactly only where they may be few: exact counts of
a large text column were three quarters of the time (DATASETS.md §3).
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from bearhug.viewer.engine import features as types
from bearhug.viewer.engine import limits, media, moments, tables
from bearhug.viewer.engine.columns import TEXTS, quoted
from bearhug.viewer.engine.splits import Feature, Json, Split
from bearhug.viewer.engine.spread import Numbers, absent, proportion, spread

ROUGHLY = 1.5
"""How many more distinct values than the limit the rough count may say, and yet be wrong."""

NO_LABEL = -1
MEDIA_BATCH_ROWS = 16
MEASURED = {"Image": ("image", True), "Audio": ("audio", False)}


def statistics(connection: Any, split: Split) -> Json:
    """`num_examples`, and `statistics` of each column that has a kind, by name."""
    found = (_column(connection, split, name, feature) for name, feature in split.features.items())
    told = [column for column in found if column is not None]
    told.sort(key=lambda column: str(column["column_name"]))
    return {"num_examples": split.rows, "statistics": told}


def _column(connection: Any, split: Split, name: str, feature: Feature) -> Json | None:
    if not split.rows:
        return None
    kind, dtype = types.kind_of(feature), types.dtype_of(feature)
    if kind in MEASURED:
        return _told(name, *_media(connection, split, name, kind))
    if kind == "ClassLabel":
        return _told(name, "class_label", _classes(connection, split, name, feature))
    if dtype in TEXTS:
        return _told(name, *_text(connection, split, name))
    if dtype == "bool":
        return _told(name, "bool", _truths(connection, split, name))
    column, source = quoted(name), tables.source(split)
    if dtype.startswith(("timestamp", "date")):
        return _told(name, "datetime", moments.moments(connection, column, source, split.rows))
    said = "list" if kind == "List" else _number_kind(dtype)
    if not said:
        return None
    value = f"length({column})" if said == "list" else column
    numbers = Numbers(value, source, whole=said != "float")
    return _told(name, said, spread(connection, numbers, split.rows))


def _number_kind(dtype: str) -> str:
    if dtype.startswith(("int", "uint")):
        return "int"
    return "float" if dtype.startswith(("float", "decimal")) else ""


def _told(name: str, kind: str, found: Json) -> Json:
    return {"column_name": name, "column_type": kind, "column_statistics": found}


def _counts(connection: Any, split: Split, name: str) -> dict[Any, int]:
    column = quoted(name)
    sql = (
        f"SELECT {column}, count(*) AS n FROM {tables.source(split)} GROUP BY 1 ORDER BY n DESC, 1"
    )
    return dict(tables.fetched(connection, sql))


def _text(connection: Any, split: Split, name: str) -> tuple[str, Json]:
    """A label if there are few different ones, else a text, of which the length counts."""
    column, source = quoted(name), tables.source(split)
    rough_sql = f"SELECT approx_count_distinct({column}) FROM {source}"
    ((rough,),) = tables.fetched(connection, rough_sql)
    if rough <= limits.LABELS_MOST * ROUGHLY:
        counts = _counts(connection, split, name)
        missing = counts.pop(None, 0)
        if is_label(len(counts), split.rows):
            return "string_label", _frequencies(counts, missing, split.rows)
    lengths = Numbers(f"length({column})", source, whole=True)
    return "string_text", spread(connection, lengths, split.rows)


def is_label(distinct: int, count: int) -> bool:
    few = distinct <= limits.LABELS_MOST and distinct / count <= limits.LABELS_PROPORTION
    return few or distinct <= limits.BINS


def _frequencies(counts: dict[Any, int], missing: int, count: int, *, unlabelled: int = 0) -> Json:
    return {
        **absent(missing, count),
        "no_label_count": unlabelled,
        "no_label_proportion": proportion(unlabelled, count),
        "n_unique": len(counts),
        "frequencies": counts,
    }


def _classes(connection: Any, split: Split, name: str, feature: Feature) -> Json:
    """Of every name, also of one that no row has."""
    counts = _counts(connection, split, name)
    missing, unlabelled = counts.pop(None, 0), counts.pop(NO_LABEL, 0)
    names = list(map(str, feature.get("names") or []))
    named = {each: counts.get(number, 0) for number, each in enumerate(names)}
    return _frequencies(named, missing, split.rows, unlabelled=unlabelled)


def _truths(connection: Any, split: Split, name: str) -> Json:
    counts = _counts(connection, split, name)
    missing = counts.pop(None, 0)
    frequencies = {str(truth): counts[truth] for truth in sorted(counts)}
    return {**absent(missing, split.rows), "frequencies": frequencies}


def _media(connection: Any, split: Split, name: str, kind: str) -> tuple[str, Json]:
    """Widths of pictures, seconds of sounds; a broken one counts as none."""
    said, whole = MEASURED[kind]
    found = pa.table({"v": pa.array(_measures(split, name, kind), pa.float64())})
    connection.register("measured", found)
    value = "CAST(v AS BIGINT)" if whole else "v"
    try:
        return said, spread(connection, Numbers(value, "measured", whole), split.rows)
    finally:
        connection.unregister("measured")


def _measures(split: Split, name: str, kind: str) -> Iterable[float | None]:
    for file in split.files:
        yield from _measured(file.path, name, kind)


def _measured(path: Path, name: str, kind: str) -> Iterable[float | None]:
    with pq.ParquetFile(path) as content:
        for batch in content.iter_batches(MEDIA_BATCH_ROWS, columns=[name]):
            for value in batch.column(0).to_pylist():
                stored = media.stored_bytes(value)
                yield _measure(stored, kind) if stored else None


def _measure(content: bytes, kind: str) -> float | None:
    if kind == "Audio":
        return media.seconds(content)
    shape = media.picture(content)
    return shape.width if shape else None
