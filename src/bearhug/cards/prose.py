"""What a card says first: its title, and two or three plain sentences of its first paragraph."""

import re
from html import unescape

import comrak

from bearhug.cards.front_matter import clean

SUMMARY_CHARS = 360
LEAST_CHARS = 40
SEARCHED_CHARS = 32_000

_NOT_PROSE = re.compile(
    r"<(blockquote|table|ul|ol|pre|div|details|section|center|figure)\b.*?</\1>", re.DOTALL
)
_PARAGRAPH = re.compile(r"<p[^>]*>(.*?)</p>", re.DOTALL)
_HEADING = re.compile(r"<h1[^>]*>(.*?)</h1>", re.DOTALL)
_BIBTEX = re.compile(r"^```[^\n]*\n(\s*@\w+\s*\{.*?)^```", re.DOTALL | re.MULTILINE)
_IMAGE = re.compile(r"<img[^>]*>")
_TAG = re.compile(r"<[^>]*>")
_BREAK = re.compile(r"(?<=[.!?…])[\"”’)]*\s+(?=[\"“(]?[A-Z0-9\u00c0-\u024f\u0400-\u04ff])")
_ABBREVIATION = re.compile(r"(?:\b[A-Z]|\b(?:e\.g|i\.e|etc|vs|cf|al|Dr|Mr|Ms|No|approx))\.$")


def first_words(body: str) -> tuple[str, str]:
    """(title, summary) of the Markdown under the metadata; "" for what it does not have."""
    html = _html(body)
    heading = _HEADING.search(html)
    title = _text(heading[1]) if heading else ""
    for paragraph in _PARAGRAPH.findall(_NOT_PROSE.sub("", html)):
        text = _text(_IMAGE.sub("", paragraph))
        if len(text) >= LEAST_CHARS and not text.endswith(":"):
            return title[:200], sentences(text)
    return title[:200], ""


def searched(body: str) -> str:
    """The words of a card, for the index."""
    return _text(_html(body))[:SEARCHED_CHARS]


def citation(body: str) -> str | None:
    """The first BibTeX entry in a block of code."""
    found = _BIBTEX.search(body[:SEARCHED_CHARS])
    return found[1].strip() if found else None


def sentences(text: str) -> str:
    """At most three whole sentences within SUMMARY_CHARS; at least one, cut if it must be."""
    kept = ""
    count = 0
    for sentence in _split(text):
        longer = f"{kept} {sentence}".strip()
        if kept and (count == 3 or len(longer) > SUMMARY_CHARS):
            break
        kept, count = longer, count + 1
    if len(kept) <= SUMMARY_CHARS:
        return kept
    return kept[:SUMMARY_CHARS].rsplit(" ", 1)[0].rstrip(",;:") + " …"


def _split(text: str) -> list[str]:
    found: list[str] = []
    for part in _BREAK.split(text):
        if found and _ABBREVIATION.search(found[-1]):
            found[-1] += f" {part}"
        else:
            found.append(part)
    return found


def _html(body: str) -> str:
    extensions = comrak.ExtensionOptions()
    extensions.table = True
    return comrak.render_markdown(body[:SEARCHED_CHARS], extension_options=extensions)


def _text(html: str) -> str:
    return " ".join(clean(unescape(_TAG.sub(" ", html))).split()).replace(" .", ".")
