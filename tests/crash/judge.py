"""What must hold after every kill."""

import hashlib
import json
import shutil
from collections.abc import Sequence
from pathlib import Path

from bearhug.files import store
from bearhug.files.service import objects as lfs
from bearhug.git.cache import GitCache
from bearhug.git.native import git
from bearhug.hub import Hub, Transaction
from bearhug.repos.model import Repo
from bearhug.storage import lfs_key
from tests.crash.writer import Kept, Writer


class Judge:
    """Looks at one repo from outside, as a client, and from beneath, as git does."""

    def __init__(self, repo: Repo, writers: Sequence[Writer], scratch: Path) -> None:
        self.repo = repo
        self.writers = writers
        self._scratch = scratch
        self._whole: set[Path] = set()

    def look(self, hub: Hub) -> None:
        """Everything acknowledged is there, nothing is half there."""
        clone = self._clone(hub)
        titles = self._log(clone)
        for writer in self.writers:
            writer.settle(titles)
        self._look_at_the_branch(titles)
        hub.read(self._look_at_objects)
        shutil.rmtree(clone)

    def look_back(self, hub: Hub) -> None:
        """Every commit ever acknowledged still is what it was."""
        clone = self._clone(hub)
        for writer in self.writers:
            for landed in writer.landed.values():
                listed = git("ls-tree", "-r", landed.oid, f"{writer.name}/", at=clone).decode()
                found = {line.split("\t")[1]: line.split()[2] for line in listed.splitlines()}
                assert found == {path: kept.oid for path, kept in landed.folder.items()}

    def _clone(self, hub: Hub) -> Path:
        """The repo made from nothing but rows and objects, and sound in git's eyes."""
        cache = GitCache(self._scratch / "cache", hub.objects)
        path = hub.db.read(lambda db: cache.sync_refs(db, self.repo.id))
        git("fsck", "--strict", "--full", "--no-dangling", at=path)
        return path

    def _log(self, clone: Path) -> dict[str, str]:
        log = git("log", "--format=%H %s", "main", at=clone).decode()
        titles = {line[41:]: line[:40] for line in log.splitlines()}
        assert len(titles) == len(log.splitlines()), "a commit landed twice"
        return titles

    def _look_at_the_branch(self, titles: dict[str, str]) -> None:
        """The server's own log, tree and bytes of it."""
        expected: dict[str, Kept] = {}
        for writer in self.writers:
            expected |= writer.kept
        ask = self.writers[0].get
        name = self.repo.name
        log = json.loads(ask(f"/api/models/{name}/commits/main?limit=1000"))
        assert {commit["title"]: commit["id"] for commit in log}.items() <= titles.items()
        assert len(log) == min(len(titles), 1000)
        tree = json.loads(ask(f"/api/models/{name}/tree/main?recursive=true"))
        found = {entry["path"]: entry["oid"] for entry in tree if entry["type"] == "file"}
        found.pop(".gitattributes", None)
        assert found == {path: kept.oid for path, kept in expected.items()}
        for path, kept in expected.items():
            content = ask(f"/{name}/resolve/main/{path}")
            assert hashlib.sha256(content).hexdigest() == kept.sha256, path

    def _look_at_objects(self, tx: Transaction) -> None:
        """An object promised is owned, and an object owned is whole."""
        for writer in self.writers:
            owned = lfs.owned(tx, self.repo, list(writer.tried))
            assert owned.keys() >= writer.promised
            for sha256, size in owned.items():
                assert tx.hub.objects.size(lfs_key(sha256)) == size == writer.tried[sha256]
        for path in sorted((tx.hub.settings.data_dir / "objects" / "lfs").rglob("*")):
            if path.is_file() and path not in self._whole:
                assert hashlib.sha256(path.read_bytes()).hexdigest() == path.name
                self._whole.add(path)


def look_for_locks(data: Path) -> None:
    """Nothing that would keep the next one out."""
    assert not [*data.rglob("*.lock")]


def packs_of(hub: Hub, repo: Repo) -> int:
    return hub.read(lambda tx: store.pack_count(tx.db, repo.id))
