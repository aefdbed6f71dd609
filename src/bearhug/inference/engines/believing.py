"""What an engine says, believed no further than its form: a stranger's code may be speaking."""

import contextlib
import json
import math
from collections.abc import Iterator
from typing import Any

import httpx

from bearhug.inference.engines.base import Chunk, EngineFailed

MOST_PARTS = 3_000_000
"""Of an answer in JSON: each costs the hub memory, and all of them the time of everyone else."""

MOST_REASON_BYTES = 64 * 1024
LARGEST_NUMBER = 2.0**53

UNFIT = (KeyError, IndexError, TypeError, ValueError, ArithmeticError, AttributeError)
_WORDS = ("content", "reasoning_content", "text", "finish_reason", "role")


def read(said: bytes | bytearray) -> dict[str, Any]:
    """A JSON object; NaN and its like, which are no JSON, are null in it. Raises EngineFailed."""
    if sum(map(said.count, (b"[", b"{", b","))) > MOST_PARTS:
        raise EngineFailed("The engine's answer has too many parts.")
    try:
        found = json.loads(said, parse_constant=lambda name: None)
    except (ValueError, RecursionError) as error:
        raise EngineFailed("The engine gave an answer that is no JSON.") from error
    if not isinstance(found, dict):
        raise EngineFailed("The engine gave an answer that is no JSON object.")
    return found


@contextlib.contextmanager
def believed() -> Iterator[None]:
    """Inside, what an engine said is taken apart. Raises EngineFailed if it has another form."""
    try:
        yield
    except (*UNFIT, RecursionError) as error:
        raise EngineFailed("The model gave an answer of a form that no answer has.") from error


def as_chunk(found: dict[str, Any]) -> Chunk:
    """The same, if it can be a chunk in OpenAI's shape, or a whole answer. Raises EngineFailed."""
    with believed():
        choices = _a(list, found.get("choices"))
        for choice in choices or ():
            for part in (_a(dict, choice), choice.get("delta"), choice.get("message")):
                told = _a(dict, part) or {}
                for name in _WORDS:
                    _a(str, told.get(name))
                _a(list, told.get("tool_calls"))
            _a(dict, choice.get("logprobs"))
        _a(dict, found.get("usage"))
        for number in (_a(dict, found.get("timings")) or {}).values():
            if not abs(_a((int, float), number)) < LARGEST_NUMBER:
                raise ValueError(number)
    return {**found, "choices": choices or []} if "choices" in found else found


async def reason(response: httpx.Response) -> bytes:
    """The beginning of a refusal's body, as it came."""
    said = b""
    async for part in response.aiter_raw():
        said += part
        if len(said) > MOST_REASON_BYTES:
            break
    return said[:MOST_REASON_BYTES]


def seconds(value: Any) -> float:
    """A time that an engine tells; 0 for what is none."""
    known = isinstance(value, int | float) and 0 <= value < LARGEST_NUMBER
    return float(value) if known and math.isfinite(value) else 0.0


def _a(kind: type | tuple[type, ...], value: Any) -> Any:
    """The value, if it is of that kind or null."""
    if value is not None and not isinstance(value, kind):
        raise TypeError(kind)
    return value
