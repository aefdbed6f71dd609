"""A body on its way in: hashed while it is written, never longer than promised."""

import hashlib
from dataclasses import dataclass
from io import FileIO
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Self
from uuid import uuid4

from bearhug.errors import ChecksumMismatch, TooLarge


@dataclass(frozen=True)
class Received:
    """A whole body in a scratch file, which is the caller's now: `adopt` it or unlink it."""

    path: Path
    sha256: str
    size: int


class Incoming:
    """One body being received into `scratch`.

    Used as a context manager: unless `finish` has returned, leaving removes the scratch file.
    Any thread may call; a call waits for the one before it.
    """

    def __init__(
        self,
        scratch: Path,
        *,
        expected_sha256: str | None = None,
        expected_size: int | None = None,
        limit: int | None = None,
    ) -> None:
        """Take at most `limit` bytes, or exactly `expected_size`, which must hash as expected.

        Raises TooLarge if `expected_size` is over `limit`.
        """
        self.size = 0
        self._limit = limit
        self._expected_sha256 = expected_sha256
        self._expected_size = expected_size
        self._digest = hashlib.sha256()
        self._lock = Lock()
        self.check_length(expected_size)
        self._path = scratch / uuid4().hex
        self._file = self._path.open("xb", buffering=0)
        self._taken = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def check_length(self, declared: int | None) -> None:
        """Refuse a body by its declared length, before any of it is read.

        Raises TooLarge, or ChecksumMismatch if another length was expected.
        """
        if declared is None:
            return
        if self._limit is not None and declared > self._limit:
            raise TooLarge(f"At most {self._limit} bytes are taken here.", limit=self._limit)
        if self._expected_size not in (None, declared):
            raise ChecksumMismatch(f"Expected {self._expected_size} bytes, got {declared}.")

    def feed(self, chunk: bytes | bytearray | memoryview) -> None:
        """Hash and write the next bytes. Slow (disk); raises as soon as there are too many.

        Raises TooLarge or ChecksumMismatch.
        """
        with self._lock:
            size = self.size + len(chunk)
            if self._limit is not None and size > self._limit:
                raise TooLarge(f"At most {self._limit} bytes are taken here.", limit=self._limit)
            if self._expected_size is not None and size > self._expected_size:
                raise ChecksumMismatch(f"Expected {self._expected_size} bytes, got more.")
            self._digest.update(chunk)
            write_all(self._file, chunk)
            self.size = size

    def finish(self) -> Received:
        """The body is complete. Its file is not synced yet: `Objects.adopt` does that.

        Raises ChecksumMismatch, removing the file, if its hash or length is not as expected.
        """
        sha256 = self._digest.hexdigest()
        try:
            self.check_length(self.size)
            if self._expected_sha256 not in (None, sha256):
                raise ChecksumMismatch(f"Expected sha256 {self._expected_sha256}, got {sha256}.")
            self._taken = True
        finally:
            self.close()
        return Received(self._path, sha256, self.size)

    def close(self) -> None:
        """Close the scratch file, and remove it unless `finish` has given it away."""
        with self._lock:
            self._file.close()
            if not self._taken:
                self._path.unlink(missing_ok=True)


def write_all(file: FileIO, data: bytes | bytearray | memoryview) -> None:
    """Write every byte: one raw write may stop half way when a disk is nearly full."""
    view = memoryview(data)
    while view:
        view = view[file.write(view) :]
