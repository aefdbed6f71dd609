"""Where bytes are kept: one contract for disk and for the clouds, and how keys are spelled."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from bearhug.errors import BadName

BLOCK_BYTES = 1024 * 1024
"""How much is read or hashed at a time: larger gained nothing, smaller cost CPU."""

HEX = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
KEY = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*")


@dataclass(frozen=True)
class Stored:
    """An object as a listing tells of it; `written_at` is in milliseconds since 1970."""

    key: str
    size: int
    written_at: int


class Objects(Protocol):
    """Immutable bytes by key. Any thread may call; nothing here is fast enough for the loop.

    Every method raises BadName for a key that `check_key` refuses.
    A key is written once, or again with the same bytes; nobody ever sees half an object.
    """

    @property
    def scratch(self) -> Path:
        """A local folder for bytes on their way in, on the disk that `adopt` likes best."""

    @property
    def local(self) -> bool:
        """Whether objects are files here, so that adopting a scratch file copies nothing."""

    def size(self, key: str) -> int | None:
        """The object's length in bytes, or None if there is none."""

    def read(self, key: str, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """Yield bytes [start, stop), at most BLOCK_BYTES at a time; a stop past the end is the end.

        Raises FileNotFoundError, at the first block: a row never names an object that is not there.
        """

    def get(self, key: str) -> bytes:
        """The whole object. Raises FileNotFoundError."""

    def put(self, key: str, data: bytes) -> None:
        """Store `data`; when this returns, a power cut cannot take it back."""

    def adopt(self, key: str, path: Path) -> None:
        """The local file at `path` becomes the object, durable as by `put`; `path` is gone."""

    def stream(self, key: str, blocks: Iterable[bytes]) -> None:
        """Store what `blocks` yields, durably. What it raises is raised here, storing nothing."""

    def delete(self, key: str) -> None:
        """Forget the object. One that is not there is no error."""

    def walk(self, prefix: str) -> Iterator[Stored]:
        """Every object whose key begins with `prefix` and a slash, as they come.

        What is written or deleted meanwhile may be among them or not. Raises BadName for a prefix
        that is no key itself.
        """

    def path(self, key: str) -> Path | None:
        """The object as a local file, for the kernel to send; None where there is no such file."""

    def presigned(
        self, key: str, *, seconds: int, filename: str | None, content_type: str | None
    ) -> str | None:
        """An address where anybody may GET the object for `seconds`, saved as `filename`.

        None where objects can only be had through the hub.
        """


def lfs_key(sha256: str) -> str:
    """The key of a whole file. Raises BadName."""
    return f"lfs/{sha256[:2]}/{sha256[2:4]}/{check_hex(sha256)}"


def pack_key(sha: str) -> str:
    """The key of a git pack, by the hash in its name. Raises BadName."""
    return f"packs/{sha[:2]}/{check_hex(sha)}.pack"


def xorb_key(hash: str) -> str:
    """The key of a Xet xorb, by its Xet hash. Raises BadName."""
    return f"xet/xorbs/{hash[:2]}/{check_hex(hash)}"


def check_hex(digest: str) -> str:
    """`digest`, if it is 40 or 64 lower-case hexadecimal digits. Raises BadName."""
    if not HEX.fullmatch(digest):
        raise BadName("A hash is 40 or 64 lower-case hexadecimal digits.")
    return digest


def check_key(key: str) -> str:
    """`key`, if it is a relative path of plain names: none empty, none beginning with a dot.

    Raises BadName.
    """
    if not KEY.fullmatch(key):
        raise BadName(f"Not an object's key: {key!r}")
    return key
