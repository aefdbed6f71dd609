"""A real model, loaded and asked: answers, streams, stopping, sleeping, crowding, crashing."""

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bearhug.errors import BadRequest
from bearhug.inference import memory
from bearhug.inference.engines.base import Busy, DoesNotFit, EngineFailed, ModelFile, TookTooLong
from bearhug.inference.engines.runner import Runner
from bearhug.inference.resident import Stage
from bearhug.inference.supervisor import Supervisor

pytestmark = pytest.mark.model

CAPITAL = {
    "messages": [{"role": "user", "content": "What is the capital of France? One word."}],
    "max_tokens": 24,
    "temperature": 0,
}
STORY = {
    "messages": [{"role": "user", "content": "Write a very long story."}],
    "max_tokens": 1500,
    "ignore_eos": True,
}

Test = Callable[[Supervisor], Coroutine[Any, Any, None]]


def supervised(root: Path, test: Test, **options: Any) -> None:
    """Run the test with a supervisor of its own, and see that closing it leaves nothing."""

    async def whole() -> None:
        supervisor = Supervisor(root, **options)
        try:
            await test(supervisor)
        finally:
            began = time.monotonic()
            await supervisor.close()
            assert time.monotonic() - began < 2
        assert list(root.iterdir()) == []

    asyncio.run(whole())


def said(chunks: list[dict[str, Any]]) -> str:
    deltas = [choice["delta"] for chunk in chunks for choice in chunk["choices"]]
    return "".join(delta.get("content") or "" for delta in deltas)


async def collect(runner: Runner, body: dict[str, Any]) -> list[dict[str, Any]]:
    return [chunk async for chunk in runner.stream_chat(body)]


async def drain(chunks: AsyncIterator[object]) -> None:
    async for _ in chunks:
        pass


@contextlib.asynccontextmanager
async def telling(runner: Runner) -> AsyncIterator[None]:
    """A long story under way: its first words are out."""
    async with contextlib.aclosing(runner.stream_chat(STORY)) as chunks:
        for _ in range(6):
            await anext(chunks)
        yield


def cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def runner_pid(supervisor: Supervisor, model: ModelFile) -> int:
    process = supervisor._residents[model.key].process
    assert process is not None
    return process.pid


def test_the_capital_of_france(tmp_path: Path, smollm: ModelFile) -> None:
    async def test(supervisor: Supervisor) -> None:
        async with supervisor.lease(smollm) as runner:
            answer = await runner.chat(CAPITAL)
            bare = await runner.complete({"prompt": "The capital of France is", "max_tokens": 8})
            streamed = [
                chunk
                async for chunk in runner.stream_complete(
                    {"prompt": "The capital of France is", "max_tokens": 8, "temperature": 0}
                )
            ]
        assert "Paris" in answer["choices"][0]["message"]["content"]
        assert answer["model"] == "ada/smol"
        assert answer["usage"]["prompt_tokens"] > 0
        assert "Paris" in "".join(chunk["choices"][0]["text"] for chunk in streamed)
        assert bare["choices"][0]["finish_reason"] in ("length", "stop")

    supervised(tmp_path / "runners", test)


def test_a_stream_says_what_a_whole_answer_says(tmp_path: Path, smollm: ModelFile) -> None:
    async def test(supervisor: Supervisor) -> None:
        async with supervisor.lease(smollm) as runner:
            whole = await runner.chat(CAPITAL)
            chunks = await collect(runner, CAPITAL)
            assert said(chunks) == whole["choices"][0]["message"]["content"]
            assert runner.timings is not None
            assert runner.timings.completion_tokens == whole["usage"]["completion_tokens"]
            assert runner.timings.tokens_per_second > 1
            assert 0 < runner.timings.first_token_seconds < 30
        assert supervisor.status(smollm.key).tokens_per_second > 1

    supervised(tmp_path / "runners", test)


