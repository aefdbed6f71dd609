"""Apps on real ports, and sockets that ask them."""

import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path

from starlette.types import ASGIApp

from bearhug.web.server import Server, configure


class Running:
    """An app on a real port, for as long as the block lasts."""

    def __init__(self, app: ASGIApp, **settings: object) -> None:
        self.ready = threading.Event()
        self.url = ""
        self.server = Server(configure(app, port=0, log_level="warning", **settings), self._listen)
        self.thread = threading.Thread(target=self.server.run)

    def _listen(self, url: str) -> None:
        self.url = url
        self.ready.set()

    def __enter__(self) -> str:
        self.thread.start()
        assert self.ready.wait(20)
        return self.url

    def __exit__(self, *_: object) -> None:
        self.server.should_exit = True
        self.thread.join()


def connected(url: str, buffer: int | None = None) -> socket.socket:
    host, port = url.removeprefix("http://").split(":")
    client = socket.socket()
    if buffer:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
    client.settimeout(20)
    client.connect((host, int(port)))
    return client


def read_all(client: socket.socket) -> bytes:
    received = bytearray()
    while block := client.recv(1 << 20):
        received += block
    return bytes(received)


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def eventually(true: Callable[[], bool], seconds: float = 60) -> bool:
    deadline = time.monotonic() + seconds
    while not true() and time.monotonic() < deadline:
        time.sleep(0.05)
    return true()
