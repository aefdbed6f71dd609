"""What the engines share whose runner is the program `bearhug.inference.runners`."""

import importlib.util
import os
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from bearhug.inference.engines.base import (
    MODEL,
    Answerer,
    Candidate,
    Contents,
    ModelFile,
    Plan,
)
from bearhug.inference.memory import MIB

RUNNER = "bearhug.inference.runners"


class PythonEngine:
    """An adapter inherits from it, names itself and says which files it takes, and what they need.

    Nothing here imports a heavy package: whether it is there is asked of its name alone.
    """

    name: str
    title: str
    tasks: frozenset[str]
    extra: str
    """The extra of Bearhug's package that installs what it needs."""
    packages: tuple[str, ...]
    """What must be importable."""
    process_bytes: int = 500 * MIB
    """What its process takes before any model: interpreter and libraries."""
    at_once: Mapping[str, int] = {}
    """How many questions of a task may be at work at once; 1 where it is not named."""

    def available(self) -> str | None:
        missing = [package for package in self.packages if not _installed(package)]
        if not missing:
            return None
        named = " and ".join(missing)
        return f"It needs {self.title} ({named} is missing): pip install 'bearhug[{self.extra}]'"

    def least_bytes(self, candidate: Candidate, contents: Contents) -> int:
        return self.process_bytes + candidate.size * 11 // 10

    def plans(self, model: ModelFile) -> Sequence[Plan]:
        return [Plan(self.slots(model.task), 0, self.process_bytes + model.size * 3 // 2)]

    def slots(self, task: str) -> int:
        return self.at_once.get(task, 1)

    def command(self, model: ModelFile, plan: Plan, *, folder: Path, threads: int) -> list[str]:
        options = {
            "engine": self.name,
            "task": model.task,
            "name": model.name,
            "folder": folder,
            "memory": plan.memory_bytes,
            "threads": threads,
            "slots": plan.slots,
            "context": plan.context,
            "parent": os.getpid(),
        }
        argv = [sys.executable, "-I", "-m", RUNNER]
        argv += [f"--{option}={value}" for option, value in options.items()]
        return [*argv, "--trust-code"] if model.trusted else argv

    def model_names(self, model: ModelFile) -> list[str]:
        return [f"{MODEL}/{path}" for path in model.files]

    def opened(self, model: ModelFile) -> Answerer | None:
        return None


@cache
def _installed(package: str) -> bool:
    return importlib.util.find_spec(package) is not None
