"""From exec to the first page, and what an idle hub holds in memory."""

import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from bench.machine import folder
from bench.results import Result, seconds
from bench.servers import RunningHub, hub

ROUNDS = 5
IDLE_SECONDS = 10
START_SECONDS = 1.5
IDLE_MIB = 120e6 / 1024**2
WORKING_SECONDS = 0.02
"""A hub that takes less of the processor than this in half a second has come to rest."""
PATIENCE_SECONDS = 120


@dataclass(frozen=True)
class Start:
    page_seconds: float
    processor_seconds: float
    """Of one processor, until that page: what a busy machine changes little."""
    idle_mib: float


def measure() -> Iterator[Result]:
    with folder() as scratch:
        _start(scratch / "warm")  # compiles what was never imported here
        for starter in (False, True):
            words = "with starter content" if starter else "empty"
            data = scratch / f"data-{starter}"
            yield from _results(f"first start, {words}", _start(data, starter=starter, idle=True))
            starts = [_start(data, starter=starter) for _ in range(ROUNDS - 1)]
            starts.sort(key=lambda start: start.page_seconds)
            idle = _start(data, starter=starter, idle=True).idle_mib
            middle = replace(starts[len(starts) // 2], idle_mib=idle)
            yield from _results(f"later start, {words}", middle)


def _start(data: Path, *, starter: bool = False, idle: bool = False) -> Start:
    with hub(data, starter=starter) as server:
        page = server.ready_seconds + seconds(lambda: _open_page(server))
        worked = server.processor_seconds()
        if not idle:
            return Start(page, worked, 0)
        _come_to_rest(server)
        time.sleep(IDLE_SECONDS)
        return Start(page, worked, server.memory_mib())


def _results(what: str, start: Start) -> Iterator[Result]:
    yield Result(
        what=f"{what}: first page",
        ours=start.page_seconds,
        unit="s",
        at_most=START_SECONDS,
        note=f"{start.processor_seconds:.2f} s of a processor",
    )
    yield Result(what=f"{what}: idle PSS", ours=start.idle_mib, unit="MiB", at_most=round(IDLE_MIB))


def _open_page(server: RunningHub) -> None:
    with urllib.request.urlopen(f"{server.url}/", timeout=60) as answer:
        assert b"</html>" in answer.read()


def _come_to_rest(server: RunningHub) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        before = server.processor_seconds()
        time.sleep(0.5)
        if server.processor_seconds() - before < WORKING_SECONDS:
            return
    raise TimeoutError("the hub does not come to rest")
