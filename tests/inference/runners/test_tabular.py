"""Tables answered by scikit-learn; pickles opened in the sandbox alone."""

import json
import os
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pytest
import skops.io
from sklearn.compose import make_column_transformer
from sklearn.datasets import load_iris
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder

from bearhug.inference.runners.task import BadInput, CannotLoad
from tests.inference.runners.asking import Asked
from tests.inference.runners.running import runner

pytestmark = pytest.mark.model

IRIS = load_iris(as_frame=True)
TABLE = {name: IRIS.data[name][:3].tolist() for name in reversed(IRIS.data.columns)}


def flowers(folder: Path, *, name: str = "model.skops") -> Path:
    names = IRIS.target_names[IRIS.target]
    model = LogisticRegression(max_iter=500).fit(IRIS.data, names)
    dump: Any = skops.io.dump if name.endswith(".skops") else joblib.dump
    dump(model, folder / name)
    return folder


def test_columns_may_come_in_any_order(tmp_path: Path) -> None:
    answer = Asked("sklearn", "tabular-classification", flowers(tmp_path))({"table": TABLE})
    assert answer["predictions"] == ["setosa"] * 3
    assert answer["classes"] == ["setosa", "versicolor", "virginica"]
    assert [sum(row) for row in answer["probabilities"]] == pytest.approx([1] * 3)
    assert [row[0] > 0.9 for row in answer["probabilities"]] == [True] * 3


def test_numbers_written_as_text_are_numbers(tmp_path: Path) -> None:
    written = {name: [str(value) for value in column] for name, column in TABLE.items()}
    answer = Asked("sklearn", "tabular-classification", flowers(tmp_path))({"table": written})
    assert answer["predictions"] == ["setosa"] * 3


def test_columns_are_named_by_the_config_where_the_model_has_no_names(tmp_path: Path) -> None:
    x = np.array([[1.0, 10.0], [2.0, 10.0], [3.0, 20.0]])
    skops.io.dump(LinearRegression().fit(x, x[:, 0] * 2 + x[:, 1]), tmp_path / "m.skops")
    said = {"sklearn": {"columns": ["a", "b"], "model": {"file": "m.skops"}}}
    (tmp_path / "config.json").write_text(json.dumps(said))
    ask = Asked("sklearn", "tabular-regression", tmp_path)
    assert ask({"table": {"b": [100, 0], "a": [1, 5]}}) == {"predictions": pytest.approx([102, 10])}


def test_words_and_gaps_reach_a_model_that_takes_them(tmp_path: Path) -> None:
    frame = IRIS.data.head(4).iloc[:, :1].assign(colour=["red", "blue", "red", "blue"])
    frame.columns = ["size", "colour"]
    encode = make_column_transformer((OneHotEncoder(), ["colour"]), remainder="passthrough")
    skops.io.dump(make_pipeline(encode, LogisticRegression()).fit(frame, [0, 1, 0, 1]),
                  tmp_path / "m.skops")  # fmt: skip
    ask = Asked("sklearn", "tabular-classification", tmp_path)
    asked = {"size": [5, 5], "colour": ["red", "blue"]}
    assert ask({"table": asked})["predictions"] == [0, 1]
    with pytest.raises(BadInput, match="cannot take this table"):
        ask({"table": {"size": ["large"], "colour": ["red"]}})


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (None, "object"),
        ({}, "object"),
        ({"a": 1}, "list"),
        ({"a": [1], "b": [1, 2]}, "one length"),
        ({"a": [1]}, "lacks the columns"),
        ({**TABLE, "wings": [1, 2, 3]}, "no columns wings"),
        ({"a": [{"b": 1}]}, "A cell"),
        ({"a": [1] * 10_001}, "10000 rows"),
    ],
)
def test_a_table_that_does_not_fit_is_refused(tmp_path: Path, table: Any, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        Asked("sklearn", "tabular-classification", flowers(tmp_path))({"table": table})


def test_types_nobody_vouched_for_are_not_loaded(tmp_path: Path) -> None:
    skops.io.dump(FunctionTransformer(func=os.system), tmp_path / "m.skops")
    with pytest.raises(CannotLoad, match="nobody vouched for"):
        Asked("sklearn", "tabular-classification", tmp_path)


def test_pickles_are_opened_in_the_sandbox_alone(tmp_path: Path) -> None:
    folder = flowers(tmp_path, name="model.joblib")
    with pytest.raises(CannotLoad, match="pickled"):
        Asked("sklearn", "tabular-classification", folder)
    ask = Asked("sklearn", "tabular-classification", folder, sealed=True)
    assert ask({"table": TABLE})["predictions"] == ["setosa"] * 3


class Hostile:
    """Runs a program when it is unpickled."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> Any:
        return os.system, (f"touch {self.mark}",)


def test_a_pickle_that_runs_programs_changes_nothing(tmp_path: Path) -> None:
    model, mark = tmp_path / "model", tmp_path / "mark"
    model.mkdir()
    joblib.dump(Hostile(mark), model / "model.joblib")
    with runner(model, "tabular-classification", engine="sklearn") as running:
        assert not running.ready()
    assert not mark.exists()


def test_a_pickled_estimator_answers_from_its_sandbox(tmp_path: Path) -> None:
    with runner(
        flowers(tmp_path, name="model.pkl"), "tabular-classification", engine="sklearn"
    ) as running:
        assert running.ready(), running.log()
        assert "without network" in running.isolation
        assert running.infer({"table": TABLE})["predictions"] == ["setosa"] * 3
        assert running.refusal({"table": {"a": [1]}})["field"] == "table"
