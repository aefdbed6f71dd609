"""How dates and times are spread, in the shape the Hub's viewer has for them: text all along."""

import datetime
from typing import Any

from bearhug.viewer.engine import spread
from bearhug.viewer.engine.splits import Json

WRITTEN = "%Y-%m-%d %H:%M:%S"


def moments(connection: Any, sql: str, source: str, count: int) -> Json:
    """Of a timestamp or date: as `spread`, in whole seconds, and `std` as a duration."""
    seconds = f"CAST(floor(epoch({sql})) AS BIGINT)"
    found = spread.spread(connection, spread.Numbers(seconds, source, whole=True), count)
    if found["histogram"] is None:
        return found
    told = {name: _moment(found[name]) for name in ("min", "max", "mean", "median")}
    edges = [_moment(edge) for edge in found["histogram"]["bin_edges"]]
    deviation = found["std"]
    return {
        **found,
        **told,
        "std": None if deviation is None else str(datetime.timedelta(seconds=round(deviation))),
        "histogram": {"hist": found["histogram"]["hist"], "bin_edges": edges},
    }


def _moment(seconds: float | None) -> str | None:
    if seconds is None:
        return None
    start = datetime.datetime(1970, 1, 1)
    try:
        return (start + datetime.timedelta(seconds=seconds)).strftime(WRITTEN)
    except OverflowError:
        return None
