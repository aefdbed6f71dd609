"""A hub that may call this machine, a server that listens, and clients to make webhooks with."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from huggingface_hub import HfApi

from bearhug.config import Settings
from tests.conftest import Server
from tests.webhooks.receiving import Receiver, receiving


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path / "data", allowed_addresses="127.0.0.1")


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
