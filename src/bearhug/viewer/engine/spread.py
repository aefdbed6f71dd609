"""How numbers are spread: least, most, mean, median, deviation and a histogram of ten bins.

The rules are those of the Hub's viewer (docs/statistics.md of it): values to five decimals; bins
closed below, the last one at both ends; bins of whole numbers a whole number wide.
"""

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from bearhug.viewer.engine import limits, tables
from bearhug.viewer.engine.splits import Json


@dataclass(frozen=True)
class Numbers:
    """An expression of SQL whose values are numbers, over a FROM."""

    sql: str
    source: str
    whole: bool


def spread(connection: Any, numbers: Numbers, count: int) -> Json:
    """Of `count` rows. What is null or no number counts as `nan`."""
    value = numbers.sql if numbers.whole else _finite(numbers.sql)
    sql = (
        "SELECT count(v), min(v), max(v), avg(v), median(v), stddev_samp(v)"
        f" FROM (SELECT {value} AS v FROM {numbers.source})"
    )
    ((present, least, most, mean, median, deviation),) = tables.fetched(connection, sql)
    nothing = absent(count - present, count)
    if not present:
        empty = dict.fromkeys(("min", "max", "mean", "median", "std", "histogram"))
        return {**nothing, **empty}
    low, high = (int(least), int(most)) if numbers.whole else (float(least), float(most))
    edges = bin_edges(low, high, whole=numbers.whole)
    return {
        **nothing,
        "min": rounded(low),
        "max": rounded(high),
        "mean": rounded(mean),
        "median": rounded(median),
        "std": rounded(deviation),
        "histogram": {
            "hist": _counts(connection, value, numbers.source, edges),
            "bin_edges": [rounded(edge) for edge in edges],
        },
    }


def absent(missing: int, count: int) -> Json:
    return {"nan_count": missing, "nan_proportion": proportion(missing, count)}


def proportion(part: int, whole: int) -> float:
    return round(part / whole, limits.DECIMALS) if part else 0.0


def rounded(value: Any) -> Any:
    """To five decimals. Whole numbers stay whole; one number alone has no deviation."""
    if value is None or isinstance(value, int):
        return value
    value = float(value)
    return round(value, limits.DECIMALS) if math.isfinite(value) else None


def bin_edges(low: Any, high: Any, *, whole: bool) -> list[Any]:
    """Two to eleven, the first and last being `low` and `high`."""
    if low == high:
        return [low, high]
    if whole:
        width = -(-(high - low + 1) // limits.BINS)
        edges = [*range(low, high, width)]
    else:
        # Half of each end, for their difference may be more than a float holds.
        step = high / limits.BINS - low / limits.BINS
        edges = [low + step * number for number in range(limits.BINS)]
    return [*edges, high] if edges[-1] != high else edges


def _counts(connection: Any, value: str, source: str, edges: list[Any]) -> list[int]:
    """How many values each bin has, counted by the edges themselves."""
    if edges[0] == edges[-1]:
        ((present,),) = tables.fetched(connection, f"SELECT count({value}) FROM {source}")
        return [present]
    inner = edges[1:-1]
    bin_of = " + ".join(f"CAST(v >= {_number(edge)} AS INTEGER)" for edge in inner) or "0"
    sql = (
        f"SELECT {bin_of} AS bin, count(*) FROM (SELECT {value} AS v FROM {source})"
        " WHERE v IS NOT NULL GROUP BY bin"
    )
    found = dict(tables.fetched(connection, sql))
    return [found.get(number, 0) for number, _ in enumerate(pairwise(edges))]


def _finite(sql: str) -> str:
    as_double = f"CAST({sql} AS DOUBLE)"
    return f"CASE WHEN isfinite({as_double}) THEN {as_double} END"


def _number(edge: Any) -> str:
    return str(edge) if isinstance(edge, int) else f"CAST('{edge!r}' AS DOUBLE)"
