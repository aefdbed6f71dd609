"""The hub as its own process, started as a person starts it."""

import os
import random
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

START_SECONDS = 120


@dataclass(frozen=True)
class Running:
    url: str
    process: subprocess.Popen[bytes]
    log: Path


@contextmanager
def started(data: Path, *options: str, port: int = 0, **env: str) -> Iterator[Running]:
    """`bearhug serve` on this data folder, until the block ends."""
    port = port or free_port()
    data.mkdir(parents=True, exist_ok=True)
    log = data / "serve.log"
    command = [sys.executable, "-m", "bearhug.cli", "serve", "--data", str(data)]
    with log.open("ab") as out:
        process = subprocess.Popen(
            [*command, "--port", str(port), *options],
            stdout=out,
            stderr=out,
            env={**os.environ, **env},
        )
    running = Running(f"http://127.0.0.1:{port}", process, log)
    try:
        wait_until_ready(running)
        yield running
    finally:
        process.terminate()
        process.wait(timeout=20)


def wait_until_ready(running: Running) -> None:
    """Raises TimeoutError with the log."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and running.process.poll() is None:
        try:
            if httpx.get(f"{running.url}/readyz").status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.05)
    raise TimeoutError(running.log.read_text())


def free_port() -> int:
    """Below those the system gives to whoever asks for any: none is taken before it is used."""
    for port in random.sample(range(20_000, 32_000), 100):
        try:
            socket.create_server(("127.0.0.1", port)).close()
        except OSError:
            continue
        return port
    raise OSError("No port is free.")
