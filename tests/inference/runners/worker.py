"""A task asked in the test's own process, by the worker that a runner has."""

import asyncio
from pathlib import Path
from typing import Any

from bearhug.inference.runners import registry
from bearhug.inference.runners.task import Generating, Setup
from bearhug.inference.runners.working import Worker


class Asking:
    """A model loaded for a task."""

    def __init__(self, folder: Path, task: str, engine: str = "transformers") -> None:
        setup = Setup(engine, task, "ada/model", folder, 1, 2, 512, sealed=True)
        tasks = registry.alike(engine, task)
        own = tasks[task]
        assert not isinstance(own, Generating)
        self.loaded = own.load(setup)
        answering = {name: one for name, one in tasks.items() if not isinstance(one, Generating)}
        self._worker = Worker(answering, task, self.loaded)

    def __call__(self, inputs: Any, **parameters: Any) -> Any:
        [output] = self.together((inputs, parameters))
        return output

    def together(self, *questions: tuple[Any, dict[str, Any]]) -> list[Any]:
        """Several questions at once."""

        async def ask() -> list[dict[str, Any]]:
            bodies = [{"inputs": inputs, "parameters": given} for inputs, given in questions]
            return await asyncio.gather(*(self._worker.answer("/infer", body) for body in bodies))

        return [answer["output"] for answer in asyncio.run(ask())]
