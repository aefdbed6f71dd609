"""Real clients, each with a home of its own."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from huggingface_hub import HfApi, constants

from tests.conftest import Server


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The client's caches in the test's own folder, and uploads by LFS: Xet is not here yet."""
    monkeypatch.setattr(constants, "HF_HOME", str(tmp_path / "hf"))
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hf" / "hub"))
    monkeypatch.setattr(constants, "HF_XET_CACHE", str(tmp_path / "xet"))
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", True)


@pytest.fixture
def ada(server: Server) -> Iterator[HfApi]:
    with contextlib.nullcontext(HfApi(endpoint=server.url, token="hf_ada")) as api:
        yield api


@pytest.fixture
def linus(server: Server) -> HfApi:
    return HfApi(endpoint=server.url, token="hf_linus")
