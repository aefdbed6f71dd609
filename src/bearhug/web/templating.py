"""Jinja: where templates lie, and the few filters they share."""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.responses import Response
from starlette.staticfiles import StaticFiles

from bearhug.kit.wire import Moment, wire_time

WEB = Path(__file__).parent
STATIC = WEB / "static"
HUES = ("text", "vision", "audio", "tabular", "multimodal", "action", "honey")
STEPS = ((31_536_000, "year"), (2_592_000, "month"), (86_400, "day"), (3_600, "hour"))


def environment(features: Sequence[ModuleType], **always: Any) -> Environment:
    """Each feature brings its own templates/ folder; the shell's come first."""
    own = [Path(str(feature.__file__)).parent / "templates" for feature in features]
    templates = Environment(
        loader=FileSystemLoader([WEB / "templates", *own]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    templates.globals.update(always)
    templates.filters.update(
        size=size, count=count, when=when, hue=hue, plural=plural, path=path, iso=wire_time
    )
    return templates


def size(bytes: int) -> str:
    """Bytes as people say them: 94 MB, 1.4 GB. Decimal, as disks are sold; never rounded to 0."""
    if bytes < 1000:
        return f"{bytes} bytes" if bytes != 1 else "1 byte"
    value = float(bytes)
    for unit in ("kB", "MB", "GB", "TB", "PB"):
        value /= 1000
        if value < 999.5 or unit == "PB":
            break
    return f"{value:.1f} {unit}" if value < 9.95 else f"{value:.0f} {unit}"


def count(number: int) -> str:
    """8412 as 8.4 k."""
    for limit, unit in ((1_000_000_000, "B"), (1_000_000, "M"), (1_000, "k")):
        if number >= limit:
            scaled = number / limit
            return f"{scaled:.1f} {unit}" if scaled < 100 else f"{scaled:.0f} {unit}"
    return str(number)


def when(at: Moment, now: Moment | None = None) -> Markup:
    """A <time> that says its age in words and its date on hover."""
    moment = datetime.fromtimestamp(at / 1000, UTC)
    current = datetime.now(UTC).timestamp() if now is None else now / 1000
    said = f"{moment.day} {moment:%B %Y, %H:%M} UTC"
    # Nothing in it needs escaping, and Markup.format takes four times as long.
    return Markup(f'<time datetime="{wire_time(at)}" title="{said}">{_age(current, at)}</time>')


def _age(now: float, at: Moment) -> str:
    seconds = now - at / 1000
    if abs(seconds) < 60:
        return "just now"
    step, unit = next((each for each in STEPS if abs(seconds) >= each[0]), (60, "minute"))
    # What lies ahead is rounded: a token of 90 days ends in 3 months, not in 2, once it is made.
    words = plural(int(seconds // step) if seconds > 0 else round(-seconds / step), unit)
    return f"{words} ago" if seconds > 0 else f"in {words}"


def plural(number: int, noun: str, many: str = "") -> str:
    return f"{number:,} {noun if number == 1 else many or noun + 's'}".replace(",", " ")


def hue(text: str) -> str:
    """The same name always wears the same colour."""
    return HUES[hashlib.sha256(text.encode()).digest()[0] % len(HUES)]


def path(text: str) -> str:
    """A file's path inside an address: slashes stay, all else is quoted."""
    return quote(text, safe="/")


def digest() -> str:
    """One name for the whole static folder's content. Relative imports inside it just work."""
    seen = hashlib.sha256()
    for file in sorted(file for file in STATIC.rglob("*") if file.is_file()):
        seen.update(str(file.relative_to(STATIC)).encode() + b"\0" + file.read_bytes())
    return seen.hexdigest()[:12]


class ForeverFiles(StaticFiles):
    """Files whose address changes whenever one of them does."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        response = super().file_response(*args, **kwargs)
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response
