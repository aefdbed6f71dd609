"""This node's cache of repositories, for libgit2 and for git itself: deletable at any time."""

import shutil
import threading
from collections import OrderedDict
from pathlib import Path
from uuid import uuid4

from bearhug.db import Connection
from bearhug.git import store
from bearhug.git.clone import Clone
from bearhug.git.formats import Pack
from bearhug.git.repository import Repository
from bearhug.storage.objects import Objects, pack_key

OPEN_REPOSITORIES = 256
"""Handles kept open, least recently used first out."""

GRACE_SECONDS = 60
"""A file no row names is left for so long: another transaction may see the row already."""

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


class GitCache:
    """Bare repositories under `root`, made from rows and objects as they are asked for.

    Nothing here is ever fsynced, so nothing survives a reboot: after one, files may be short
    or hold zeros. A process that was killed loses nothing it had renamed into place.
    """

    def __init__(
        self,
        root: Path,
        objects: Objects,
        *,
        open_repositories: int = OPEN_REPOSITORIES,
        grace_seconds: int = GRACE_SECONDS,
    ) -> None:
        self.root = root
        self._objects = objects
        self._limit = open_repositories
        self._grace_seconds = grace_seconds
        self._clones: OrderedDict[int, Clone] = OrderedDict()
        self._lock = threading.Lock()
        _forget_before_boot(root)

    def open(self, db: Connection, repo_id: int) -> Repository:
        """The repository as this transaction sees it. Raises Unavailable for a lost pack."""
        reader = self._clone(repo_id).refresh(db)
        return Repository(reader, store.refs(db, repo_id))

    def sync_refs(self, db: Connection, repo_id: int) -> Path:
        """The bare repository with this transaction's packs and refs, for git itself to read."""
        clone = self._clone(repo_id)
        clone.refresh(db)
        clone.write_refs(store.refs(db, repo_id).values())
        return clone.path

    def put(self, pack: Pack) -> bool:
        """Bytes first: keep a pack that is too large for a row in the object store.

        Whether it did: `stored` for `store.add_pack`. Call it before the transaction.
        """
        if pack.data is None or len(pack.data) <= store.INLINE_BYTES:
            return pack.data is None
        self._objects.put(pack_key(pack.sha), pack.data)
        return True

    def note(self, repo_id: int, pack_id: int, pack: Pack) -> None:
        """A pack was committed: spare the next reader the fetching. Call it after the commit.

        A repository that nobody reads stays without a cache.
        """
        if pack.data is not None and pack.idx is not None:
            self._clone(repo_id).note(store.PackRow(pack_id, pack.sha, pack.size, pack.count), pack)

    def place(self, repo_id: int, pack: Pack, file: Path, index: Path) -> None:
        """Have a pushed pack at hand before a row names it: the transaction is not kept waiting.

        Where no row does in the end, the files go as whatever is stale goes.
        """
        self._clone(repo_id).place(pack.sha, file, index)

    def drop(self, repo_id: int) -> None:
        """Forget a repository that was deleted."""
        with self._lock:
            self._clones.pop(repo_id, None)
        shutil.rmtree(self._path(repo_id), ignore_errors=True)

    def _clone(self, repo_id: int) -> Clone:
        with self._lock:
            clone = self._clones.pop(repo_id, None)
            if clone is None:
                path = self._path(repo_id)
                clone = Clone(repo_id, path, self._objects, self._grace_seconds)
            self._clones[repo_id] = clone
            if len(self._clones) > self._limit:
                self._clones.popitem(last=False)
        return clone

    def _path(self, repo_id: int) -> Path:
        return self.root / f"{repo_id % 256:02x}" / f"{repo_id}.git"


def _forget_before_boot(root: Path) -> None:
    """Empty the cache unless it was made since this machine started."""
    boot = _BOOT_ID.read_text() if _BOOT_ID.exists() else uuid4().hex
    mark = root / "boot"
    if mark.exists() and mark.read_text() == boot:
        return
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir(parents=True)
    mark.write_text(boot)
