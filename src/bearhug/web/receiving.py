"""A request's body into a scratch file, without holding the loop or the memory."""

import asyncio
from collections.abc import AsyncIterator
from typing import Protocol

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from bearhug.errors import BadRequest
from bearhug.storage import BLOCK_BYTES, Incoming, Received

STALL_SECONDS = 60


async def receive(request: Request, incoming: Incoming) -> Received:
    """The whole body, hashed and written by BLOCK_BYTES in threads. Closes `incoming`.

    Nothing is left behind unless it returns. Raises TooLarge or ChecksumMismatch as soon as the
    length is known to be wrong (by Content-Length before anything is read), BadRequest if the
    client sends nothing for STALL_SECONDS, and ClientDisconnect if it leaves.
    """
    try:
        await pour(request, incoming)
        return await run_in_threadpool(incoming.finish)
    finally:
        await run_in_threadpool(incoming.close)  # removing a large file takes a while


class Sink(Protocol):
    """What a body is poured into."""

    def check_length(self, declared: int | None) -> None:
        """Raises if a body of that length is not wanted."""

    def feed(self, chunk: memoryview) -> None:
        """Take the next bytes, which are others once it returns. Slow."""


async def pour(request: Request, sink: Sink) -> None:
    """The body by BLOCK_BYTES in threads. Raises as `receive`, and whatever the sink raises."""
    request.scope["bearhug.body_limit"] = None  # the sink has its own
    declared = _declared(request)
    sink.check_length(declared)
    # One block for all of the body: to ask the kernel for fresh ones would cost as much again.
    block = memoryview(bytearray(BLOCK_BYTES if declared is None else min(declared, BLOCK_BYTES)))
    filled = 0
    async for chunk in arriving(request):
        left = memoryview(chunk)
        while left:
            some = left[: len(block) - filled]
            block[filled : filled + len(some)] = some
            filled, left = filled + len(some), left[len(some) :]
            if filled == len(block):
                await run_in_threadpool(sink.feed, block)
                filled = 0
    await run_in_threadpool(sink.feed, block[:filled])


def _declared(request: Request) -> int | None:
    length = request.headers.get("content-length", "")
    return int(length) if length.isascii() and length.isdigit() else None


async def arriving(request: Request) -> AsyncIterator[bytes]:
    """The body as it comes. Raises BadRequest after STALL_SECONDS without a byte of it."""
    chunks = aiter(request.stream())
    while True:
        try:
            async with asyncio.timeout(STALL_SECONDS):
                chunk = await anext(chunks)
        except StopAsyncIteration:
            return
        except TimeoutError:
            raise BadRequest(f"The upload stalled for {STALL_SECONDS} seconds.") from None
        yield chunk
