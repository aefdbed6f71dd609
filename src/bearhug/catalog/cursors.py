"""Where a page of a listing ended, as an address carries it."""

import base64
import binascii
import json
import math

from bearhug.catalog.model import After, Sort
from bearhug.errors import BadRequest


def cursor_of(after: After) -> str:
    """Where a page ended, for an address."""
    return base64.urlsafe_b64encode(json.dumps(after).encode()).decode().rstrip("=")


def after_of(cursor: str, sort: Sort) -> After | None:
    """The same, read. Raises BadRequest for what `cursor_of` did not write."""
    if not cursor:
        return None
    try:
        value, id = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        whole = int(id)
        if sort is Sort.NAME and isinstance(value, str) and value.isascii():
            return value[:200], whole
        number = float(value) if sort is Sort.TRENDING else int(value)
    except (binascii.Error, ValueError, TypeError, OverflowError) as error:
        raise BadRequest("cursor: this is none that the hub gave out.") from error
    if not (math.isfinite(number) and abs(number) < 2**62 and 0 <= whole < 2**62):
        raise BadRequest("cursor: this is none that the hub gave out.")
    return number, whole
