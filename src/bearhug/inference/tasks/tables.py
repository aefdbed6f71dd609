"""Tasks on tables: a column a list, {"column": [cell, …]}, all of one length."""

import json
from collections.abc import Mapping
from typing import Any

from bearhug.inference.tasks.base import Asked, Caller, Sent, Task, Told, checked, refused
from bearhug.inference.tasks.rules import Rule

MOST_CELLS = 100_000
MOST_COLUMNS = 2000

Table = dict[str, list[Any]]
NOTHING: dict[str, Rule] = {}
_OURS = frozenset({"$array", "$bytes", "$gone", "$object"})
"""What bytes and arrays are told by, on their way to an engine and where runs are kept."""


def columns(value: Any, field_name: str) -> Table:
    """The table by columns, from columns or from rows of objects. Raises BadRequest."""
    table = _from_rows(value) if isinstance(value, list) else value
    if not isinstance(table, dict) or not table:
        raise refused(field_name, 'write the columns, {"age": [1, 2], "name": ["a", "b"]}.')
    if not all(isinstance(column, list) for column in table.values()):
        raise refused(field_name, "each column must be a list of its cells.")
    lengths = {len(column) for column in table.values()}
    if len(lengths) > 1:
        raise refused(field_name, f"its columns have different lengths: {sorted(lengths)}.")
    cells = len(table) * lengths.pop()
    if not cells or cells > MOST_CELLS or len(table) > MOST_COLUMNS:
        raise refused(field_name, f"it has {cells} cells, and may have 1 to {MOST_CELLS}.")
    for name, column in table.items():
        if name in _OURS:
            raise refused(field_name, f"a column cannot be called {name} here.")
        if any(isinstance(cell, list | dict) for cell in column):
            raise refused(
                f"{field_name}.{name}", "a cell is a number, a text, true, false or null."
            )
    return {str(name): list(column) for name, column in table.items()}


def cells_of(table: Table) -> dict[str, list[str]]:
    """The same with every cell a text, as models that read tables want it."""
    return {name: [_text(cell) for cell in column] for name, column in table.items()}


def _text(cell: Any) -> str:
    if cell is None:
        return ""
    return cell if isinstance(cell, str) else json.dumps(cell)


def _from_rows(rows: list[Any]) -> Any:
    if not rows or not all(isinstance(row, dict) for row in rows):
        return None
    names = dict.fromkeys(str(name) for row in rows for name in row)
    return {name: [row.get(name) for row in rows] for name in names}


def _sent_table(sent: Sent) -> Asked:
    """At the root as `table`, or in `inputs`, bare or under `data` or `table`."""
    value: Any = sent.fields.get("table", sent.inputs)
    where = "table"
    if isinstance(value, Mapping):
        for name in ("data", "table"):
            if isinstance(value.get(name), dict | list) and len(value) == 1:
                value, where = value[name], f"inputs.{name}"
                break
    table = columns(value, where)
    rows = len(next(iter(table.values())))
    words = f"{rows} row{'s' * (rows != 1)} of {', '.join(list(table)[:12])}"
    return Asked({"table": table}, checked(sent.parameters, NOTHING), True, words)


def _predictions(output: Any, asked: Asked, caller: Caller) -> Told:
    return Told(output["predictions"])


TASKS = (
    Task("tabular-classification", _sent_table, _predictions, takes=("table",)),
    Task("tabular-regression", _sent_table, _predictions, takes=("table",)),
)
