"""What a card says of the papers it cites: BibTeX, read as far as titles and authors go."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

MOST_ENTRIES = 50
MOST_CHARS = 20_000
"""Of one entry: what is longer is no citation."""

LONGEST_TITLE = 300
MOST_AUTHORS = 100

_BEGINS = re.compile(r"@(?:article|misc|inproceedings|techreport|unpublished|book)\s*\{", re.I)
_FIELD = re.compile(r"[\s,](title|author|eprint|journal|url|doi|note|howpublished)\s*=\s*", re.I)
_NUMBER = re.compile(r"(?<!\d)(\d{4}\.\d{4,5})(?!\d)")
_ACCENT = re.compile(r"\\(['\"`^~=.uvHcbdrk])\s*\{?\s*(\\?[A-Za-z])\s*\}?")
_MARKS = dict(
    zip(
        "'\"`^~=.uvHcrk",
        "\u0301\u0308\u0300\u0302\u0303\u0304\u0307\u0306\u030c\u030b\u0327\u030a\u0328",
        strict=True,
    )
)
_SAID = {
    r"\ss": "ß",
    r"\o": "ø",
    r"\O": "Ø",
    r"\ae": "æ",
    r"\l": "ł",
    r"\&": "&",
    r"\%": "%",
    r"\_": "_",
}


@dataclass(frozen=True)
class Citation:
    """A paper as one card cites it."""

    paper: str
    title: str
    authors: tuple[str, ...]


def citations(text: str, named: Sequence[str]) -> list[Citation]:
    """Of the papers `named` (arXiv numbers), those whose title stands in `text` as BibTeX.

    An entry without a number is taken for the only paper named, if it is the only entry.
    """
    entries = list(_entries(text))
    found: dict[str, Citation] = {}
    for fields in entries:
        title = _words(fields.get("title", ""))[:LONGEST_TITLE]
        numbers = _NUMBER.findall(" ".join(v for k, v in fields.items() if k != "title"))
        paper = next((number for number in numbers if number in named), "")
        if not paper and not numbers and len(entries) == len(named) == 1:
            paper = named[0]
        if paper and title and paper not in found:
            found[paper] = Citation(paper, title, _authors(fields.get("author", "")))
    return list(found.values())


def _entries(text: str) -> Iterator[dict[str, str]]:
    """The fields of each entry, by their lower-cased names."""
    for begins in list(_BEGINS.finditer(text))[:MOST_ENTRIES]:
        inside = _balanced(text, begins.end() - 1)
        if inside is not None:
            yield _fields(inside)


def _fields(inside: str) -> dict[str, str]:
    found: dict[str, str] = {}
    at = 0
    while (field := _FIELD.search(inside, at)) is not None:
        value, at = _value(inside, field.end())
        found.setdefault(field[1].lower(), value)
    return found


def _value(text: str, at: int) -> tuple[str, int]:
    """A field's value that begins there, and where it ends."""
    if text[at : at + 1] == "{":
        value = _balanced(text, at)
        return ("", at + 1) if value is None else (value, at + len(value) + 2)
    if text[at : at + 1] == '"':
        end = text.find('"', at + 1)
        return ("", at + 1) if end < 0 else (text[at + 1 : end], end + 1)
    end = min((i for i in (text.find(",", at), text.find("\n", at)) if i >= 0), default=len(text))
    return text[at:end], end


def _balanced(text: str, at: int) -> str | None:
    """What stands between the brace at `at` and its partner; None if it has none nearby."""
    depth = 0
    for here in range(at, min(len(text), at + MOST_CHARS)):
        depth += {"{": 1, "}": -1}.get(text[here], 0)
        if depth == 0:
            return text[at + 1 : here]
    return None


def _authors(value: str) -> tuple[str, ...]:
    names = [_name(each) for each in re.split(r"\s+and\s+", value.strip())]
    return tuple(name for name in names if name and name.lower() != "others")[:MOST_AUTHORS]


def _name(value: str) -> str:
    """First name first."""
    last, comma, first = _words(value).partition(",")
    return f"{first.strip()} {last.strip()}" if comma else last.strip()


def _words(value: str) -> str:
    """LaTeX as plain text, as far as names and titles need it."""
    text = _ACCENT.sub(_accented, value)
    for command, said in _SAID.items():
        text = text.replace(command, said)
    text = re.sub(r"\\[A-Za-z]+\s*", "", text)
    text = "".join(c if c.isprintable() else " " for c in re.sub(r"[{}$\\~]", "", text))
    return " ".join(text.split())


def _accented(found: re.Match[str]) -> str:
    mark = _MARKS.get(found[1], "")
    return unicodedata.normalize("NFC", found[2].removeprefix("\\") + mark)
