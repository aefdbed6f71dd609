"""Rows of Arrow as Python values."""

from typing import Any

import pyarrow as pa

from bearhug.viewer.engine.splits import Json

COARSE = {"timestamp": pa.timestamp, "duration": pa.duration, "time64": pa.time64}


def values(table: Any) -> list[Json]:
    """Rows of an Arrow table. Python's times end at microseconds."""
    for at, field in enumerate(table.schema):
        name = str(field.type).split("[", 1)[0]
        if getattr(field.type, "unit", "") == "ns" and name in COARSE:
            zone = {"tz": field.type.tz} if name == "timestamp" and field.type.tz else {}
            coarse = table.column(at).cast(COARSE[name]("us", **zone), safe=False)
            table = table.set_column(at, field.name, coarse)
    found: list[Json] = table.to_pylist()
    return found
