"""Bytes and arrays inside JSON, as the hub and its runners exchange them."""

import base64
import binascii
import json
from typing import Any

import numpy as np

from bearhug.inference.runners.task import BadInput


def read_bytes(value: Any, field: str = "inputs") -> bytes:
    """The bytes of {"$bytes": base64}. Raises BadInput."""
    if not isinstance(value, dict) or not isinstance(value.get("$bytes"), str):
        raise BadInput(f"`{field}` must be a file's bytes.", field)
    try:
        return base64.b64decode(value["$bytes"], validate=True)
    except binascii.Error:
        raise BadInput(f"`{field}` is not valid base64.", field) from None


def as_bytes(data: bytes, media_type: str) -> dict[str, str]:
    return {"$bytes": base64.b64encode(data).decode("ascii"), "type": media_type}


def as_array(array: Any) -> dict[str, Any]:
    """Numbers of any shape as little-endian float32."""
    found = np.ascontiguousarray(array, dtype="<f4")
    data = base64.b64encode(found.tobytes()).decode("ascii")
    return {"$array": data, "shape": list(found.shape)}


def read_array(value: Any) -> Any:
    """What `as_array` made, as a numpy array."""
    flat = np.frombuffer(base64.b64decode(value["$array"]), dtype="<f4")
    return flat.reshape(value["shape"])


def dumped(value: Any) -> bytes:
    """JSON in UTF-8. Numbers of numpy and torch become plain ones."""
    return json.dumps(value, ensure_ascii=False, default=_plain).encode("utf-8", "replace")


def _plain(value: Any) -> Any:
    if hasattr(value, "tolist"):
        return value.tolist()
    raise TypeError(f"{type(value).__name__} is no JSON")
