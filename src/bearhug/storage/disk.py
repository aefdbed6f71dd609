"""Objects as files, fanned out by hash, durable before they are named."""

import errno
import os
import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

from bearhug.storage.objects import BLOCK_BYTES, Stored, check_key

STALE_SECONDS = 24 * 3600


class DiskObjects:
    """Objects under `root`; what is on its way in lies in root/scratch."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._scratch = root / "scratch"
        self._scratch.mkdir(parents=True, exist_ok=True)
        self._durable_folders: set[Path] = set()

    @property
    def scratch(self) -> Path:
        return self._scratch

    @property
    def local(self) -> bool:
        return True

    def size(self, key: str) -> int | None:
        try:
            return self._file(key).stat().st_size
        except FileNotFoundError:
            return None

    def read(self, key: str, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        return read_blocks(self._file(key), start, stop)

    def get(self, key: str) -> bytes:
        return self._file(key).read_bytes()

    def put(self, key: str, data: bytes) -> None:
        self.stream(key, [data])

    def stream(self, key: str, blocks: Iterable[bytes]) -> None:
        def write(file: BinaryIO) -> None:
            file.writelines(blocks)

        self._write(key, write)

    def adopt(self, key: str, path: Path) -> None:
        with path.open("rb") as file:
            os.fdatasync(file.fileno())
        try:
            self._settle(key, path)
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            self._copy_in(key, path)

    def delete(self, key: str) -> None:
        self._file(key).unlink(missing_ok=True)

    def walk(self, prefix: str) -> Iterator[Stored]:
        for folder, _, names in os.walk(self._file(prefix)):
            for name in names:
                path = Path(folder, name)
                with suppress(FileNotFoundError):  # deleted while we were on our way
                    found = path.stat()
                    key = path.relative_to(self.root).as_posix()
                    yield Stored(key, found.st_size, found.st_mtime_ns // 1_000_000)

    def path(self, key: str) -> Path | None:
        file = self._file(key)
        return file if file.is_file() else None

    def presigned(
        self, key: str, *, seconds: int, filename: str | None, content_type: str | None
    ) -> str | None:
        return None

    def _file(self, key: str) -> Path:
        return self.root / check_key(key)

    def _copy_in(self, key: str, path: Path) -> None:
        """`path` is on another disk, from where nothing can be renamed to here."""
        with path.open("rb") as source:
            self._write(key, lambda file: shutil.copyfileobj(source, file, BLOCK_BYTES))
        path.unlink()

    def _write(self, key: str, write: Callable[[BinaryIO], None]) -> None:
        temporary = self.scratch / uuid4().hex
        try:
            with temporary.open("xb") as file:
                write(file)
                file.flush()
                os.fdatasync(file.fileno())
            self._settle(key, temporary)
        finally:
            temporary.unlink(missing_ok=True)

    def _settle(self, key: str, path: Path) -> None:
        """Rename a synced file to its key. Readers see nothing, or all of it."""
        target = self._file(key)
        self._make_durable(target.parent)
        path.replace(target)
        sync_folder(target.parent)

    def _make_durable(self, folder: Path) -> None:
        """Every folder down to `folder` exists, and its entry in the one above has been synced.

        Once per folder and process: another process may have made it, and not synced it yet.
        """
        if folder in self._durable_folders:
            return
        folder.mkdir(parents=True, exist_ok=True)
        for each in (folder, *folder.parents):
            sync_folder(each.parent)
            if each == self.root:
                break
        self._durable_folders.add(folder)


def read_blocks(path: Path, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
    """Yield bytes [start, stop) of a file by BLOCK_BYTES. Raises FileNotFoundError at the first."""
    with path.open("rb", buffering=0) as file:
        position = start
        while stop is None or position < stop:
            wanted = BLOCK_BYTES if stop is None else min(BLOCK_BYTES, stop - position)
            block = os.pread(file.fileno(), wanted, position)
            if not block:
                return
            position += len(block)
            yield block


def sync_folder(folder: Path) -> None:
    """Make the names in `folder` survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sweep(scratch: Path, *, older_than_seconds: float = STALE_SECONDS) -> int:
    """Remove what nobody has added to for so long, and return how many entries went.

    Called at boot: a process that was killed left its half-received files here.
    """
    limit = time.time() - older_than_seconds
    stale = [entry for entry in scratch.iterdir() if entry.stat().st_mtime < limit]
    for entry in stale:
        if entry.is_dir():
            shutil.rmtree(entry, ignore_errors=True)
        else:
            with suppress(FileNotFoundError):  # another process may be sweeping too
                entry.unlink()
    return len(stale)
