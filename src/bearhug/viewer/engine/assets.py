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
        if content is None or not name.startswith(cells.WORDS[kind]):
            continue
        extension, handed = _handed(kind, value, content)
        if handed is not None and cells.asset_name(cells.WORDS[kind], extension, path) == name:
            if len(handed) > limits.ASSET_BYTES:
                raise TooBigContent(f"It is larger than {limits.ASSET_BYTES // 10**6} MB.")
            return handed, media.TYPES[extension]
    raise AssetNotFound(f"The row has no {name[:100]} in that column.")


def _handed(kind: str, value: Any, content: bytes) -> tuple[str, bytes | None]:
    if kind == "Image":
        shape = media.picture(content)
        if shape is None:
            return "", None
        return shape.extension, content if shape.stored else media.redrawn(content)
    if kind == "Audio":
        return media.sound_extension(value, content), content
    if kind == "Video":
        return media.film_extension(value, content), content
    return "pdf", content
