"""A client that costs next to nothing, so that the server is what gets measured."""

import socket
import time
from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Pulled:
    """An answer whose body was received and thrown away."""

    status: int
    headers: dict[str, str]
    size_bytes: int
    seconds: float

    @property
    def gb_per_second(self) -> float:
        return self.size_bytes / self.seconds / 1e9


def pull(url: str, **headers: str) -> Pulled:
    """GET over a connection of its own; the kernel discards the body (MSG_TRUNC).

    Header names are written with underscores: `pull(url, range="bytes=0-9")`.
    Raises EOFError when the server breaks off.
    """
    address = urlsplit(url)
    port = address.port or 80
    path = (address.path or "/") + (f"?{address.query}" if address.query else "")
    lines = [f"GET {path} HTTP/1.1", f"Host: {address.hostname}:{port}", "Connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    start = time.perf_counter()
    with socket.create_connection((str(address.hostname), port)) as connection:
        connection.sendall("\r\n".join([*lines, "", ""]).encode())
        head, received = _head(connection)
        first, *rest = head.split("\r\n")
        answer = {
            k.strip().lower(): v.strip() for k, _, v in (line.partition(":") for line in rest)
        }
        size = int(answer["content-length"])
        _discard(connection, size - received)
    return Pulled(int(first.split()[1]), answer, size, time.perf_counter() - start)


def _head(connection: socket.socket) -> tuple[str, int]:
    """The answer's head, and how many bytes of its body came along."""
    received = b""
    while b"\r\n\r\n" not in received:
        piece = connection.recv(4096)
        if not piece:
            raise EOFError("no answer")
        received += piece
    head, _, body = received.partition(b"\r\n\r\n")
    return head.decode("latin-1"), len(body)


def _discard(connection: socket.socket, left: int) -> None:
    well = bytearray(1 << 20)
    while left > 0:
        # Linux counts what TCP received and copies nothing.
        got = connection.recv_into(well, len(well), socket.MSG_TRUNC)
        if not got:
            raise EOFError(f"{left} bytes are missing")
        left -= got
