"""A 1 GiB file, whole and by Range, beside nginx with the same file."""

import os
import random
from collections.abc import Callable, Iterator
from pathlib import Path

from bench.client import pull
from bench.machine import folder
from bench.repos import Owner
from bench.results import Result, interleave
from bench.servers import hub, nginx

SIZE_BYTES = 1024**3
RANGE_BYTES = 64 * 1024**2
ROUNDS = 9
RANGES = 150
AIM = 1.0


def measure() -> Iterator[Result]:
    with folder(in_memory=True) as scratch, hub(scratch / "data") as server:
        server.user("ada")
        ada = Owner(server.url, server.token("ada"))
        ada.create("large")
        file = _large(scratch / "model.safetensors")
        sha256 = ada.upload("ada/large", file.name, file)
        ada.close()
        file.unlink()
        ours = f"{server.url}/ada/large/resolve/main/{file.name}"
        with nginx(server.data / "objects", scratch) as theirs:
            stored = f"{theirs}/lfs/{sha256[:2]}/{sha256[2:4]}/{sha256}"
            yield _compare("whole", whole, ROUNDS, ours, stored)
            yield _compare("by ranges of 64 MiB", by_range, RANGES, ours, stored)


def whole(url: str) -> float:
    """GB/s."""
    pulled = pull(url)
    assert pulled.size_bytes == SIZE_BYTES
    return pulled.gb_per_second


def by_range(url: str) -> float:
    """GB/s of one of its ranges, any of them."""
    start = random.randrange(SIZE_BYTES // RANGE_BYTES) * RANGE_BYTES
    pulled = pull(url, range=f"bytes={start}-{start + RANGE_BYTES - 1}")
    assert (pulled.status, pulled.size_bytes) == (206, RANGE_BYTES)
    return pulled.gb_per_second


def _compare(what: str, way: Callable[[str], float], rounds: int, ours: str, theirs: str) -> Result:
    figures = interleave(rounds, {"ours": lambda: way(ours), "nginx": lambda: way(theirs)})
    return Result(
        what=what,
        ours=figures["ours"],
        unit="GB/s",
        peer=figures["nginx"],
        peer_name="nginx",
        ratio_at_least=AIM,
    )


def _large(path: Path) -> Path:
    block = os.urandom(1024**2)
    with path.open("wb") as file:
        for _ in range(SIZE_BYTES // len(block)):
            file.write(block)
    return path
