"""Markdown from strangers to HTML that may stand in a page of ours.

comrak reads, Pygments colours, latex2mathml sets, and nh3 has the last word: whatever the others
make, only what is listed here stays. Images from elsewhere are not loaded, since that would tell
a third party who reads what; they become links.
"""

import posixpath
import re
from collections.abc import Callable
from dataclasses import dataclass
from html import escape, unescape
from itertools import count
from urllib.parse import quote, unquote, urlsplit

import comrak
import nh3
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound

from bearhug.cards.allowed import ATTRIBUTES, CLASSES, LINKED, MATH, SCHEMES, TAGS
from bearhug.cards.mathml import mathml

VERSION = 1
"""Goes up whenever the same Markdown would look different: what was kept is made anew."""

MAX_CHARS = 1_000_000
MAX_COLOURED_CHARS = 60_000
"""Of all code in one text: Pygments takes 4 ms for 1,000 of them."""

MAX_FORMULAS = 500
MAX_HEADINGS = 2000
MAX_FOOTNOTES = 2000
MAX_NESTED = 500
"""Past these, headings have no ids, footnotes are none and HTML is shown as it is written: all of
them take time squared."""

MAX_MARKS = 200
MAX_CELLS = 100_000
"""Past these the text is shown as it is written. Quotes and lists begun in one line take time
squared; a wide table is filled up at each of its lines, so that few characters make gigabytes."""

PREFIX = "card-"
"""Before every id of a card, so that none is taken for one of the page's own."""

_TOKEN_CLASS = re.compile(r"[a-z]{1,3}[0-9]?")
_CODE = re.compile(r'<pre><code(?: class="language-([^"]*)")?([^>]*)>(.*?)</code></pre>', re.DOTALL)
_FORMULA = re.compile(r'<span data-math-style="(inline|display)">(.*?)</span>', re.DOTALL)
_ANCHOR = re.compile(
    r'<a href="(#[^"]*)" aria-label="[^"]*" data-heading-content="[^"]*" class="anchor"></a>'
)
_ANCHOR_LABEL = re.compile(r'class="anchor"([^>]*)>#</a>')
_LINK_OR_IMAGE = re.compile(r"<a\b[^>]*>|</a>|<img((?: [a-z-]+=\"[^\"]*\")*)>")
_ATTRIBUTE = re.compile(r'([a-z-]+)="([^"]*)"')
_HEADING_LINE = re.compile(r"^[ \t>*+0-9.)-]*(?:#|=+[ \t]*$|-+[ \t]*$)", re.MULTILINE)
_OPENS_OR_CLOSES = re.compile(r"<(/?)(?!(?:img|br|hr|input|source|wbr)\b)[a-zA-Z]")
_HEADING = re.compile(r"<(/?)h([1-5])\b")  # a page has one <h1>, and it is the repo's name
_MARK = re.compile(r">|[*+-](?=\s)|[0-9]\s*[.)]")
_BEFORE = " \t>*+-0123456789.)"
"""What may stand in a line before its own content: the marks of quotes and lists."""
_TABLE = re.compile(r"<table\b[^>]*>")
_BLOCK = re.compile(r'<div class="code highlight"><pre tabindex="0">(.*?)</pre></div>', re.DOTALL)

_ICON = (
    '<svg class="icon" viewBox="0 0 24 24" aria-hidden="true">'
    '<rect x="3.5" y="5" width="17" height="14" rx="2"/><circle cx="8.5" cy="10" r="1.5"/>'
    '<path d="m5 17.5 5-4 3 2.5 3.5-3.5 4 3.5"/></svg>'
)
_COPY = (
    '<copy-button for="{id}" hidden><button class="button button--small button--quiet'
    ' button--icon" type="button" aria-label="Copy" title="Copy">'
    '<svg class="icon" viewBox="0 0 24 24" aria-hidden="true">'
    '<rect x="8.5" y="8.5" width="11.5" height="11.5" rx="2"/>'
    '<path d="M15.5 8.5V6a2 2 0 0 0-2-2H6a2 2 0 0 0-2 2v7.5a2 2 0 0 0 2 2h2.5"/></svg>'
    '</button><span class="sr-only" role="status"></span></copy-button>'
)
_FORMATTER: HtmlFormatter[str] = HtmlFormatter(nowrap=True)


