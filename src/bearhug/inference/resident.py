"""One model's life on this host: cold, loading, ready, draining, failed."""

import asyncio
import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from bearhug.inference import memory
from bearhug.inference.engines.base import Engine, EngineFailed, ModelFile, Plan
from bearhug.inference.engines.process import Process, start
from bearhug.inference.engines.runner import Runner

COOLDOWN_SECONDS = 5.0
PATIENCE_SECONDS = 30.0
"""How long a place in line is kept for askers who were told to come back."""

LONGEST_COOLDOWN_SECONDS = 300.0
LOAD_SECONDS = 600.0
SLOWEST_BYTES_PER_SECOND = 10_000_000


WAITING = "waiting for memory"


class Stage(StrEnum):
    COLD = "cold"
    LOADING = "loading"
    READY = "ready"
    DRAINING = "draining"
    FAILED = "failed"


@dataclass(frozen=True)
class Status:
    """What a page shows of a model."""

    stage: Stage = Stage.COLD
    phase: str = ""
    """While loading, what happens: "starting", "reading weights"."""
    progress: float = 0.0
    """While loading, 0 to 1."""
    since_seconds: float = 0.0
    """How long it has been in this stage."""
    memory_bytes: int = 0
    """What it takes: measured if the system tells, else what was estimated."""
    load_seconds: float = 0.0
    """How long the latest load took; 0 before the first."""
    tokens_per_second: float = 0.0
    """How fast the latest answer came."""
    slots: int = 0
    context: int = 0
    """Tokens one conversation may hold."""
    working: int = 0
    waiting: int = 0
    isolation: str = ""
    device: str = "cpu"
    """What it computes on."""
    error: str = ""


@dataclass(frozen=True)
class Terms:
    """How runners are started and how much may be asked of one."""

    threads: int
    queue: int
    limit_seconds: float
    clock: Callable[[], float] = time.monotonic


