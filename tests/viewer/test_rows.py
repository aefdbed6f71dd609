"""Rows, filters, sorting and search: compared with what pyarrow and datasets say of the same."""

import datetime
import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import datasets
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bearhug.viewer.engine.engine import Engine
from bearhug.viewer.engine.refusals import (
    InvalidParameter,
    TooBigContent,
    TooManyColumns,
    UnreadableParquet,
    ViewerStopped,
)
from bearhug.viewer.engine.splits import ParquetFile, Split
from tests.viewer.parquets import picture, split_of

WORDS = ["ada", "grace", "linus", "bear", "hug", "model", "dataset", "space", "river", "honey"]
DAY = datetime.datetime(2020, 1, 1)


def table(start: int, rows: int) -> pa.Table:
    chance = random.Random(start)
    return pa.table(
        {
            "n": list(range(start, start + rows)),
            "price": [chance.choice([None, chance.random() * 100]) for _ in range(rows)],
            "name": [" ".join(chance.choices(WORDS, k=4)) for _ in range(rows)],
            "Kind": [chance.choice(["a", "b", "c", None]) for _ in range(rows)],
            "ok": [chance.choice([True, False]) for _ in range(rows)],
            "when": [DAY + datetime.timedelta(hours=chance.randrange(9999)) for _ in range(rows)],
            "tags": [chance.choices(WORDS, k=chance.randrange(4)) for _ in range(rows)],
            "who": [
                {"first": chance.choice(WORDS), "age": chance.randrange(90)} for _ in range(rows)
            ],
        }
    )


@pytest.fixture(scope="module")
def split(tmp_path_factory: pytest.TempPathFactory) -> Split:
    tables = [table(start, rows) for start, rows in ((0, 700), (700, 1), (701, 1299))]
    return split_of(tmp_path_factory.mktemp("rows"), *tables)


@pytest.fixture(scope="module")
def whole(split: Split) -> list[dict[str, Any]]:
    """All rows, by the library itself."""
    tables = [
        datasets.Dataset(pq.read_table(file.path), fingerprint=file.path.stem)
        for file in split.files
    ]
    return [row for found in tables for row in found.to_list()]


def told(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**row, "when": row["when"].isoformat()} for row in rows]


@pytest.mark.parametrize(
    ("offset", "length"),
    [(0, 100), (650, 100), (699, 3), (1990, 100), (1999, 1), (2000, 5), (3, 0)],
)
def test_rows_are_those_of_the_library(
    split: Split, whole: list[dict[str, Any]], engine: Engine, offset: int, length: int
) -> None:
    page = engine.rows(split, offset=offset, length=length)
    assert [item["row"] for item in page["rows"]] == told(whole[offset : offset + length])
    assert [item["row_idx"] for item in page["rows"]] == [*range(offset, offset + length)][
        : max(0, 2000 - offset)
    ]
    assert (page["num_rows_total"], page["num_rows_per_page"]) == (2000, 100)
    assert page["features"][0] == {
        "feature_idx": 0,
        "name": "n",
        "type": {"dtype": "int64", "_type": "Value"},
    }


CONDITIONS: list[tuple[str, Callable[[dict[str, Any]], bool]]] = [
    ('"n">=1500', lambda row: row["n"] >= 1500),
    ('"price" is null', lambda row: row["price"] is None),
    ('"Kind"=\'a\' and "ok"=true', lambda row: row["Kind"] == "a" and row["ok"]),
    ("\"Kind\"<>'a'", lambda row: row["Kind"] not in ("a", None)),
    ("\"name\" like '%bear%'", lambda row: "bear" in row["name"]),
    ("\"name\" ~ '(ada|hug) .*'", lambda row: row["name"].split()[0] in ("ada", "hug")),
    ('"tags.length"=3', lambda row: len(row["tags"]) == 3),
    ('"who"."age" between 20 and 30', lambda row: 20 <= row["who"]["age"] <= 30),
    (
        "\"when\">'2020-06-01' and not \"Kind\" in ('b', 'c')",
        lambda row: row["when"] > datetime.datetime(2020, 6, 1) and row["Kind"] == "a",
    ),
    ('"n"<0', lambda row: False),
]


