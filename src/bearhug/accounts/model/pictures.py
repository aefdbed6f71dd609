"""Which bytes we keep as somebody's picture."""

from bearhug.accounts.model.account import Refused

MOST_BYTES = 1024**2
TOO_LARGE = "This picture is over 1 MB. 400 × 400 pixels are plenty."
MISSING = "Choose a picture first."


def media_type(image: bytes) -> str:
    """What the bytes say they are, whatever the upload's name said. Raises Refused.

    SVG is left out: it is a document that may hold scripts.
    """
    if not image:
        raise Refused(avatar=MISSING)
    if len(image) > MOST_BYTES:
        raise Refused(avatar=TOO_LARGE)
    if image.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if image.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if image.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif"
    if image.startswith(b"RIFF") and image[8:12] == b"WEBP":
        return "image/webp"
    raise Refused(avatar="This is no PNG, JPEG, WebP or GIF. Save it as one of them.")
