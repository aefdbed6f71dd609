"""How values are spelled on the wire."""

import hashlib
from datetime import UTC, datetime

Moment = int
"""Milliseconds since 1970, UTC."""


def wire_time(at: Moment) -> str:
    """UTC, to the millisecond, ending in Z: what huggingface_hub's parse_datetime accepts."""
    seconds, thousandths = divmod(at, 1000)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{thousandths:03d}Z"


def moment_of_month(year: int, month: int) -> Moment:
    """Its first instant, UTC."""
    return int(datetime(year, month, 1, tzinfo=UTC).timestamp() * 1000)


def object_id(table: str, id: int) -> str:
    """24 hexadecimal digits that stand for a row on the wire, as the Hub's `_id` do.

    A name, not a secret: whoever knows the table and the number can compute it.
    """
    return hashlib.sha256(f"{table}/{id}".encode()).hexdigest()[:24]


def ascii_header(text: str) -> str:
    """One line of ASCII, so that a quoted name can neither break a header nor add one."""
    line = text.replace("\r", " ").replace("\n", " ")
    return line.encode("ascii", "backslashreplace").decode()