def test_an_answer_can_be_held_to_a_schema(tmp_path: Path, smollm: ModelFile) -> None:
    schema = {
        "type": "object",
        "properties": {"city": {"enum": ["Paris", "Rome"]}},
        "required": ["city"],
    }
    wanted = {"type": "json_schema", "json_schema": {"name": "city", "schema": schema}}

    async def test(supervisor: Supervisor) -> None:
        async with supervisor.lease(smollm) as runner:
            answer = await runner.chat({**CAPITAL, "response_format": wanted})
        text = answer["choices"][0]["message"]["content"]
        assert json.loads(text) == {"city": "Paris"}

    supervised(tmp_path / "runners", test)


def test_what_the_model_cannot_take_is_the_callers_to_mend(
    tmp_path: Path, smollm: ModelFile
) -> None:
    long = {"messages": [{"role": "user", "content": "bear " * 9000}]}

    async def test(supervisor: Supervisor) -> None:
        async with supervisor.lease(smollm) as runner:
            with pytest.raises(BadRequest, match="context"):
                await collect(runner, long)
            with pytest.raises(BadRequest):
                await runner.chat({"messages": "hello"})

    supervised(tmp_path / "runners", test)


@pytest.mark.parametrize("streaming", [True, False])
def test_who_leaves_stops_the_work(tmp_path: Path, smollm: ModelFile, streaming: bool) -> None:
    async def test(supervisor: Supervisor) -> None:
        async with supervisor.lease(smollm) as runner:
            if streaming:
                async with telling(runner):
                    pass
            else:
                with pytest.raises(TimeoutError):
                    await asyncio.wait_for(runner.chat(STORY), 1)
            await asyncio.sleep(1)
            pid = runner_pid(supervisor, smollm)
            before = cpu_seconds(pid)
            await asyncio.sleep(1.5)
            assert cpu_seconds(pid) - before < 0.1
            assert runner.working == 0

    supervised(tmp_path / "runners", test)


def test_loading_is_told_as_it_goes(tmp_path: Path, smollm: ModelFile) -> None:
    async def test(supervisor: Supervisor) -> None:
        assert supervisor.status(smollm.key).stage is Stage.COLD
        loading = asyncio.create_task(supervisor.warm(smollm))
        seen = []
        while not loading.done():
            await asyncio.sleep(0.01)
            seen.append(supervisor.status(smollm.key))
        await loading
        told = [status.progress for status in seen if status.stage is Stage.LOADING]
        assert told == sorted(told)
        assert told[-1] > 0.3
        assert {"starting", "reading weights"} <= {status.phase for status in seen}
        ready = supervisor.status(smollm.key)
        assert (ready.stage, ready.progress) == (Stage.READY, 1.0)
        assert 0 < ready.load_seconds < 10
        assert ready.isolation.startswith("a process of its own")

    supervised(tmp_path / "runners", test)


def test_one_load_serves_all_who_wait(tmp_path: Path, smollm: ModelFile) -> None:
    async def ask(supervisor: Supervisor) -> tuple[Runner, str]:
        async with supervisor.lease(smollm) as runner:
            return runner, said(await collect(runner, CAPITAL))

    async def test(supervisor: Supervisor) -> None:
        answers = await asyncio.gather(*(ask(supervisor) for _ in range(3)))
        assert len({id(runner) for runner, _ in answers}) == 1
        assert all("Paris" in text for _, text in answers)

    supervised(tmp_path / "runners", test)


def test_the_estimate_covers_what_is_measured(tmp_path: Path, smollm: ModelFile) -> None:
    async def test(supervisor: Supervisor) -> None:
        async with supervisor.lease(smollm) as runner:
            essays = {"messages": [{"role": "user", "content": "bear " * 160}], "max_tokens": 2}
            await asyncio.gather(*(collect(runner, essays) for _ in range(4)))
            measured = memory.measure(runner_pid(supervisor, smollm))
        assert measured is not None
        assert 0.75 < measured.pss / runner.plan.memory_bytes <= 1.0

    supervised(tmp_path / "runners", test)


