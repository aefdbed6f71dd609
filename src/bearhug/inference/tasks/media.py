"""Pictures and recordings as callers send them: bare bytes, base64, data: URLs.

Addresses on the network are refused: fetching what a stranger names would let them reach what
only this machine can.
"""

import base64
import binascii
import re
from typing import Any

from bearhug.inference.tasks.base import Sent, refused

MOST_PICTURE_BYTES = 20 * 1024**2
MOST_SOUND_BYTES = 32 * 1024**2
MOST_PIXELS = 50_000_000

_MAGIC: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF8", "image/gif"),
    (8, b"WEBP", "image/webp"),
    (0, b"BM", "image/bmp"),
    (0, b"II*\x00", "image/tiff"),
    (0, b"MM\x00*", "image/tiff"),
    (4, b"ftypavif", "image/avif"),
    (8, b"WAVE", "audio/wav"),
    (0, b"fLaC", "audio/flac"),
    (0, b"OggS", "audio/ogg"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"\x1aE\xdf\xa3", "audio/webm"),
    (4, b"ftyp", "audio/mp4"),
)
_DATA = re.compile(r"data:([\w.+-]+/[\w.+-]+)?(?:;[\w=.+-]+)*;base64,", re.ASCII)
_KINDS = {
    "image": ("picture", "PNG, JPEG, WebP, GIF, BMP or TIFF", MOST_PICTURE_BYTES),
    "audio": ("recording", "WAV, FLAC, Ogg or MP3", MOST_SOUND_BYTES),
}


def piece(data: bytes, media_type: str) -> dict[str, str]:
    """Bytes as they travel to an engine and back."""
    return {"$bytes": base64.b64encode(data).decode(), "type": media_type}


def bytes_of(piece_given: Any) -> bytes:
    return base64.b64decode(piece_given["$bytes"])


def type_of(data: bytes) -> str:
    """What a model's bytes may be announced as: by what they are, whatever it says they are."""
    return sniffed(data) or "application/octet-stream"


def picture(sent: Sent, value: Any = None, field_name: str = "inputs") -> dict[str, str]:
    """The picture that was sent: `value`, else the inputs or the bare body. Raises BadRequest."""
    return _media(sent, value, field_name, "image")


def sound(sent: Sent, value: Any = None, field_name: str = "inputs") -> dict[str, str]:
    """The recording that was sent. Raises BadRequest."""
    return _media(sent, value, field_name, "audio")


def sniffed(data: bytes) -> str:
    """The type by the first bytes; "" if it is none we know."""
    for at, magic, media_type in _MAGIC:
        if data[at : at + len(magic)] == magic:
            return media_type
    if len(data) > 1 and data[0] == 0xFF and data[1] & 0xE0 == 0xE0:
        return "audio/mpeg"  # an MP3 that begins with its first frame
    return ""


def _media(sent: Sent, value: Any, field_name: str, family: str) -> dict[str, str]:
    what, kinds, most = _KINDS[family]
    data = sent.data if value is None and sent.data is not None else None
    if data is None:
        data = _decoded(sent.inputs if value is None else value, field_name, what)
    if not data:
        raise refused(field_name, f"it is empty: send a {what} ({kinds}).")
    if len(data) > most:
        raise refused(
            field_name,
            f"the {what} has {len(data)} bytes and may have {most}: send a smaller one.",
        )
    media_type = sniffed(data)
    if not media_type.startswith(family + "/"):
        found = f"it is {media_type}" if media_type else "these bytes are none that is known"
        raise refused(field_name, f"send a {what} ({kinds}); {found}.")
    if family == "image" and (pixels := _pixels(data, media_type)) > MOST_PIXELS:
        raise refused(
            field_name,
            f"the picture has {pixels} pixels and may have {MOST_PIXELS}: send a smaller one.",
        )
    return piece(data, media_type)


def _decoded(value: Any, field_name: str, what: str) -> bytes:
    if isinstance(value, dict) and isinstance(value.get("image_url"), dict):
        value = value["image_url"].get("url")
    if not isinstance(value, str):
        raise refused(field_name, f"send the {what} as bytes, or as base64 in JSON.")
    if value.startswith(("http://", "https://")):
        raise refused(
            field_name,
            f"this hub fetches nothing from the network for a model. Send the {what} itself: its"
            " bytes, base64 or a data: URL.",
        )
    start = _DATA.match(value)
    try:
        return base64.b64decode(value[start.end() if start else 0 :], validate=True)
    except (binascii.Error, ValueError) as error:
        raise refused(field_name, f"this is no base64 of a {what}.") from error


def _pixels(data: bytes, media_type: str) -> int:
    """Width times height where the first bytes tell; else 0, and the engine will look."""
    if media_type == "image/png" and len(data) >= 24:
        return int.from_bytes(data[16:20], "big") * int.from_bytes(data[20:24], "big")
    if media_type == "image/gif" and len(data) >= 10:
        return int.from_bytes(data[6:8], "little") * int.from_bytes(data[8:10], "little")
    if media_type == "image/jpeg":
        return _jpeg_pixels(data)
    return 0


def _jpeg_pixels(data: bytes) -> int:
    """By the frame's header, the first of the markers SOF0 to SOF15 (ITU T.81, B.2.2)."""
    at = 2
    while at + 9 < len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height = int.from_bytes(data[at + 5 : at + 7], "big")
            return height * int.from_bytes(data[at + 7 : at + 9], "big")
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return 0
