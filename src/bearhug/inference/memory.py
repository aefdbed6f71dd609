"""How much memory a model needs, how much there is, and how much its process really takes.

Needs are rounded up and what is free is rounded down: a model that does not fit must be refused
before it takes the machine with it.
"""

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from bearhug.kit.gguf import Header

MIB = 1024**2
PROC = Path("/proc")
CGROUPS = Path("/sys/fs/cgroup")

# Measured on xllamacpp 2026.10 with SmolLM2-135M: interpreter, library and the tables of a
# 49 152-word vocabulary (see `gguf_bytes`).
PROCESS_BYTES = 48 * MIB
WORD_BYTES = 640
MICRO_BATCH = 512
KV_ELEMENT_BYTES = 2  # f16


@dataclass(frozen=True)
class Measured:
    """What processes take now, in bytes."""

    pss: int
    """Proportional set size: shared pages count by share."""
    anonymous: int
    """The part of `pss` that no file backs. The system calls the rest "available" though in use."""


def gguf_bytes(header: Header, weight_bytes: int, slots: int, context: int) -> int:
    """Memory llama.cpp takes: weights, a cache of `context` tokens for all slots, working space."""
    cache = kv_bytes_per_token(header) * context
    width = header.embedding_length * 8 + header.of_model("feed_forward_length") * 4
    working = MICRO_BATCH * width * 4 + slots * header.vocabulary_size * 16
    tables = header.vocabulary_size * WORD_BYTES
    return weight_bytes + cache + working + tables + PROCESS_BYTES


def kv_bytes_per_token(header: Header) -> int:
    """Bytes of attention cache one token takes over all layers, with no sliding window."""
    head_width = header.embedding_length // max(1, header.head_count)
    width = sum(
        header.of_model(f"attention.{part}_length") or head_width for part in ("key", "value")
    )
    return _heads_of_all_layers(header) * width * KV_ELEMENT_BYTES


def _heads_of_all_layers(header: Header) -> int:
    by_layer = header.metadata.get(f"{header.architecture}.attention.head_count_kv")
    if isinstance(by_layer, tuple):
        return sum(int(heads) for heads in by_layer if isinstance(heads, int))
    return header.head_count_kv * header.block_count


def threads(wanted: int = 0) -> int:
    """Threads to compute with: `wanted`, or one fewer than the cores we may use, at least one."""
    if wanted > 0:
        return wanted
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return max(1, (cores or 1) - 1)


def total() -> int:
    """All the memory this process could ever have, in bytes; asked of the system once a minute.

    A listing asks it for each of its models, and it takes eight files to know.
    """
    return _total(int(time.monotonic() // 60))


@lru_cache(maxsize=1)
def _total(minute: int) -> int:
    machine = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return min([machine, *(limit for limit, _ in _groups())])


def available() -> int:
    """Memory that could be had without swapping, in bytes: the machine's and our cgroups'.

    Pages of files in use count as available, as in MemAvailable; see `Measured.anonymous`.
    """
    return max(0, min([_machine_available(), *(limit - used for limit, used in _groups())]))


def _machine_available() -> int:
    try:
        for line in (PROC / "meminfo").read_text("ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    except OSError:  # not Linux
        pass
    pages = "SC_AVPHYS_PAGES" if "SC_AVPHYS_PAGES" in os.sysconf_names else "SC_PHYS_PAGES"
    return os.sysconf(pages) * os.sysconf("SC_PAGE_SIZE")


def _groups() -> Iterator[tuple[int, int]]:
    """(limit, used that cannot be reclaimed) of each cgroup above us that has a limit."""
    try:
        lines = (PROC / "self/cgroup").read_text("utf-8").splitlines()
    except OSError:
        return
    for line in lines:
        _, controllers, path = line.split(":", 2)
        if controllers == "":
            root, names = CGROUPS, ("memory.max", "memory.current", "")
        elif "memory" in controllers.split(","):
            root = CGROUPS / "memory"
            names = ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_")
        else:
            continue
        for folder in _upwards(root, path):
            yield from _group(folder, *names)


def _upwards(root: Path, path: str) -> Iterator[Path]:
    """The group's folder and those above it. In a container the path is the host's: only root."""
    folder = root / path.lstrip("/")
    while folder != root:
        if folder.is_dir():
            yield folder
        folder = folder.parent
    yield root


def _group(folder: Path, limit_name: str, used_name: str, prefix: str) -> Iterator[tuple[int, int]]:
    try:
        limit = (folder / limit_name).read_text("ascii").strip()
        used = int((folder / used_name).read_text("ascii"))
        stat = dict(line.split() for line in (folder / "memory.stat").read_text().splitlines())
    except (OSError, ValueError):
        return
    if limit == "max" or int(limit) > 2**60:  # cgroup v1 says "no limit" with a huge number
        return
    files = sum(int(stat.get(f"{prefix}{name}_file", 0)) for name in ("active", "inactive"))
    yield int(limit), max(0, used - files)


def measure(pid: int) -> Measured | None:
    """What `pid` and its children take, or None where the system does not tell."""
    sizes = [size for process in _tree(pid) if (size := _measure_one(process)) is not None]
    if not sizes:
        return None
    return Measured(sum(size.pss for size in sizes), sum(size.anonymous for size in sizes))


def resident(pid: int) -> int:
    """Bytes of `pid` in memory: cheap, and enough to see a model being read. 0 if unknown."""
    try:
        pages = int((PROC / str(pid) / "statm").read_text("ascii").split()[1])
    except (OSError, IndexError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


def _tree(pid: int) -> Iterator[int]:
    yield pid
    for children in (PROC / str(pid) / "task").glob("*/children"):
        try:
            found = children.read_text("ascii").split()
        except OSError:
            continue
        for child in found:
            yield from _tree(int(child))


def _measure_one(pid: int) -> Measured | None:
    try:
        rollup = (PROC / str(pid) / "smaps_rollup").read_text("ascii")
    except OSError:
        return None
    sizes = {
        name: int(rest.split()[0]) * 1024
        for name, _, rest in (line.partition(":") for line in rollup.splitlines())
        if name in ("Pss", "Pss_Anon")
    }
    return Measured(sizes.get("Pss", 0), sizes.get("Pss_Anon", 0))


def needs(size: int) -> str:
    """A need in words, rounded up: "3.1 GB", "312 MB"."""
    if size > 999_000_000:
        return f"{-(-size // 100_000_000) / 10:.1f} GB"
    return f"{-(-size // 1_000_000)} MB"


def free(size: int) -> str:
    """What is free, in words, rounded down."""
    size = max(0, size)
    if size >= 1_000_000_000:
        return f"{size // 100_000_000 / 10:.1f} GB"
    return f"{size // 1_000_000} MB"
