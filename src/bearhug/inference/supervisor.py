"""Which models are in memory on this host: loaded when asked for, evicted, put to sleep."""

import asyncio
import contextlib
import fcntl
import itertools
import math
import os
import shutil
import time
import uuid
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bearhug.errors import Unavailable
from bearhug.inference import memory
from bearhug.inference.engines import ENGINES
from bearhug.inference.engines.base import DoesNotFit, Engine, EngineFailed, ModelFile, Plan
from bearhug.inference.engines.runner import Runner
from bearhug.inference.resident import Resident, Stage, Status, Terms

TICK_SECONDS = 5.0
QUEUE = 16
LIMIT_SECONDS = 600.0
LEAST_RESERVE_BYTES = 256 * memory.MIB
NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


@dataclass(frozen=True)
class Room:
    """Whether a model would fit now, and the sentence that says why not; bytes."""

    needed_bytes: int
    free_bytes: int
    sleeping: int
    """Models that would be put to sleep for it."""
    fits: bool
    words: str


class Supervisor:
    """One per host, in the web process. Every method is for the event loop that made it."""

    def __init__(
        self,
        root: Path,
        *,
        budget_bytes: int | None = None,
        idle_seconds: float = 300.0,
        threads: int = 0,
        queue: int = QUEUE,
        limit_seconds: float = LIMIT_SECONDS,
        reserve_bytes: int | None = None,
        engines: Iterable[Engine] = ENGINES,
        available: Callable[[], int] = memory.available,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`budget_bytes`: the most all models may take; None: what the machine has free, less
        `reserve_bytes` for everyone else (a twentieth of it, at least 256 MiB).
        """
        self._folder = _Folder(root)
        self._budget = budget_bytes or None
        self._idle_seconds = idle_seconds
        self._terms = Terms(memory.threads(threads), queue, limit_seconds, clock)
        self._reserve = max(LEAST_RESERVE_BYTES, memory.total() // 20)
        if reserve_bytes is not None:
            self._reserve = reserve_bytes
        self._engines = {engine.name: engine for engine in engines}
        self._available = available
        self._clock = clock
        self._residents: dict[str, Resident] = {}
        self._admission = asyncio.Lock()
        self._numbers = itertools.count(1)
        self._reaper: asyncio.Task[None] | None = None
        self._closed = False

    @contextlib.asynccontextmanager
    async def lease(self, model: ModelFile) -> AsyncIterator[Runner]:
        """The model's runner, loaded if need be, and kept in memory until the block ends.

        Raises DoesNotFit, EngineFailed (with the reason it could not be loaded) or Unavailable.
        """
        resident = self._resident(model)
        resident.leases += 1
        try:
            runner = await self._ready(resident)
            with resident.held():
                yield runner
        finally:
            resident.leases -= 1

    async def warm(self, model: ModelFile) -> None:
        """Load the model before anyone asks. Errors as for `lease`."""
        async with self.lease(model):
            pass

    def status(self, key: str) -> Status:
        """How the model of that key is; one never asked for is cold."""
        resident = self._residents.get(key)
        return resident.status() if resident else Status()

    def statuses(self) -> dict[str, Status]:
        """Every model asked for since the hub started, by key."""
        return {key: resident.status() for key, resident in self._residents.items()}

    async def stop(self, key: str, *, patience_seconds: float = 30.0) -> None:
        """Put a model to sleep: no new answers, and after that long the running ones end too."""
        resident = self._residents.get(key)
        if resident is None or resident.stage in (Stage.COLD, Stage.FAILED, Stage.DRAINING):
            return
        if resident.stage is Stage.READY:
            resident.drain()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(patience_seconds):
                    while resident.holders:
                        await resident.change()
        await resident.unload()

    async def room(self, model: ModelFile) -> Room:
        """Whether it would fit, asked without loading it; `model.paths` may be empty."""
        resident = self._residents.get(model.key) or self._made(model)
        needed = min(plan.memory_bytes for plan in resident.engine.plans(model))
        free = await self._free_bytes(resident)
        if resident.stage is Stage.READY or needed <= free:
            return Room(needed, free, 0, True, "")
        sleeping = self._enough(self._sleepers(), needed - free)
        said = f"Needs {memory.needs(needed)}; {memory.free(free)} are free."
        if sleeping:
            return Room(needed, free, sleeping, True, f"{said} {_could(sleeping, 'sleeping')}")
        others = [one for one in self._residents.values() if one is not resident]
        some = self._enough(sorted(others, key=lambda one: -one.claim), needed - free)
        hint = f" {_could(some, 'busy')}" if some else ""
        return Room(needed, free, 0, False, said + hint)

    async def close(self) -> None:
        """End every runner, within two seconds."""
        self._closed = True
        if self._reaper is not None:
            self._reaper.cancel()
        await asyncio.gather(*(one.unload() for one in self._residents.values()))
        self._folder.remove()

    async def _ready(self, resident: Resident) -> Runner:
        while True:
            if self._closed:
                raise Unavailable("The hub is closing.")
            runner = resident.runner
            if resident.stage is Stage.READY and runner and resident.process:
                if resident.process.alive:
                    return runner
                await asyncio.wait({resident.process.ended})  # then its stage says so
            elif resident.stage is Stage.DRAINING:
                await resident.change()
            else:
                await self._loaded(resident)

    async def _loaded(self, resident: Resident) -> None:
        """Wait for the one load all askers share; it goes on if this asker gives up."""
        if resident.loading is None:
            wait = resident.retry_at - self._clock()
            if resident.stage is Stage.FAILED and wait > 0:
                raise EngineFailed(
                    f"{resident.error} It may be tried again in {math.ceil(wait)} s."
                )
            resident.loading = asyncio.create_task(self._load(resident))
            resident.loading.add_done_callback(lambda task: _done(resident, task))
        await asyncio.shield(resident.loading)

    async def _load(self, resident: Resident) -> None:
        async with self._admission:
            await resident.forget()
            resident.promise(await self._make_room(resident))
        await resident.load(self._folder.path / str(next(self._numbers)))
        await resident.measure()
        if self._reaper is None or self._reaper.done():
            self._reaper = asyncio.create_task(self._reap())

    async def _make_room(self, resident: Resident) -> Plan:
        """A plan that fits, others put to sleep if even the smallest does not.

        A roomier one than the smallest takes at most half of what is over: the next model
        should find a place too.
        """
        plans = resident.engine.plans(resident.model)
        free = await self._free_bytes(resident)
        needed = min(plan.memory_bytes for plan in plans)
        if not (room := await self.room(resident.model)).fits:
            raise DoesNotFit(room.words, needed_bytes=needed, free_bytes=max(0, free))
        while needed > free and (sleepers := self._sleepers()):
            await sleepers[0].unload()
            free = await self._free_bytes(resident)
        most = needed + (free - needed) // 2
        return next(plan for plan in plans if plan.memory_bytes <= max(needed, most))

    async def _free_bytes(self, resident: Resident) -> int:
        """What a new model may take: the machine's free memory, and no more than the budget.

        What loaded models claim and have not touched yet, or hold as pages of files, still
        counts as available to the system, so it is taken off here.
        """
        holders = [one for one in self._residents.values() if one.plan and one is not resident]
        await asyncio.gather(*(one.measure() for one in holders))
        claimed = sum(one.claim for one in holders)
        held = sum(one.measured.anonymous for one in holders if one.measured)
        free = self._available() - self._reserve - (claimed - held)
        return min(free, self._budget - claimed) if self._budget else free

    def _sleepers(self) -> list[Resident]:
        """Loaded models nobody uses, the longest unused first."""
        sleepers = [one for one in self._residents.values() if one.sleepy]
        return sorted(sleepers, key=lambda one: one.used_at)

    def _enough(self, residents: Sequence[Resident], wanted: int) -> int:
        """How many of these, in this order, free that many bytes; 0 if all of them do not."""
        for count, freed in enumerate(itertools.accumulate(one.claim for one in residents), 1):
            if freed >= wanted:
                return count
        return 0

    async def _reap(self) -> None:
        """Put to sleep what has been idle for long, until nothing is left in memory."""
        while any(one.plan for one in self._residents.values()):
            await asyncio.sleep(min(TICK_SECONDS, self._idle_seconds / 4))
            await asyncio.gather(*(one.measure() for one in self._residents.values()))
            for one in self._sleepers():
                if one.used_at + self._idle_seconds <= self._clock():
                    await one.unload()

    def _resident(self, model: ModelFile) -> Resident:
        resident = self._residents.get(model.key)
        if resident is None:
            resident = self._residents[model.key] = self._made(model)
        if resident.plan is None:
            resident.model = model  # its files may lie elsewhere by now
        return resident

    def _made(self, model: ModelFile) -> Resident:
        return Resident(model, self._engines[model.engine], self._terms)


class _Folder:
    """This supervisor's own folder under `root`, locked while it lives."""

    def __init__(self, root: Path) -> None:
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._sweep(root)
        self.path = root / uuid.uuid4().hex[:12]
        self.path.mkdir(mode=0o700)
        self._lock = os.open(self.path / "lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        fcntl.flock(self._lock, fcntl.LOCK_EX)

    def remove(self) -> None:
        shutil.rmtree(self.path, ignore_errors=True)
        os.close(self._lock)

    def _sweep(self, root: Path) -> None:
        """Remove what hubs that were killed have left: their folders, no longer locked."""
        for folder in root.iterdir():
            with contextlib.suppress(OSError):
                lock = os.open(folder / "lock", os.O_RDWR | os.O_CLOEXEC)
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    shutil.rmtree(folder, ignore_errors=True)
                finally:
                    os.close(lock)


def _done(resident: Resident, task: asyncio.Task[None]) -> None:
    resident.loading = None
    if not task.cancelled():
        task.exception()  # looked at, so that asyncio does not report it: the askers were told


def _could(count: int, kind: str) -> str:
    number = NUMBERS[count].capitalize() if count < len(NUMBERS) else str(count)
    return f"{number} {kind} model{'s' * (count > 1)} could make room."
