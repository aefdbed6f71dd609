"""What a page shows of a model while it sleeps, wakes and works."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass, replace
from typing import Any

from bearhug.hub import Hub
from bearhug.inference import memory
from bearhug.inference.model import Placement, PlacementStage
from bearhug.inference.resident import Stage, Status
from bearhug.inference.room import ModelRoom
from bearhug.inference.service import Located, resident_file
from bearhug.inference.service.measuring import ceiling

LOOK_SECONDS = 0.25
LONGEST_SECONDS = 600.0


@dataclass(frozen=True)
class Bar:
    """This machine's memory as one bar: bytes, and per cent of the whole."""

    total: int
    others: int
    asked: int

    @property
    def free(self) -> int:
        return max(0, self.total - self.others - self.asked)

    def percent(self, size: int) -> float:
        return round(min(100.0, 100 * size / self.total), 1) if self.total else 0.0


@dataclass(frozen=True)
class Sight:
    """A model at this moment."""

    placement: Placement
    status: Status
    bar: Bar


async def look(room: ModelRoom, located: Located) -> Sight:
    """How it stands, with the supervisor's own word on whether it fits now."""
    model = resident_file(located)
    status = room.supervisor.status(model.key)
    placement = located.placement
    if placement.stage is PlacementStage.CAN:
        found = await room.supervisor.room(model)
        if found.busy:
            waits = "Fits when others have answered"
            placement = replace(placement, stage=PlacementStage.BUSY, words=waits, why=found.words)
        elif not found.fits:
            placement = replace(
                placement, stage=PlacementStage.CANNOT, words="Does not fit now", why=found.words
            )
        elif found.sleeping:
            asleep = "Fits when one sleeps" if found.sleeping == 1 else "Fits when others sleep"
            placement = replace(placement, stage=PlacementStage.BUSY, words=asleep, why=found.words)
    if status.memory_bytes and status.stage is Stage.READY:
        placement = replace(
            placement,
            memory_bytes=status.memory_bytes,
            measured=True,
            load_seconds=status.load_seconds,
            tokens_per_second=placement.tokens_per_second or status.tokens_per_second,
        )
    return Sight(placement, status, bar(room.hub, placement))


def bar(hub: Hub, placement: Placement) -> Bar:
    total = hub.settings.model_memory_bytes or memory.total()
    total = min(total, max(ceiling(hub.settings), 1)) if hub.settings.model_memory_bytes else total
    used = max(0, memory.total() - memory.available())
    if placement.stage is PlacementStage.ON:
        used = max(0, used - placement.memory_bytes)
    return Bar(total, min(used, total), placement.memory_bytes)


def words(status: Status) -> str:
    """What happens, in a sentence, while it wakes."""
    if status.stage is Stage.LOADING:
        done = f", {round(status.progress * 100)} %" if status.phase == "reading weights" else ""
        return f"Waking the model: {status.phase}{done}."
    return {
        Stage.READY: "The model is awake.",
        Stage.DRAINING: "The model is going to sleep.",
        Stage.FAILED: status.error,
    }.get(status.stage, "The model is asleep.")


def told(status: Status) -> dict[str, Any]:
    """One event of a model's waking."""
    return {
        "stage": str(status.stage),
        "phase": status.phase,
        "progress": round(status.progress, 3),
        "words": words(status),
    }


async def waking(room: ModelRoom, key: str) -> AsyncGenerator[dict[str, Any], None]:
    """The model's state whenever it changes, until it is awake, has failed, or nobody asks."""
    before: dict[str, Any] = {}
    for _ in range(int(LONGEST_SECONDS / LOOK_SECONDS)):
        now = told(room.supervisor.status(key))
        if now != before:
            yield now
            before = now
        if now["stage"] in (Stage.READY, Stage.FAILED):
            return
        await asyncio.sleep(LOOK_SECONDS)
