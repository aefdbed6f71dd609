"""Code to copy, its syntax coloured."""

from dataclasses import dataclass

from markupsafe import Markup
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name

from bearhug.inference.snippets import Snippet

_SPANS: HtmlFormatter[str] = HtmlFormatter(nowrap=True)


@dataclass(frozen=True)
class Coloured:
    """A snippet as the page shows it and as the button copies it."""

    title: str
    text: str
    html: Markup


def coloured(snippets: list[Snippet]) -> list[Coloured]:
    # The formatter escapes what it wraps.
    return [
        Coloured(
            each.title,
            each.code,
            Markup(highlight(each.code, get_lexer_by_name(each.language), _SPANS).rstrip("\n")),
        )
        for each in snippets
    ]
