"""Which models may be talked with, and in which order they are offered."""

from collections.abc import Sequence
from dataclasses import dataclass

from bearhug.hub import Transaction
from bearhug.inference.model import Placement, PlacementStage
from bearhug.inference.tasks import GENERATIVE

STAGES = {PlacementStage.ON: "on", PlacementStage.CAN: "can", PlacementStage.BUSY: "busy"}


@dataclass(frozen=True)
class Talker:
    """A model that writes. `chat`: in turns, by its template; otherwise it goes on from a text."""

    name: str
    chat: bool
    words: str
    stage: str
    """How the stage is drawn: on, can, busy."""
    figures: Sequence[str] = ()


def talkers(tx: Transaction) -> list[Talker]:
    """Those the actor may ask: what is awake first, then what chats. Slow: reads many rows."""
    served = tx.hub.rooms["served"](tx)
    found = [(placed, str(repo.name)) for repo, placed in served if _writes(placed)]
    found.sort(key=lambda each: (each[0].stage is not PlacementStage.ON, not each[0].chat))
    return [_talker(name, placed) for placed, name in found]


def _writes(placed: Placement) -> bool:
    return placed.chat or placed.task in GENERATIVE


def _talker(name: str, placed: Placement) -> Talker:
    speed = placed.tokens_per_second
    figures = [placed.quantisation] if placed.quantisation else []
    if speed:
        figures.append(f"{speed:.0f} tokens/s")
    return Talker(name, placed.chat, placed.words, STAGES.get(placed.stage, ""), figures)


def chosen(known: Sequence[Talker], model: str, beside: str) -> tuple[Talker | None, Talker | None]:
    """The two that an address names: by default the first, and none beside it."""
    named = {each.name.lower(): each for each in known}
    first = named.get(model.lower()) or (known[0] if known else None)
    return first, named.get(beside.lower())