@dataclass(frozen=True)
class Base:
    """Where a text stands, for its relative links: a repo's address, a revision, a folder."""

    address: str
    revision: str = "main"
    folder: str = ""

    def resolve(self, url: str, *, shown: bool) -> str | None:
        """The address meant by `url`; `shown` for images and sound. None for what is not linked."""
        url = url.strip()
        if url.startswith("#"):
            return f"#{PREFIX}{url[1:]}" if len(url) > 1 else url
        try:
            parts = urlsplit(url)
        except ValueError:
            return None
        if parts.scheme or parts.netloc or url.startswith("/"):
            return url if not parts.scheme or parts.scheme.lower() in SCHEMES else None
        path = posixpath.normpath(posixpath.join(self.folder, unquote(parts.path)))
        if not parts.path or path.startswith(".."):
            return self.address if path == ".." else None
        view = "resolve" if shown else "blob"
        revision = quote(self.revision, safe="")
        fragment = f"#{PREFIX}{parts.fragment}" if parts.fragment else ""
        return f"{self.address}/{view}/{revision}/{quote(path)}{fragment}"


def render(markdown: str, base: Base) -> str:
    """The Markdown as HTML, safe as it is. About 1 ms a page, 2 ms more for each block of code."""
    markdown = markdown[:MAX_CHARS]
    html = "" if _overgrown(markdown) else _converted(markdown)
    if not html or _nested(html) > MAX_NESTED:
        html = f"<pre>{escape(markdown)}</pre>" if markdown.strip() else ""
    html = _set_formulas(_CODE.sub(_Colours(), html))
    html = _ANCHOR.sub(r'<a href="\1" class="anchor">#</a>', html)
    cleaner = nh3.Cleaner(
        tags=set(TAGS | MATH),
        attributes=ATTRIBUTES,
        attribute_filter=_filter(base),
        url_schemes=SCHEMES,
        link_rel="nofollow noopener",
    )
    return _finish(cleaner.clean(html))


def _converted(markdown: str) -> str:
    extensions = _extensions(ids=len(_HEADING_LINE.findall(markdown)) <= MAX_HEADINGS)
    extensions.footnotes = markdown.count("[^") <= MAX_FOOTNOTES
    return comrak.render_markdown(markdown, extension_options=extensions, render_options=_options())


def _overgrown(markdown: str) -> bool:
    """Whether its quotes, lists or tables would take too long, counted generously."""
    columns = cells = 0
    for line in re.split(r"\r\n?|\n", markdown):
        content = line.lstrip(_BEFORE)
        marks = line[: len(line) - len(content)]
        if len(marks) > MAX_MARKS and len(_MARK.findall(marks)) > MAX_MARKS:
            return True
        if not line.strip(" \t>"):
            columns = 0
        elif "-" in line and not line.strip(_BEFORE + "|:\v\f"):
            columns = max(columns, line.count("|") + 1)
        cells += columns
    return cells > MAX_CELLS


def _finish(cleaned: str) -> str:
    """What only we may add, once nothing of a stranger's is left: labels, copy buttons."""
    numbers = count(1)

    def with_button(block: re.Match[str]) -> str:
        id = f"{PREFIX}code-{next(numbers)}"
        pre = f'<pre tabindex="0" id="{id}">{block[1]}</pre>'
        return f'<div class="code highlight">{pre}{_COPY.format(id=id)}</div>'

    cleaned = _HEADING.sub(lambda found: f"<{found[1]}h{int(found[2]) + 1}", cleaned)
    html = _ANCHOR_LABEL.sub(r'class="anchor"\1 aria-label="Link to here">#</a>', cleaned)
    html = _LINK_OR_IMAGE.sub(_Images(), _TABLE.sub('<table tabindex="0">', html))
    return _BLOCK.sub(with_button, html)


