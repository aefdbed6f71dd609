"""What a worker is told of a split: its files in order, and what its columns are."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

Feature = Any
"""A type as `datasets.Features.to_dict()` writes it: a dict with `_type`, a dict of types for a
struct, or a list of one type."""

Json = dict[str, Any]


@dataclass(frozen=True)
class ParquetFile:
    path: Path
    rows: int
    bytes: int = 0


@dataclass(frozen=True)
class Split:
    """The rows of `files`, one file after another. Files never change once they are named here."""

    files: tuple[ParquetFile, ...]
    features: dict[str, Feature]

    @property
    def rows(self) -> int:
        return sum(file.rows for file in self.files)

    def starts(self) -> list[int]:
        """The number of each file's first row in the split."""
        starts, start = [], 0
        for file in self.files:
            starts.append(start)
            start += file.rows
        return starts

    def to_json(self) -> Json:
        files = [[str(file.path), file.rows, file.bytes] for file in self.files]
        return {"files": files, "features": self.features}


def split_from(told: Json) -> Split:
    files = (ParquetFile(Path(path), rows, size) for path, rows, size in told["files"])
    return Split(tuple(files), told["features"])


@dataclass(frozen=True)
class Assets:
    """Where a row's pictures, sounds and films are to be had.

    The address of one is `{base}/{row}/{column}/{name}{query}`; `base` has no slash at its end,
    `query` begins with "?" or is empty (a signature for all below `base`).
    """

    base: str = ""
    query: str = ""

    def to_json(self) -> Json:
        return asdict(self)


def features_list(features: dict[str, Feature]) -> list[Json]:
    """As /rows and /first-rows say it: a list, for JSON objects have no order."""
    return [
        {"feature_idx": number, "name": name, "type": feature}
        for number, (name, feature) in enumerate(features.items())
    ]


def row_items(rows: Iterable[tuple[int, Json]]) -> list[Json]:
    return [{"row_idx": number, "row": row, "truncated_cells": []} for number, row in rows]
