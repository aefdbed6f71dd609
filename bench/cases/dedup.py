"""Bytes sent and kept for edited copies, as hf_xet sends them: a mixed file, a GGUF, a Parquet."""

import importlib.util
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench.machine import folder
from bench.repos import Owner
from bench.results import Result
from bench.servers import RunningHub, hub

MIXED_BYTES = 500 * 10**6
SENT_AT_MOST_MB = 0.1
KEPT_AT_MOST = 1.01

UPLOAD = """
import sys
from huggingface_hub import HfApi
HfApi().upload_file(path_or_fileobj=sys.argv[1], path_in_repo=sys.argv[2], repo_id="ada/large")
"""


@dataclass
class Sender:
    """The client, with one cache for all it sends unless another is asked for."""

    server: RunningHub
    token: str
    scratch: Path

    def send(self, file: Path, name: str, cache: str = "cache") -> float:
        """MB that the store grew by: what was sent, for nothing is sent that is not kept."""
        before = self.kept()
        home = self.scratch / cache
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "HF_ENDPOINT": self.server.url,
            "HF_TOKEN": self.token,
            "HF_HUB_DISABLE_PROGRESS_BARS": "1",
            "HF_HUB_DISABLE_TELEMETRY": "1",
            "HF_HUB_DISABLE_UPDATE_CHECK": "1",
        }
        command = [sys.executable, "-c", UPLOAD, str(file), name]
        subprocess.run(command, env=environment, check=True)
        return (self.kept() - before) / 1e6

    def kept(self) -> int:
        """Bytes of all xorbs at rest, with what we write behind each."""
        root = self.server.data / "objects" / "xorbs"
        return sum(path.stat().st_size for path in root.rglob("*") if path.is_file())


def measure() -> Iterator[Result]:
    with folder() as scratch, hub(scratch / "data", database_threads="4") as server:
        server.user("ada")
        token = server.token("ada")
        owner = Owner(server.url, token)
        owner.create("large")
        owner.create("other")
        owner.close()
        sender = Sender(server, token, scratch)
        yield from _mixed(sender, scratch)
        yield from _gguf(sender, scratch)
        yield from _parquet(sender, scratch)
        yield _once(sender, scratch)


def _mixed(sender: Sender, scratch: Path) -> Iterator[Result]:
    """XET §14: 60 % chance, 20 % floats, 20 % CSV."""
    data, file = mixed(MIXED_BYTES), scratch / "mixed.bin"
    file.write_bytes(data)
    first = sender.send(file, "mixed.bin")
    yield Result(what="500 MB, first sent", ours=first, unit="MB")
    edited = data[:100_000] + b"x" * 1234 + data[100_000:]
    file.write_bytes(edited)
    yield _sent("1,234 bytes put in, same client", sender.send(file, "edited.bin"))
    middle = len(data) // 2
    other = data[:50_000] + b"y" * 777 + data[50_000:middle] + b"z" * 4096 + data[middle + 4096 :]
    file.write_bytes(other)
    again = sender.send(file, "other.bin", "another")
    note = "two edits: two chunks of about 64 KB"
    yield Result(what="two edits, another client's empty cache", ours=again, unit="MB", note=note)
    ratio = sender.kept() / 1e6 / (first or 1)
    yield Result(
        what="three copies at rest, of the first", ours=ratio, unit="×", at_most=KEPT_AT_MOST
    )
    file.unlink()


def _sent(what: str, megabytes: float, note: str = "") -> Result:
    return Result(what=what, ours=megabytes, unit="MB", at_most=SENT_AT_MOST_MB, note=note)


