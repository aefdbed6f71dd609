"""Answers that take their time: stopped when the caller has gone, streamed as events."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable, Coroutine
from typing import Any, TypeVar

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from bearhug.errors import HubError

T = TypeVar("T")

HEARTBEAT_SECONDS = 15.0
AHEAD = 64
"""Events made before they are sent: a slow reader slows the work down."""


class ClientGone(HubError):
    """Whoever asked has hung up: the work was stopped, and nobody reads this."""

    status, code = 499, "ClientGone"


async def unless_gone(receive: Receive, work: Coroutine[Any, Any, T]) -> T:
    """What `work` returns or raises. Raises ClientGone, and cancels it, if the caller hangs up.

    The request's body must have been read.
    """
    task, gone = asyncio.create_task(work), asyncio.create_task(_gone(receive))
    try:
        await asyncio.wait({task, gone}, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            return task.result()
        raise ClientGone("The caller has gone.")
    finally:
        await _end(task, gone)


class Feed:
    """A generator run in a task of its own, from its first step to its last."""

    def __init__(self, events: AsyncGenerator[bytes, None]) -> None:
        self._ready: asyncio.Queue[bytes | HubError | None] = asyncio.Queue(AHEAD)
        self._task = asyncio.create_task(self._run(events))

    async def next(self) -> bytes | HubError | None:
        """The next event, the error that ended them, or None after the last."""
        return await self._ready.get()

    async def close(self) -> None:
        """Stop the generator where it is."""
        await _end(self._task)

    async def _run(self, events: AsyncGenerator[bytes, None]) -> None:
        try:
            async with contextlib.aclosing(events):
                async for event in events:
                    await self._ready.put(event)
        except HubError as error:
            await self._ready.put(error)
            return
        except Exception:
            await self._ready.put(HubError("Something broke here. It is in the log."))
            raise
        await self._ready.put(None)


class EventStream(Response):
    """Server-sent events; a comment when there is nothing else to say, so that nobody gives up.

    `failed` turns an error into the last event: the status was sent long ago.
    """

    media_type = "text/event-stream"

    def __init__(
        self, feed: Feed, first: bytes | None, failed: Callable[[HubError], bytes]
    ) -> None:
        super().__init__(headers={"Cache-Control": "no-cache", "X-Accel-Buffering": "no"})
        del self.headers["content-length"]
        self._feed = feed
        self._first = first
        self._failed = failed

    @classmethod
    async def begin(
        cls,
        receive: Receive,
        events: AsyncGenerator[bytes, None],
        failed: Callable[[HubError], bytes],
        *,
        patience_seconds: float,
    ) -> "EventStream":
        """Once the first event is there, or after so long without one.

        Raises what the generator raises until then, and ClientGone.
        """
        feed = Feed(events)
        try:
            first = await unless_gone(receive, _soon(feed, patience_seconds))
        except BaseException:
            await feed.close()
            raise
        if isinstance(first, HubError):
            await feed.close()
            raise first
        return cls(feed, first, failed)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        sending, gone = asyncio.create_task(self._send(send)), asyncio.create_task(_gone(receive))
        try:
            await asyncio.wait({sending, gone}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            await _end(sending, gone)
            await self._feed.close()

    async def _send(self, send: Send) -> None:
        start = {"type": "http.response.start", "status": 200, "headers": self.raw_headers}
        await send(start)
        if self._first is not None:
            await self._write(send, self._first)
        while (event := await self._next()) is not None:
            await self._write(send, self._failed(event) if isinstance(event, HubError) else event)
            if isinstance(event, HubError):
                break
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _next(self) -> bytes | HubError | None:
        try:
            async with asyncio.timeout(HEARTBEAT_SECONDS):
                return await self._feed.next()
        except TimeoutError:
            return b": ping\n\n"

    async def _write(self, send: Send, event: bytes) -> None:
        await send({"type": "http.response.body", "body": event, "more_body": True})


async def _soon(feed: Feed, seconds: float) -> bytes | HubError | None:
    try:
        async with asyncio.timeout(seconds):
            return await feed.next()
    except TimeoutError:
        return b": ping\n\n"


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _end(*tasks: "asyncio.Task[Any]") -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