@dataclass(eq=False)
class Resident:
    """A model that was asked for, whether or not it is in memory now."""

    model: ModelFile
    engine: Engine
    terms: Terms
    stage: Stage = Stage.COLD
    plan: Plan | None = None
    process: Process | None = None
    runner: Runner | None = None
    measured: memory.Measured | None = None
    loading: asyncio.Task[None] | None = None
    leases: int = 0
    """Who holds its runner or waits for it: while there are any, it is not evicted."""
    holders: int = 0
    used_at: float = 0.0
    load_seconds: float = 0.0
    error: str = ""
    failures: int = 0
    retry_at: float = 0.0
    since: float = 0.0
    stopping: bool = False
    asked_at: float = 0.0
    """When an asker came or went."""
    promised: bool = False
    """Whether it was loaded for askers who were told to come back, and nobody has come yet."""
    evicted_at: float | None = None
    """When it last had to make room for another."""
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.filled = 0.0
        self.since = self.terms.clock()

    @property
    def claim(self) -> int:
        """Memory it holds or is about to, in bytes."""
        estimate = self.plan.memory_bytes if self.plan else 0
        return max(estimate, self.measured.pss if self.measured and self.plan else 0)

    @property
    def patience_seconds(self) -> float:
        """How long it may take to load: memory that it is promised is kept from others."""
        return LOAD_SECONDS + self.model.size / SLOWEST_BYTES_PER_SECOND

    @property
    def wanted(self) -> bool:
        """Whether anyone waits for it, or was told to come back just now."""
        return self.leases > 0 or self.terms.clock() - self.asked_at < PATIENCE_SECONDS

    @property
    def sleepy(self) -> bool:
        """In memory and unused: it may be evicted."""
        return self.stage is Stage.READY and self.leases == 0

    async def load(self, folder: Path) -> None:
        """Start its runner by `plan` and wait until it answers. Raises EngineFailed."""
        assert self.plan is not None
        began = self.terms.clock()
        names = self.engine.model_names(self.model)
        argv = self.engine.command(
            self.model, self.plan, folder=folder.absolute(), threads=self.terms.threads
        )
        try:
            self.process = process = await start(argv, self.model, names, folder)
            if self.stopping:
                await process.end()
            async with asyncio.timeout(self.patience_seconds):
                await process.ready()
        except TimeoutError as error:
            await process.end()
            words = f"It did not come to answer within {self.patience_seconds:.0f} s."
            self._failed(words, was_ready=False)
            raise EngineFailed(words) from error
        except (EngineFailed, OSError) as error:
            self._failed(str(error), was_ready=False)
            raise EngineFailed(self.error) from error
        self.runner = Runner(
            process,
            self.plan,
            name=self.model.name,
            queue=self.terms.queue,
            limit_seconds=self.terms.limit_seconds,
        )
        self.load_seconds = self.terms.clock() - began
        self.used_at = self.terms.clock()
        self.promised = not self.leases
        self.error = ""
        self._enter(Stage.READY)
        process.ended.add_done_callback(lambda ended: self._ended(process, ended.result()))

    async def unload(self) -> None:
        """Kill its runner and forget it."""
        self.drain()
        self.stopping = True
        try:
            if self.process is not None:
                await self.process.end()
            if self.loading is not None:
                await asyncio.wait({self.loading})
            await self.forget()
        finally:
            self.stopping = False
        self.error = ""
        self._enter(Stage.COLD)

    def drain(self) -> None:
        """Give its runner to nobody else."""
        self._enter(Stage.DRAINING)

    def stay(self) -> None:
        """Give its runner to askers again: it need not leave after all."""
        if self.stage is Stage.DRAINING and self.process and self.process.alive:
            self._enter(Stage.READY)

    def wait(self) -> None:
        """It is asked for, and stands in line for memory."""
        self.error = ""
        self._enter(Stage.LOADING)

    def no_longer_waits(self) -> None:
        if self.stage is Stage.LOADING and self.plan is None:
            self._enter(Stage.COLD)

    async def forget(self) -> None:
        """Let go of a runner whose process is gone."""
        runner, self.runner = self.runner, None
        self.process = self.plan = self.measured = None
        if runner is not None:
            await runner.close()

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Someone asks its runner."""
        self.holders += 1
        self.promised = False
        try:
            yield
        finally:
            self.holders -= 1
            self.used_at = self.terms.clock()
            self.changed()

    async def change(self) -> None:
        """Wait for the next change of stage, or of who holds it."""
        await self._changed.wait()

    def changed(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    def promise(self, plan: Plan) -> None:
        """Claim the plan's memory, before the runner takes it."""
        self.plan = plan
        self.error = ""
        self._enter(Stage.LOADING)

    async def measure(self) -> None:
        if self.process is not None:
            self.measured = await asyncio.to_thread(memory.measure, self.process.pid)

    def status(self) -> Status:
        runner = self.runner
        return Status(
            stage=self.stage,
            phase=self._phase(),
            progress=self._progress(),
            since_seconds=self.terms.clock() - self.since,
            memory_bytes=self.measured.pss if self.measured and self.plan else self.claim,
            load_seconds=self.load_seconds,
            tokens_per_second=runner.timings.tokens_per_second if runner and runner.timings else 0,
            slots=self.plan.slots if self.plan else 0,
            context=self.plan.context if self.plan else 0,
            working=runner.working if runner else 0,
            waiting=runner.waiting if runner else 0,
            isolation=self.process.isolation if self.process else "",
            device=self.process.device if self.process else "cpu",
            error=self.error,
        )

    def _phase(self) -> str:
        if self.stage is not Stage.LOADING:
            return ""
        if self.plan is None:
            return WAITING
        return "reading weights" if self.process and self.process.isolation else "starting"

    def _progress(self) -> float:
        """As the runner tells, else by the memory filled so far: it grows as weights are read."""
        if self.stage is not Stage.LOADING or not (self.process and self.plan):
            return 1.0 if self.stage is Stage.READY else 0.0
        told = self.process.progress
        if told is None:
            told = memory.resident(self.process.pid) / self.plan.memory_bytes
        self.filled = min(0.99, max(self.filled, told))  # the kernel may take pages back
        return self.filled

    def _ended(self, process: Process, why: str) -> None:
        """The process went on its own; a runner that had answered may be tried again at once."""
        if self.process is process and not self.stopping:
            answered = self.runner is not None and self.runner.answers > 0
            self.failures = 0 if answered else self.failures
            self._failed(f"The model stopped: {why}.", was_ready=True)

    def _failed(self, words: str, *, was_ready: bool) -> None:
        self.error = words
        self.failures += not self.stopping
        wait = COOLDOWN_SECONDS * 2 ** min(self.failures - 1, 10)
        forgiven = self.stopping or (was_ready and self.failures == 1)
        cooldown = 0.0 if forgiven else min(LONGEST_COOLDOWN_SECONDS, wait)
        self.retry_at = self.terms.clock() + cooldown
        self.plan = self.measured = None
        self._enter(Stage.FAILED)

    def _enter(self, stage: Stage) -> None:
        self.stage = stage
        self.filled = 0.0
        self.since = self.terms.clock()
        self.changed()
