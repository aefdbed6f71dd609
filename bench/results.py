"""What a measurement found, beside what it is compared with and what it aims at."""

import statistics
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Result:
    """One line of the report. `ours` and `peer` are medians in `unit`."""

    what: str
    ours: float
    unit: str
    peer: float | None = None
    peer_name: str = ""
    at_most: float | None = None
    """The aim, in `unit`, for what should be small."""
    ratio_at_least: float | None = None
    """The aim for ours / peer, for what should be large."""
    ratio_at_most: float | None = None
    """The aim for ours / peer, for what should be small."""
    note: str = ""

    @property
    def ratio(self) -> float | None:
        return self.ours / self.peer if self.peer else None

    @property
    def met(self) -> bool | None:
        """Whether it reached its aim; None without one."""
        if self.at_most is not None:
            return self.ours <= self.at_most
        if self.ratio_at_least is not None:
            return self.ratio is not None and self.ratio >= self.ratio_at_least
        if self.ratio_at_most is not None:
            return self.ratio is not None and self.ratio <= self.ratio_at_most
        return None

    def __str__(self) -> str:
        parts = [f"{self.what:<44} {self.ours:>10.2f} {self.unit:<6}"]
        if self.peer is not None and self.ratio is not None:
            parts.append(f"{self.ratio:>6.2f} × {self.peer_name} ({self.peer:.2f})")
        if self.at_most is not None:
            parts.append(f"aim ≤ {self.at_most:g} {self.unit}: {_verdict(self.met)}")
        if self.ratio_at_least is not None:
            parts.append(f"aim ≥ {self.ratio_at_least:g} ×: {_verdict(self.met)}")
        if self.ratio_at_most is not None:
            parts.append(f"aim ≤ {self.ratio_at_most:g} ×: {_verdict(self.met)}")
        return "  ".join([*parts, self.note]).rstrip()


def _verdict(met: bool | None) -> str:
    return "met" if met else "NOT MET"


def seconds(work: Callable[[], object]) -> float:
    """How long `work` takes, by the clock on the wall."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def interleave(rounds: int, rivals: dict[str, Callable[[], float]]) -> dict[str, float]:
    """The median figure of each rival, measured in turn, so that a noisy minute hits them all."""
    figures: dict[str, list[float]] = {name: [] for name in rivals}
    for _ in range(rounds):
        for name, measure in rivals.items():
            figures[name].append(measure())
    return {name: statistics.median(found) for name, found in figures.items()}


def median_ms(works: Iterable[Callable[[], object]]) -> float:
    """The median time of doing each once, in milliseconds."""
    return 1000 * statistics.median(seconds(work) for work in works)
