"""A hub that may call this machine, a server that listens, and clients to make webhooks with."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from huggingface_hub import HfApi

from bearhug.app import build_hub
from bearhug.config import Settings
from bearhug.hub import Hub, wall_clock
from tests.conftest import Server, introduce
from tests.webhooks.receiving import Receiver, receiving


@dataclass
class Clock:
    """The hub's: as the wall's, and as far ahead of it as the test says."""

    ahead_ms: int = 0

    def __call__(self) -> int:
        return wall_clock() + self.ahead_ms

    def advance(self, *, seconds: int = 0, days: int = 0) -> None:
        self.ahead_ms += (seconds + days * 24 * 3600) * 1000


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path / "data", allowed_addresses="127.0.0.1", webhook_seconds=1.0)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def hub(settings: Settings, clock: Clock) -> Iterator[Hub]:
    hub = replace(build_hub(settings), clock=clock)
    hub.write(introduce)
    yield hub
    hub.db.close()


@pytest.fixture(scope="session")
def one_receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def receiver(one_receiver: Receiver) -> Receiver:
    one_receiver.answers.clear()
    while not one_receiver.heard.empty():
        one_receiver.heard.get()
    return one_receiver


@pytest.fixture
def ada(server: Server) -> HfApi:
    return HfApi(endpoint=server.url, token="hf_ada")


@pytest.fixture
def linus(server: Server) -> HfApi:
    return HfApi(endpoint=server.url, token="hf_linus")


def until(true: Callable[[], bool], seconds: float = 60) -> None:
    """Wait for it. Raises AssertionError."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.02)
