"""A picture, sound, film or document of a row, to be handed out by the name `cells` gave it."""

from typing import Any

from bearhug.viewer.engine import cells, limits, media, rows
from bearhug.viewer.engine.refusals import AssetNotFound, TooBigContent
from bearhug.viewer.engine.splits import Split


def asset(split: Split, *, row: int, column: str, name: str) -> tuple[bytes, str]:
    """Its bytes and their type. Raises AssetNotFound."""
    if column not in split.features or not 0 <= row < split.rows:
        raise AssetNotFound("There is no such row or column.")
    (_, found), *_ = rows.read(split, offset=row, length=1, columns=[column])
    for kind, value, path in cells.media_in(found[column], split.features[column]):
        content = media.stored_bytes(value)
        extension = content and _extension(kind, value, content)
        if not content or cells.asset_name(cells.WORDS[kind], extension or "", path) != name:
            continue
        if len(content) > limits.ASSET_BYTES:
            raise TooBigContent(f"It is larger than {limits.ASSET_BYTES // 10**6} MB.")
        shape = media.picture(content) if kind == "Image" else None
        handed = media.redrawn(content) if shape and not shape.stored else content
        if handed is not None:
            return handed, media.TYPES[str(extension)]
    raise AssetNotFound(f"The row has no {name[:100]} in that column.")


def _extension(kind: str, value: Any, content: bytes) -> str:
    if kind == "Image":
        shape = media.picture(content)
        return shape.extension if shape else ""
    if kind == "Audio":
        return media.sound_extension(value, content)
    return media.film_extension(value, content) if kind == "Video" else "pdf"
