"""Who may have the memory: models wait in line, sleeping ones make room, and nobody thrashes."""

import asyncio
import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from bearhug.inference import memory
from bearhug.inference.engines.base import DoesNotFit, EngineFailed, ModelFile, Plan
from bearhug.inference.resident import Resident, Stage

LOOK_SECONDS = 0.05
CONTESTED_SECONDS = 60.0
"""A model that is back so soon after it was evicted shares its place with others."""

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
    busy: int = 0
    """Models at work that would make room once they have answered."""


@dataclass(frozen=True)
class Bounds:
    """How much there is, and how long who has it may keep it."""

    budget: int | None
    """The most all models may take, in bytes; None for what the machine has free."""
    reserve: int
    """Bytes left to everyone else."""
    available: Callable[[], int]
    clock: Callable[[], float]
    evicted: Callable[[], None] = lambda: None
    """Called whenever a model had to make room."""
    residence_seconds: float = 10.0
    """How long a contested model stays at least."""
    yield_seconds: float = 10.0
    """How long one waits for models at work before one of them takes no new questions."""


class Admission:
    """Gives out memory, in the order it was asked for."""

    def __init__(self, residents: Mapping[str, Resident], bounds: Bounds) -> None:
        self._residents = residents
        self._bounds = bounds
        self._turn = asyncio.Lock()

    async def admit(self, resident: Resident) -> None:
        """Wait until there is room for it and promise it that. Others may be put to sleep.

        Raises DoesNotFit if there can be none, or nobody has waited for it for a while.
        """
        resident.wait()
        try:
            async with self._turn:
                await resident.forget()
                resident.promise(await self._make_room(resident))
        finally:
            resident.no_longer_waits()

    async def room(self, resident: Resident) -> Room:
        """Whether it would fit now, without loading it."""
        needed = min(plan.memory_bytes for plan in resident.engine.plans(resident.model))
        free = await self._free_bytes(resident)
        if resident.stage is Stage.READY or needed <= free:
            return Room(needed, free, 0, True, "")
        sleeping = _enough(self.sleepers(), needed - free)
        said = f"Needs {memory.needs(needed)}; {memory.free(free)} are free."
        if sleeping:
            return Room(needed, free, sleeping, True, f"{said} {_could(sleeping, 'sleeping')}")
        some = _enough(sorted(self._others(resident), key=lambda one: -one.claim), needed - free)
        hint = f" {_could(some, 'busy')}" if some else ""
        return Room(needed, free, 0, False, said + hint, some)

    def sleepers(self) -> list[Resident]:
        """Loaded models nobody uses, the longest unused first."""
        sleepers = [one for one in self._residents.values() if one.sleepy]
        return sorted(sleepers, key=lambda one: one.used_at)

    async def _make_room(self, resident: Resident) -> Plan:
        """A plan that fits, others put to sleep if even the smallest does not."""
        plans = resident.engine.plans(resident.model)
        needed = min(plan.memory_bytes for plan in plans)
        free = await self._free_bytes(resident)
        if needed > free:
            free = await self._freed(resident, needed, free)
        return roomiest(plans, free)

    async def _freed(self, resident: Resident, needed: int, free: int) -> int:
        """Put others to sleep, waiting for them if need be, until `needed` bytes are free."""
        began = self._bounds.clock()
        leaving: Resident | None = None
        try:
            while needed > free:
                await self._check(resident, needed, free)
                if victim := self._victim(leaving):
                    leaving = None if victim is leaving else leaving
                    await self._evict(victim)
                    free = await self._free_bytes(resident)
                    continue
                if leaving is None and self._bounds.clock() - began >= self._bounds.yield_seconds:
                    leaving = self._next_to_leave()
                await asyncio.sleep(LOOK_SECONDS)
        finally:
            if leaving is not None:
                leaving.stay()
        return free

    async def _check(self, resident: Resident, needed: int, free: int) -> None:
        """Raises DoesNotFit where waiting is in vain, and EngineFailed if it is to be stopped."""
        if resident.stopping:
            raise EngineFailed("The model was put to sleep before it was loaded.")
        others = sum(one.claim for one in self._others(resident))
        if needed > free + others or not resident.wanted:
            found = await self.room(resident)
            raise DoesNotFit(found.words, needed_bytes=needed, free_bytes=max(0, free))

    def _victim(self, leaving: Resident | None) -> Resident | None:
        """Who makes room now: the longest unused that has had its time."""
        if leaving is not None and not leaving.holders:
            return leaving
        return next((one for one in self.sleepers() if self._had_its_time(one)), None)

    def _next_to_leave(self) -> Resident | None:
        """Of the models at work the one that is in memory longest; it takes no new questions."""
        ready = [one for one in self._residents.values() if one.stage is Stage.READY]
        served = sorted(filter(self._had_its_time, ready), key=lambda one: one.since)
        if not served:
            return None
        served[0].drain()
        return served[0]

    def _had_its_time(self, one: Resident) -> bool:
        back = one.evicted_at is not None and one.since - one.evicted_at < CONTESTED_SECONDS
        contested = back or one.promised
        stayed = self._bounds.clock() - one.since
        return not contested or stayed >= self._bounds.residence_seconds

    async def _evict(self, victim: Resident) -> None:
        await victim.unload()
        victim.evicted_at = self._bounds.clock()
        self._bounds.evicted()

    async def _free_bytes(self, resident: Resident) -> int:
        """What a new model may take: the machine's free memory, and no more than the budget.

        What loaded models claim and have not touched yet, or hold as pages of files, still
        counts as available to the system, so it is taken off here.
        """
        holders = self._others(resident)
        await asyncio.gather(*(one.measure() for one in holders))
        claimed = sum(one.claim for one in holders)
        held = sum(one.measured.anonymous for one in holders if one.measured)
        bounds = self._bounds
        free = bounds.available() - bounds.reserve - (claimed - held)
        return min(free, bounds.budget - claimed) if bounds.budget else free

    def _others(self, resident: Resident) -> list[Resident]:
        return [one for one in self._residents.values() if one.plan and one is not resident]


def roomiest(plans: Sequence[Plan], free: int) -> Plan:
    """The first of the plans, the roomiest first, that leaves the next model its place.

    It takes at most half of what the smallest leaves over, and leaves as much as that one takes
    where there is so much: or two models that fit side by side would drive each other out.
    """
    least = min(plan.memory_bytes for plan in plans)
    most = min(least + (free - least) // 2, free - least)
    return next(plan for plan in plans if plan.memory_bytes <= max(least, most))


def differs(resident: Resident, model: ModelFile) -> bool:
    """Whether what is in memory was loaded from other files than these, weights aside."""
    return resident.stage is Stage.READY and resident.model.version != model.version


def _enough(residents: Sequence[Resident], wanted: int) -> int:
    """How many of these, in this order, free that many bytes; 0 if all of them do not."""
    for count, freed in enumerate(itertools.accumulate(one.claim for one in residents), 1):
        if freed >= wanted:
            return count
    return 0


def _could(count: int, kind: str) -> str:
    number = NUMBERS[count].capitalize() if count < len(NUMBERS) else str(count)
    return f"{number} {kind} model{'s' * (count > 1)} could make room."
