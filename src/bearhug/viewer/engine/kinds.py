"""What kinds of columns there are, in the words of `datasets`. Nothing heavy is imported here."""

from collections.abc import Iterator
from typing import Any

from bearhug.viewer.engine.splits import Feature

LISTS = ("List", "LargeList", "Sequence")


def kind_of(feature: Feature) -> str:
    """`Value`, `ClassLabel`, `Image`, …, `List` for lists of any sort, `struct`."""
    if isinstance(feature, list):
        return "List"
    if isinstance(feature, dict) and isinstance(named := feature.get("_type"), str):
        inner = feature.get("feature")
        if named == "Sequence" and isinstance(inner, dict) and "_type" not in inner:
            return "struct"  # of lists: what `datasets` once made of a list of structs
        return "List" if named in LISTS else named
    return "struct"


def inner_of(feature: Feature) -> Feature:
    """Of a list, the type of what it holds."""
    return feature[0] if isinstance(feature, list) else feature["feature"]


def fields_of(feature: Feature) -> dict[str, Feature]:
    """Of a struct. `Translation` and the old lists of structs count as such."""
    if "_type" not in feature:
        return dict(feature)
    if feature["_type"] == "Sequence":
        lists = feature["feature"].items()
        return {name: {"feature": field, "_type": "List"} for name, field in lists}
    text = {"dtype": "string", "_type": "Value"}
    return dict.fromkeys(feature.get("languages") or (), text)


def dtype_of(feature: Feature) -> str:
    return str(feature.get("dtype", "")) if kind_of(feature) == "Value" else ""


def has_text(feature: Feature) -> bool:
    """Whether there are words in it, at any depth: what can be searched."""
    kind = kind_of(feature)
    if kind == "List":
        return has_text(inner_of(feature))
    if kind in ("struct", "Translation"):
        return any(has_text(field) for field in fields_of(feature).values())
    return dtype_of(feature) in ("string", "large_string", "string_view")


def texts_in(value: Any, feature: Feature) -> Iterator[str]:
    """The words of one value that `has_text`."""
    if isinstance(value, str) and has_text(feature):
        yield value
    elif isinstance(value, list) and kind_of(feature) == "List":
        for each in value:
            yield from texts_in(each, inner_of(feature))
    elif isinstance(value, dict) and kind_of(feature) in ("struct", "Translation"):
        fields = fields_of(feature)
        for name in fields.keys() & value.keys():
            yield from texts_in(value[name], fields[name])
