"""Rows of a table put into classes, or given a number, by scikit-learn.

Which file is the model and how its columns are called: config.json's `sklearn`, as skops writes
it (`model.file`, `columns`); else the only file there is, and the model's `feature_names_in_`.
"""

import json
import math
from pathlib import Path
from typing import Any

import joblib  # type: ignore[import-untyped]
import pandas  # type: ignore[import-untyped]
import skops.io  # type: ignore[import-untyped]

from bearhug.inference.runners.task import BadInput, CannotLoad, Parameters, Setup, Task

MOST_ROWS = 10_000
MOST_CONFIG_BYTES = 16 * 1024**2
SAFE, PICKLED = (".skops",), (".joblib", ".pkl", ".pickle")
REFUSED = (
    "This model is pickled ({file}). A pickle can run code, so it is opened only where a runner "
    "can be cut off from files and network, which this machine does not allow. Save it by skops."
)
STRANGE = (
    "This skops file holds types that nobody vouched for: {types}. Only types of scikit-learn, "
    "numpy and scipy are loaded."
)


class Estimator:
    def __init__(self, setup: Setup) -> None:
        said = _said(setup.folder)
        self.model = _opened(setup, _file(setup.folder, said))
        if not hasattr(self.model, "predict"):
            raise CannotLoad(f"A {type(self.model).__name__} has no `predict`: it is no model.")
        named = said.get("columns")
        if not isinstance(named, list) or not named:
            named = list(getattr(self.model, "feature_names_in_", []))
        self.columns = [str(name) for name in named]

    def frame(self, table: Any) -> Any:
        """The table as the model wants it, its columns in the order it was trained on."""
        columns = _table(table)
        if self.columns:
            _compare(self.columns, columns)
            columns = {name: columns[name] for name in self.columns}
        frame = pandas.DataFrame(columns)
        return frame if hasattr(self.model, "feature_names_in_") else frame.to_numpy()


def predict(estimator: Estimator, inputs: Any, parameters: Parameters) -> Any:
    """A label or a number for each row; of classes, how likely each is."""
    parameters.done()
    if not isinstance(inputs, dict) or "table" not in inputs:
        raise BadInput("Send a table: {table: {column: [values]}}.", "table")
    frame = estimator.frame(inputs["table"])
    try:
        answer: dict[str, Any] = {"predictions": _plain(estimator.model.predict(frame))}
        likely = getattr(estimator.model, "predict_proba", None)
        if likely is not None and hasattr(estimator.model, "classes_"):
            answer["probabilities"] = _plain(likely(frame))
            answer["classes"] = _plain(estimator.model.classes_)
    except (ValueError, TypeError, KeyError) as refused:  # text where numbers belong, say
        raise BadInput(f"The model cannot take this table: {refused}", "table") from None
    return answer


def _said(folder: Path) -> dict[str, Any]:
    """What config.json says of the model; {} if there is none."""
    path = folder / "config.json"
    if not path.is_file() or path.stat().st_size > MOST_CONFIG_BYTES:
        return {}
    try:
        found = json.loads(path.read_text("utf-8"))
    except (ValueError, RecursionError):
        raise CannotLoad("config.json is not valid JSON.") from None
    said = found.get("sklearn") if isinstance(found, dict) else None
    return said if isinstance(said, dict) else {}


def _file(folder: Path, said: dict[str, Any]) -> Path:
    """The safe format goes before the pickled ones, whatever config.json would rather."""
    model = said.get("model")
    wanted = str(model.get("file", "")) if isinstance(model, dict) else ""
    for suffixes in (SAFE, PICKLED):
        found = sorted(path for path in folder.rglob("*") if path.suffix in suffixes)
        found.sort(key=lambda path: path.name != wanted)
        if found:
            return found[0]
    raise CannotLoad("There is no model here: a .skops, .joblib or .pkl file.")


def _opened(setup: Setup, path: Path) -> Any:
    if path.suffix in SAFE:
        strange = skops.io.get_untrusted_types(file=path)
        if strange:
            raise CannotLoad(STRANGE.format(types=", ".join(strange[:5])))
        return skops.io.load(path)
    if not setup.sealed:
        raise CannotLoad(REFUSED.format(file=path.name))
    return joblib.load(path)


def _table(given: Any) -> dict[str, list[Any]]:
    """Columns of one length, of plain values. Raises BadInput."""
    if not isinstance(given, dict) or not given:
        raise BadInput("`table` must be an object: {column: [values]}.", "table")
    lengths = {len(column) for column in given.values() if isinstance(column, list)}
    if len(lengths) != 1 or not all(isinstance(column, list) for column in given.values()):
        raise BadInput("Each column of `table` must be a list, all of one length.", "table")
    count = lengths.pop()
    if not 1 <= count <= MOST_ROWS:
        raise BadInput(f"`table` may have 1 to {MOST_ROWS} rows.", "table")
    return {str(name): [_value(value) for value in column] for name, column in given.items()}


def _value(given: Any) -> Any:
    """A cell. Numbers written as text are numbers: forms and CSV files send them so."""
    if isinstance(given, str):
        try:
            return float(given) if given.strip() else math.nan
        except ValueError:
            return given
    if given is None:
        return math.nan
    if not isinstance(given, bool | int | float):
        raise BadInput("A cell of `table` must be a number, a text or null.", "table")
    return given


def _compare(wanted: list[str], given: dict[str, list[Any]]) -> None:
    missing = [name for name in wanted if name not in given]
    if missing:
        raise BadInput(f"`table` lacks the columns {', '.join(missing)}.", "table")
    unknown = sorted(given.keys() - set(wanted))
    if unknown:
        raise BadInput(f"The model knows no columns {', '.join(unknown)}.", "table")


def _plain(values: Any) -> Any:
    """Numbers and texts of Python's own; a list for each output where there are several."""
    if isinstance(values, list):
        return [_plain(each) for each in values]
    return values.tolist() if hasattr(values, "tolist") else list(values)


TASKS = {
    "tabular-classification": Task(Estimator, predict),
    "tabular-regression": Task(Estimator, predict),
}
