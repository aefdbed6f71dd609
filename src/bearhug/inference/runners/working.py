"""One model at work: a thread of its own, questions in turn, encoders' questions together."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable, Hashable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from bearhug.inference.runners.task import Asked, BadInput, Batched, Parameters, Task

MOST_ITEMS = 32


class Worker:
    """Answers `/infer` by the task it names, of those that the loaded model can be asked."""

    def __init__(self, tasks: Mapping[str, Task | Batched], own: str, loaded: Any) -> None:
        self._tasks = tasks
        self._own = own
        self._loaded = loaded
        self._thread = ThreadPoolExecutor(1)
        self._batches = {
            name: Batches(task, loaded, self._thread)
            for name, task in tasks.items()
            if isinstance(task, Batched)
        }

    async def answer(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        if path != "/infer":
            raise LookupError(f"There is no {path} for this task.")
        parameters = body.get("parameters") or {}
        if not isinstance(parameters, dict):
            raise BadInput("`parameters` must be an object.", "parameters")
        name = body.get("task") or self._own
        if name not in self._tasks:
            raise BadInput(f"This model was loaded for {self._own}, and not for {name}.", "task")
        gone = threading.Event()
        started = time.perf_counter()
        try:
            output = await self._infer(name, body.get("inputs"), Parameters(parameters, gone))
        finally:
            gone.set()
        return {"output": output, "timings": {"seconds": time.perf_counter() - started}}

    async def stream(self, path: str, body: dict[str, Any]) -> AsyncIterator[dict[str, Any]]:
        yield await self.answer(path, body)

    async def _infer(self, name: str, inputs: Any, parameters: Parameters) -> Any:
        if name in self._batches:
            return await self._batches[name].infer(inputs, parameters)
        return await _on(self._thread, self._one, name, inputs, parameters)

    def _one(self, name: str, inputs: Any, parameters: Parameters) -> Any:
        task = self._tasks[name]
        assert isinstance(task, Task)
        if parameters.gone.is_set():
            return None
        return task.run(self._loaded, inputs, parameters)


@dataclass(frozen=True)
class _Waiting:
    asked: Asked
    rows: asyncio.Future[list[Any]]


class Batches:
    """What comes while the model is busy is computed together next, up to 32 items.

    An idle model starts at once: there is no timer to wait for, and none is needed.
    """

    def __init__(self, task: Batched, loaded: Any, thread: ThreadPoolExecutor) -> None:
        self._task = task
        self._loaded = loaded
        self._thread = thread
        self._waiting: list[_Waiting] = []
        self._going: asyncio.Task[None] | None = None

    async def infer(self, inputs: Any, parameters: Parameters) -> Any:
        asked = self._task.read(self._loaded, inputs, parameters)
        waiting = _Waiting(asked, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        if self._going is None or self._going.done():
            self._going = asyncio.create_task(self._go())
        return asked.answer(await waiting.rows)

    async def _go(self) -> None:
        while self._waiting:
            batch = self._next()
            items = [item for one in batch for item in one.asked.items]
            work = self._thread.submit(self._computed, batch[0].asked.like, items)
            [done], _ = await asyncio.wait({asyncio.wrap_future(work)})
            _share(batch, done)

    def _next(self) -> list[_Waiting]:
        """The first in the queue, and those behind that are like it and find room."""
        self._waiting = [one for one in self._waiting if not one.rows.done()]
        batch: list[_Waiting] = []
        rest: list[_Waiting] = []
        items = 0
        for one in self._waiting:
            alike = not batch or one.asked.like == batch[0].asked.like
            if alike and (not batch or items + len(one.asked.items) <= MOST_ITEMS):
                batch.append(one)
                items += len(one.asked.items)
            else:
                rest.append(one)
        self._waiting = rest
        return batch

    def _computed(self, like: Hashable, items: list[Any]) -> list[Any]:
        return list(self._task.compute(self._loaded, like, items))


def _share(batch: list[_Waiting], done: asyncio.Future[list[Any]]) -> None:
    """Give each question its rows, or all of them the error."""
    error, start = done.exception(), 0
    for one in batch:
        stop = start + len(one.asked.items)
        if not one.rows.done():
            if error is None:
                one.rows.set_result(done.result()[start:stop])
            else:
                one.rows.set_exception(error)
        start = stop


async def _on(thread: ThreadPoolExecutor, work: Callable[..., Any], *args: Any) -> Any:
    return await asyncio.get_running_loop().run_in_executor(thread, work, *args)