@pytest.mark.parametrize(("where", "keep"), CONDITIONS, ids=[one for one, _ in CONDITIONS])
def test_a_filter_keeps_what_python_would(
    split: Split,
    whole: list[dict[str, Any]],
    engine: Engine,
    where: str,
    keep: Callable[[dict[str, Any]], bool],
) -> None:
    kept = [row for row in whole if keep(row)]
    for offset in (0, max(0, len(kept) - 7)):
        page = engine.filter(split, where=where, offset=offset, length=20)
        assert page["num_rows_total"] == len(kept)
        assert [item["row"] for item in page["rows"]] == told(kept[offset : offset + 20])
        assert [item["row_idx"] for item in page["rows"]] == [
            row["n"] for row in kept[offset : offset + 20]
        ]


@pytest.mark.parametrize("offset", [0, 995, 1950])
def test_sorted_rows_are_in_order_with_empty_ones_last(
    split: Split, whole: list[dict[str, Any]], engine: Engine, offset: int
) -> None:
    def key(row: dict[str, Any]) -> tuple[bool, float, int]:
        return (row["price"] is None, -(row["price"] or 0), row["n"])

    page = engine.filter(split, orderby='"price" desc', offset=offset, length=30)
    assert [item["row"] for item in page["rows"]] == told(
        sorted(whole, key=key)[offset : offset + 30]
    )
    page = engine.filter(split, orderby='"Kind", "n" desc', offset=offset, length=30)
    in_order = sorted(whole, key=lambda row: (row["Kind"] is None, row["Kind"], -row["n"]))
    assert [item["row_idx"] for item in page["rows"]] == [
        row["n"] for row in in_order[offset : offset + 30]
    ]


def test_what_makes_no_sense_is_the_callers_to_mend(split: Split, engine: Engine) -> None:
    for wrong in ('"nope"=1', "\"name\" ~ '('", '"n"=1; drop table x', "\"name\" similar to '*'"):
        with pytest.raises(InvalidParameter):
            engine.filter(split, where=wrong)
    for offset, length in ((-1, 1), (0, 101), (0, -1)):
        with pytest.raises(InvalidParameter):
            engine.rows(split, offset=offset, length=length)
        with pytest.raises(InvalidParameter):
            engine.filter(split, where='"n"=1', offset=offset, length=length)


def test_media_can_be_filtered_by_their_measures(tmp_path: Path, engine: Engine) -> None:
    features = datasets.Features({"image": datasets.Image()})
    found = [{"bytes": picture(width, 4), "path": None} for width in (3, 9, 6)]
    split = split_of(tmp_path, pa.table({"image": found}, schema=features.arrow_schema))
    page = engine.filter(split, where='"image.width">=6', orderby='"image.width"')
    assert [item["row_idx"] for item in page["rows"]] == [2, 1]


def test_a_search_finds_rows_by_words_the_best_first(
    split: Split, whole: list[dict[str, Any]], engine: Engine, tmp_path: Path
) -> None:
    index = tmp_path / "index"
    index.mkdir()
    assert engine.index(split, index) == {"rows": 2000, "partial": False, "signs": False}
    page = engine.search(split, index, query="HONEY  river", length=100)
    said = [f"{row['name']} {' '.join(row['tags'])} {row['who']['first']}" for row in whole]
    hits = {n for n, text in enumerate(said) if {"honey", "river"} & set(text.split())}
    assert page["num_rows_total"] == len(hits)
    found = [item["row_idx"] for item in page["rows"]]
    assert set(found) <= hits
    assert {"honey", "river"} <= set(said[found[0]].split())
    assert page["rows"][0]["row"] == told([whole[found[0]]])[0]
    more = engine.search(split, index, query="honey river", offset=100, length=100)
    assert not set(found) & {item["row_idx"] for item in more["rows"]}
    phrase = engine.search(split, index, query='"river honey"')
    texts = [row["name"] + "|" + "|".join(row["tags"]) for row in whole]
    assert phrase["num_rows_total"] >= sum("river honey" in text for text in texts)
    for strange in ("", "  ", '"', "((( AND OR NOT", "row:1", "*", "'; --", "\x00", "é" * 900):
        engine.search(split, index, query=strange)
    with pytest.raises(InvalidParameter):
        engine.search(split, index, query="x" * 1001)


