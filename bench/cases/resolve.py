"""HEAD and GET of resolve over a kept-alive connection, beside nginx with the same file."""

import os
import socket
import statistics
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

from bench.machine import folder
from bench.repos import Owner, commit_body, nested
from bench.results import Result, interleave
from bench.servers import hub, nginx

FILES = 10_000
SMALL = b'{"model_type": "bear"}\n' * 40
LARGE_BYTES = 256 * 1024
ROUNDS = 7
ASKED = 300


def measure() -> Iterator[Result]:
    with folder() as scratch, hub(scratch / "data") as server:
        server.user("ada")
        ada = Owner(server.url, server.token("ada"))
        ada.create("files")
        ada.fill("ada/files", FILES)
        small = nested(1234, FILES)
        ada.commit("ada/files", commit_body({small: SMALL}))
        (scratch / "large.bin").write_bytes(os.urandom(LARGE_BYTES))
        sha256 = ada.upload("ada/files", "large.bin", scratch / "large.bin")
        ada.close()
        objects = server.data / "objects"
        (objects / "small").write_bytes(SMALL)
        stored = {small: "small", "large.bin": f"lfs/{sha256[:2]}/{sha256[2:4]}/{sha256}"}
        with nginx(objects, scratch) as beside:
            for path, place in stored.items():
                kind = "an LFS file of 256 KiB" if path == "large.bin" else "a git file of 1 KiB"
                ours, theirs = f"{server.url}/ada/files/resolve/main/{path}", f"{beside}/{place}"
                for method in ("HEAD", "GET"):
                    yield _compare(f"{method} {kind}", method, ours, theirs)


def _compare(what: str, method: str, ours: str, theirs: str) -> Result:
    figures = interleave(
        ROUNDS,
        {
            "ours": lambda: median_ms(ours, method, ASKED),
            "nginx": lambda: median_ms(theirs, method, ASKED),
        },
    )
    return Result(
        what=what, ours=figures["ours"], unit="ms", peer=figures["nginx"], peer_name="nginx"
    )


def median_ms(url: str, method: str, times: int) -> float:
    """Of asking the same over and over on one connection; nginx closes it after a thousand."""
    address = urlsplit(url)
    assert address.hostname
    question = f"{method} {address.path} HTTP/1.1\r\nHost: {address.netloc}\r\n\r\n".encode()
    taken = []
    with socket.create_connection((address.hostname, address.port or 80)) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for _ in range(times):
            start = time.perf_counter()
            connection.sendall(question)
            _take_answer(connection, head_only=method == "HEAD")
            taken.append(time.perf_counter() - start)
    return 1000 * statistics.median(taken)


def _take_answer(connection: socket.socket, *, head_only: bool) -> None:
    """Raises RuntimeError for another answer than 200, EOFError if it breaks off."""
    received = b""
    while b"\r\n\r\n" not in received:
        received += _more(connection)
    head, _, body = received.partition(b"\r\n\r\n")
    if b" 200 " not in head[:16]:
        raise RuntimeError(head.decode("latin-1"))
    left = 0 if head_only else _length(head) - len(body)
    while left > 0:
        left -= len(_more(connection))


def _more(connection: socket.socket) -> bytes:
    piece = connection.recv(1 << 20)
    if not piece:
        raise EOFError("it breaks off")
    return piece


def _length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.split(b":")[1])
    raise RuntimeError("no length")
