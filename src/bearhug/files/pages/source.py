"""Text with its syntax coloured."""

from markupsafe import Markup, escape
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexer import Lexer
from pygments.lexers import get_lexer_for_filename
from pygments.lexers.special import TextLexer
from pygments.util import ClassNotFound

COLOURED_BYTES = 512 * 1024
"""A longer text is shown plain: colouring takes a second a megabyte."""

NAMES = {
    ".gitattributes": "x.conf",
    ".gitignore": "x.conf",
    "dockerfile": "Dockerfile",
    "app.dockerfile": "Dockerfile",
}
SUFFIXES = {".ipynb": ".json", ".jsonl": ".json", ".ndjson": ".json", ".jinja": ".j2"}

_SPANS: HtmlFormatter[str] = HtmlFormatter(nowrap=True)


def coloured(text: str, filename: str) -> Markup:
    """Markup with a span for each token, none of them over the end of a line."""
    if len(text) > COLOURED_BYTES:
        return escape(text)
    # The formatter escapes what it wraps.
    return Markup(highlight(text, _lexer(filename), _SPANS).removesuffix("\n"))


def _lexer(filename: str) -> Lexer:
    name = filename.lower()
    name = NAMES.get(name, name)
    stem, dot, suffix = name.rpartition(".")
    name = stem + SUFFIXES.get(dot + suffix, dot + suffix)
    try:
        return get_lexer_for_filename(name, stripnl=False, ensurenl=False)
    except ClassNotFound:
        return TextLexer(stripnl=False, ensurenl=False)
