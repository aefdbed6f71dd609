"""The shard: which chunks of which xorbs a file is made of (XET §4). Strangers' input."""

import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bearhug.kit.xet.hashes import HASH_BYTES, ZERO, eligible, keyed, swapped
from bearhug.kit.xet.xorb import MOST_CHUNKS, Layout

TAG = b"HFRepoMetaData\0" + bytes.fromhex("5569 6745 6a7b 8157 83a5 bdd9 5ccd d14a a9")
MOST_BYTES = 64 << 20
ENTRY = 48
_END = b"\xff" * HASH_BYTES
_BOOKEND = _END + bytes(16)
_VERSION = 2
_FOOTER_BYTES = 200
_VERIFIED, _DESCRIBED, _ELIGIBLE = 1 << 31, 1 << 30, 1 << 31


class Malformed(ValueError):
    """Not a shard. For the uploader to read."""


@dataclass(frozen=True)
class Term:
    """A run of chunks of one xorb, `stop` left out. `proof` is their range hash, if it came."""

    xorb: bytes
    start: int
    stop: int
    raw_bytes: int
    proof: bytes = b""


@dataclass(frozen=True)
class File:
    """A file as it was uploaded. `sha256` is claimed, in hexadecimal; empty where it is not."""

    hash: bytes
    terms: tuple[Term, ...]
    sha256: str = ""


@dataclass(frozen=True)
class Shard:
    """`xorbs` are those it says were uploaded with it: their hash, and their chunks' joined."""

    files: tuple[File, ...]
    xorbs: tuple[tuple[bytes, bytes], ...]


def parse(body: bytes) -> Shard:
    """Read an uploaded shard; what follows its second section is ignored. Raises Malformed."""
    if len(body) > MOST_BYTES:
        raise Malformed(f"a shard has at most {MOST_BYTES} bytes")
    if body[:HASH_BYTES] != TAG or len(body) < ENTRY:
        raise Malformed("this is no shard")
    version = int.from_bytes(body[32:40], "little")
    if version != _VERSION:
        raise Malformed(f"a shard of version {version} is not known here, only {_VERSION}")
    reading = _Reading(body)
    files = []
    while (file := reading.file()) is not None:
        files.append(file)
    xorbs = []
    while (listed := reading.xorb()) is not None:
        xorbs.append(listed)
    return Shard(tuple(files), tuple(xorbs))


class _Reading:
    """Goes through the entries of a shard."""

    def __init__(self, body: bytes) -> None:
        self._body = body
        self._at = ENTRY

    def file(self) -> File | None:
        hash, flags, count = self._head()
        if hash == _END:
            return None
        found = [self._numbers() for _ in range(self._counted(count))]
        proofs = [self._hash() for _ in found] if flags & _VERIFIED else [b""] * len(found)
        sha256 = swapped(self._hash()).hex() if flags & _DESCRIBED else ""
        terms = [
            Term(xorb, start, stop, raw, proof)
            for (xorb, (_, raw, start, stop)), proof in zip(found, proofs, strict=True)
        ]
        return File(hash, tuple(terms), sha256)

    def xorb(self) -> tuple[bytes, bytes] | None:
        hash, _, count = self._head()
        if hash == _END:
            return None
        if count > MOST_CHUNKS:
            raise Malformed(f"a xorb has at most {MOST_CHUNKS} chunks; one here claims {count}")
        return hash, b"".join(self._hash() for _ in range(self._counted(count)))

    def _head(self) -> tuple[bytes, int, int]:
        hash, (flags, count, _, _) = self._numbers()
        return hash, flags, count

    def _counted(self, count: int) -> int:
        """The count, if so many entries can follow: nothing is made for a mere claim."""
        if count > (len(self._body) - self._at) // ENTRY:
            raise Malformed(f"the shard is too short for the {count} entries it claims")
        return count

    def _hash(self) -> bytes:
        return self._numbers()[0]

    def _numbers(self) -> tuple[bytes, tuple[int, int, int, int]]:
        start = self._at
        self._at += ENTRY
        if self._at > len(self._body):
            raise Malformed("the shard is cut off")
        hash = self._body[start : start + HASH_BYTES]
        return hash, struct.unpack_from("<IIII", self._body, start + HASH_BYTES)


def answer(xorbs: Sequence[Layout], key: bytes, *, created: int, expires: int) -> bytes:
    """What a client is told of xorbs that hold a chunk it asked for; chunk hashes are keyed.

    `created` and `expires` are seconds since 1970; after the latter the client forgets it.
    """
    head = TAG + struct.pack("<QQ", _VERSION, _FOOTER_BYTES) + _BOOKEND
    body = head + b"".join(entry for each in xorbs for entry in _entries(each, key)) + _BOOKEND
    end = len(body)
    stored, raw = sum(x.stored_bytes for x in xorbs), sum(x.raw_bytes for x in xorbs)
    offsets = struct.pack("<9Q", 1, ENTRY, 2 * ENTRY, end, 0, end, 0, end, 0)
    times, sums = struct.pack("<QQ", created, expires), struct.pack("<4Q", stored, 0, raw, end)
    return body + offsets + key + times + bytes(48) + sums


def _entries(layout: Layout, key: bytes) -> Iterable[bytes]:
    numbers = (0, layout.chunks, layout.raw_bytes, layout.stored_bytes)
    yield layout.hash + struct.pack("<IIII", *numbers)
    start = 0
    for chunk, length in layout.leaves():
        flags = _ELIGIBLE if eligible(chunk) else 0
        told = chunk if key == ZERO else keyed(chunk, key)
        yield told + struct.pack("<IIII", start, length, flags, 0)
        start += length
