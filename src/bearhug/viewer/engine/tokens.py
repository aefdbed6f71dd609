"""A `where` cut into words. No pattern here can be matched in two ways: time is linear."""

import re
from dataclasses import dataclass

from bearhug.viewer.engine import limits
from bearhug.viewer.engine.refusals import InvalidParameter

TOKEN = re.compile(
    r"""
      (?P<space> \s+ )
    | (?P<column> "(?:[^"]|"")*" )
    | (?P<text> '(?:[^']|'')*' )
    | (?P<number> (?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)? )
    | (?P<sign> <> | != | <= | >= | == | !~ | [=<>~(),.\-+] )
    | (?P<word> [A-Za-z_][A-Za-z0-9_]* )
    """,
    re.VERBOSE,
)


@dataclass(frozen=True)
class Token:
    kind: str
    """`column`, `text`, `number`, `sign`, `word` or `end`."""
    value: str
    at: int


def tokens(source: str, name: str) -> list[Token]:
    """Of the parameter `name`. Raises InvalidParameter, saying where."""
    if len(source) > limits.WHERE_CHARACTERS:
        most = limits.WHERE_CHARACTERS
        raise InvalidParameter(f"Parameter '{name}' is longer than {most} characters.")
    found, at = [], 0
    while at < len(source):
        match = TOKEN.match(source, at)
        if match is None:
            raise InvalidParameter(f"Parameter '{name}': {_unreadable(source, at)}")
        kind = str(match.lastgroup)
        if kind != "space":
            found.append(Token(kind, _value(kind, match.group()), at))
        at = match.end()
    return [*found, Token("end", "", at)]


def _value(kind: str, written: str) -> str:
    if kind in ("column", "text"):
        return written[1:-1].replace(written[0] * 2, written[0])
    return written


def _unreadable(source: str, at: int) -> str:
    if source[at] in "\"'":
        return f"the {source[at]} at character {at + 1} is never closed."
    return f"{source[at]!r} at character {at + 1} makes no sense."
