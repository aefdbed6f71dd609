"""Engines in Python, from a repo's files to an answer, by the supervisor that the hub has."""

import asyncio
import json
import os
import signal
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from bearhug.errors import BadRequest
from bearhug.inference.engines import ENGINES
from bearhug.inference.engines.base import Contents, EngineFailed, ModelFile, RepoFile
from bearhug.inference.resident import Stage
from bearhug.inference.supervisor import Supervisor
from bearhug.kit import safetensors
from tests.inference import models

pytestmark = pytest.mark.model

STORY = {"messages": [{"role": "user", "content": "Go on"}], "max_tokens": 400, "ignore_eos": True}


def model_of(folder: Path, task: str, name: str = "ada/tiny") -> ModelFile:
    """What the hub would make of a repo with this folder's files."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    files = tuple(RepoFile(str(path.relative_to(folder)), path.stat().st_size) for path in paths)
    config = json.loads((folder / "config.json").read_text())
    library = "sentence-transformers" if (folder / "modules.json").exists() else "transformers"
    contents = Contents(files, task, library, config, name=name)
    for engine in ENGINES:
        candidate = engine.fits(contents, 10**12)
        if candidate is not None and engine.available() is None:
            break
    else:
        pytest.fail("no engine takes it")
    needed = [file.path for file in (*candidate.files, *candidate.beside)]
    weights = folder / candidate.files[0].path
    tensors = {}
    if weights.suffix == ".safetensors":
        data = weights.read_bytes()
        tensors = safetensors.read_header(lambda start, stop: data[start:stop]).parameters
    return ModelFile(
        name,
        "d" * 64,
        engine.name,
        tuple(folder / path for path in needed),
        candidate.size,
        files=tuple(needed),
        task=task,
        config=config,
        tensors=tensors,
    )


@pytest.fixture(scope="module")
def writer(tmp_path_factory: pytest.TempPathFactory) -> ModelFile:
    """A DialoGPT-shaped model: GPT-2 in pytorch_model.bin alone, without a template."""
    folder = models.gpt2(tmp_path_factory.mktemp("writer"), pickled=True)
    return model_of(folder, "text-generation")


def supervised(root: Path, test: Callable[[Supervisor], Coroutine[Any, Any, None]]) -> None:
    async def whole() -> None:
        supervisor = Supervisor(root)
        try:
            await test(supervisor)
        finally:
            await supervisor.close()

    asyncio.run(whole())


def test_a_killed_runner_is_told_in_the_stream_and_the_next_question_works(
    tmp_path: Path, writer: ModelFile
) -> None:
    assert writer.engine == "transformers"
    assert "pytorch_model.bin" in writer.files

    async def test(supervisor: Supervisor) -> None:
        async with supervisor.lease(writer) as runner:
            chunks = runner.stream_chat(STORY)
            await anext(chunks)
            process = supervisor._residents[writer.key].process
            assert process is not None
            os.kill(process.pid, signal.SIGKILL)  # it has hundreds of words to go
            with pytest.raises(EngineFailed, match="killed"):
                async for _ in chunks:
                    pass
        assert supervisor.status(writer.key).stage is Stage.FAILED
        async with supervisor.lease(writer) as runner:
            answer = await runner.chat({**STORY, "max_tokens": 4})
            assert answer["choices"][0]["finish_reason"] in ("length", "stop")
            assert answer["timings"]["predicted_n"] <= 4
        status = supervisor.status(writer.key)
        assert "without network" in status.isolation or "process of its own" in status.isolation

    supervised(tmp_path / "runners", test)


def test_another_task_is_asked_many_at_once_and_wrong_words_are_named(tmp_path: Path) -> None:
    model = model_of(models.sentiment(tmp_path / "sentiment"), "text-classification")

    async def test(supervisor: Supervisor) -> None:
        async with supervisor.lease(model) as runner:
            many = [runner.infer(model.task, [f"bear {n}"], {}) for n in range(16)]
            answers = await asyncio.gather(*many)
            assert all(answer["output"][0][0]["score"] > 0 for answer in answers)
            assert answers[0]["timings"]["seconds"] > 0
            with pytest.raises(BadRequest, match=r"\['colour'\]"):
                await runner.infer(model.task, ["bear"], {"colour": 1})
        status = supervisor.status(model.key)
        plan = supervisor._residents[model.key].plan
        assert plan is not None
        assert status.memory_bytes < 1.5 * plan.memory_bytes

    supervised(tmp_path / "runners", test)


def test_sentences_become_points(tmp_path: Path) -> None:
    model = model_of(models.minilm(tmp_path / "minilm"), "sentence-similarity")
    assert model.engine == "sentence"
    assert "1_Pooling/config.json" in model.files

    async def test(supervisor: Supervisor) -> None:
        async with supervisor.lease(model) as runner:
            like = {"source_sentence": "a bear", "sentences": ["a bear", "a spoon"]}
            same, other = (await runner.infer(model.task, like, {}))["output"]
            assert same > other

    supervised(tmp_path / "runners", test)
