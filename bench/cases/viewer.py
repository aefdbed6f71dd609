"""Datasets: rows, filters and search over a generated table, in warm workers.

800,000 rows by default, a tenth of the aim's 8 million: BEARHUG_BENCH_ROWS says otherwise.
"""

import os
import random
import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from bearhug.viewer.engine.engine import Engine
from bearhug.viewer.engine.splits import ParquetFile, Split
from bench.results import Result, interleave, seconds

FILE_ROWS = 1_000_000
GROUP_ROWS = 100_000
ROUNDS = 9
WHERE = '"category"=\'category 07\' and "price">100'
SQL = "category = 'category 07' AND price > 100"


def measure() -> Iterable[Result]:
    rows = int(os.environ.get("BEARHUG_BENCH_ROWS", 800_000))
    with tempfile.TemporaryDirectory() as folder:
        split = _generated(Path(folder), rows)
        engine = Engine((Path(folder),), workers=1)
        try:
            engine.rows(split, length=1)
            yield from _pages(engine, split)
            yield from _jobs(engine, split, Path(folder))
        finally:
            engine.close()


def _pages(engine: Engine, split: Split) -> Iterator[Result]:
    chance = random.Random(8)
    names = ", ".join(f"'{file.path}'" for file in split.files)
    table = f"read_parquet([{names}])"
    yield _against(
        "100 rows at a random offset",
        lambda: engine.rows(split, offset=chance.randrange(split.rows - 100)),
        f"SELECT * FROM {table} LIMIT 100 OFFSET {split.rows // 2}",
        15,
    )
    offset = split.rows // 2000
    yield _against(
        "a filtered page, sorted",
        lambda: engine.filter(split, where=WHERE, orderby='"price" desc', offset=offset),
        f"SELECT * FROM {table} WHERE {SQL} ORDER BY price DESC LIMIT 100 OFFSET {offset}",
        300,
    )


def _against(what: str, ours: Callable[[], object], sql: str, at_most: float) -> Result:
    """Beside one statement of plain DuckDB, in turn."""
    connection = duckdb.connect(":memory:", config={"threads": "2"})
    ours()
    found = interleave(
        ROUNDS,
        {
            "ours": lambda: seconds(ours),
            "duckdb": lambda: seconds(lambda: connection.execute(sql).fetchall()),
        },
    )
    return Result(
        what=what,
        ours=1000 * found["ours"],
        unit="ms",
        peer=1000 * found["duckdb"],
        peer_name="DuckDB's limit/offset",
        at_most=at_most,
    )


def _jobs(engine: Engine, split: Split, folder: Path) -> Iterator[Result]:
    index, scratch = folder / "index", folder / "scratch"
    index.mkdir()
    scratch.mkdir()
    took = seconds(lambda: engine.statistics(split, scratch))
    yield Result(what=f"statistics of {split.rows} rows", ours=took, unit="s", at_most=25)
    took = seconds(lambda: engine.index(split, index))
    yield Result(what=f"an index of {split.rows} texts", ours=took, unit="s")
    engine.search(split, index, query="word7")
    found = interleave(
        ROUNDS,
        {
            "rare": lambda: seconds(lambda: engine.search(split, index, query="text777")),
            "common": lambda: seconds(lambda: engine.search(split, index, query="word7 word8")),
        },
    )
    for kind, took in found.items():
        yield Result(what=f"search for a {kind} word", ours=1000 * took, unit="ms", at_most=40)


def _generated(folder: Path, rows: int) -> Split:
    features: dict[str, Any] = {}
    files = []
    for start in range(0, rows, FILE_ROWS):
        path = folder / f"{start // FILE_ROWS:04}.parquet"
        table = _table(start, min(FILE_ROWS, rows - start))
        pq.write_table(table, path, row_group_size=GROUP_ROWS, write_page_index=True)
        files.append(ParquetFile(path, table.num_rows, path.stat().st_size))
        features = {name: _feature(table.schema.field(name).type) for name in table.schema.names}
    return Split(tuple(files), features)


def _feature(kind: pa.DataType) -> dict[str, str]:
    name = {"double": "float64", "float": "float32"}.get(str(kind), str(kind))
    return {"dtype": name, "_type": "Value"}


def _table(start: int, rows: int) -> pa.Table:
    chance = np.random.default_rng(start)
    words = np.array([f"word{number}" for number in range(500)])
    picked = words[chance.integers(0, 500, (rows, 12))]
    texts = [f"text{start + at} {' '.join(each)}" for at, each in enumerate(picked)]
    kinds = np.array([f"category {number:02}" for number in range(40)])
    return pa.table(
        {
            "id": np.arange(start, start + rows),
            "price": chance.gamma(2, 60, rows),
            "rating": chance.normal(3, 1, rows).astype("float32"),
            "count": chance.integers(0, 10_000, rows),
            "category": kinds[chance.integers(0, 40, rows)],
            "ok": chance.random(rows) < 0.5,
            "when": chance.integers(0, 2**31, rows).astype("datetime64[s]"),
            "text": texts,
        }
    )