def test_an_idle_model_goes_to_sleep_and_wakes_again(tmp_path: Path, smollm: ModelFile) -> None:
    async def test(supervisor: Supervisor) -> None:
        async with supervisor.lease(smollm) as runner:
            await asyncio.sleep(1)
            assert supervisor.status(smollm.key).stage is Stage.READY
            await runner.chat(CAPITAL)
        pid = runner_pid(supervisor, smollm)
        while supervisor.status(smollm.key).stage is not Stage.COLD:
            await asyncio.sleep(0.05)
        assert not Path(f"/proc/{pid}").exists()
        async with supervisor.lease(smollm) as runner:
            assert (await runner.chat(CAPITAL))["choices"]

    supervised(tmp_path / "runners", test, idle_seconds=0.4)


def test_the_longest_unused_makes_room(tmp_path: Path, smollm: ModelFile) -> None:
    models = [replace(smollm, name=f"ada/{name}") for name in ("first", "second", "third")]
    first, second, third = models

    async def test(supervisor: Supervisor) -> None:
        await supervisor.warm(first)
        await supervisor.warm(second)
        await supervisor.warm(first)
        room = await supervisor.room(third)
        assert room.fits
        assert room.words.endswith("One sleeping model could make room.")
        await supervisor.warm(third)
        stages = [supervisor.status(model.key).stage for model in models]
        assert stages == [Stage.READY, Stage.COLD, Stage.READY]

    supervised(tmp_path / "runners", test, budget_bytes=smallest(smollm) * 3)


