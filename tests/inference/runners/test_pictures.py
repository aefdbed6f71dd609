"""Pictures come in upright and bounded, and what is no picture is refused in words."""

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from bearhug.inference.runners import pictures
from bearhug.inference.runners.task import BadInput
from bearhug.inference.runners.wire import as_bytes
from tests.inference.runners.asking import picture, sent


@pytest.mark.parametrize("form", ["PNG", "BMP", "TIFF", "GIF", "WEBP", "JPEG"])
def test_the_usual_formats_are_read(form: str) -> None:
    read = pictures.decode(sent(picture(), form))
    assert (read.mode, read.size) == ("RGB", (64, 48))


def test_a_photograph_is_turned_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera stood on its side
    assert pictures.decode(sent(picture(), "JPEG", exif=exif)).size == (48, 64)


def test_the_first_picture_of_an_animation_counts() -> None:
    first, second = Image.new("RGB", (8, 8), "red"), Image.new("RGB", (8, 8), "blue")
    read = pictures.decode(sent(first, "GIF", save_all=True, append_images=[second]))
    assert read.getpixel((4, 4)) == (255, 0, 0)


def test_deep_grey_is_not_clipped_to_white() -> None:
    deep = Image.fromarray(np.full((4, 4), 256 * 100, np.uint16))
    assert pictures.decode(sent(deep)).getpixel((0, 0)) == (100, 100, 100)


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says it is huge."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        crc = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", crc)

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(bytes(100_000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    with pytest.raises(BadInput, match="100000 × 100000 pixels"):
        pictures.decode(as_bytes(bomb(100_000, 100_000), "image/png"))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"hello", "no picture that can be read"),
        (b"", "no picture that can be read"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "no picture that can be read"),
        (bomb(100, 100)[:70], "damaged"),
    ],
)
def test_what_is_no_picture_is_refused_in_words(data: bytes, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        pictures.decode(as_bytes(data, "image/png"))


def test_a_cut_photograph_is_refused() -> None:
    written = io.BytesIO()
    picture(300, 300).save(written, "JPEG")
    with pytest.raises(BadInput, match="damaged"):
        pictures.decode(as_bytes(written.getvalue()[:3000], "image/jpeg"))
