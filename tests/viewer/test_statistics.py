"""Statistics: the shapes of the Hub's viewer, the numbers of numpy."""

import datetime
import math
import random
from pathlib import Path
from typing import Any

import datasets
import numpy as np
import pyarrow as pa
import pytest

from bearhug.viewer.engine.engine import Engine
from bearhug.viewer.engine.spread import bin_edges
from tests.viewer.parquets import picture, sound, split_of

ROWS = 400
DAY = datetime.datetime(2020, 1, 1)


def columns() -> dict[str, list[Any]]:
    chance = random.Random(6)
    return {
        "whole": [chance.choice([None, chance.randrange(-50, 1000)]) for _ in range(ROWS)],
        "few": [number % 4 for number in range(ROWS)],
        "one": [7] * ROWS,
        "broken": [chance.choice([math.nan, None, chance.gauss(0, 9)]) for _ in range(ROWS)],
        "none": [None] * ROWS,
        "label": [chance.choice(["a", "b", None]) for _ in range(ROWS)],
        "text": ["x" * chance.randrange(90) + str(number) for number in range(ROWS)],
        "ok": [chance.choice([True, False, None]) for _ in range(ROWS)],
        "class": [chance.choice([-1, 0, 1, None]) for _ in range(ROWS)],
        "tags": [chance.choice([None, ["t"] * chance.randrange(9)]) for _ in range(ROWS)],
        "when": [DAY + datetime.timedelta(days=number) for number in range(ROWS)],
        "image": [{"bytes": picture(2 + number % 3, 2), "path": None} for number in range(ROWS)],
        "audio": [{"bytes": sound(0.25), "path": None} for _ in range(ROWS)],
        "struct": [{"a": 1}] * ROWS,
    }


FEATURES = datasets.Features(
    {
        **{"whole": datasets.Value("int64"), "few": datasets.Value("int8")},
        **{"one": datasets.Value("uint16"), "broken": datasets.Value("float32")},
        **{"none": datasets.Value("float64"), "label": datasets.Value("string")},
        **{"text": datasets.Value("large_string"), "ok": datasets.Value("bool")},
        "class": datasets.ClassLabel(names=["no", "yes", "never"]),
        "tags": datasets.List(datasets.Value("string")),
        "when": datasets.Value("timestamp[s]"),
        **{"image": datasets.Image(), "audio": datasets.Audio()},
        "struct": {"a": datasets.Value("int32")},
    }
)


