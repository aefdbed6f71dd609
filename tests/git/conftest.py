"""A shelf of repositories: rows in each kind of database, objects on disk, one cache."""

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from bearhug.db import Connection, Database, adding
from bearhug.db.schema import accounts, repos
from bearhug.git import Change, GitCache, Repository, Signature, Written, edit, store
from bearhug.storage.disk import DiskObjects

ADA = Signature("Ada", "ada@bears.example", 1_700_000_000_000, 60)

_OWNER = adding(accounts, "kind", "name", "name_key", "created_at", returning=[accounts.c.id])
_REPO = adding(
    repos,
    *("kind", "owner_id", "owner", "name", "key", "visibility", "created_at", "updated_at"),
    returning=[repos.c.id],
)

Edits = Mapping[str, bytes | Change | None]


def changes(edits: Edits) -> dict[str, Change | None]:
    return {
        path: Change(content) if isinstance(content, bytes) else content
        for path, content in edits.items()
    }


@dataclass
class Shelf:
    database: Database
    objects: DiskObjects
    cache: GitCache
    owner: int
    clock: int = ADA.at

    def add(self, name: str) -> int:
        """A new, empty repository."""

        def work(db: Connection) -> int:
            row = {"kind": "model", "owner_id": self.owner, "owner": "ada", "name": name}
            row |= {"key": f"ada/{name}", "visibility": "public"}
            return int(db.one(_REPO, **row, created_at=0, updated_at=0).id)

        return self.database.write(work)

    def open(self, repo_id: int) -> Repository:
        return self.database.read(lambda db: self.cache.open(db, repo_id))

    def commit(
        self,
        repo_id: int,
        edits: Edits,
        message: str = "Edit",
        *,
        branch: str = "main",
        parents: tuple[str, ...] = (),
    ) -> Written:
        """A commit on the branch, a second after the one before, the way a service does it."""
        self.clock += 1000
        ref = f"refs/heads/{branch}"
        repository = self.open(repo_id)
        parent = repository.refs[ref].commit if ref in repository.refs else None
        written = edit(
            repository,
            parent,
            changes(edits),
            author=replace(ADA, at=self.clock),
            message=message,
            other_parents=parents,
        )
        self.save(repo_id, ref, parent, written)
        return written

    def save(self, repo_id: int, ref: str, parent: str | None, written: Written) -> None:
        stored = self.cache.put(written.pack)

        def work(db: Connection) -> int:
            pack_id = store.add_pack(db, repo_id, written.pack, stored=stored, at=self.clock)
            assert store.swap_ref(db, repo_id, ref, parent, written.oid)
            store.add_blobs(db, repo_id, [store.Blob(*blob) for blob in written.blobs.items()])
            return pack_id

        self.cache.note(repo_id, self.database.write(work), written.pack)

    def branch(self, repo_id: int, name: str, oid: str, peeled: str | None = None) -> bool:
        return self.database.write(
            lambda db: store.create_ref(db, repo_id, name, oid, peeled=peeled)
        )

    def bare(self, repo_id: int) -> Path:
        """The repository as git sees it."""
        return self.database.read(lambda db: self.cache.sync_refs(db, repo_id))

    def reopened(self) -> "Shelf":
        """The same after a restart of the process."""
        return replace(self, cache=GitCache(self.cache.root, self.objects))


@pytest.fixture
def shelf(database: Database, tmp_path: Path) -> Shelf:
    def work(db: Connection) -> int:
        row = db.one(_OWNER, kind="user", name="ada", name_key="ada", created_at=0)
        return int(row.id)

    objects = DiskObjects(tmp_path / "objects")
    cache = GitCache(tmp_path / "cache", objects)
    return Shelf(database, objects, cache, database.write(work))


@pytest.fixture
def git_home(tmp_path: Path) -> dict[str, str]:
    """An environment for git with nothing of this machine's in it."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_AUTHOR_NAME": ADA.name,
        "GIT_AUTHOR_EMAIL": ADA.email,
        "GIT_COMMITTER_NAME": ADA.name,
        "GIT_COMMITTER_EMAIL": ADA.email,
        "GIT_AUTHOR_DATE": f"{ADA.at // 1000} +0100",
        "GIT_COMMITTER_DATE": f"{ADA.at // 1000} +0100",
    }


@dataclass
class NativeGit:
    """git itself, in one folder."""

    folder: Path
    environment: dict[str, str]

    def __call__(self, *arguments: str, stdin: str | bytes = "") -> str:
        command = ["git", "-C", str(self.folder), *arguments]
        sent = stdin.encode() if isinstance(stdin, str) else stdin
        done = subprocess.run(command, input=sent, capture_output=True, env=self.environment)
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout.decode()


@pytest.fixture
def git(tmp_path: Path, git_home: dict[str, str]) -> NativeGit:
    """git in a fresh bare repository of its own."""
    native = NativeGit(tmp_path, git_home)
    native("init", "-q", "--bare", "native.git")
    return replace(native, folder=tmp_path / "native.git")
