"""One bare repository of the cache: the packs its rows name, each checked as it comes in."""

import hashlib
import os
import shutil
import threading
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from subprocess import CalledProcessError
from uuid import uuid4

import pygit2

from bearhug.db import Connection
from bearhug.errors import Unavailable
from bearhug.git import store
from bearhug.git.formats import Pack
from bearhug.git.native import git
from bearhug.git.reader import Reader
from bearhug.git.store import PackRow, Ref
from bearhug.storage.objects import Objects, pack_key

CONFIG = """[core]
\trepositoryformatversion = 0
\tbare = true
[gc]
\tauto = 0
"""

ATTEMPTS = 3
"""Somebody may be deleting the cache just now."""

_SHA_BYTES = 20


class Clone:
    """Files follow git's own rule: an index is written after its pack, and vouches for it."""

    def __init__(self, repo_id: int, path: Path, objects: Objects, grace_seconds: int) -> None:
        self.path = path
        self._repo_id = repo_id
        self._packs = path / "objects" / "pack"
        self._objects = objects
        self._grace_seconds = grace_seconds
        self._lock = threading.RLock()
        self._reader: Reader | None = None
        self._known: set[str] = set()
        self._stamp: tuple[int, int] | None = None
        self._doubted = False
        self._refs = ""

    def refresh(self, db: Connection) -> Reader:
        """Bring the packs up to what `db` sees. Raises Unavailable."""
        rows = store.packs(db, self._repo_id)
        with self._lock:
            for _ in range(ATTEMPTS):
                try:
                    return self._current(db, rows)
                except (OSError, pygit2.GitError) as error:
                    self._stamp = None
                    trouble = error
            raise Unavailable("The cache of this repository cannot be written.") from trouble

    def note(self, row: PackRow, pack: Pack) -> None:
        """Take in a pack whose bytes are at hand, if the repository has been read before.

        Never raises: the commit is made.
        """
        with self._lock:
            if self._reader is None or row.sha in self._known or not self._untouched():
                return
            assert pack.data is not None
            assert pack.idx is not None
            try:
                self._write(self._file(row, ".pack"), pack.data)
                self._write(self._file(row, ".idx"), pack.idx)
            except OSError:
                return  # whoever reads next will see to it
            self._known.add(row.sha)
            self._stamp = self._seen()

    def place(self, sha: str, file: Path, index: Path) -> None:
        """Take in files that are no row's yet. Never raises: whoever reads fetches what is not."""
        with self._lock:
            untouched = self._untouched()
            try:
                for source, suffix in ((file, ".pack"), (index, ".idx")):
                    part = _part(self._packs / sha)
                    link(source, part)
                    part.replace(self._packs / f"pack-{sha}{suffix}")
            except OSError:
                return
            if untouched:
                self._stamp = self._seen()

    def write_refs(self, refs: Iterable[Ref]) -> None:
        lines = ["# pack-refs with: peeled fully-peeled sorted "]
        for ref in sorted(refs, key=lambda ref: ref.name.encode()):
            lines.append(f"{ref.oid} {ref.name}")
            lines += [f"^{ref.peeled}"] if ref.peeled else []
        text = "\n".join(lines) + "\n"
        with self._lock:
            place = self.path / "packed-refs"
            if text != self._refs or not place.exists():
                self._write(place, text.encode())
                self._refs = text

    def _current(self, db: Connection, rows: Sequence[PackRow]) -> Reader:
        named = {row.sha for row in rows}
        if named != self._known or self._doubted or not self._untouched():
            self._bring_up(db, rows)
        if self._reader is None:
            self._reader = Reader(pygit2.Repository(str(self.path)), self._lock, self._doubt)
        return self._reader

    def _bring_up(self, db: Connection, rows: Sequence[PackRow]) -> None:
        # Looking at every pack again, for each that is added, would double a commit's time.
        trusted = self._known if self._untouched() and not self._doubted else set()
        self._build()
        if self._doubted and self._reader:
            self._reader.close()
        for row in rows:
            if row.sha not in trusted and not self._intact(row):
                self._fetch(db, row)
        if self._sweep(rows) or self._doubted:
            self._reader = None  # libgit2 would go on looking for what has gone
        self._known = {row.sha for row in rows}
        self._doubted = False
        self._stamp = self._seen()

    def _build(self) -> None:
        if self._packs.exists() and (self.path / "HEAD").exists():
            return
        self._reader = None
        self._packs.mkdir(parents=True, exist_ok=True)
        (self.path / "refs").mkdir(exist_ok=True)
        self._write(self.path / "config", CONFIG.encode())
        self._write(self.path / "HEAD", b"ref: refs/heads/main\n")

    def _fetch(self, db: Connection, row: PackRow) -> None:
        pack, idx = self._file(row, ".pack"), self._file(row, ".idx")
        idx.unlink(missing_ok=True)
        data, index = store.pack_bytes(db, row.id)
        if data is None:
            self._take(row, pack)
        else:
            self._write(pack, data)
        if index is None:
            part = _part(idx).with_suffix(".idx")
            try:
                git("index-pack", "--no-rev-index", "-o", str(part), str(pack), at=self.path)
            except CalledProcessError as error:
                raise Unavailable(f"Pack {row.sha} is damaged in the object store.") from error
            part.replace(idx)
        else:
            self._write(idx, index)
        if not self._intact(row):
            raise Unavailable(f"Pack {row.sha} is damaged in the object store.")

    def _take(self, row: PackRow, place: Path) -> None:
        """A pack from the object store: another name for its file, where that can be."""
        part = _part(place)
        stored = self._objects.path(pack_key(row.sha))
        try:
            if stored is None:
                with part.open("wb") as file:
                    for block in self._objects.read(pack_key(row.sha)):
                        file.write(block)
            else:
                link(stored, part)
        except FileNotFoundError as error:
            raise Unavailable(f"Pack {row.sha} is not in the object store.") from error
        part.replace(place)

    def _intact(self, row: PackRow) -> bool:
        """Whether pack and index are whole, by size and by the trailer that each ends in.

        After a read has failed, every byte is hashed.
        """
        pack, idx = self._file(row, ".pack"), self._file(row, ".idx")
        sha = bytes.fromhex(row.sha)
        try:
            whole = pack.stat().st_size == row.size and _tail(pack, _SHA_BYTES) == sha
            whole = whole and _tail(idx, 2 * _SHA_BYTES)[:_SHA_BYTES] == sha
            return whole and (not self._doubted or (_hashes(pack) and _hashes(idx)))
        except OSError:
            return False

    def _sweep(self, rows: Sequence[PackRow]) -> bool:
        """Remove what no row names, indexes first; whether there was something."""
        named = {f"pack-{row.sha}" for row in rows}
        old = time.time() - self._grace_seconds
        stale = []
        with os.scandir(self._packs) as files:
            for file in files:
                with suppress(FileNotFoundError):  # another process sweeps the same folder
                    if file.name.partition(".")[0] not in named and file.stat().st_ctime < old:
                        stale.append(file.path)
        for path in sorted(stale):
            Path(path).unlink(missing_ok=True)
        return bool(stale)

    def _doubt(self) -> None:
        with self._lock:
            self._doubted = True

    def _untouched(self) -> bool:
        return self._stamp is not None and self._stamp == self._seen()

    def _seen(self) -> tuple[int, int] | None:
        """Changes when files come or go in the pack folder, by whoever's hand."""
        try:
            stat = self._packs.stat()
        except FileNotFoundError:
            return None
        return stat.st_ino, stat.st_mtime_ns

    def _file(self, row: PackRow, suffix: str) -> Path:
        return self._packs / f"pack-{row.sha}{suffix}"

    def _write(self, place: Path, content: bytes) -> None:
        part = _part(place)
        part.write_bytes(content)
        part.replace(place)


def _part(place: Path) -> Path:
    return place.with_name(f"tmp_{uuid4().hex}")


def link(source: Path, target: Path) -> None:
    """Another name for a file, or a copy of it where there can be none."""
    try:
        os.link(source, target)
    except OSError:  # another file system, or too many links
        shutil.copyfile(source, target)


def _tail(file: Path, length: int) -> bytes:
    with file.open("rb") as opened:
        opened.seek(-length, os.SEEK_END)
        return opened.read()


def _hashes(file: Path) -> bool:
    content = hashlib.sha1()
    left = file.stat().st_size - _SHA_BYTES
    with file.open("rb") as opened:
        while left:
            block = opened.read(min(left, 1024 * 1024))
            content.update(block)
            left -= len(block)
        return opened.read() == content.digest()
