"""LaTeX to MathML, which browsers draw themselves. What cannot be read stays code."""

from html import escape

from latex2mathml import converter, exceptions

MAX_CHARS = 2000

_OWN = [each for each in vars(exceptions).values() if isinstance(each, type)]
_UNREADABLE: tuple[type[Exception], ...] = (
    *(each for each in _OWN if issubclass(each, Exception)),
    *(AttributeError, IndexError, KeyError, RecursionError, StopIteration, TypeError, ValueError),
)
"""What the converter raises on bad input: its own errors have no common base, and it lets
others through."""


def mathml(latex: str, *, display: bool) -> str:
    """Untrusted HTML, like everything else a card becomes: it is still to be cleaned."""
    form = "block" if display else "inline"
    if len(latex) <= MAX_CHARS:
        try:
            return converter.convert(latex, display=form)
        except _UNREADABLE:
            pass
    return f'<code class="math">{escape(latex)}</code>'
