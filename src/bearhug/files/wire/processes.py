"""Git's own processes behind an answer: so many at once, and none that outlives its client."""

import asyncio
import logging
import subprocess
import zlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from tempfile import TemporaryFile
from typing import IO

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from bearhug.errors import BadRequest, HubError, TooLarge, Unavailable
from bearhug.git.native import ENVIRONMENT
from bearhug.git.packets import packet
from bearhug.hub import Hub
from bearhug.web.receiving import arriving

log = logging.getLogger(__name__)

WAIT_SECONDS = 30
STALL_SECONDS = 60
BLOCK_BYTES = 256 * 1024
PIPE_BYTES = 1024 * 1024
"""What the kernel holds between git and us: fewer turns for each megabyte."""
NEVER = {"Cache-Control": "no-cache, max-age=0, must-revalidate", "Pragma": "no-cache"}


class UnsupportedEncoding(HubError):
    """A body compressed in a way that is not known here."""

    status, code = 415, "UnsupportedEncoding"


@asynccontextmanager
async def place(hub: Hub) -> AsyncIterator[None]:
    """A place among `git_processes`. Raises Unavailable after WAIT_SECONDS in the queue."""
    room = hub.rooms.setdefault("git", asyncio.Semaphore(hub.settings.git_processes))
    try:
        async with asyncio.timeout(WAIT_SECONDS):
            await room.acquire()
    except TimeoutError:
        busy = Unavailable("Too many others are fetching and pushing just now. Try again.")
        busy.headers["Retry-After"] = str(WAIT_SECONDS)
        raise busy from None
    try:
        yield
    finally:
        room.release()


async def plain(request: Request, limit_bytes: int) -> AsyncIterator[bytes]:
    """The request's body, inflated if git sent it compressed, by at most BLOCK_BYTES.

    Raises TooLarge over the limit, however small it came, BadRequest and UnsupportedEncoding.
    """
    encoding = request.headers.get("content-encoding", "identity")
    if encoding not in ("gzip", "x-gzip", "identity"):
        raise UnsupportedEncoding(f"Content-Encoding: gzip or none; got {encoding!r}.")
    request.scope["bearhug.body_limit"] = limit_bytes
    body = arriving(request)
    total = 0
    async for block in body if encoding == "identity" else _inflated(body):
        total += len(block)
        if total > limit_bytes:
            raise TooLarge(f"The body of this request may have {limit_bytes} bytes.")
        yield block


async def _inflated(body: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    inflating = zlib.decompressobj(wbits=31)
    async for chunk in body:
        while chunk:
            try:
                yield inflating.decompress(chunk, BLOCK_BYTES)
            except zlib.error as error:
                raise BadRequest("The body is no gzip.") from error
            chunk = inflating.unconsumed_tail
    if not inflating.eof:
        raise BadRequest("The body's gzip ends too early.")


class Said(Response):
    """What a process says, passed on as it says it. The process waits for a slow client.

    It has all of `given` as its input. It is killed when the client leaves, or takes nothing for
    STALL_SECONDS. If it says nothing at all, git's client is told so in its own protocol.
    """

    def __init__(
        self, hub: Hub, asked: Sequence[str], env: dict[str, str], given: IO[bytes], media_type: str
    ) -> None:
        super().__init__(media_type=media_type, headers=NEVER)
        del self.headers["content-length"]
        self._hub = hub
        self._asked = asked
        self._env = {**ENVIRONMENT, **env}
        self._given = given

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self._given, TemporaryFile() as errors:
            async with place(self._hub):
                process = await run_in_threadpool(self._start, errors)
                try:
                    await self._until_left(process, errors, receive, send)
                finally:
                    process.kill()
                    await run_in_threadpool(process.wait)

    def _start(self, errors: IO[bytes]) -> subprocess.Popen[bytes]:
        self._given.seek(0)
        return subprocess.Popen(
            self._asked,
            stdin=self._given,
            stdout=subprocess.PIPE,
            stderr=errors,
            env=self._env,
            pipesize=PIPE_BYTES,
        )

    async def _until_left(
        self, process: subprocess.Popen[bytes], errors: IO[bytes], receive: Receive, send: Send
    ) -> None:
        passing = asyncio.create_task(self._pass_on(process, errors, send))
        leaving = asyncio.create_task(_left(receive))
        try:
            await asyncio.wait((passing, leaving), return_when=asyncio.FIRST_COMPLETED)
        finally:
            leaving.cancel()
            if not passing.done():
                passing.cancel()
            with suppress(asyncio.CancelledError):
                await passing

    async def _pass_on(
        self, process: subprocess.Popen[bytes], errors: IO[bytes], send: Send
    ) -> None:
        reader = asyncio.StreamReader(limit=BLOCK_BYTES)
        protocol = asyncio.StreamReaderProtocol(reader)
        loop = asyncio.get_running_loop()
        transport, _ = await loop.connect_read_pipe(lambda: protocol, process.stdout)
        try:
            first = await reader.read(BLOCK_BYTES) or packet(f"ERR {await _why(process, errors)}")
            await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
            while first:
                await _send(send, first, more=True)
                first = await reader.read(BLOCK_BYTES)
            if await run_in_threadpool(process.wait):
                log.warning("git broke off: %s", await _why(process, errors))
            await _send(send, b"", more=False)
        finally:
            transport.close()


async def _send(send: Send, body: bytes, *, more: bool) -> None:
    """Raises TimeoutError if the client takes nothing."""
    async with asyncio.timeout(STALL_SECONDS):
        await send({"type": "http.response.body", "body": body, "more_body": more})


async def _why(process: subprocess.Popen[bytes], errors: IO[bytes]) -> str:
    await run_in_threadpool(process.wait)
    errors.seek(0)
    said = errors.read(2_000).decode("utf-8", "replace").strip().splitlines()
    return said[-1].removeprefix("fatal: ") if said else "git said nothing"


async def _left(receive: Receive) -> None:
    """Returns when the client has gone."""
    with suppress(ClientDisconnect):
        while (await receive())["type"] != "http.disconnect":
            pass
