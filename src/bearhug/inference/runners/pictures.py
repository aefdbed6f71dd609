"""Pictures as models want them: decoded within bounds, upright, in RGB; and written as PNG."""

import io
import struct
import zlib

from PIL import Image, ImageOps, UnidentifiedImageError

from bearhug.inference.runners.task import BadInput
from bearhug.inference.runners.wire import as_bytes, read_bytes

MAX_PIXELS = 50_000_000
# Decoders that read one plain picture. Others (EPS, WMF, …) start programs or are rarely tried.
FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "PPM", "ICO")
DEEP = 256  # a 16-bit grey has 256 steps for each of an 8-bit one

Image.MAX_IMAGE_PIXELS = None  # our own limit is lower, and told in words


def decode(data: object, field: str = "inputs") -> Image.Image:
    """The first frame, turned as its EXIF says, in RGB. Raises BadInput."""
    try:
        with Image.open(io.BytesIO(read_bytes(data, field)), formats=FORMATS) as opened:
            width, height = opened.size
            if width * height > MAX_PIXELS:
                raise BadInput(
                    f"The picture has {width} × {height} pixels; "
                    f"{MAX_PIXELS // 1_000_000} million are allowed.",
                    field,
                )
            return _rgb(ImageOps.exif_transpose(opened))
    except UnidentifiedImageError:
        raise BadInput(
            "This is no picture that can be read here: PNG, JPEG, WebP, GIF, BMP and TIFF are.",
            field,
        ) from None
    except (OSError, ValueError, SyntaxError, EOFError, struct.error, zlib.error) as error:
        raise BadInput(f"The picture is damaged: {error}", field) from None


def png(image: Image.Image) -> dict[str, str]:
    """The picture as bytes with their media type, as answers carry them."""
    written = io.BytesIO()
    image.save(written, "PNG")
    return as_bytes(written.getvalue(), "image/png")


def _rgb(image: Image.Image) -> Image.Image:
    """Sixteen bits of grey are scaled; a plain `convert` would clip them to white."""
    if image.mode.startswith("I;16") or image.mode == "I":
        image = image.convert("I").point(lambda grey: grey / DEEP).convert("L")
    return image.convert("RGB")
