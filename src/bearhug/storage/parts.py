"""One file uploaded in parts: in any order, some more than once, across restarts."""

import fcntl
import hashlib
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from bearhug.errors import BadName, ChecksumMismatch, Conflict, Unprocessable
from bearhug.storage.disk import read_blocks, sync_folder
from bearhug.storage.objects import Objects, check_hex, lfs_key

UPLOAD_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


class Parts:
    """The parts of one LFS multipart upload of `size` bytes, `part_bytes` each but the last.

    Everything is derived from what is stored, so any process may go on with an upload by its id.
    On disk the parts lie at their offsets in one scratch file, which becomes the object;
    in the clouds each is an object of its own until all are.
    """

    def __init__(self, objects: Objects, upload_id: str, size: int, part_bytes: int) -> None:
        """Raises BadName for an id that is not 1 to 64 letters, digits, `_` and `-`."""
        if not UPLOAD_ID.fullmatch(upload_id):
            raise BadName("Not an upload's id.")
        self.objects = objects
        self.size = size
        self.part_bytes = part_bytes
        self.count = -(-size // part_bytes)
        self._place = place_for(objects, upload_id, size, part_bytes)

    def part_size(self, number: int) -> int:
        """The length in bytes that part `number` must have, from 1. Raises Unprocessable."""
        if not 1 <= number <= self.count:
            raise Unprocessable(f"There are parts 1 to {self.count}, and no {number}.")
        return min(self.part_bytes, self.size - (number - 1) * self.part_bytes)

    def write(self, number: int, path: Path) -> None:
        """The local file at `path` becomes part `number`, and leaves `path`.

        Raises Unprocessable for a number or a length (ChecksumMismatch) that cannot be, and
        Conflict while the parts are being joined.
        """
        expected, got = self.part_size(number), path.stat().st_size
        if got != expected:
            raise ChecksumMismatch(f"Part {number} has {expected} bytes; {got} came.")
        self._place.write(number, path)

    def missing(self) -> list[int]:
        """The numbers of the parts that have not arrived."""
        return [n for n in range(1, self.count + 1) if not self._place.has(n)]

    def complete(self, sha256: str) -> int:
        """Make the parts one object, `lfs_key(sha256)`, and return its length in bytes.

        That the object is there already is no reason to skip the hashing: others may have sent
        it, and whoever completes an upload comes to own it. Raises Unprocessable while parts are
        missing, Conflict while one is being written, and ChecksumMismatch, forgetting them all,
        if together they hash to something else. The parts are kept until `abort`, so whoever is
        interrupted between this and the row that names the object may complete again.
        """
        key = lfs_key(check_hex(sha256))
        if self._place.was_joined(sha256) and self.objects.size(key) == self.size:
            return self.size
        if missing := self.missing():
            raise Unprocessable(f"{len(missing)} of {self.count} parts are missing.", parts=missing)
        try:
            self._place.join(key, sha256)
        except ChecksumMismatch:
            self.abort()
            raise
        return self.size

    def abort(self) -> None:
        """Forget the upload."""
        self._place.clear(self.count)


class Place(Protocol):
    """Where the parts of one upload lie."""

    def has(self, number: int) -> bool: ...

    def write(self, number: int, path: Path) -> None: ...

    def join(self, key: str, sha256: str) -> None: ...

    def was_joined(self, sha256: str) -> bool: ...

    def clear(self, count: int) -> None: ...


def place_for(objects: Objects, upload_id: str, size: int, part_bytes: int) -> Place:
    """Beside the objects where these are local, else among them."""
    if objects.local:
        return Folder(objects, objects.scratch / f"upload-{upload_id}", size, part_bytes)
    return Prefix(objects, f"uploads/{upload_id}")


@dataclass(frozen=True)
class Folder:
    """`data`, as long as the file will be, and beside it one empty file per part that arrived."""

    objects: Objects
    folder: Path
    size: int
    part_bytes: int

    def has(self, number: int) -> bool:
        return (self.folder / str(number)).exists()

    def write(self, number: int, path: Path) -> None:
        with self._locked(fcntl.LOCK_SH) as data:
            os.ftruncate(data, self.size)
            copy_to(data, (number - 1) * self.part_bytes, path)
            os.fdatasync(data)  # before the mark: it must never stand for bytes that are lost
            (self.folder / str(number)).touch()
        path.unlink()

    def join(self, key: str, sha256: str) -> None:
        with self._locked(fcntl.LOCK_EX):
            for _ in hashed(read_blocks(self._data), sha256):
                pass
            self._joined(sha256).touch()  # proof that these parts, not others', hashed to it
            sync_folder(self.folder)
            self.objects.adopt(key, self._data)

    def was_joined(self, sha256: str) -> bool:
        return self._joined(sha256).exists() and not self._data.exists()

    def clear(self, count: int) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    def _joined(self, sha256: str) -> Path:
        return self.folder / f"joined-{sha256}"

    @contextmanager
    def _locked(self, kind: int) -> Iterator[int]:
        """`data`, open and locked: parts may be written together, but none while they are joined.

        Otherwise a part sent again could change the file after it was hashed. Raises Conflict.
        """
        self.folder.mkdir(exist_ok=True)
        data = os.open(self._data, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            try:
                fcntl.flock(data, kind | fcntl.LOCK_NB)
            except BlockingIOError:
                raise Conflict(
                    "Parts of this upload are still arriving, or being joined."
                ) from None
            if not self._is_named(data):
                raise Conflict("The upload was completed just now.")  # what is open is an object
            yield data
        finally:
            os.close(data)

    def _is_named(self, data: int) -> bool:
        try:
            return os.path.samestat(os.fstat(data), self._data.stat())
        except FileNotFoundError:
            return False


@dataclass(frozen=True)
class Prefix:
    """Objects named by number."""

    objects: Objects
    prefix: str

    def has(self, number: int) -> bool:
        return self.objects.size(f"{self.prefix}/{number}") is not None

    def write(self, number: int, path: Path) -> None:
        self.objects.adopt(f"{self.prefix}/{number}", path)

    def join(self, key: str, sha256: str) -> None:
        self.objects.stream(key, hashed(self._blocks(), sha256))

    def was_joined(self, sha256: str) -> bool:
        return False  # the parts are still here: joining them again is the proof

    def clear(self, count: int) -> None:
        for number in range(1, count + 1):
            self.objects.delete(f"{self.prefix}/{number}")

    def _blocks(self) -> Iterator[bytes]:
        number = 1
        while self.has(number):
            yield from self.objects.read(f"{self.prefix}/{number}")
            number += 1


def hashed(blocks: Iterator[bytes], sha256: str) -> Iterator[bytes]:
    """Pass `blocks` on. Raises ChecksumMismatch after the last, so that what reads them fails."""
    digest = hashlib.sha256()
    for block in blocks:
        digest.update(block)
        yield block
    if digest.hexdigest() != sha256:
        raise ChecksumMismatch(f"Expected sha256 {sha256}, got {digest.hexdigest()}.")


def copy_to(descriptor: int, offset: int, path: Path) -> None:
    """Write the file at `path` into an open one at `offset`."""
    for block in read_blocks(path):
        view = memoryview(block)
        while view:
            written = os.pwrite(descriptor, view, offset)
            view, offset = view[written:], offset + written
