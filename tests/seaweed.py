"""A real S3 server for tests: SeaweedFS on loopback, one for the whole session, empty at start."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from bearhug.storage import Credentials

BUCKET = "bucket"
WEED = Path(sys.executable).with_name("weed")
"""Beside this Python, wherever PATH leads."""
START_SECONDS = 60
PORTS = (
    "s3.port",
    "s3.port.grpc",
    "master.port",
    "master.port.grpc",
    "volume.port",
    "volume.port.grpc",
    "filer.port",
    "filer.port.grpc",
    "webdav.port",
)
OFF = ("-admin.ui=false", "-s3.port.iceberg=0", "-s3.port.lance=0")


@dataclass(frozen=True)
class S3Server:
    url: str
    """s3://bucket"""
    credentials: Credentials


@pytest.fixture(scope="session")
def s3_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    """Its bucket is shared by all tests: put a prefix of your own after `url`."""
    folder = tmp_path_factory.mktemp("seaweed")
    ports = dict(zip(PORTS, free_ports(len(PORTS)), strict=True))
    credentials = Credentials(
        access_key="ada", secret_key="honey", endpoint=f"http://127.0.0.1:{ports['s3.port']}"
    )
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            command(folder, ports), stdout=log, stderr=log, cwd=folder, env=environment(credentials)
        )
    try:
        wait(credentials.endpoint, server, folder / "log")
        yield S3Server(f"s3://{BUCKET}", credentials)
    finally:
        server.kill()
        server.wait()


def command(folder: Path, ports: dict[str, int]) -> list[str]:
    here = ["-ip=127.0.0.1", "-ip.bind=127.0.0.1", f"-dir={folder}", f"-bucket={BUCKET}"]
    return [str(WEED), "mini", *here, *OFF, *(f"-{name}={port}" for name, port in ports.items())]


def environment(credentials: Credentials) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "HOME": os.environ.get("HOME", "/"),
        "AWS_ACCESS_KEY_ID": credentials.access_key,
        "AWS_SECRET_ACCESS_KEY": credentials.secret_key,
    }


def free_ports(count: int) -> list[int]:
    with ExitStack() as stack:
        sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
        for each in sockets:
            stack.enter_context(each)
        return [each.getsockname()[1] for each in sockets]


def wait(endpoint: str, server: subprocess.Popen[bytes], log: Path) -> None:
    """Until the bucket answers: the port opens before the bucket is made."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            if httpx.get(f"{endpoint}/{BUCKET}", trust_env=False).status_code == 403:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise RuntimeError(f"SeaweedFS did not start:\n{log.read_text()[-2000:]}")
