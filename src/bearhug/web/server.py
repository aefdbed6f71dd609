"""The server: uvicorn, taught to let the kernel send files."""

import asyncio
import gc
import os
from collections.abc import Callable, MutableMapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

EXTENSION = "bearhug.sendfile"
"""ASGI message {type: bearhug.sendfile, path: str | fd: int, start: int, end: int}.

Sends bytes [start, end) of a file as the rest of the response. Where scope["extensions"] has
this name, and only there, it may follow http.response.start once, in place of any body message.
A `fd` stays the sender's. If the file ends early or the client stalls, the connection is broken.
"""

CALL_BYTES = 4 * 1024 * 1024
CALLS_A_TURN = 4
STALL_SECONDS = 60
IDLE_SECONDS = 75  # longer than a proxy in front keeps a connection, which would be cut in use
HEAD_SECONDS = 30
HEAD_BYTES = 64 * 1024
GRACE_SECONDS = 5

# A turn lasts milliseconds, or one cold disk read: eight keep a disk busy and the loop free.
TURNS = ThreadPoolExecutor(8, thread_name_prefix="sendfile")


class Protocol(HttpToolsProtocol):
    """uvicorn's, with `EXTENSION`, and with limits on how long and how large a request's head is.

    uvicorn offers no place for an extension's messages. Its smallest seam is where an app is
    started for a request: there the app gets a `send` that knows one message more. uvicorn's
    minor version is pinned for this method's sake.
    """

    _in_head = False
    _head_bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._watch(HEAD_SECONDS)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.transport.is_closing() or not self._in_head:
            return
        self._head_bytes += len(data)
        if self._head_bytes > HEAD_BYTES:
            self.send_400_response("The request's head is too large.")
        else:
            self._watch(HEAD_SECONDS)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._in_head, self._head_bytes = True, 0
        if self.scheme == "http" and hasattr(os, "sendfile"):  # under TLS the kernel has no key
            self.scope["extensions"] = {EXTENSION: {}}

    def on_headers_complete(self) -> None:
        self._in_head = False
        super().on_headers_complete()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        super()._start_asgi_task(cycle, _WithFiles(app, cycle))  # type: ignore[arg-type]

    def _watch(self, seconds: float) -> None:
        """Close the connection unless something comes; whatever comes cancels this."""
        self._unset_keepalive_if_required()
        self.timeout_keep_alive_task = self.loop.call_later(
            seconds, self.timeout_keep_alive_handler
        )


class _WithFiles:
    """An app whose `send` also takes `EXTENSION`'s message."""

    def __init__(self, app: ASGIApp, cycle: RequestResponseCycle) -> None:
        self.app = app
        self.cycle = cycle

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_or_file(message: MutableMapping[str, Any]) -> None:
            if message["type"] == EXTENSION:
                await _send_file(self.cycle, message)
                message = {"type": "http.response.body", "body": b"", "more_body": False}
            await send(message)

        await self.app(scope, receive, send_or_file)


async def _send_file(cycle: RequestResponseCycle, message: MutableMapping[str, Any]) -> None:
    """Send the bytes past uvicorn, straight from the file to the socket.

    uvicorn then completes the response as if it had sent them; or the transport is aborted.
    """
    transport = cycle.transport
    if cycle.scope["method"] != "HEAD":
        try:
            await _written_out(cycle)
            await _Sending(cycle, message).run()
        except OSError:  # TimeoutError too: a client that takes nothing
            transport.abort()
            cycle.disconnected = True  # the transport would say so too, but only a little later
            return
    cycle.expected_content_length = 0


async def _written_out(cycle: RequestResponseCycle) -> None:
    """Wait until the head has left the transport: the file goes around its buffer."""
    cycle.transport.set_write_buffer_limits(high=0)
    try:
        async with asyncio.timeout(STALL_SECONDS):
            await cycle.flow.drain()
    finally:
        cycle.transport.set_write_buffer_limits()


