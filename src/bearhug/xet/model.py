"""What is stored: xorbs, and files as runs of their chunks."""

import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bearhug.kit.xet.hashes import text
from bearhug.kit.xet.xorb import Layout

IN_CHUNKS = "xet/"
"""How the keys begin under which `XetObjects` reads files out of their chunks."""

_TERM = struct.Struct("<QIII")


@dataclass(frozen=True)
class Xorb:
    """A stored xorb. `nonce` makes its object's name its own: a late deletion hits no other."""

    id: int
    nonce: str
    layout: Layout

    @property
    def key(self) -> str:
        return xorb_key(self.layout.hash, self.nonce)


@dataclass(frozen=True)
class Run:
    """Chunks of one xorb, from `start` to before `stop`, and their length decompressed."""

    xorb_id: int
    start: int
    stop: int
    raw_bytes: int


@dataclass(frozen=True)
class XetFile:
    """A file that can be put together. `sha256` is empty until we have hashed it ourselves."""

    id: int
    hash: bytes
    size: int
    runs: tuple[Run, ...]
    sha256: str = ""

    @property
    def key(self) -> str:
        """Under which `XetObjects` reads it."""
        return file_key(self.hash)


@dataclass(frozen=True)
class Piece:
    """What is needed of a xorb: whole chunks, and the stored bytes that hold them."""

    xorb: Xorb
    start: int
    stop: int

    @property
    def first_byte(self) -> int:
        return self.xorb.layout.end(self.start)

    @property
    def last_byte(self) -> int:
        """Exclusive."""
        return self.xorb.layout.end(self.stop)

    @property
    def raw_bytes(self) -> int:
        return self.xorb.layout.raw_end(self.stop) - self.xorb.layout.raw_end(self.start)


@dataclass(frozen=True)
class Plan:
    """How to read a range of a file: skip `offset` bytes of the first piece's chunks."""

    offset: int
    pieces: tuple[Piece, ...]


def pack_runs(runs: Iterable[Run]) -> bytes:
    return b"".join(_TERM.pack(r.xorb_id, r.start, r.stop, r.raw_bytes) for r in runs)


def unpack_runs(packed: bytes) -> tuple[Run, ...]:
    return tuple(Run(*numbers) for numbers in _TERM.iter_unpack(packed))


def joined(runs: Sequence[Run]) -> list[Run]:
    """The same chunks in as few runs as they make."""
    out: list[Run] = []
    for run in runs:
        last = out[-1] if out else None
        if last and last.xorb_id == run.xorb_id and last.stop == run.start:
            out[-1] = Run(run.xorb_id, last.start, run.stop, last.raw_bytes + run.raw_bytes)
        else:
            out.append(run)
    return out


def xorb_key(hash: bytes, nonce: str) -> str:
    spelled = text(hash)
    return f"xorbs/{spelled[:2]}/{spelled}.{nonce}"


def file_key(hash: bytes) -> str:
    return f"{IN_CHUNKS}{text(hash)}"
