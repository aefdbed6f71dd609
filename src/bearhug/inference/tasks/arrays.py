"""Numbers as engines send them: {"$array": base64 of little-endian float32, "shape": […]}."""

import base64
import math
import sys
from array import array
from collections.abc import Mapping
from typing import Any

DIGITS = 9
"""Behind the point: a float32 has no more to tell, and JSON is a third as long."""


def numbers(given: Mapping[str, Any]) -> list[Any]:
    """The array as nested lists, by its shape. Raises ValueError if the two do not agree."""
    found = array("f")
    found.frombytes(base64.b64decode(given["$array"]))
    if sys.byteorder == "big":
        found.byteswap()
    shape = [int(side) for side in given["shape"]]
    if math.prod(shape) != len(found):
        raise ValueError(f"{len(found)} numbers do not make {shape}")
    flat: list[Any] = [round(each, DIGITS) for each in found]
    for side in reversed(shape[1:]):
        flat = [flat[at : at + side] for at in range(0, len(flat), side)] if side else []
    return flat


def as_bytes(vector: list[float]) -> str:
    """Base64 of little-endian float32: OpenAI's encoding_format "base64"."""
    packed = array("f", vector)
    if sys.byteorder == "big":
        packed.byteswap()
    return base64.b64encode(packed.tobytes()).decode()
