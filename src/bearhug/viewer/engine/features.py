"""What a column is: read from a Parquet file's schema, in the words of `datasets`.

The rules for files that no `datasets` wrote are those of its `generate_from_arrow_type`.
"""

import json

import pyarrow as pa

from bearhug.viewer.engine.kinds import (
    dtype_of,
    fields_of,
    has_text,
    inner_of,
    kind_of,
    texts_in,
)
from bearhug.viewer.engine.splits import Feature

__all__ = [
    "dtype_of",
    "features_of",
    "fields_of",
    "has_text",
    "inner_of",
    "kind_of",
    "texts_in",
]

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
    return _simple(kind)


def _simple(kind: pa.DataType) -> Feature:
    if pa.types.is_dictionary(kind):
        return _feature(kind.value_type)
    if isinstance(kind, pa.BaseExtensionType):
        if kind.extension_name == "arrow.json":
            return {"decode": True, "_type": "Json"}
        return _feature(kind.storage_type)
    return {"dtype": NAMES.get(str(kind), str(kind)), "_type": "Value"}
