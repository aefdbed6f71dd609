"""Responses that send an object or a blob: ranges, conditions, and the shortest way out."""

import asyncio
import os
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import suppress
from email.utils import formatdate, parsedate_to_datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from bearhug.kit.disposition import content_disposition
from bearhug.kit.ranges import Span, Unsatisfiable, parse_range
from bearhug.kit.wire import Moment
from bearhug.storage.objects import Objects
from bearhug.web.content import guess, looks_like_text, untrusted
from bearhug.web.server import EXTENSION

PRESIGNED_SECONDS = 3600
OF_THE_BODY = ("content-length", "content-type", "content-disposition")


class FileResponse(Response, ABC):
    """The rules of both responses below; `send_span` is what differs.

    `etag` has no quotes. `content_type`, or else the file's name, is only a hint: content is
    announced as `web.content.untrusted` allows. `headers` and what is set on the response later
    win over the rest. Never compressed: a client that resumes counts these very bytes.
    """

    def __init__(
        self,
        size: int,
        *,
        etag: str,
        filename: str,
        content_type: str | None = None,
        modified: Moment | None = None,
        inline: bool = False,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.size = size
        content = untrusted(filename, content_type, inline=inline)
        own = {
            "content-length": str(size),
            "content-type": content.type,
            "content-disposition": content_disposition(content.disposition, Path(filename).name),
            "content-security-policy": content.policy,
            "x-content-type-options": "nosniff",
            "accept-ranges": "bytes",
            "etag": f'"{etag}"',
        }
        if modified is not None:
            own["last-modified"] = formatdate(modified // 1000, usegmt=True)
        super().__init__(headers=own)
        self.headers.update(headers or {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked, headers = Headers(scope=scope), MutableHeaders(raw=list(self.raw_headers))
        if not_modified(asked, headers):
            await send_empty(send, 304, without(headers, OF_THE_BODY))
        elif scope["method"] == "HEAD":
            await send_empty(send, 200, headers)
        else:
            await self._send(asked, headers, (scope, receive, send))
        if self.background is not None:
            await self.background()

    async def _send(
        self, asked: Headers, headers: MutableHeaders, door: tuple[Scope, Receive, Send]
    ) -> None:
        try:
            span = asked_span(asked, headers, self.size)
        except Unsatisfiable:
            headers = without(headers, OF_THE_BODY)
            headers.update({"content-range": f"bytes */{self.size}", "content-length": "0"})
            await send_empty(door[2], 416, headers)
            return
        status, span = (206, span) if span else (200, Span(0, self.size))
        if status == 206:
            headers["content-range"] = f"bytes {span.start}-{span.stop - 1}/{self.size}"
        headers["content-length"] = str(span.size)
        await self.send_span(span, start_message(status, headers), *door)

    @abstractmethod
    async def send_span(
        self, span: Span, start: dict[str, Any], scope: Scope, receive: Receive, send: Send
    ) -> None:
        """Send `start`, then the bytes of `span`."""


class BytesResponse(FileResponse):
    """Bytes in memory, such as a git blob. Text is known by its looks where its name is mute."""

    def __init__(
        self, data: bytes, *, filename: str, content_type: str | None = None, **more: Any
    ) -> None:
        """`more` is as for FileResponse: etag, modified, inline, headers."""
        self.data = data
        unknown = guess(filename) == "application/octet-stream"
        if content_type is None and unknown and looks_like_text(data):
            content_type = "text/plain"
        super().__init__(len(data), filename=filename, content_type=content_type, **more)

    async def send_span(
        self, span: Span, start: dict[str, Any], scope: Scope, receive: Receive, send: Send
    ) -> None:
        await send(start)
        await send({"type": "http.response.body", "body": self.data[span.start : span.stop]})


class ObjectResponse(FileResponse):
    """An object of `size` bytes, by the shortest way there is.

    By the proxy in front (`accel_prefix`: where it sees the objects' folder, for nginx's
    X-Accel-Redirect), by a redirect to the cloud (`redirect`), by the kernel, or by ourselves.
    HEAD is always answered here.
    """

    def __init__(
        self,
        objects: Objects,
        key: str,
        *,
        size: int,
        filename: str,
        redirect: bool = False,
        accel_prefix: str = "",
        **more: Any,
    ) -> None:
        """`more` is as for FileResponse: etag, content_type, modified, inline, headers."""
        super().__init__(size, filename=filename, **more)
        self.objects = objects
        self.key = key
        self.filename = Path(filename).name
        self.redirect = redirect
        self.accel_prefix = accel_prefix

    async def _send(
        self, asked: Headers, headers: MutableHeaders, door: tuple[Scope, Receive, Send]
    ) -> None:
        elsewhere = self._elsewhere(headers)
        if elsewhere is None:
            await super()._send(asked, headers, door)
        else:
            await send_empty(door[2], *elsewhere)

    def _elsewhere(self, headers: MutableHeaders) -> tuple[int, MutableHeaders] | None:
        """The answer that leaves the sending to another server, which minds ranges itself."""
        if self.accel_prefix and self.objects.local:
            headers["x-accel-redirect"] = f"{self.accel_prefix.rstrip('/')}/{quote(self.key)}"
            headers["content-length"] = "0"
            return 200, headers
        if not self.redirect:
            return None
        url = self.objects.presigned(
            self.key,
            seconds=PRESIGNED_SECONDS,
            filename=self.filename,
            content_type=headers["content-type"],
        )
        if url is None:
            return None
        headers = without(headers, (*OF_THE_BODY, "accept-ranges"))
        headers.update({"location": url, "content-length": "0", "cache-control": "no-store"})
        return 302, headers

    async def send_span(
        self, span: Span, start: dict[str, Any], scope: Scope, receive: Receive, send: Send
    ) -> None:
        path = self.objects.path(self.key)
        if path is not None and EXTENSION in (scope.get("extensions") or {}):
            await send_by_kernel(path, span, start, send)
        else:
            blocks = self.objects.read(self.key, span.start, span.stop)
            await send_blocks(blocks, start, receive, send)


async def send_by_kernel(path: Path, span: Span, start: dict[str, Any], send: Send) -> None:
    """Leave the bytes to `web.server`. Opened first: a file that is gone is an error, no torso."""
    file = os.open(path, os.O_RDONLY)
    try:
        await send(start)
        await send({"type": EXTENSION, "fd": file, "start": span.start, "end": span.stop})
    finally:
        os.close(file)


async def send_blocks(
    blocks: Iterator[bytes], start: dict[str, Any], receive: Receive, send: Send
) -> None:
    """Send `blocks`, read one ahead in threads, until the client leaves.

    `send` returns while its block is still in the server's buffer, and waits there before it
    takes another: so one block drains while the next is read, and no more are held.
    """
    block = await run_in_threadpool(next, blocks, b"")
    await send(start)
    leaving = asyncio.ensure_future(left(receive))
    try:
        while block and not leaving.done():
            await send({"type": "http.response.body", "body": block, "more_body": True})
            block = await run_in_threadpool(next, blocks, b"")
        await send({"type": "http.response.body", "body": b""})
    finally:
        leaving.cancel()


async def left(receive: Receive) -> None:
    """Return when the client has gone."""
    while (await receive())["type"] != "http.disconnect":
        pass


async def send_empty(send: Send, status: int, headers: MutableHeaders) -> None:
    """A response without a body."""
    await send(start_message(status, headers))
    await send({"type": "http.response.body", "body": b""})


def start_message(status: int, headers: MutableHeaders) -> dict[str, Any]:
    """ASGI's http.response.start."""
    return {"type": "http.response.start", "status": status, "headers": headers.raw}


def without(headers: MutableHeaders, names: tuple[str, ...]) -> MutableHeaders:
    """`headers` less those called `names` (in lower case)."""
    kept = [(name, value) for name, value in headers.raw if name.decode() not in names]
    return MutableHeaders(raw=kept)


def not_modified(asked: Headers, own: Headers) -> bool:
    """Whether the client has these bytes already (RFC 9110, 13.2.2: ETags first, then times)."""
    tags = asked.get("if-none-match")
    if tags is not None:
        known = [tag.strip().removeprefix("W/") for tag in tags.split(",")]
        return own["etag"] in known or "*" in known
    since, modified = seconds(asked.get("if-modified-since")), seconds(own.get("last-modified"))
    return since is not None and modified is not None and modified <= since


def asked_span(asked: Headers, own: Headers, size: int) -> Span | None:
    """The one range that is asked for, None for the whole. Raises Unsatisfiable.

    If-Range names what the client has the beginning of: anything else is sent from the start.
    """
    had = asked.get("if-range")
    if had is not None and had != own["etag"]:
        since = seconds(had)
        if since is None or since != seconds(own.get("last-modified")):
            return None
    return parse_range(asked.get("range"), size)


def seconds(date: str | None) -> float | None:
    """Since 1970, of an HTTP date; None if it is none."""
    with suppress(ValueError):
        return parsedate_to_datetime(date).timestamp() if date else None
    return None