def _nested(html: str) -> int:
    """How deep the elements stand in each other at most, as far as tags tell."""
    depth = deepest = 0
    for tag in _OPENS_OR_CLOSES.finditer(html):
        depth = max(0, depth - 1) if tag[1] else depth + 1
        deepest = max(deepest, depth)
    return deepest


def _extensions(*, ids: bool = True) -> comrak.ExtensionOptions:
    options = comrak.ExtensionOptions()
    for name in ("table", "strikethrough", "autolink", "tasklist", "footnotes", "alerts"):
        setattr(options, name, True)
    options.math_dollars = True
    if ids:
        options.header_id_prefix = ""
    return options


def _options() -> comrak.RenderOptions:
    options = comrak.RenderOptions()
    options.unsafe_ = True  # cards are full of HTML; nh3 decides what of it stays
    return options


class _Colours:
    """Colours blocks of code one after another, until the text has had its share of time."""

    def __init__(self) -> None:
        self.left = MAX_COLOURED_CHARS

    def __call__(self, block: re.Match[str]) -> str:
        language, code = unescape(block[1] or ""), unescape(block[3])
        if language == "math":
            return mathml(code, display=True)
        self.left -= len(code)
        coloured = colour(code, language if self.left > 0 else "")
        return f'<div class="code highlight"><pre tabindex="0">{coloured}</pre></div>'


def colour(code: str, language: str) -> str:
    """Escaped code with Pygments' spans; plain where the language is none it knows."""
    if language.strip():
        try:
            lexer = get_lexer_by_name(language.split()[0].lower(), stripnl=False)
        except ClassNotFound:
            return escape(code, quote=False)
        return highlight(code, lexer, _FORMATTER)
    return escape(code, quote=False)


def _set_formulas(html: str) -> str:
    return _FORMULA.sub(
        lambda found: mathml(unescape(found[2]), display=found[1] == "display"),
        html,
        count=MAX_FORMULAS,
    )


def _filter(base: Base) -> Callable[[str, str, str], str | None]:
    """What becomes of each attribute that is listed at all."""

    def keep(tag: str, name: str, value: str) -> str | None:
        # No angle bracket stays in any value: what looks like a tag below is one.
        if (tag, name) in LINKED:
            return _bracketless(base.resolve(value, shown=tag != "a"), "%3C", "%3E")
        return _bracketless(kept(tag, name, value), "(", ")")

    def kept(tag: str, name: str, value: str) -> str | None:
        if name == "id":
            return PREFIX + value
        if name == "class":
            return " ".join(filter(lambda each: _allowed(tag, each), value.split())) or None
        if tag == "input" and name == "type":
            return "checkbox"  # a task list's, the only one there is
        return value

    return keep


def _bracketless(value: str | None, left: str, right: str) -> str | None:
    return value.replace("<", left).replace(">", right) if value else value


def _allowed(tag: str, name: str) -> bool:
    return name in CLASSES or (tag == "span" and _TOKEN_CLASS.fullmatch(name) is not None)


class _Images:
    """Leaves this hub's own images; makes a link, or words within one, of any other."""

    def __init__(self) -> None:
        self.in_link = False

    def __call__(self, found: re.Match[str]) -> str:
        if not found[0].startswith("<img"):
            self.in_link = found[0] != "</a>"
            return found[0]
        attributes = dict(_ATTRIBUTE.findall(found[1]))
        source, alt = attributes.get("src", ""), attributes.get("alt") or "Image"
        if source.startswith("/") and not source.startswith("//"):
            return f'<img loading="lazy"{found[1]}>'
        words = f"{_ICON}{alt}"
        if self.in_link or not source:
            return f'<span class="elsewhere">{words}</span>'
        return f'<a class="elsewhere" href="{source}" rel="nofollow noopener">{words}</a>'
