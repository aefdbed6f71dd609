"""What one process keeps for models that answer: its supervisor, what it heard, who is asking."""

import asyncio
import contextlib
from collections import Counter as Tally
from collections.abc import AsyncIterator, Coroutine, Iterator
from dataclasses import dataclass
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Histogram

from bearhug.errors import TooMany
from bearhug.hub import Hub
from bearhug.inference.heard import Heard
from bearhug.inference.supervisor import Supervisor

VISITORS_ANSWERS = 2
PERSONS_ANSWERS = 8
ADDRESS_BODIES = 8
ALL_BODIES = 24


@dataclass(frozen=True)
class Asker:
    """Who asks: a user, or an address on the network."""

    user_id: int | None
    address: str

    @property
    def key(self) -> str:
        return f"user {self.user_id}" if self.user_id is not None else self.address

    @property
    def most(self) -> int:
        """Answers they may have under way at once."""
        return VISITORS_ANSWERS if self.user_id is None else PERSONS_ANSWERS


class Askers:
    """Who has how many answers under way."""

    def __init__(self) -> None:
        self._under_way: Tally[str] = Tally()

    @contextlib.contextmanager
    def one(self, asker: Asker) -> Iterator[None]:
        """One more answer for this asker. Raises TooMany."""
        if self._under_way[asker.key] >= asker.most:
            hint = " Sign in for more." if asker.user_id is None else ""
            raise TooMany(
                f"You have {asker.most} answers under way. Wait for one, or stop it.{hint}",
                seconds=5,
            )
        self._under_way[asker.key] += 1
        try:
            yield
        finally:
            self._under_way[asker.key] -= 1
            if not self._under_way[asker.key]:
                del self._under_way[asker.key]


class LargeBodies:
    """How many large questions are here at once: each holds memory until it is answered."""

    def __init__(self) -> None:
        self._here: Tally[str] = Tally()

    @contextlib.contextmanager
    def one(self, address: str) -> Iterator[None]:
        """One more from that address on the network. Raises TooMany."""
        if self._here[address] >= ADDRESS_BODIES or self._here.total() >= ALL_BODIES:
            raise TooMany("Too many large questions are under way. Wait for one.", seconds=5)
        self._here[address] += 1
        try:
            yield
        finally:
            self._here[address] -= 1
            if not self._here[address]:
                del self._here[address]


class AnswerMetrics:
    """What an operator watches."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.tokens = Counter(
            "bearhug_tokens_generated", "Tokens that models wrote.", registry=registry
        )
        self.answers = Counter(
            "bearhug_answers",
            "Answers of models, by how they ended.",
            ["finish"],
            registry=registry,
        )
        self.first_token = Histogram(
            "bearhug_first_token_seconds",
            "From the question, the model in memory, to the first token.",
            registry=registry,
            buckets=(0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60),
        )
        self.tasks = Histogram(
            "bearhug_task_seconds",
            "Time a model worked on an answer that is not written token by token.",
            ["task"],
            registry=registry,
            buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 300),
        )
        self.evictions = Counter(
            "bearhug_model_evictions",
            "Models put to sleep to make room for another.",
            registry=registry,
        )
        self.loading = Histogram(
            "bearhug_model_load_seconds",
            "Time a model took to be loaded.",
            registry=registry,
            buckets=(0.5, 1, 2, 5, 10, 30, 60, 120, 300),
        )


class ModelRoom:
    """One per process, for the event loop alone."""

    def __init__(self, hub: Hub, supervisor: Supervisor) -> None:
        self.hub = hub
        self.supervisor = supervisor
        self.heard = Heard()
        self.askers = Askers()
        self.metrics = _metrics(hub)
        self._writing: set[asyncio.Task[None]] = set()

    def later(self, work: Coroutine[Any, Any, None]) -> None:
        """Do this beside the answers: nobody waits for a measurement to be written down."""
        task = asyncio.create_task(work)
        self._writing.add(task)
        task.add_done_callback(self._writing.discard)

    async def close(self) -> None:
        await asyncio.gather(*self._writing, return_exceptions=True)
        await self.supervisor.close()


def _metrics(hub: Hub) -> AnswerMetrics:
    """One registry takes each name once, and a hub may be opened again."""
    if "answer_metrics" not in hub.rooms:
        hub.rooms["answer_metrics"] = AnswerMetrics(hub.rooms["metrics"].registry)
    metrics: AnswerMetrics = hub.rooms["answer_metrics"]
    return metrics


@contextlib.asynccontextmanager
async def opened(hub: Hub) -> AsyncIterator[None]:
    """Models may be loaded for as long as the block lasts; then every runner ends."""
    settings = hub.settings
    supervisor = Supervisor(
        settings.data_dir / "runners",
        budget_bytes=settings.model_memory_bytes,
        idle_seconds=settings.model_idle_seconds,
        threads=settings.model_threads,
        evicted=_metrics(hub).evictions.inc,
    )
    hub.rooms["supervisor"] = supervisor
    hub.rooms["inference"] = room = ModelRoom(hub, supervisor)
    try:
        yield
    finally:
        await room.close()
