"""What can be told of a picture, a sound, a film or a document by its first bytes."""

import io
import warnings
import wave
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

import PIL.Image

from bearhug.viewer.engine import limits

PICTURES = {"JPEG": "jpg", "PNG": "png", "WEBP": "webp", "GIF": "gif"}
"""What every browser shows: handed out as it is stored."""

TYPES = {
    **{"jpg": "image/jpeg", "png": "image/png", "webp": "image/webp", "gif": "image/gif"},
    **{"wav": "audio/wav", "mp3": "audio/mpeg", "opus": "audio/ogg", "ogg": "audio/ogg"},
    **{"flac": "audio/flac", "m4a": "audio/mp4"},
    **{"mp4": "video/mp4", "webm": "video/webm", "mkv": "video/x-matroska"},
    **{"avi": "video/x-msvideo", "mov": "video/quicktime", "mpeg": "video/mpeg"},
    **{"pdf": "application/pdf"},
}
SOUNDS = ("wav", "mp3", "opus", "ogg", "flac", "m4a")
FILMS = ("mp4", "webm", "mkv", "avi", "mov", "mpeg")


@dataclass(frozen=True)
class Picture:
    width: int
    height: int
    extension: str
    """Of what is handed out: as stored, or redrawn as jpg or png."""
    stored: bool


def stored_bytes(value: Any) -> bytes | None:
    """A media cell is a struct of bytes and path; older files have the bytes alone."""
    found = value.get("bytes") if isinstance(value, dict) else value
    return found if isinstance(found, bytes) and found else None


def address(value: Any) -> str | None:
    """Of media that lie elsewhere on the web."""
    path = value.get("path") if isinstance(value, dict) else value
    return path if isinstance(path, str) and path.startswith(("http://", "https://")) else None


def picture(content: bytes) -> Picture | None:
    """By its head alone; None for what is no picture."""
    found = _opened(content)
    if found is None:
        return None
    with found:
        stored = found.format in PICTURES
        redrawn = "jpg" if found.mode in ("RGB", "L", "CMYK") else "png"
        extension = PICTURES.get(found.format or "", redrawn)
        return Picture(found.width, found.height, extension, stored)


def redrawn(content: bytes) -> bytes | None:
    """As JPEG or PNG, which `picture` names; None for what cannot be, or is too large."""
    shape, found = picture(content), _opened(content)
    if shape is None or found is None or shape.width * shape.height > limits.PIXELS:
        return None
    out = io.BytesIO()
    with found:
        try:
            if shape.extension == "jpg":
                found.convert("RGB").save(out, "JPEG", quality=90)
            else:
                plain = found if found.mode in ("1", "L", "P", "RGB", "RGBA", "I;16") else None
                (plain or found.convert("RGBA")).save(out, "PNG")
        except (OSError, ValueError, SyntaxError):
            return None
    return out.getvalue()


def _opened(content: bytes) -> PIL.Image.Image | None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PIL.Image.DecompressionBombWarning)
        try:
            return PIL.Image.open(io.BytesIO(content))
        except (OSError, ValueError, SyntaxError, PIL.Image.DecompressionBombError):
            return None


def sound_extension(value: Any, content: bytes) -> str:
    """By its first bytes, else by its path; `wav` if neither tells."""
    if content[:4] in (b"RIFF", b"RF64") and content[8:12] == b"WAVE":
        return "wav"
    if content[:4] == b"fLaC":
        return "flac"
    if content[:4] == b"OggS":
        return "opus" if b"OpusHead" in content[:200] else "ogg"
    if content[:3] == b"ID3" or (content[:1] == b"\xff" and content[1:2] >= b"\xe0"):
        return "mp3"
    return _by_path(value, SOUNDS) or "wav"


def film_extension(value: Any, content: bytes) -> str:
    if content[:4] == b"\x1aE\xdf\xa3":
        return "webm" if b"webm" in content[:200] else "mkv"
    if content[:4] == b"RIFF" and content[8:12] == b"AVI ":
        return "avi"
    if content[4:8] == b"ftyp":
        return "mov" if content[8:12] == b"qt  " else "mp4"
    return _by_path(value, FILMS) or "mp4"


def _by_path(value: Any, known: tuple[str, ...]) -> str:
    path = value.get("path") if isinstance(value, dict) else None
    extension = PurePosixPath(str(path or "")).suffix.lstrip(".").lower()
    return extension if extension in known else ""


def seconds(content: bytes) -> float | None:
    """Of a sound: WAV and FLAC by their heads, Ogg by its last page; None for others."""
    if content[:4] == b"RIFF":
        try:
            with wave.open(io.BytesIO(content)) as sound:
                return float(sound.getnframes() / sound.getframerate())
        except (wave.Error, EOFError, ZeroDivisionError):
            return None
    if content[:4] == b"fLaC" and len(content) >= 26:
        packed = int.from_bytes(content[18:26], "big")
        rate, samples = packed >> 44, packed & ((1 << 36) - 1)
        return samples / rate if rate else None
    return _ogg_seconds(content) if content[:4] == b"OggS" else None


def _ogg_seconds(content: bytes) -> float | None:
    last = content.rfind(b"OggS")
    position = int.from_bytes(content[last + 6 : last + 14], "little")
    vorbis = content.find(b"\x01vorbis", 0, 200)
    rate = 48_000
    if vorbis >= 0:
        rate = int.from_bytes(content[vorbis + 12 : vorbis + 16], "little")
    return position / rate if rate else None
