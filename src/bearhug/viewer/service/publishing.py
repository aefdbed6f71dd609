"""The branch refs/convert/parquet: what a dataset's rows are as Parquet, committed."""

import hashlib
import os
import stat
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from bearhug.errors import HubError, Unavailable
from bearhug.files import service as files
from bearhug.files.model import Landing, Node, Snapshot
from bearhug.files.service.committing import land, landing_of, signature
from bearhug.git import store as git
from bearhug.git.formats import FILE, Pointer, oid_of
from bearhug.git.writing import Change, edit
from bearhug.hub import Hub, Transaction
from bearhug.repos import store as repo_rows
from bearhug.repos.model import Repo
from bearhug.viewer.model import CONVERTED, Shard
from bearhug.viewer.service import mirroring

TITLE = "Update parquet files"
TRIES = 20
BLOCK_BYTES = 1 << 20
ATTRIBUTES = b"*.parquet filter=lfs diff=lfs merge=lfs -text\n"
MOST_SHARDS = 10_000

Made = tuple[Shard, Change, Pointer | None]
"""A file of the branch to be: its row, its entry in the tree, its pointer if it is new."""


class NothingToWrite(HubError):
    """A program left something that is no file where a file should be."""

    status, code = 500, "JobManagerCrashedError"


def name_of(config: str, split: str, number: int, count: int, *, partial: bool) -> str:
    """A shard's path on the branch. Past MOST_SHARDS they are spread over several folders."""
    folder = f"partial-{split}" if partial else split
    if count > MOST_SHARDS:
        folder += f"-part{number // MOST_SHARDS}"
    return f"{config}/{folder}/{number % MOST_SHARDS:04d}.parquet"


def taken(hub: Hub, repo: Repo, path: Path, place: Path, rows: int, name: str) -> Made:
    """A file that a stranger's data made becomes an object of the repo's.

    It is copied: whoever wrote it may still hold it open. Raises NothingToWrite.
    """
    coming = place / "taken"
    sha256, size = _copied(path, coming)
    path.unlink()
    mirroring.keep(hub, coming, sha256)
    files.claim(hub, repo, coming, sha256, size)
    pointer = Pointer(sha256, size)
    return Shard(name, sha256, size, rows), Change(pointer.dump()), pointer


def fetch(path: Path, to: Path) -> None:
    """A file that a stranger's data made, copied likewise. Raises NothingToWrite."""
    coming = to.with_suffix(".part")
    _copied(path, coming)
    path.unlink()
    coming.replace(to)


def pointed(node: Node, rows: int, name: str) -> Made:
    """A Parquet file of the repo itself, under its new name: no byte is moved."""
    return Shard(name, node.etag, node.size, rows), Change(node.oid, FILE), None


def publish(hub: Hub, repo_id: int, made: Sequence[Made]) -> str:
    """Commit exactly these files to the branch, which may not be there yet; returns the commit.

    Slow. Raises Unavailable if the repo is gone, or the branch never stands still.
    """
    changes = {shard.path: change for shard, change, _ in made}
    pointers = {
        oid_of("blob", pointer.dump()): pointer for _, _, pointer in made if pointer is not None
    }
    for _ in range(TRIES):
        landing = hub.read(_plan, repo_id, changes, pointers)
        if landing.old == landing.new:
            return landing.new
        hub.git.put(landing.pack)
        if hub.write(land, landing):
            return landing.new
    raise Unavailable(f"{CONVERTED} is changing too often just now.")


def _plan(
    tx: Transaction, repo_id: int, changes: Mapping[str, Change], pointers: dict[str, Pointer]
) -> Landing:
    repo = repo_rows.by_id(tx.db, repo_id)
    if repo is None:
        raise Unavailable("The dataset is gone.")
    repository = tx.hub.git.open(tx.db, repo_id)
    known = git.ref(tx.db, repo_id, CONVERTED)
    parent = known.commit if known else None
    all_of_it: dict[str, Change | None] = {}
    if parent is not None:
        all_of_it |= {entry.path: None for entry in repository.children(parent)}
    all_of_it |= {**changes, ".gitattributes": Change(ATTRIBUTES)}
    written = edit(repository, parent, all_of_it, author=signature(tx), message=TITLE)
    landing = landing_of(tx, repo, CONVERTED, parent, written, pointers, TITLE)
    if parent is not None and repository.reader.tree_of(parent) == written.tree:
        return replace(landing, new=parent)
    return landing


def _copied(path: Path, to: Path) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    try:
        source = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        raise NothingToWrite(f"The converted file cannot be read: {error.strerror}.") from error
    with os.fdopen(source, "rb") as reading, to.open("wb") as writing:
        if not stat.S_ISREG(os.fstat(source).st_mode):
            raise NothingToWrite("The converted file is no file.")
        while block := reading.read(BLOCK_BYTES):
            digest.update(block)
            size += writing.write(block)
    return digest.hexdigest(), size


def origin(tx: Transaction, seen: Snapshot, path: str) -> Node:
    """The file of the repo that a split's rows are read from as they are."""
    return files.node(tx, seen, path)
