"""HTTP on the runner's Unix socket: only the hub speaks to it, one request a connection."""

import asyncio
import contextlib
import json
import socket
import sys
import traceback
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator
from typing import Any, Protocol

from bearhug.inference.runners.task import BadInput
from bearhug.inference.runners.wire import dumped

MAX_BODY_BYTES = 256 * 1024**2
PING_SECONDS = 5.0
WORDS = {200: "OK", 400: "Bad Request", 404: "Not Found", 500: "Internal Server Error"}
STREAM = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-cache\r\n"
    b"Connection: close\r\n\r\n"
)


class Service(Protocol):
    """What answers. Cancelling either stops the work."""

    async def answer(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """One whole answer. Raises BadInput, LookupError for a path it does not know."""

    def stream(self, path: str, body: dict[str, Any]) -> AsyncIterator[dict[str, Any]]:
        """The same in chunks."""


class Server:
    def __init__(self, service: Service) -> None:
        self._service = service

    async def serve(self, listening: socket.socket) -> None:
        server = await asyncio.start_unix_server(self._connected, sock=listening)
        await server.serve_forever()

    async def _connected(self, reader: StreamReader, writer: StreamWriter) -> None:
        """Answer one request; a client that hangs up meanwhile cancels it."""
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            path, body = await _request(reader)
            working = asyncio.create_task(self._work(path, body, writer))
            leaving = asyncio.create_task(reader.read(1))
            await asyncio.wait({working, leaving}, return_when=asyncio.FIRST_COMPLETED)
            leaving.cancel()
            working.cancel()
            await asyncio.wait({working})
            error = None if working.cancelled() else working.exception()
            if error is not None:
                _tell(writer, error)
            await writer.drain()
        writer.close()

    async def _work(self, path: str, body: bytes, writer: StreamWriter) -> None:
        asked = _asked(body) if body else {}
        if path == "/health":
            return _write(writer, 200, {"status": "ok"})
        if not asked.get("stream"):
            return _write(writer, 200, await self._service.answer(path, asked))
        chunks = self._service.stream(path, asked)
        first = await anext(chunks)  # a refusal comes before it, with a status of its own
        writer.write(STREAM)
        pinging = asyncio.create_task(_ping(writer))
        try:
            _event(writer, first)
            async for chunk in chunks:
                _event(writer, chunk)
                await writer.drain()
            writer.write(b"data: [DONE]\n\n")
        except BaseException as error:
            if isinstance(error, asyncio.CancelledError):
                raise
            _log(error)
            _event(writer, {"error": _said(error)})
            raise Told from error
        finally:
            pinging.cancel()


class Told(Exception):
    """The stream itself has told what went wrong."""


async def _request(reader: StreamReader) -> tuple[str, bytes]:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    path = head[0].split(" ")[1]
    fields = dict(line.lower().split(":", 1) for line in head[1:] if ":" in line)
    length = int(fields.get("content-length", "0"))
    if length > MAX_BODY_BYTES:
        raise ConnectionError("the request is too large")
    return path, await reader.readexactly(length)


def _asked(body: bytes) -> dict[str, Any]:
    try:
        asked = json.loads(body)
    except (ValueError, RecursionError):
        raise BadInput("The request is not valid JSON.") from None
    if not isinstance(asked, dict):
        raise BadInput("The request must be a JSON object.")
    return asked


def _write(writer: StreamWriter, status: int, answer: dict[str, Any]) -> None:
    body = dumped(answer)
    head = (
        f"HTTP/1.1 {status} {WORDS[status]}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    writer.write(head.encode("ascii") + body)


def _event(writer: StreamWriter, chunk: dict[str, Any]) -> None:
    writer.write(b"data: " + dumped(chunk) + b"\n\n")


async def _ping(writer: StreamWriter) -> None:
    """A comment now and then, so that the hub knows we live."""
    while True:
        await asyncio.sleep(PING_SECONDS)
        writer.write(b": ping\n\n")


def _tell(writer: StreamWriter, error: BaseException) -> None:
    if isinstance(error, Told):
        return
    status = 400 if isinstance(error, BadInput) else 404 if isinstance(error, LookupError) else 500
    if status == 500:
        _log(error)
    _write(writer, status, {"error": _said(error)})


def _said(error: BaseException) -> dict[str, str]:
    if isinstance(error, BadInput):
        return {"message": str(error), **({"field": error.field} if error.field else {})}
    lines = str(error).strip().splitlines()
    reason = lines[0][:300] if lines else ""
    return {"message": f"{type(error).__name__}: {reason}" if reason else type(error).__name__}


def _log(error: BaseException) -> None:
    traceback.print_exception(error, file=sys.stderr)
