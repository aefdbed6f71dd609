"""Bytes in, over real sockets."""

import hashlib
import random
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bearhug.errors import HubError
from bearhug.storage import Incoming
from bearhug.web.receiving import receive
from tests.web.running import Running, connected, eventually

HONEY = random.Random(2).randbytes(5 * 1024 * 1024 + 3)
SHA = hashlib.sha256(HONEY).hexdigest()
LIMIT = 6 * 1024 * 1024


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture
def url(scratch: Path) -> Iterator[str]:
    async def upload(request: Request) -> Response:
        incoming = Incoming(
            scratch, expected_sha256=request.query_params.get("sha256"), limit=LIMIT
        )
        try:
            received = await receive(request, incoming)
        except HubError as error:
            return PlainTextResponse(error.code, error.status)
        return PlainTextResponse(f"{received.sha256} {received.path.name}")

    with Running(Starlette(routes=[Route("/", upload, methods=["PUT"])])) as url:
        yield url


def chunks(size: int) -> Iterator[bytes]:
    yield from (HONEY[at : at + size] for at in range(0, len(HONEY), size))


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_arrives_whole(url: str, scratch: Path, chunked: bool) -> None:
    content = chunks(70_001) if chunked else HONEY
    answer = httpx.put(f"{url}/?sha256={SHA}", content=content, trust_env=False)
    sha256, name = answer.text.split()
    assert sha256 == SHA
    assert (scratch / name).read_bytes() == HONEY


def test_other_bytes_than_promised_are_refused(url: str, scratch: Path) -> None:
    answer = httpx.put(f"{url}/?sha256={'0' * 64}", content=HONEY, trust_env=False)
    assert (answer.status_code, answer.text) == (422, "ChecksumMismatch")
    assert list(scratch.iterdir()) == []


def test_a_body_too_large_is_refused_before_it_is_sent(url: str, scratch: Path) -> None:
    with connected(url) as client:
        head = f"PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: {LIMIT + 1}\r\n"
        client.sendall(f"{head}Expect: 100-continue\r\n\r\n".encode())
        assert client.recv(1000).startswith(b"HTTP/1.1 413 ")
    assert list(scratch.iterdir()) == []


def test_a_body_of_unknown_length_is_stopped_at_the_limit(url: str, scratch: Path) -> None:
    endless = (HONEY for _ in range(2))
    answer = httpx.put(url, content=endless, trust_env=False)
    assert (answer.status_code, answer.text) == (413, "TooLarge")
    assert list(scratch.iterdir()) == []


def test_a_client_that_leaves_leaves_nothing(url: str, scratch: Path) -> None:
    with connected(url) as client:
        client.sendall(b"PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 6000000\r\n\r\n")
        client.sendall(HONEY[:2_000_000])
        assert eventually(lambda: len(list(scratch.iterdir())) == 1)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    assert eventually(lambda: not list(scratch.iterdir()))


def test_a_slow_upload_does_not_hold_the_loop(url: str) -> None:
    slow = [connected(url) for _ in range(30)]
    for client in slow:
        client.sendall(b"PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 5000000\r\n\r\nhoney")
    started = time.monotonic()
    assert httpx.put(url, content=HONEY, trust_env=False).status_code == 200
    assert time.monotonic() - started < 60
    for client in slow:
        client.close()
