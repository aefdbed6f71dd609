"""A value of a row as JSON, in the shapes of the Hub's viewer (docs/first_rows.md of it)."""

import base64
import datetime
import json
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote
from zlib import adler32

from bearhug.viewer.engine import features as types
from bearhug.viewer.engine import media
from bearhug.viewer.engine.splits import Assets, Feature, Json

Path = tuple[str | int, ...]
"""Where in a cell: keys and numbers; () for the cell itself."""


@dataclass(frozen=True)
class Place:
    assets: Assets
    row: int
    column: str
    path: Path = ()

    def within(self, step: str | int) -> "Place":
        return Place(self.assets, self.row, self.column, (*self.path, step))

    def source(self, word: str, extension: str) -> str:
        """Address of the asset that is here."""
        name = asset_name(word, extension, self.path)
        column = quote(self.column, safe="")
        return f"{self.assets.base}/{self.row}/{column}/{name}{self.assets.query}"


def asset_name(word: str, extension: str, path: Path) -> str:
    """`image.jpg`; within a list or struct `image-1d100e9.jpg`, by the Adler-32 of its path."""
    suffix = f"-{adler32(json.dumps([*path]).encode()):x}" if path else ""
    return f"{word}{suffix}.{extension}"


def row_cells(row: Json, columns: dict[str, Feature], assets: Assets, number: int) -> Json:
    return {
        name: cell(row.get(name), feature, Place(assets, number, name))
        for name, feature in columns.items()
    }


def cell(value: Any, feature: Feature, place: Place) -> Any:
    """What a value of a type is told as. What does not fit its type is told as it is."""
    if value is None:
        return None
    kind = types.kind_of(feature)
    if kind in MEDIA:
        return MEDIA[kind](value, place)
    if kind == "Json":
        return _json(value)
    if kind == "List" and isinstance(value, list):
        inner = types.inner_of(feature)
        if types.kind_of(inner) == "Value":
            return plain(value)
        return [cell(each, inner, place.within(at)) for at, each in enumerate(value)]
    if kind in ("struct", "Translation") and isinstance(value, dict):
        fields = types.fields_of(feature)
        return {
            name: cell(each, fields.get(name, _ANY), place.within(name))
            for name, each in value.items()
        }
    return plain(value)


_ANY: Feature = {"dtype": "null", "_type": "Value"}


def plain(value: Any) -> Any:
    """JSON has no NaN, no dates and no bytes: those are null, ISO 8601 and base64."""
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    if isinstance(value, dict):
        return {str(name): plain(each) for name, each in value.items()}
    if isinstance(value, datetime.datetime):
        return _moment(value)
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    return str(value)


def _moment(value: datetime.datetime) -> str:
    written = value.isoformat()
    return written.removesuffix("+00:00") + "Z" if written.endswith("+00:00") else written


def _json(value: Any) -> Any:
    if isinstance(value, str | bytes):
        try:
            return plain(json.loads(value))
        except (ValueError, RecursionError):
            return plain(value)
    return plain(value)


def _image(value: Any, place: Place) -> Json | None:
    content = media.stored_bytes(value)
    if content is None:
        source = media.address(value)
        return {"src": source, "height": None, "width": None} if source else None
    shape = media.picture(content)
    if shape is None:
        return None  # broken: one bad picture does not hide the other rows
    source = place.source("image", shape.extension)
    return {"src": source, "height": shape.height, "width": shape.width}


def _audio(value: Any, place: Place) -> list[Json] | None:
    content = media.stored_bytes(value)
    if content is None:
        source, extension = media.address(value), "wav"
    else:
        extension = media.sound_extension(value, content)
        source = place.source("audio", extension)
    return [{"src": source, "type": media.TYPES[extension]}] if source else None


def _video(value: Any, place: Place) -> Json | None:
    content = media.stored_bytes(value)
    if content is None:
        source = media.address(value)
    else:
        source = place.source("video", media.film_extension(value, content))
    return {"src": source} if source else None


def _pdf(value: Any, place: Place) -> Json | None:
    content = media.stored_bytes(value)
    if content is None:
        return None
    source = place.source("document", "pdf")
    return {"src": source, "thumbnail": None, "size_bytes": len(content)}


MEDIA: dict[str, Callable[[Any, Place], Any]] = {
    "Image": _image,
    "Audio": _audio,
    "Video": _video,
    "Pdf": _pdf,
}
WORDS = {"Image": "image", "Audio": "audio", "Video": "video", "Pdf": "document"}


def media_in(value: Any, feature: Feature, path: Path = ()) -> Iterator[tuple[str, Any, Path]]:
    """Every picture, sound, film and document of a cell: its kind, itself, and where."""
    if value is None:
        return
    kind = types.kind_of(feature)
    if kind in MEDIA:
        yield kind, value, path
    elif kind == "List" and isinstance(value, list):
        for at, each in enumerate(value):
            yield from media_in(each, types.inner_of(feature), (*path, at))
    elif kind == "struct" and isinstance(value, dict):
        fields = types.fields_of(feature)
        for name, each in value.items():
            yield from media_in(each, fields.get(name, _ANY), (*path, name))
