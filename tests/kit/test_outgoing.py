"""A checked address is the one that is called, and a certificate is for a name."""

import asyncio
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from bearhug.kit.addresses import AddressRefused, Guard
from bearhug.kit.outgoing import GuardedTransport

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nOK"


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """For hooks.example, signed by itself; its key is in the same file."""
    both = tmp_path / "both.pem"
    subject = ["-subj", "/CN=hooks.example", "-addext", "subjectAltName=DNS:hooks.example"]
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    files = ["-keyout", str(tmp_path / "key.pem"), "-out", str(tmp_path / "cert.pem")]
    subprocess.run([*command, *subject, *files], check=True, capture_output=True)
    both.write_bytes((tmp_path / "key.pem").read_bytes() + (tmp_path / "cert.pem").read_bytes())
    return both


@pytest.fixture
def port(certificate: Path) -> Iterator[int]:
    """A server that speaks TLS with that certificate and says OK."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            try:
                with context.wrap_socket(connection, server_side=True) as speaking:
                    heard = speaking.recv(4096)
                    while heard and not heard.endswith(b"{}"):  # closing on unread bytes resets
                        heard = (more := speaking.recv(4096)) and heard + more
                    speaking.sendall(ANSWER)
            except OSError:
                connection.close()

    thread = threading.Thread(target=serve)
    thread.start()
    yield listener.getsockname()[1]
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join()


def ask(url: str, guard: Guard) -> str:
    async def asking() -> str:
        transport = GuardedTransport(guard)
        async with httpx.AsyncClient(transport=transport, trust_env=False) as client:
            return (await client.post(url, content=b"{}")).text

    return asyncio.run(asking())


def test_the_certificate_is_checked_against_the_name(
    port: int, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.with_name("cert.pem")))
    guard = Guard.parse("127.0.0.1", lambda host, port: ["127.0.0.1"])
    assert ask(f"https://hooks.example:{port}/", guard) == "OK"
    with pytest.raises(httpx.ConnectError, match="certificate"):
        ask(f"https://other.example:{port}/", guard)


def test_the_next_address_is_tried_when_one_is_deaf(port: int) -> None:
    guard = Guard.parse("127.0.0.0/8", lambda host, port: ["127.0.0.9", "127.0.0.1"])
    with pytest.raises(httpx.ConnectError, match=r"(?i)certificate"):  # it got through to TLS
        ask(f"https://hooks.example:{port}/", guard)


def test_a_name_nobody_knows(port: int) -> None:
    guard = Guard.parse("", lambda host, port: [])
    with pytest.raises(httpx.ConnectError, match="cannot be found"):
        ask(f"http://hooks.example:{port}/", guard)


def test_inside_is_refused_before_anything_is_sent(port: int) -> None:
    with pytest.raises(AddressRefused):
        ask(f"https://127.0.0.1:{port}/", Guard.parse(""))
