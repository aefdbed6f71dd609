"""Reading one repository's objects from its cache, from any thread."""

import threading
from collections.abc import Callable

import pygit2
from pygit2.enums import ObjectType, Option

from bearhug.errors import EntryNotFound, Unavailable
from bearhug.git.formats import Commit, commit_links, parse_commit

Links = tuple[str, tuple[str, ...], int]
"""(tree, parents, commit time in seconds)."""

REMEMBERED = 20_000
"""Facts about immutable commits kept for each repository that is open."""

# Packs are checked as they enter the cache, and zlib checks what it inflates: hashing every
# object again costs eight times the reading (2.3 ms for a folder of 10,000, against 0.3).
pygit2.option(Option.ENABLE_STRICT_HASH_VERIFICATION, False)
pygit2.option(Option.SET_CACHE_MAX_SIZE, 32 * 1024 * 1024)
# Open pack files, of all repositories together; the system allows a process about 1,024.
pygit2.option(Option.SET_MWINDOW_FILE_LIMIT, 256)


class Reader:
    """Objects by id.

    libgit2 asks that a repository be used by one thread at a time, so every call holds
    `lock`. A handle for each thread would gain nothing, since pygit2 keeps the interpreter's
    own lock while it reads, and would multiply open files by the number of threads.
    """

    def __init__(
        self, handle: pygit2.Repository, lock: threading.RLock, doubt: Callable[[], None]
    ) -> None:
        self.handle = handle
        self.lock = lock
        self.counts: dict[str, int] = {}
        self.last_commits: dict[str, dict[str, str]] = {}
        self._odb: pygit2.Odb | None = handle.odb
        self._doubt = doubt

    def read(self, oid: str) -> bytes:
        """An object that must be there. Raises Unavailable; the cache is then checked anew."""
        try:
            with self.lock:
                return self._open().read(oid)[1]
        except (KeyError, pygit2.GitError) as error:
            self._doubt()
            raise Unavailable("This repository is being restored; try again.") from error

    def blob(self, oid: str) -> bytes:
        """Raises EntryNotFound."""
        self.blob_size(oid)
        return self.read(oid)

    def blob_size(self, oid: str) -> int:
        """Raises EntryNotFound."""
        try:
            with self.lock:
                kind, size = self._open().read_header(oid)
        except (KeyError, ValueError) as error:
            raise EntryNotFound(f"No blob {oid}.") from error
        if kind != ObjectType.BLOB:
            raise EntryNotFound(f"No blob {oid}.")
        return size

    def has(self, oid: str) -> bool:
        """Whether there is such an object, of whatever kind."""
        with self.lock:
            return oid in self._open()

    def commit(self, oid: str) -> Commit:
        return parse_commit(oid, self.read(oid))

    def links(self, oid: str) -> Links:
        return commit_links(self.read(oid))

    def tree_of(self, commit: str) -> str:
        return self.read(commit)[5:45].decode()

    def expand(self, abbreviated: str) -> str | None:
        """The only commit whose id begins with these digits, or None."""
        try:
            with self.lock:
                oid = str(self.handle.expand_id(abbreviated))
                kind, _ = self._open().read_header(oid)
        except (KeyError, ValueError, pygit2.GitError):
            return None
        return oid if kind == ObjectType.COMMIT else None

    def close(self) -> None:
        """Let go of every file: libgit2 shares open packs by path, damaged ones too."""
        with self.lock:
            self._odb = None
            self.handle.free()

    def _open(self) -> pygit2.Odb:
        if self._odb is None:
            raise Unavailable("This repository was restored meanwhile; try again.")
        return self._odb
