"""A saved run as a picture of 1200 × 630, for links that show one: drawn from SVG by resvg."""

import base64
import hashlib
import textwrap
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from html import escape

import resvg
from resvg import usvg

from bearhug.errors import Unavailable
from bearhug.inference.model import Run
from bearhug.inference.service.measuring import machine

WIDTH, HEIGHT = 1200, 630
VERSION = "2"
"""Of the drawing: part of a picture's name, so that a new one is drawn anew."""

FAMILIES = "Segoe UI, Roboto, Noto Sans, Liberation Sans, DejaVu Sans, sans-serif"
# (font size, characters a line, lines): the largest in which an answer fits.
SIZES = ((42, 50, 5), (34, 62, 7), (28, 76, 8))
TOP, BOTTOM = 196, 470
ASKED_CHARACTERS = 62

# The design's colours in sRGB: resvg reads no oklch.
PAPER, INK, SOFT, LINE, HONEY, HEART = (
    *("#fbf9f5", "#2b211a", "#6b5d52", "#e4ded3", "#f3b648", "#eaa53a"),
)
MARK = (
    f'<g fill="{INK}"><circle cx="5" cy="5.6" r="2.9"/><circle cx="19" cy="5.6" r="2.9"/></g>'
    f'<path d="M8.9 21.2A8.6 8.6 0 1 1 15.1 21.2" fill="none" stroke="{INK}" stroke-width="2.6"'
    f' stroke-linecap="round"/><path d="m12 8.9 3.85 2.2v4.5L12 17.8l-3.85-2.2v-4.5L12 8.9Z"'
    f' fill="{HEART}"/>'
)


BARS = 5
BAR_STEP = 58
IMAGE_BOX = (330, 300)
"""Room for a picture, at the right, in which it is drawn as large as it fits."""


@dataclass(frozen=True)
class Art:
    """What is drawn beside or instead of an answer's words: shares as bars, and a picture."""

    bars: Sequence[tuple[str, float]] = ()
    image: bytes = b""
    image_type: str = ""


NO_ART = Art()


def etag(run: Run, name: str, link: str) -> str:
    """What the picture is made of, in short."""
    made_of = "\n".join((VERSION, run.asked, run.said.output, name, link, _figures(run)))
    return hashlib.sha256(made_of.encode()).hexdigest()[:32]


def draw(run: Run, name: str, link: str, art: Art = NO_ART) -> bytes:
    """The picture as PNG. `name` is the model's, `link` where the run lies. Slow: 90 ms.

    Raises Unavailable on a machine without any font.
    """
    if not drawable():
        raise Unavailable("No picture can be drawn: this machine has no fonts (fonts-dejavu).")
    tree = usvg.Tree.from_str(svg(run, name, link, art), _fonts())
    return bytes(resvg.render(tree, (1, 0, 0, 0, 1, 0)))


def svg(run: Run, name: str, link: str, art: Art = NO_ART) -> str:
    """The drawing. Whatever people and models wrote is escaped, and cut where it would not fit."""
    asked = textwrap.shorten(_plain(run.asked), ASKED_CHARACTERS, placeholder=" …")
    width = 1040 - (IMAGE_BOX[0] + 40 if art.image else 0)
    answer = _bars(art.bars, width) if art.bars else _words(run.said.output, width)
    top = f'<text x="80" y="120" font-size="34" fill="{SOFT}">“{escape(asked)}”</text>'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}"'
        f' viewBox="0 0 {WIDTH} {HEIGHT}" font-family="{FAMILIES}">'
        f'<rect width="1200" height="630" fill="{PAPER}"/>'
        f'<rect width="1200" height="14" fill="{HONEY}"/>'
        f"{top if asked else ''}{answer}{_image(art)}"
        f'<path d="M80 488h1040" stroke="{LINE}" stroke-width="2"/>'
        f'<svg x="80" y="514" width="72" height="72" viewBox="0 0 24 24">{MARK}</svg>'
        f'<text x="176" y="546" font-size="28" font-weight="700" fill="{INK}">'
        f"{escape(_short(name, 40))}</text>"
        f'<text x="176" y="582" font-size="24" fill="{SOFT}">{escape(_figures(run))}</text>'
        f'<text x="1120" y="546" font-size="24" fill="{SOFT}" text-anchor="end">'
        f"{escape(_short(link, 44))}</text></svg>"
    )