def test_a_busy_model_is_never_put_to_sleep(tmp_path: Path, smollm: ModelFile) -> None:
    other = replace(smollm, name="ada/other")

    async def test(supervisor: Supervisor) -> None:
        async with supervisor.lease(smollm):
            room = await supervisor.room(other)
            assert not room.fits
            assert room.words.startswith(f"Needs {memory.needs(smallest(smollm))}; ")
            assert room.words.endswith("are free. One busy model could make room.")
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(supervisor.warm(other), 0.5)
            assert supervisor.status(smollm.key).stage is Stage.READY
            waiting = asyncio.create_task(supervisor.warm(other))
            await asyncio.sleep(0.3)
            status = supervisor.status(other.key)
            assert (status.stage, status.phase) == (Stage.LOADING, "waiting for memory")
        await waiting
        assert supervisor.status(smollm.key).stage is Stage.COLD

    supervised(tmp_path / "runners", test, budget_bytes=smallest(smollm) * 3 // 2)


def test_two_models_that_fit_side_by_side_stay(tmp_path: Path, smollm: ModelFile) -> None:
    """The first takes more than it must, and yet leaves the second its place."""
    other = replace(smollm, name="ada/other")
    evictions: list[int] = []

    async def test(supervisor: Supervisor) -> None:
        await supervisor.warm(smollm)
        await supervisor.warm(other)
        assert supervisor.status(smollm.key).stage is Stage.READY

    budget = smallest(smollm) * 5 // 2
    supervised(tmp_path / "runners", test, budget_bytes=budget, evicted=lambda: evictions.append(1))
    assert not evictions


def test_who_was_told_to_come_back_finds_it_loaded(tmp_path: Path, smollm: ModelFile) -> None:
    other = replace(smollm, name="ada/other")

    async def test(supervisor: Supervisor) -> None:
        async with supervisor.lease(smollm):
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(supervisor.warm(other), 0.3)
        while supervisor.status(other.key).stage is not Stage.READY:
            await asyncio.sleep(0.05)
        began = time.monotonic()
        waiting = asyncio.create_task(supervisor.warm(smollm))
        await asyncio.sleep(0.3)
        assert supervisor.status(other.key).stage is Stage.READY  # its asker is on the way
        async with supervisor.lease(other) as runner:
            assert (await runner.chat(CAPITAL))["choices"]
        await waiting
        assert time.monotonic() - began < 30

    budget = smallest(smollm) * 3 // 2
    supervised(tmp_path / "runners", test, budget_bytes=budget, residence_seconds=60.0)


def test_three_models_share_the_memory_of_two_without_thrashing(
    tmp_path: Path, smollm: ModelFile
) -> None:
    models = [replace(smollm, name=f"ada/{name}") for name in ("first", "second", "third")]
    evictions: list[int] = []
    waits: list[float] = []

    async def ask(supervisor: Supervisor, model: ModelFile) -> None:
        """Questions without a pause: none of the models is ever idle by itself."""
        for _ in range(2):
            began = time.monotonic()
            async with supervisor.lease(model) as runner:
                waits.append(time.monotonic() - began)
                answer = await runner.chat({**CAPITAL, "max_tokens": 4})
                assert answer["choices"]

    async def test(supervisor: Supervisor) -> None:
        await asyncio.gather(*(ask(supervisor, model) for model in models for _ in range(2)))

    began, residence = time.monotonic(), 1.0
    supervised(
        tmp_path / "runners",
        test,
        budget_bytes=smallest(smollm) * 5 // 2,
        evicted=lambda: evictions.append(1),
        residence_seconds=residence,
        yield_seconds=0.5,
    )
    took = time.monotonic() - began
    assert len(waits) == 12
    assert 1 <= len(evictions) <= 2 + took / residence


def test_other_side_files_are_another_model(tmp_path: Path, smollm: ModelFile) -> None:
    async def test(supervisor: Supervisor) -> None:
        await supervisor.warm(smollm)
        before = runner_pid(supervisor, smollm)
        await supervisor.warm(smollm)
        assert runner_pid(supervisor, smollm) == before
        await supervisor.warm(replace(smollm, version="another template"))
        assert runner_pid(supervisor, smollm) != before

    supervised(tmp_path / "runners", test)


def test_what_never_fits_is_refused_with_figures(tmp_path: Path, smollm: ModelFile) -> None:
    async def test(supervisor: Supervisor) -> None:
        with pytest.raises(DoesNotFit, match=r"^Needs \d+ MB; 100 MB are free\.$") as refused:
            await supervisor.warm(smollm)
        assert refused.value.status == 507

    supervised(tmp_path / "runners", test, budget_bytes=100_000_000)


def smallest(model: ModelFile) -> int:
    return memory.gguf_bytes(model.header, model.size, 1, 2048)


def test_a_killed_runner_is_told_and_replaced(tmp_path: Path, smollm: ModelFile) -> None:
    async def test(supervisor: Supervisor) -> None:
        async with supervisor.lease(smollm) as runner:
            await runner.chat(CAPITAL)
            chunks = runner.stream_chat(STORY)
            await anext(chunks)
            os.kill(runner_pid(supervisor, smollm), signal.SIGKILL)
            with pytest.raises(EngineFailed, match=r"killed, most likely for want of memory\.$"):
                await drain(chunks)
        failed = supervisor.status(smollm.key)
        assert failed.stage is Stage.FAILED
        assert "killed" in failed.error
        async with supervisor.lease(smollm) as runner:
            assert "Paris" in (await runner.chat(CAPITAL))["choices"][0]["message"]["content"]

    supervised(tmp_path / "runners", test)


def test_a_broken_file_fails_with_words_and_a_cooldown(tmp_path: Path, smollm: ModelFile) -> None:
    path = tmp_path / "broken.gguf"
    path.write_bytes(smollm.paths[0].read_bytes()[:5_000_000])
    broken = replace(smollm, name="ada/broken", paths=(path,))

    async def test(supervisor: Supervisor) -> None:
        with pytest.raises(EngineFailed, match="could not be loaded"):
            await supervisor.warm(broken)
        with pytest.raises(EngineFailed, match=r"It may be tried again in \d s\."):
            await supervisor.warm(broken)
        assert supervisor.status(broken.key).stage is Stage.FAILED
        assert str(tmp_path) not in supervisor.status(broken.key).error

    supervised(tmp_path / "runners", test)


def test_a_full_queue_says_so(tmp_path: Path, smollm: ModelFile) -> None:
    async def test(supervisor: Supervisor) -> None:
        async with supervisor.lease(smollm) as runner, contextlib.AsyncExitStack() as stack:
            for _ in range(runner.plan.slots):
                await stack.enter_async_context(telling(runner))
            waiting = asyncio.create_task(runner.chat(CAPITAL))
            await asyncio.sleep(0.05)
            assert (runner.working, runner.waiting) == (runner.plan.slots, 1)
            with pytest.raises(Busy) as busy:
                await runner.chat(CAPITAL)
            assert busy.value.headers["Retry-After"] == "5"
            await stack.aclose()
            assert (await waiting)["choices"]

    supervised(tmp_path / "runners", test, queue=1)


def test_an_answer_has_a_limit_of_time(tmp_path: Path, smollm: ModelFile) -> None:
    async def test(supervisor: Supervisor) -> None:
        async with supervisor.lease(smollm) as runner:
            with pytest.raises(TookTooLong):
                await runner.chat(STORY)
            with pytest.raises(TookTooLong):
                await collect(runner, STORY)

    supervised(tmp_path / "runners", test, limit_seconds=1)


def test_stopping_waits_for_answers_under_way(tmp_path: Path, smollm: ModelFile) -> None:
    async def test(supervisor: Supervisor) -> None:
        async with supervisor.lease(smollm) as runner:
            stopping = asyncio.create_task(supervisor.stop(smollm.key))
            await asyncio.sleep(0)
            assert supervisor.status(smollm.key).stage is Stage.DRAINING
            assert (await runner.chat(CAPITAL))["choices"]
        await stopping
        assert supervisor.status(smollm.key).stage is Stage.COLD
        async with supervisor.lease(smollm) as runner:
            chunks = runner.stream_chat(STORY)
            await anext(chunks)
            await supervisor.stop(smollm.key, patience_seconds=0)
            with pytest.raises(EngineFailed, match="put to sleep"):
                await drain(chunks)

    supervised(tmp_path / "runners", test)


def test_stopping_a_load_ends_it(tmp_path: Path, smollm: ModelFile) -> None:
    async def test(supervisor: Supervisor) -> None:
        loading = asyncio.create_task(supervisor.warm(smollm))
        await asyncio.sleep(0.1)
        await supervisor.stop(smollm.key)
        with pytest.raises(EngineFailed, match="put to sleep"):
            await loading
        assert supervisor.status(smollm.key).stage is Stage.COLD
        await supervisor.warm(smollm)

    supervised(tmp_path / "runners", test)


def test_a_deep_data_folder_is_no_trouble(tmp_path: Path, smollm: ModelFile) -> None:
    root = tmp_path / ("deep" * 20) / ("er" * 40) / "runners"

    async def test(supervisor: Supervisor) -> None:
        async with supervisor.lease(smollm) as runner:
            assert (await runner.chat(CAPITAL))["choices"]

    supervised(root, test)


HUB = """
import asyncio, sys
from pathlib import Path
from bearhug.inference.engines.base import ModelFile
from bearhug.inference.supervisor import Supervisor
from bearhug.kit import gguf

path = Path(sys.argv[1])
header = gguf.read_header(lambda start, stop: path.read_bytes()[start:stop])
model = ModelFile("ada/smol", "a" * 64, "gguf", (path,), path.stat().st_size, header)

async def main():
    supervisor = Supervisor(Path(sys.argv[2]))
    async with supervisor.lease(model) as runner:
        async for chunk in runner.stream_chat({"messages": [{"role": "user", "content": "Hi"}]}):
            print(supervisor._residents[model.key].process.pid, flush=True)
            await asyncio.sleep(60)

asyncio.run(main())
"""


@pytest.mark.crash
def test_a_killed_hub_leaves_no_runner_and_the_next_one_sweeps(
    tmp_path: Path, smollm: ModelFile
) -> None:
    root = tmp_path / "runners"
    argv = [sys.executable, "-c", HUB, str(smollm.paths[0]), str(root)]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as hub:
        assert hub.stdout is not None
        pid = int(hub.stdout.readline())
        assert Path(f"/proc/{pid}").exists()
        hub.kill()
    deadline = time.monotonic() + 30
    while Path(f"/proc/{pid}").exists():
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert len(list(root.iterdir())) == 1

    async def test(supervisor: Supervisor) -> None:
        assert len(list(root.iterdir())) == 1

    supervised(root, test)