@pytest.fixture(scope="module")
def told(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("statistics")
    table = pa.table(columns(), schema=FEATURES.arrow_schema)
    split = split_of(folder, table.slice(0, 150), table.slice(150))
    (folder / "scratch").mkdir()
    return engine.statistics(split, folder / "scratch")


def of(told: dict[str, Any], name: str) -> tuple[str, dict[str, Any]]:
    (found,) = (each for each in told["statistics"] if each["column_name"] == name)
    return found["column_type"], found["column_statistics"]


def test_columns_are_told_by_name_and_what_has_no_kind_is_not(told: dict[str, Any]) -> None:
    assert told["num_examples"] == ROWS
    assert [each["column_name"] for each in told["statistics"]] == sorted(
        name for name in FEATURES if name != "struct"
    )


@pytest.mark.parametrize(
    ("name", "kind", "measure"),
    [
        ("whole", "int", lambda value: value),
        ("few", "int", lambda value: value),
        ("broken", "float", lambda value: None if math.isnan(value) else float(np.float32(value))),
        ("text", "string_text", len),
        ("tags", "list", len),
        ("image", "image", lambda value: 2 + (value["bytes"][19] - 2)),
        ("audio", "audio", lambda value: 0.25),
    ],
)
def test_numbers_are_numpys(told: dict[str, Any], name: str, kind: str, measure: Any) -> None:
    measured = [None if value is None else measure(value) for value in columns()[name]]
    values = np.array([value for value in measured if value is not None], "float64")
    missing = ROWS - len(values)
    found_kind, found = of(told, name)
    assert found_kind == kind
    assert found["nan_count"] == missing
    assert found["nan_proportion"] == round(missing / ROWS, 5)
    for word, number in (
        *(("min", values.min()), ("max", values.max()), ("mean", values.mean())),
        *(("median", np.median(values)), ("std", values.std(ddof=1))),
    ):
        assert found[word] == pytest.approx(float(number), abs=1e-5), word
    histogram = found["histogram"]
    assert sum(histogram["hist"]) == len(values)
    assert len(histogram["bin_edges"]) == len(histogram["hist"]) + 1
    whole = kind not in ("float", "audio")
    ends = values.min(), values.max()
    exact = bin_edges(*(map(int, ends) if whole else ends), whole=whole)
    if len(exact) > 2:
        assert histogram["hist"] == np.histogram(values, exact)[0].tolist()
    assert histogram["bin_edges"] == pytest.approx(exact, abs=1e-5)


def test_whole_numbers_have_bins_of_whole_numbers() -> None:
    assert bin_edges(0, 3, whole=True) == [0, 1, 2, 3]
    assert bin_edges(1, 100, whole=True) == [1, 11, 21, 31, 41, 51, 61, 71, 81, 91, 100]
    assert bin_edges(5, 5, whole=True) == [5, 5]
    assert len(bin_edges(-1e308, 1e308, whole=False)) == 11
    assert len(bin_edges(-(2**63), 2**63 - 1, whole=True)) == 11


def test_one_value_alone_has_one_bin(told: dict[str, Any]) -> None:
    assert of(told, "one") == (
        "int",
        {
            "nan_count": 0,
            "nan_proportion": 0.0,
            **{"min": 7, "max": 7, "mean": 7.0, "median": 7.0, "std": 0.0},
            "histogram": {"hist": [ROWS], "bin_edges": [7, 7]},
        },
    )


def test_a_column_of_nothing_has_no_numbers(told: dict[str, Any]) -> None:
    nothing = dict.fromkeys(("min", "max", "mean", "median", "std", "histogram"))
    assert of(told, "none") == ("float", {"nan_count": ROWS, "nan_proportion": 1.0, **nothing})


def test_few_different_texts_are_labels(told: dict[str, Any]) -> None:
    values = columns()["label"]
    missing = values.count(None)
    assert of(told, "label") == (
        "string_label",
        {
            **{"nan_count": missing, "nan_proportion": round(missing / ROWS, 5)},
            **{"no_label_count": 0, "no_label_proportion": 0.0, "n_unique": 2},
            "frequencies": {"a": values.count("a"), "b": values.count("b")},
        },
    )


def test_classes_are_told_by_name_also_those_nobody_has(told: dict[str, Any]) -> None:
    values = columns()["class"]
    kind, found = of(told, "class")
    assert kind == "class_label"
    assert found["n_unique"] == 3
    assert found["frequencies"] == {"no": values.count(0), "yes": values.count(1), "never": 0}
    assert found["no_label_count"] == values.count(-1)
    assert found["nan_count"] == values.count(None)


def test_truths_are_counted(told: dict[str, Any]) -> None:
    values = columns()["ok"]
    kind, found = of(told, "ok")
    assert (kind, found["nan_count"]) == ("bool", values.count(None))
    assert found["frequencies"] == {"False": values.count(False), "True": values.count(True)}


def test_times_are_told_as_text(told: dict[str, Any]) -> None:
    kind, found = of(told, "when")
    assert kind == "datetime"
    assert found["min"] == "2020-01-01 00:00:00"
    assert found["max"] == "2021-02-03 00:00:00"
    assert found["median"] == "2020-07-18 12:00:00"
    assert found["std"].startswith("115 days")
    assert sum(found["histogram"]["hist"]) == ROWS
    assert found["histogram"]["bin_edges"][0] == "2020-01-01 00:00:00"


def test_many_texts_are_no_labels_and_ten_always_are(engine: Engine, tmp_path: Path) -> None:
    table = pa.table(
        {
            "ten": [str(number) for number in range(10)] * 2,
            "eleven": [str(number % 11) for number in range(20)],
        }
    )
    (tmp_path / "scratch").mkdir()
    found = engine.statistics(split_of(tmp_path, table), tmp_path / "scratch")
    kinds = {each["column_name"]: each["column_type"] for each in found["statistics"]}
    assert kinds == {"ten": "string_label", "eleven": "string_text"}