def _words(output: str, width: int) -> str:
    size, lines = _set(_plain(output) or "It said nothing.", width / 1040)
    step = round(size * 1.38)
    rows = "".join(
        f'<text x="80" y="{TOP + row * step}">{escape(line)}</text>'
        for row, line in enumerate(lines)
    )
    return f'<g font-size="{size}" fill="{INK}">{rows}</g>'


def _bars(bars: Sequence[tuple[str, float]], width: int) -> str:
    """Each label over its bar, the first in honey."""
    drawn = []
    for row, (label, share) in enumerate(bars[:BARS]):
        y = TOP - 12 + row * BAR_STEP
        length = max(4, round(width * min(1.0, max(0.0, share))))
        words = escape(_short(_plain(label).replace("\n", " "), width // 18))
        weight = ' font-weight="700"' if row == 0 else ""
        drawn.append(
            f'<text x="80" y="{y}" font-size="26" fill="{INK}"{weight}>{words}</text>'
            f'<text x="{80 + width}" y="{y}" font-size="26" fill="{INK}" text-anchor="end">'
            f"{100 * share:.1f} %</text>"
            f'<rect x="80" y="{y + 10}" width="{width}" height="10" rx="5" fill="{LINE}"/>'
            f'<rect x="80" y="{y + 10}" width="{length}" height="10" rx="5"'
            f' fill="{HEART if row == 0 else SOFT}"/>'
        )
    return "".join(drawn)


def _image(art: Art) -> str:
    if not art.image:
        return ""
    width, height = IMAGE_BOX
    data = base64.b64encode(art.image).decode()
    return (
        f'<image x="{1120 - width}" y="150" width="{width}" height="{height}"'
        f' preserveAspectRatio="xMidYMid meet" href="data:{art.image_type};base64,{data}"/>'
    )


@cache
def drawable() -> bool:
    """Whether this machine has fonts to draw with."""
    return bool(_fonts().list_fonts())


def _fonts() -> usvg.Options:
    """Made anew for each picture, 40 ms: it may not leave the thread that made it."""
    options = usvg.Options.default()
    options.load_system_fonts()
    found = options.list_fonts()
    wanted = [family.strip() for family in FAMILIES.split(",")]
    family = next((name for name in wanted if name in found), found[0] if found else "sans-serif")
    options.font_family = family
    return options


def _set(text: str, share: float) -> tuple[int, list[str]]:
    """The font size and lines of an answer; one too long ends in an ellipsis."""
    sizes = [(size, int(width * share), most) for size, width, most in SIZES]
    for size, width, most in sizes:
        lines = _wrap(text, width)
        if len(lines) <= most:
            return size, lines
    size, width, most = sizes[-1]
    lines = _wrap(text, width)[:most]
    lines[-1] = lines[-1][: width - 2].rstrip(" ,.;:") + " …"
    return size, lines


def _wrap(text: str, width: int) -> list[str]:
    """Lines of about one width: a wide character, as in Chinese, takes two places."""
    lines: list[str] = []
    for paragraph in text.split("\n"):
        wide = sum(unicodedata.east_asian_width(each) in "WF" for each in paragraph)
        share = 1 + wide / max(1, len(paragraph))
        lines += textwrap.wrap(paragraph, max(8, int(width / share)))
    return lines or [""]


def _plain(text: str) -> str:
    """Without Markdown's marks and what XML may not hold; blank lines closed up."""
    kept = "".join(each for each in text if each in "\n\t" or unicodedata.category(each)[0] != "C")
    lines = (line.strip().strip("#*`>").replace("**", "").strip() for line in kept.split("\n"))
    return "\n".join(line for line in lines if line)


def _figures(run: Run) -> str:
    figures = run.said.figures
    memory = f"{figures.memory_bytes / 1e6:.0f} MB" if figures.memory_bytes else ""
    speed = f"{figures.tokens_per_second:.1f} tokens/s" if figures.tokens_per_second else ""
    speed = f"{figures.seconds:.2f} s" if figures.seconds else speed
    return " · ".join(each for each in (speed, memory, figures.machine or machine()) if each)


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
