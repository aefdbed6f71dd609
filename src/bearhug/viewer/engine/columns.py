"""What of a row can be compared: a column, a field of a struct, a length, a picture's width."""

import difflib
from collections import Counter
from dataclasses import dataclass, field

from bearhug.viewer.engine import features as types
from bearhug.viewer.engine.refusals import InvalidParameter
from bearhug.viewer.engine.splits import Feature

VIRTUAL = ("file_row_number", "file_index", "filename", "rowid")
TEXTS = ("string", "large_string", "string_view")
COMPUTED = {"width": "picture_width", "height": "picture_height", "duration": "sound_seconds"}
"""Computed of media, by a function that filtering.py gives DuckDB."""


@dataclass(frozen=True)
class Operand:
    """Something with a value in each row."""

    sql: str
    kind: str
    """`number`, `text`, `bool`, `time`, `label`, or `other`, which can only be null."""
    spoken: str
    cast: str = ""
    """For a time: its type in SQL."""
    names: list[str] = field(default_factory=list)
    """Of a label."""


def operand(path: list[str], columns: dict[str, Feature]) -> Operand:
    """What `"a"."b"` or `"a.length"` means. Raises InvalidParameter for what is not there."""
    name, *rest = path
    if name not in columns and "." in name and not rest:
        name, computed = name.rsplit(".", 1)
        rest = [computed]
    if name not in columns:
        raise InvalidParameter(_unknown(path[0], columns))
    _refuse_twins(name, columns)
    return _descend(quoted(name), columns[name], rest, f'"{name}"')


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _descend(sql: str, feature: Feature, rest: list[str], spoken: str) -> Operand:
    for place, name in enumerate(rest):
        kind = types.kind_of(feature)
        fields = types.fields_of(feature) if kind in ("struct", "Translation") else {}
        if name in fields:
            sql, feature = f"struct_extract({sql}, {literal(name)})", fields[name]
            spoken += f'."{name}"'
        elif place == len(rest) - 1:
            return _computed(sql, feature, name, spoken)
        else:
            raise InvalidParameter(f'{spoken} has no field "{name}".')
    return _plain(sql, feature, spoken)


def _computed(sql: str, feature: Feature, name: str, spoken: str) -> Operand:
    kind, said = types.kind_of(feature), f"{spoken}.{name}"
    if name == "length" and (kind == "List" or types.dtype_of(feature) in TEXTS):
        return Operand(f"length({sql})", "number", said)
    has = {"Image": ("width", "height"), "Audio": ("duration",)}.get(kind, ())
    if name in has:
        return Operand(f"{COMPUTED[name]}(struct_extract({sql}, 'bytes'))", "number", said)
    raise InvalidParameter(f'{spoken} has no field "{name}".')


def _plain(sql: str, feature: Feature, spoken: str) -> Operand:
    if types.kind_of(feature) == "ClassLabel":
        names = feature.get("names") or []
        return Operand(sql, "label", spoken, names=list(map(str, names)))
    dtype = types.dtype_of(feature)
    if dtype in TEXTS:
        return Operand(sql, "text", spoken)
    if dtype == "bool":
        return Operand(sql, "bool", spoken)
    if dtype.startswith(("int", "uint", "float", "decimal")):
        return Operand(sql, "number", spoken)
    if dtype.startswith("timestamp"):
        return Operand(sql, "time", spoken, "TIMESTAMPTZ" if "tz=" in dtype else "TIMESTAMP")
    if dtype.startswith(("date", "time")):
        return Operand(sql, "time", spoken, "DATE" if dtype.startswith("date") else "TIME")
    return Operand(sql, "other", spoken)


def _refuse_twins(name: str, columns: dict[str, Feature]) -> None:
    """DuckDB takes names that differ only by case for one, and has some of its own."""
    if name.lower() in VIRTUAL or Counter(map(str.lower, columns))[name.lower()] > 1:
        raise InvalidParameter(f'Column "{name}" cannot be filtered or sorted: its name is taken.')


def _unknown(name: str, columns: dict[str, Feature]) -> str:
    near = difflib.get_close_matches(name[:200], list(columns)[:1000], n=1)
    hint = f' Did you mean "{near[0]}"?' if near else " Columns stand in double quotes."
    return f'There is no column "{name[:200]}".{hint}'