def test_texts_without_spaces_are_searched_by_their_signs(tmp_path: Path, engine: Engine) -> None:
    texts = ["機械学習は楽しい", "猫が好き", "Crème brûlée", None, ""]
    split = split_of(tmp_path / "data", pa.table({"t": texts}))
    index = tmp_path / "index"
    index.mkdir()
    engine.index(split, index)
    for query, rows in (("学習", [0]), ("猫", [1]), ("creme", [2]), ("犬", [])):
        page = engine.search(split, index, query=query)
        assert [item["row_idx"] for item in page["rows"]] == rows


def test_a_split_without_words_has_nothing_to_search(tmp_path: Path, engine: Engine) -> None:
    split = split_of(tmp_path / "data", pa.table({"n": [1]}))
    (tmp_path / "index").mkdir()
    with pytest.raises(InvalidParameter):
        engine.index(split, tmp_path / "index")


def test_many_may_ask_at_once(split: Split, engine: Engine) -> None:
    with ThreadPoolExecutor(8) as threads:
        pages = threads.map(
            lambda offset: engine.rows(split, offset=offset, length=3), range(0, 160, 10)
        )
        assert [page["rows"][0]["row_idx"] for page in pages] == [*range(0, 160, 10)]


def test_first_rows_are_cut_to_size(split: Split, engine: Engine) -> None:
    assert len(engine.first_rows(split)["rows"]) == 100
    assert engine.first_rows(split)["truncated"]
    little = engine.first_rows(split, most_bytes=2000)
    assert len(little["rows"]) == 10
    assert little["truncated"]


def test_too_much_at_once_is_refused_before_it_is_read(tmp_path: Path, engine: Engine) -> None:
    text = pa.table({"s": [f"{number}" + "x" * 8_000_000 for number in range(40)]})
    split = split_of(tmp_path, text, indexed=False)
    with pytest.raises(TooBigContent, match="smaller row groups"):
        engine.rows(split, length=1)
    with pytest.raises((TooBigContent, ViewerStopped)):
        engine.filter(split, orderby='"s"')
    indexed = split_of(tmp_path / "indexed", text)
    (item,) = engine.rows(indexed, length=1)["rows"]
    assert item["row"]["s"] == '"0' + "x" * 19_998
    assert item["truncated_cells"] == ["s"]


def test_broken_files_are_refused_and_the_engine_lives(
    tmp_path: Path, split: Split, engine: Engine
) -> None:
    good = split.files[0].path.read_bytes()
    broken = {
        "empty": b"",
        "none": b"not parquet",
        "cut": good[: len(good) // 2],
        "footer": good[:-200] + b"\xff" * 192 + good[-8:],
        "length": good[:-8] + b"\xff\xff\xff\x7fPAR1",
    }
    for name, content in broken.items():
        path = tmp_path / name
        path.write_bytes(content)
        with pytest.raises(UnreadableParquet):
            engine.describe(path)
        one = Split((ParquetFile(path, 700),), split.features)
        with pytest.raises(UnreadableParquet):
            engine.rows(one)
        with pytest.raises(UnreadableParquet):
            engine.filter(one, where='"n"=1')
    pages = tmp_path / "pages"
    pages.write_bytes(good[:4] + b"\x00" * 3000 + good[3004:])
    with pytest.raises(UnreadableParquet):
        engine.rows(Split((ParquetFile(pages, 700),), split.features), length=10)
    assert engine.rows(split, length=1)["rows"]


def test_a_million_columns_are_too_many(tmp_path: Path, engine: Engine) -> None:
    wide = pa.table({f"c{number}": pa.array([1], pa.int8()) for number in range(1001)})
    split = split_of(tmp_path, wide)
    with pytest.raises(TooManyColumns):
        engine.describe(split.files[0].path)


def test_odd_columns_are_served_all_the_same(tmp_path: Path, engine: Engine) -> None:
    odd = {'a "b"': [1], "a'b": [2], "ü ☃": [3], "x.length": [4], "": [5], "SELECT": [6]}
    split = split_of(tmp_path, pa.table(odd))
    row = {name: values[0] for name, values in odd.items()}
    assert engine.rows(split)["rows"][0]["row"] == row
    for where in ('"a ""b"""=1', '"a\'b"=2', '"ü ☃"=3', '"x.length"=4', '"SELECT"=6'):
        assert engine.filter(split, where=where)["rows"][0]["row"] == row
