"""First rows are cut to size by the Hub's rules."""

from typing import Any

from bearhug.viewer.engine.truncation import fitted, json_bytes

FEATURES = {
    "s": {"dtype": "string", "_type": "Value"},
    "url": {"dtype": "string", "_type": "Value"},
    "image": {"_type": "Image"},
}


def items(count: int, size: int) -> list[dict[str, Any]]:
    row = {"s": "é" * size, "url": "https://x/" + "y" * 200, "image": {"src": "z" * 200}}
    return [{"row_idx": number, "row": dict(row), "truncated_cells": []} for number in range(count)]


def cut(count: int, size: int, most: int) -> tuple[list[dict[str, Any]], bool]:
    return fitted(items(count, size), FEATURES, most, cell_bytes=100, least_rows=10)


def test_small_rows_are_all_kept() -> None:
    assert cut(50, 10, 1_000_000) == (items(50, 10), False)


def test_rows_are_left_out_until_they_fit() -> None:
    kept, left_out = cut(100, 1000, 100_000)
    assert left_out
    assert 10 < len(kept) < 100
    assert json_bytes(kept) < 100_000
    assert kept == items(100, 1000)[: len(kept)]


def test_ten_rows_are_kept_and_their_cells_cut_from_the_last_up() -> None:
    kept, left_out = cut(11, 10_000, 100_000)
    assert left_out
    assert len(kept) == 10
    cells = [item["truncated_cells"] for item in kept]
    assert cells[0] == []
    assert cells[-1] == ["s"]
    last = kept[-1]["row"]
    assert last["s"].startswith('"éé')
    assert len(last["s"].encode()) <= 100
    assert last["url"] == "https://x/" + "y" * 200
    assert last["image"] == {"src": "z" * 200}
    assert json_bytes(kept) <= 100_000


def test_cut_cells_alone_do_not_make_rows_left_out() -> None:
    assert cut(10, 10_000, 50_000)[1] is False
