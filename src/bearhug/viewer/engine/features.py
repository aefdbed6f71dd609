"""What a column is: read from a Parquet file's schema, in the words of `datasets`.

The rules for files that no `datasets` wrote are those of its `generate_from_arrow_type`.
"""

import json
from collections.abc import Iterator
from typing import Any

import pyarrow as pa

from bearhug.viewer.engine.splits import Feature

LISTS = ("List", "LargeList", "Sequence")
NAMES = {"halffloat": "float16", "float": "float32", "double": "float64"}


def features_of(schema: pa.Schema) -> dict[str, Feature]:
    """Of each column, in their order in the file."""
    told = _told(schema)
    return {
        field.name: told[field.name] if field.name in told else _feature(field.type)
        for field in schema
    }


def _told(schema: pa.Schema) -> dict[str, Feature]:
    """What `datasets` kept beside the data; nothing if it is not what it should be."""
    try:
        kept = json.loads((schema.metadata or {}).get(b"huggingface", b"{}"))
        features = kept["info"]["features"]
    except (ValueError, KeyError, TypeError):
        return {}
    return features if isinstance(features, dict) else {}


def _feature(kind: pa.DataType) -> Feature:
    if pa.types.is_struct(kind):
        return {field.name: _feature(field.type) for field in kind}
    if pa.types.is_fixed_size_list(kind):
        return {"feature": _feature(kind.value_type), "length": kind.list_size, "_type": "List"}
    if pa.types.is_large_list(kind) or pa.types.is_large_list_view(kind):
        return {"feature": _feature(kind.value_type), "_type": "LargeList"}
    if pa.types.is_list(kind) or pa.types.is_list_view(kind):
        return {"feature": _feature(kind.value_type), "_type": "List"}
    if pa.types.is_map(kind):
        pair = {"key": _feature(kind.key_type), "value": _feature(kind.item_type)}
        return {"feature": pair, "_type": "List"}
    if pa.types.is_dictionary(kind):
        return _feature(kind.value_type)
    if isinstance(kind, pa.BaseExtensionType):
        if kind.extension_name == "arrow.json":
            return {"decode": True, "_type": "Json"}
        return _feature(kind.storage_type)
    return {"dtype": NAMES.get(str(kind), str(kind)), "_type": "Value"}


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
    if value is None:
        return
    if isinstance(value, str):
        if has_text(feature):
            yield value
    elif isinstance(value, list) and kind_of(feature) == "List":
        for each in value:
            yield from texts_in(each, inner_of(feature))
    elif isinstance(value, dict) and kind_of(feature) in ("struct", "Translation"):
        fields = fields_of(feature)
        for name, each in value.items():
            if name in fields:
                yield from texts_in(each, fields[name])
