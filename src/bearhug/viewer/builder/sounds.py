"""Sounds taken as they are: `datasets` asks for torchcodec even where nothing is decoded."""

from pathlib import Path
from typing import Any

from datasets.features import Audio


def as_stored(feature: Audio, value: Any) -> dict[str, Any]:
    """`Audio.encode_example` for files and their bytes: a path, or bytes, or both.

    Raises ValueError for bare samples: no file has them.
    """
    if isinstance(value, str | Path):
        return {"bytes": None, "path": str(value)}
    if isinstance(value, bytes | bytearray):
        return {"bytes": bytes(value), "path": None}
    if isinstance(value, dict) and (
        value.get("path") is not None or value.get("bytes") is not None
    ):
        return {"bytes": value.get("bytes"), "path": value.get("path")}
    raise ValueError("An audio sample is a file, or the bytes of one.")


def take_as_stored() -> None:
    """For the rest of this process."""
    Audio.encode_example = as_stored
