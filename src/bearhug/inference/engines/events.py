"""Server-sent events of an engine, here or elsewhere, as chunks of an answer."""

import time
from collections.abc import AsyncGenerator

import httpx

from bearhug.inference.engines.base import Chunk, EngineFailed, TookTooLong
from bearhug.inference.engines.believing import as_chunk, read

MAX_EVENT_BYTES = 8 * 1024**2
MAX_STREAM_BYTES = 256 * 1024**2


def says_something(chunk: Chunk) -> bool:
    choices = chunk.get("choices") or [{}]
    said = choices[0].get("delta", choices[0])
    return any(said.get(key) for key in ("content", "reasoning_content", "tool_calls", "text"))


def finishes(chunk: Chunk) -> bool:
    """Whether it is the last that says something, and why nothing more comes."""
    return any(choice.get("finish_reason") for choice in chunk.get("choices") or ())


async def events(response: httpx.Response, deadline: float) -> AsyncGenerator[Chunk, None]:
    """Server-sent events, one line of JSON each. Comments only show that the runner lives.

    Lines end at \\n alone: httpx's own splitting also breaks at U+2028, which JSON may hold.
    """
    rest, came = b"", 0
    async for data in response.aiter_raw():
        came += len(data)
        if time.monotonic() > deadline:
            raise TookTooLong("The answer reached its limit of time; what it said is kept.")
        *lines, rest = (rest + data).split(b"\n")
        if len(rest) > MAX_EVENT_BYTES or came > MAX_STREAM_BYTES:
            raise EngineFailed("The engine sent an endless answer.")
        for line in lines:
            said = line.removeprefix(b"data:").strip()
            if line.startswith(b"data:") and said.startswith(b"{"):
                yield _event(said)


def _event(said: bytes) -> Chunk:
    chunk = as_chunk(read(said))
    if error := chunk.get("error"):
        words = error.get("message", error) if isinstance(error, dict) else error
        raise EngineFailed(str(words))
    return chunk
