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
from collections.abc import AsyncIterator, Callable, Iterable
from pathlib import Path

from bearhug.errors import Unavailable
from bearhug.inference import memory
from bearhug.inference.admission import Admission, Bounds, Room, differs
from bearhug.inference.engines import ENGINES
from bearhug.inference.engines.base import Answerer, Engine, EngineFailed, ModelFile
from bearhug.inference.resident import Resident, Stage, Status, Terms

TICK_SECONDS = 5.0
QUEUE = 16
LIMIT_SECONDS = 600.0
LEAST_RESERVE_BYTES = 256 * memory.MIB


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
        evicted: Callable[[], None] = lambda: None,
        residence_seconds: float = Bounds.residence_seconds,
        yield_seconds: float = Bounds.yield_seconds,
    ) -> None:
        """`budget_bytes`: the most all models may take; None: what the machine has free, less
        `reserve_bytes` for everyone else (a twentieth of it, at least 256 MiB).
        `evicted` is called whenever a model had to make room for another.
        """
        self._folder = _Folder(root)
        self._idle_seconds = idle_seconds
        self._terms = Terms(memory.threads(threads), queue, limit_seconds, clock)
        if reserve_bytes is None:
            reserve_bytes = max(LEAST_RESERVE_BYTES, memory.total() // 20)
        self._engines = {engine.name: engine for engine in engines}
        self._clock = clock
        self._residents: dict[str, Resident] = {}
        self._elsewhere: dict[str, tuple[ModelFile, Answerer]] = {}
        bounds = Bounds(
            budget_bytes or None,
            reserve_bytes,
            available,
            clock,
            evicted,
            residence_seconds,
            yield_seconds,
        )
        self._admission = Admission(self._residents, bounds)
        self._numbers = itertools.count(1)
        self._reaper: asyncio.Task[None] | None = None
        self._closed = False

    @contextlib.asynccontextmanager
    async def lease(self, model: ModelFile) -> AsyncIterator[Answerer]:
        """The model's runner, loaded if need be, and kept in memory until the block ends.

        It waits for its turn while others are at work. Raises DoesNotFit, EngineFailed (with the
        reason it could not be loaded) or Unavailable.
        """
        if (elsewhere := self._opened(model)) is not None:
            yield elsewhere
            return
        known = self._residents.get(model.key)
        if known is not None and differs(known, model):
            await self.stop(model.key)
        resident = self._resident(model)
        resident.leases += 1
        try:
            runner = await self._ready(resident)
            while differs(resident, model):  # another version was being loaded when this was asked
                await self.stop(model.key)
                runner = await self._ready(self._resident(model))
            with resident.held():
                yield runner
        finally:
            resident.leases -= 1
            resident.asked_at = self._clock()

    async def warm(self, model: ModelFile) -> None:
        """Load the model before anyone asks. Errors as for `lease`."""
        async with self.lease(model):
            pass

    def status(self, key: str) -> Status:
        """How the model of that key is; one never asked for is cold."""
        resident = self._residents.get(key)
        if key in self._elsewhere:
            return Status(Stage.READY)
        return resident.status() if resident else Status()

    def load_seconds(self, engine: str) -> float:
        """How long the slowest of the engine's latest loads took; 0 before the first."""
        took = [one.load_seconds for one in self._residents.values() if one.engine.name == engine]
        return max(took, default=0.0)

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
        return await self._admission.room(self._residents.get(model.key) or self._made(model))

    async def close(self) -> None:
        """End every runner, within two seconds."""
        self._closed = True
        if self._reaper is not None:
            self._reaper.cancel()
        await asyncio.gather(*(one.unload() for one in self._residents.values()))
        await asyncio.gather(*(one.close() for _, one in self._elsewhere.values()))
        self._folder.remove()

    async def _ready(self, resident: Resident) -> Answerer:
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
        await self._admission.admit(resident)
        await resident.load(self._folder.path / str(next(self._numbers)))
        await resident.measure()
        if self._reaper is None or self._reaper.done():
            self._reaper = asyncio.create_task(self._reap())

    async def _reap(self) -> None:
        """Put to sleep what has been idle for long, until nothing is left in memory."""
        while any(one.plan for one in self._residents.values()):
            await asyncio.sleep(min(TICK_SECONDS, self._idle_seconds / 4))
            await asyncio.gather(*(one.measure() for one in self._residents.values()))
            for one in self._admission.sleepers():
                if one.used_at + self._idle_seconds <= self._clock():
                    await one.unload()

    def _resident(self, model: ModelFile) -> Resident:
        resident = self._residents.get(model.key)
        if resident is None:
            resident = self._residents[model.key] = self._made(model)
        if resident.plan is None:
            resident.model = model  # its files may lie elsewhere by now
        return resident

    def _opened(self, model: ModelFile) -> Answerer | None:
        """What answers for it elsewhere, kept for the next question; None for a model of ours."""
        kept, known = self._elsewhere.get(model.key, (None, None))
        same = kept is not None and kept.upstreams == model.upstreams  # with the same keys, too
        if not same and model.upstreams:
            known = self._engines[model.engine].opened(model)
            if known is not None:
                self._elsewhere[model.key] = (model, known)
        return known

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
