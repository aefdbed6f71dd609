"""A 1 GiB file, whole and by Range, beside nginx with the same file."""

import os
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
            yield _compare("whole", whole, ours, stored)
            yield _compare("by ranges of 64 MiB", by_ranges, ours, stored)


def whole(url: str) -> float:
    """GB/s."""
    pulled = pull(url)
    assert pulled.size_bytes == SIZE_BYTES
    return pulled.gb_per_second


def by_ranges(url: str) -> float:
    """GB/s of all of it, each range by a request of its own."""
    taken = 0.0
    for start in range(0, SIZE_BYTES, RANGE_BYTES):
        pulled = pull(url, range=f"bytes={start}-{start + RANGE_BYTES - 1}")
        assert (pulled.status, pulled.size_bytes) == (206, RANGE_BYTES)
        taken += pulled.seconds
    return SIZE_BYTES / taken / 1e9


def _compare(what: str, way: Callable[[str], float], ours: str, theirs: str) -> Result:
    figures = interleave(ROUNDS, {"ours": lambda: way(ours), "nginx": lambda: way(theirs)})
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
