"""What models were measured to take on this host, and what this host has."""

import os
import platform
import time
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from bearhug.config import Settings
from bearhug.hub import Transaction
from bearhug.inference import memory, store
from bearhug.inference.supervisor import LEAST_RESERVE_BYTES

COPIED_BYTES = 32 * 1024**2
COPIES = 4
REACHED = {"gguf": 0.9, "transformers": 0.45}
"""What part of a copy's speed engines reach in decoding: SmolLM2-135M, Q4_1 and bfloat16."""

STEADY = 0.7
"""How much of a speed is kept when a new one is measured: one slow answer is not the model."""


@dataclass(frozen=True)
class Costs:
    """What is known of some weights; 0 where nothing is. Bytes, seconds."""

    memory_bytes: int = 0
    measured: bool = False
    load_seconds: float = 0.0
    tokens_per_second: float = 0.0


@dataclass(frozen=True)
class Measured:
    """What was measured of some weights just now; 0 is no measurement. Bytes, seconds."""

    digest: str
    memory_bytes: int = 0
    load_seconds: float = 0.0
    tokens_per_second: float = 0.0


@cache
def host() -> str:
    """This machine, as measurements name it: another size of it is another machine."""
    gigabytes = round(memory.total() / 1e9)
    return f"{platform.node()}, {cores()} cores, {gigabytes} GB"


@cache
def machine() -> str:
    """This machine as a run's page names it."""
    return "1 core" if cores() == 1 else f"{cores()} cores"


@cache
def cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@cache
def copied_per_second() -> float:
    """Bytes this machine's memory gives one thread in a second, measured once: 20 ms of copying."""
    block = bytearray(COPIED_BYTES)
    took = []
    for _ in range(COPIES):
        began = time.perf_counter()
        bytes(block)
        took.append(time.perf_counter() - began)
    return COPIED_BYTES / max(1e-6, min(took))


def likely_speed(weight_bytes: int, engine: str) -> float:
    """Tokens a second before anybody asked: each token reads all the weights once."""
    if not weight_bytes:
        return 0.0
    return copied_per_second() * REACHED.get(engine, 0.0) / weight_bytes


def ceiling(settings: Settings) -> int:
    """The most memory models could ever have here, in bytes: as the supervisor counts it."""
    total = memory.total()
    reserve = max(LEAST_RESERVE_BYTES, total // 20)
    return min(settings.model_memory_bytes or total, total - reserve)


def costs(tx: Transaction, digests: Iterable[str]) -> dict[str, Costs]:
    """What is known of these weights: as this host measured it, else as it was estimated."""
    known: dict[str, Costs] = {}
    for row in store.measured(tx.db, list(digests)):
        if row.host == host():
            known[row.file] = Costs(
                row.memory_bytes or 0,
                row.measured_at > 0,
                row.load_seconds or 0.0,
                row.tokens_per_second or 0.0,
            )
    return known


def note(tx: Transaction, measured: Measured) -> None:
    """Write down what was measured here."""
    before = costs(tx, [measured.digest]).get(measured.digest, Costs())
    speed = measured.tokens_per_second
    if speed and before.tokens_per_second:
        speed = STEADY * before.tokens_per_second + (1 - STEADY) * speed
    given = {
        "memory_bytes": measured.memory_bytes,
        "load_seconds": measured.load_seconds,
        "tokens_per_second": speed,
    }
    figures = {name: value for name, value in given.items() if value}
    store.measure(tx.db, host(), measured.digest, tx.now, **figures)


def note_estimate(tx: Transaction, digest: str, memory_bytes: int) -> None:
    """Keep what the header says it will take, until it is measured."""
    if digest not in costs(tx, [digest]):
        store.measure(tx.db, host(), digest, 0, memory_bytes=memory_bytes)