def mixed(size: int) -> bytes:
    chance, numbers = random.Random(14), np.random.default_rng(14)
    parts = [chance.randbytes(1 << 20) for _ in range(int(size * 0.6) >> 20)]
    floats = numbers.normal(size=int(size * 0.2) // 4).astype("<f4").tobytes()
    row = (
        f"{n},{chance.random():.6f},{chance.choice('abcdef')}{n % 97},{chance.randint(0, 9999)}\n"
        for n in range(size)
    )
    lines, length = [], 0
    for line in row:
        lines.append(line)
        length += len(line)
        if length >= size * 0.2:
            break
    return b"".join(parts) + floats + "".join(lines).encode()


def _gguf(sender: Sender, scratch: Path) -> Iterator[Result]:
    """A model and its sibling, of which every other tensor was quantised anew."""
    chance = random.Random(15)
    tensors = [chance.randbytes(4 << 20) for _ in range(24)]
    requantised = [each if n % 2 else chance.randbytes(3 << 20) for n, each in enumerate(tensors)]
    first, second = scratch / "q8.gguf", scratch / "q6.gguf"
    first.write_bytes(gguf(tensors))
    second.write_bytes(gguf(requantised))
    yield Result(what="a GGUF", ours=sender.send(first, first.name), unit="MB")
    new = 12 * (3 << 20) / 1e6
    sent = sender.send(second, second.name)
    note = f"of {second.stat().st_size / 1e6:.0f} MB, of which {new:.1f} new"
    yield Result(what="its requantised sibling", ours=sent, unit="MB", at_most=new + 2.5, note=note)


def gguf(tensors: list[bytes]) -> bytes:
    """As llama.cpp lays it out: a header that names every tensor's place, then they, aligned."""
    head, offset = b"GGUF" + (3).to_bytes(4, "little") + len(tensors).to_bytes(8, "little"), 0
    head += bytes(8)
    for number, each in enumerate(tensors):
        name = f"blk.{number}.ffn_up.weight".encode()
        head += len(name).to_bytes(8, "little") + name + (1).to_bytes(4, "little")
        head += len(each).to_bytes(8, "little") + (24).to_bytes(4, "little")
        head += offset.to_bytes(8, "little")
        offset += len(each)
    return head + bytes(-len(head) % 32) + b"".join(tensors)


def _parquet(sender: Sender, scratch: Path) -> Iterator[Result]:
    """Rows appended: what stood before is the same row groups, and a new footer follows."""
    if importlib.util.find_spec("pyarrow") is None:
        return
    arrow, parquet = (importlib.import_module(each) for each in ("pyarrow", "pyarrow.parquet"))
    numbers = np.random.default_rng(16)

    def rows(count: int) -> dict[str, object]:
        return {"id": np.arange(count), "x": numbers.normal(size=count)}

    table, more = arrow.table(rows(4_000_000)), arrow.table(rows(40_000))
    first, second = scratch / "rows.parquet", scratch / "more.parquet"
    parquet.write_table(table, first, row_group_size=500_000)
    parquet.write_table(arrow.concat_tables([table, more]), second, row_group_size=500_000)
    yield Result(what="a Parquet", ours=sender.send(first, first.name), unit="MB")
    grown = (second.stat().st_size - first.stat().st_size) / 1e6
    sent = sender.send(second, second.name)
    note = f"{grown:.2f} MB longer"
    yield Result(what="with 1 % rows more", ours=sent, unit="MB", at_most=grown + 0.5, note=note)


def _once(sender: Sender, scratch: Path) -> Result:
    """The same file by Xet and by LFS."""
    file = scratch / "same.bin"
    file.write_bytes(random.Random(17).randbytes(50_000_000))
    sender.send(file, "by-xet.bin")
    before = _all(sender.server)
    owner = Owner(sender.server.url, sender.token)
    owner.upload("ada/other", "by-lfs.bin", file)
    owner.close()
    return Result(
        what="by LFS what came by Xet",
        ours=(_all(sender.server) - before) / 1e6,
        unit="MB",
        at_most=SENT_AT_MOST_MB,
        note="more at rest",
    )


def _all(server: RunningHub) -> int:
    root = server.data / "objects"
    return sum(path.stat().st_size for path in root.rglob("*") if path.is_file())