class _Sending:
    """One file on its way to one client, which holds no thread while the client is slow."""

    def __init__(self, cycle: RequestResponseCycle, message: MutableMapping[str, Any]) -> None:
        self.cycle = cycle
        self.message = message
        self.turn: Future[int] | None = None

    async def run(self) -> None:
        """Raises OSError if the file or the client breaks off."""
        with ExitStack() as opened:
            # Our own descriptors: the loop watches the transport's itself, and the app's `fd`
            # may be closed under us.
            if "fd" in self.message:
                file = os.dup(self.message["fd"])
            else:
                file = os.open(self.message["path"], os.O_RDONLY)
            opened.callback(self._close, file)
            connection = os.dup(self.cycle.transport.get_extra_info("socket").fileno())
            opened.callback(self._close, connection)
            await self._send(connection, file)

    async def _send(self, connection: int, file: int) -> None:
        position, end = self.message["start"], self.message["end"]
        while position < end and not self._gone():
            self.turn = TURNS.submit(send_some, connection, file, position, end)
            sent = await asyncio.wrap_future(self.turn)
            position += sent
            if not sent:
                await _writable(connection)
        if position < end:
            raise ConnectionResetError

    def _gone(self) -> bool:
        return self.cycle.disconnected or self.cycle.transport.is_closing()

    def _close(self, descriptor: int) -> None:
        """Close it, after the turn that uses it: cancelling us does not stop a thread."""
        if self.turn is None:
            os.close(descriptor)
        else:
            self.turn.add_done_callback(lambda _: os.close(descriptor))


def send_some(connection: int, file: int, position: int, end: int) -> int:
    """Send until the socket is full or a fair share is sent; return how many bytes went.

    Raises OSError if the connection is broken or the file is shorter than `end`.
    """
    sent = 0
    for _ in range(CALLS_A_TURN):
        left = end - position - sent
        if not left:
            break
        try:
            count = os.sendfile(connection, file, position + sent, min(CALL_BYTES, left))
        except BlockingIOError:
            break
        if not count:
            raise OSError("The file is shorter than its length.")
        sent += count
    return sent


async def _writable(connection: int) -> None:
    """Wait until the socket takes bytes again. Raises TimeoutError after STALL_SECONDS."""
    loop, ready = asyncio.get_running_loop(), asyncio.Event()
    loop.add_writer(connection, ready.set)
    try:
        async with asyncio.timeout(STALL_SECONDS):
            await ready.wait()
    finally:
        loop.remove_writer(connection)


def configure(
    app: ASGIApp,
    host: str = "127.0.0.1",
    port: int = 8000,
    *,
    log_level: str = "info",
    trusted_proxies: str | None = None,
    **more: Any,
) -> uvicorn.Config:
    """How this server runs. `more` are uvicorn's own settings, such as ssl_certfile.

    X-Forwarded-For and -Proto are believed from `trusted_proxies` alone: addresses separated by
    commas, or "*".
    """
    settings: dict[str, Any] = {
        "http": Protocol,
        "log_level": log_level,
        "access_log": False,
        "log_config": None,
        "server_header": False,
        "proxy_headers": trusted_proxies is not None,
        "forwarded_allow_ips": trusted_proxies,
        "timeout_keep_alive": IDLE_SECONDS,
        "timeout_graceful_shutdown": GRACE_SECONDS,
    }
    return uvicorn.Config(app, host, port, **{**settings, **more})


class Server(uvicorn.Server):
    """uvicorn's, which says when it listens."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[str], None] | None = None) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: Any = None) -> None:
        await super().startup(sockets)
        if self.started and self._ready:
            listener = self.servers[0].sockets[0]
            self._ready(address(listener.getsockname(), tls=self.config.is_ssl))


def serve(
    app: ASGIApp,
    host: str,
    port: int,
    *,
    ready: Callable[[str], None] | None = None,
    **settings: Any,
) -> None:
    """Serve until SIGINT or SIGTERM, then let requests end for GRACE_SECONDS.

    `ready` is called once with the address being listened on, which has the real port if `port`
    is 0. `settings` are those of `configure`.
    """
    # What was imported stays: going through it again at every full collection would stop all
    # requests for 80 ms each time.
    gc.freeze()
    Server(configure(app, host, port, **settings), ready).run()


def address(name: Any, *, tls: bool = False) -> str:
    """http(s)://host:port of a listening socket's name."""
    host, port = name[0], name[1]
    return f"http{'s' if tls else ''}://{f'[{host}]' if ':' in host else host}:{port}"
