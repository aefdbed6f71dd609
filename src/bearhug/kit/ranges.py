"""The part of a file that a Range header asks for (RFC 9110, 14)."""

import re
from dataclasses import dataclass

ONE_RANGE = re.compile(r"bytes[ \t]*=[ \t]*(\d*)-(\d*)[ \t]*", re.ASCII | re.IGNORECASE)
MOST_DIGITS = 18


@dataclass(frozen=True)
class Span:
    """Bytes [start, stop)."""

    start: int
    stop: int

    @property
    def size(self) -> int:
        return self.stop - self.start


class Unsatisfiable(ValueError):
    """The range begins past the end."""


def parse_range(header: str | None, size: int) -> Span | None:
    """What to send of `size` bytes, or None for the whole: no range, several, or nonsense.

    A range that ends past the end is cut there. Raises Unsatisfiable.
    """
    found = ONE_RANGE.fullmatch(header or "")
    if not found or max(map(len, found.groups())) > MOST_DIGITS:
        return None
    first, last = found.groups()
    if not first:
        return _suffix(int(last), size) if last else None
    start, stop = int(first), int(last) + 1 if last else size
    if last and stop <= start:
        return None
    if start >= size:
        raise Unsatisfiable(header)
    return Span(start, min(stop, size))


def _suffix(length: int, size: int) -> Span:
    if not length or not size:
        raise Unsatisfiable
    return Span(max(0, size - length), size)
