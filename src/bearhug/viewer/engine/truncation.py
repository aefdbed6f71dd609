"""Rows cut until they fit, by the rules of the Hub's viewer (its docs, first_rows.md)."""

import json
from collections.abc import Collection
from typing import Any

from bearhug.viewer.engine.splits import Feature, Json

MEDIA = ("Image", "Audio", "Video", "Pdf")
URLS_PROPORTION = 0.3


def fitted(
    items: list[Json],
    features: dict[str, Feature],
    most_bytes: int,
    *,
    cell_bytes: int,
    least_rows: int,
) -> tuple[list[Json], bool]:
    """As many of the first `items` as fit into `most_bytes` of JSON, and whether some are left out.

    At least `least_rows` are kept: if those are too large, their cells are cut to `cell_bytes` of
    JSON, from the last row up, and named in `truncated_cells`. Media and URLs stay whole.
    """
    kept, used = items[:least_rows], 2
    used += sum(json_bytes(item) + 1 for item in kept)
    if used >= most_bytes:
        whole = _whole(items, features)
        return _cut(kept, used - most_bytes, cell_bytes, whole), len(kept) < len(items)
    for item in items[least_rows:]:
        used += json_bytes(item) + 1
        if used >= most_bytes:
            break
        kept.append(item)
    return kept, len(kept) < len(items)


def json_bytes(value: Any) -> int:
    return len(_written(value))


def _written(value: Any) -> bytes:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "replace")


def _whole(items: list[Json], features: dict[str, Feature]) -> set[str]:
    """Columns no cell of which is cut."""
    rows = [item["row"] for item in items]
    kept = set()
    for name, feature in features.items():
        kind = feature.get("_type") if isinstance(feature, dict) else None
        addresses = sum(str(row.get(name)).startswith(("http://", "https://")) for row in rows)
        text = kind == "Value" and feature.get("dtype") == "string"
        if kind in MEDIA or (text and addresses > URLS_PROPORTION * len(rows)):
            kept.add(name)
    return kept


def _cut(items: list[Json], over: int, cell_bytes: int, whole: Collection[str]) -> list[Json]:
    for item in reversed(items):
        if over < 0:
            break
        before = json_bytes(item)
        for name, cell in item["row"].items():
            if name not in whole and len(written := _written(cell)) > cell_bytes:
                item["row"][name] = written[:cell_bytes].decode("utf-8", "ignore")
                item["truncated_cells"].append(name)
        over -= before - json_bytes(item)
    return items
