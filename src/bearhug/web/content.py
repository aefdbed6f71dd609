"""What a browser may take untrusted content for: never a page of ours, never a script."""

import mimetypes
from dataclasses import dataclass
from pathlib import PurePosixPath

SHOWN = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".gif": "image/gif",
    ".webp": "image/webp",
    ".avif": "image/avif",
    ".mp3": "audio/mpeg",
    ".wav": "audio/wav",
    ".ogg": "audio/ogg",
    ".mp4": "video/mp4",
    ".webm": "video/webm",
    ".pdf": "application/pdf",
}
"""What may be opened in place: browsers run nothing of the hub's origin in these."""

# fmt: off
TEXT_SUFFIXES = frozenset({
    ".cff", ".cfg", ".css", ".csv", ".go", ".html", ".ini", ".ipynb", ".jinja", ".js", ".json",
    ".jsonl", ".lock", ".log", ".md", ".mjs", ".ndjson", ".py", ".rs", ".rst", ".sh", ".sql",
    ".srt", ".tex", ".toml", ".ts", ".tsv", ".tsx", ".txt", ".vtt", ".xhtml", ".xml",
    ".yaml", ".yml",
})
# fmt: on
TEXT_NAMES = frozenset({"dockerfile", "license", "makefile", "notice", "readme", "authors"})
TEXT_TYPES = ("text/", "application/json", "application/javascript", "application/xml")
SVG = "image/svg+xml"

KNOWN = mimetypes.MimeTypes(filenames=())
"""Python's own list, whatever the machine's says."""

STRICT = "sandbox; default-src 'none'"
MEDIA = "sandbox allow-same-origin; default-src 'none'; media-src 'self'"
POLICIES = {
    # A browser's own viewers are made of elements that the policy must let in: a player fetches
    # its file again, from this origin; a PDF is an embedded object, which no sandbox may hold.
    "application": "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'",
    "audio": MEDIA,
    "video": MEDIA,
    "image": f"{STRICT}; img-src 'self'; style-src 'unsafe-inline'",
}


@dataclass(frozen=True)
class Content:
    """How bytes that anybody may have written are announced."""

    type: str
    disposition: str
    """inline or attachment."""
    policy: str
    """The Content-Security-Policy, should it be opened as a page."""


def untrusted(filename: str, content_type: str | None = None, *, inline: bool = False) -> Content:
    """How a file is sent whose type is `content_type`, or else what its name says.

    Text is plain text, whatever kind it is. With `inline`, what is in SHOWN opens in place.
    Everything else is saved; an image still appears in a page that embeds it.
    """
    kind = (content_type or guess(filename)).partition(";")[0].strip().lower()
    if kind in SHOWN.values() or kind == SVG:
        shown = inline and kind != SVG  # opened by itself, an SVG is a page that can run scripts
        policy = POLICIES[kind.partition("/")[0]] if shown else STRICT
        return Content(kind, "inline" if shown else "attachment", policy)
    if kind.startswith(TEXT_TYPES) or kind.endswith(("+json", "+xml", "/x-yaml")):
        return Content("text/plain; charset=utf-8", "inline", STRICT)
    return Content("application/octet-stream", "attachment", STRICT)


def guess(filename: str) -> str:
    """The media type that a file's name suggests; application/octet-stream if it says nothing."""
    name = PurePosixPath(filename)
    suffix = name.suffix.lower()
    if suffix in SHOWN:
        return SHOWN[suffix]
    if suffix in TEXT_SUFFIXES or name.stem.lower() in TEXT_NAMES or name.name.startswith(".git"):
        return "text/plain"
    return KNOWN.guess_type(name.name)[0] or "application/octet-stream"


def looks_like_text(data: bytes) -> bool:
    """Whether `data` is UTF-8 without a NUL, judged by its first 8 KiB as git does."""
    head = data[:8192]
    try:
        head.decode()
    except UnicodeDecodeError as error:
        if error.start < len(head) - 3 or len(head) == len(data):  # else cut within a character
            return False
    return b"\0" not in head
