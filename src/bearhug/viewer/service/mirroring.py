"""A repo's files at a commit as a folder, and its Parquet files where an engine can map them.

Whole files that the store has on this disk are linked, which costs nothing; what is in chunks or
far away is put together. `cache/viewer` in the data folder is a cache: all of it may be deleted.
"""

import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4

from bearhug.errors import Unavailable
from bearhug.files import service as files
from bearhug.files.model import Node, Snapshot
from bearhug.git.formats import SUBMODULE
from bearhug.git.writing import check_path
from bearhug.hub import Hub, Transaction
from bearhug.repos import store as repo_rows
from bearhug.storage.objects import lfs_key
from bearhug.viewer.model import Shard

READ_BYTES = 16 << 20
MOST_FILES = 200_000
SHOWN_DOT_FILE = ".huggingface.yaml"
STALE_SECONDS = 3 * 24 * 3600

Read = Callable[[int, int], bytes]


def folder(hub: Hub) -> Path:
    """Where this feature keeps what it can make again."""
    return hub.settings.data_dir / "cache" / "viewer"


@contextmanager
def workplace(hub: Hub) -> Iterator[tuple[Path, Path]]:
    """(where the files go, where a program may write), for as long as the block lasts."""
    place = folder(hub) / "builds" / uuid4().hex
    mirror, scratch = place / "files", place / "scratch"
    for each in (mirror, scratch):
        each.mkdir(parents=True)
    try:
        yield mirror, scratch
    finally:
        shutil.rmtree(place, ignore_errors=True)


def snapshot(tx: Transaction, repo_id: int, revision: str) -> Snapshot | None:
    repo = repo_rows.by_id(tx.db, repo_id)
    return files.at(tx, repo, revision) if repo is not None else None


def data_files(tx: Transaction, seen: Snapshot) -> list[Node]:
    """What the library may look at: no folder, no submodule, no hidden file."""
    found = files.nodes(tx, seen, recursive=True, limit=MOST_FILES)
    listed = [node for node in found if not node.is_dir and node.mode != SUBMODULE]
    return files.held(tx, seen, [node for node in listed if not _hidden(node.path)])


def lay_out(
    hub: Hub, seen: Snapshot, found: list[Node], place: Path, look: Callable[[], None]
) -> None:
    """All these files below `place`. `look` is called between any two, and may raise."""
    for node in found:
        look()
        check_path(node.path)
        path = place / node.path
        path.parent.mkdir(parents=True, exist_ok=True)
        _bring(hub, node, path, hub.read(files.reader, seen, node))


def shard_on_disk(hub: Hub, repo_id: int, revision: str, shard: Shard) -> Path:
    """Where a converted file lies, whole. Slow the first time: call it in a thread.

    Raises Unavailable if it cannot be read.
    """
    kept = folder(hub) / "parquet" / shard.etag
    with suppress(FileNotFoundError):
        if kept.stat().st_size == shard.size:
            os.utime(kept)
            return kept
    seen = hub.read(snapshot, repo_id, revision)
    if seen is None:
        raise Unavailable("The dataset is gone.")
    node, read = hub.read(_located, seen, shard.path)
    kept.parent.mkdir(parents=True, exist_ok=True)
    _bring(hub, node, kept, read)
    return kept


def sweep(hub: Hub) -> None:
    """Forget files nobody asked for in days, and what a process left that was killed."""
    for place, pattern in (("parquet", "*"), ("builds", "*")):
        for path in (folder(hub) / place).glob(pattern):
            with suppress(OSError):
                if path.stat().st_mtime < time.time() - STALE_SECONDS:
                    shutil.rmtree(path) if path.is_dir() else path.unlink()


def keep(hub: Hub, path: Path, etag: str) -> None:
    """A file just written is at hand for the first who looks."""
    kept = folder(hub) / "parquet" / etag
    kept.parent.mkdir(parents=True, exist_ok=True)
    with suppress(OSError):
        os.link(path, kept)


def _located(tx: Transaction, seen: Snapshot, path: str) -> tuple[Node, Read]:
    node = files.node(tx, seen, path)
    return node, files.reader(tx, seen, node)


def _bring(hub: Hub, node: Node, path: Path, read: Read) -> None:
    local = hub.objects.path(lfs_key(node.lfs.sha256)) if node.lfs else None
    if local is not None:
        with suppress(OSError):  # another disk, or it has just gone
            os.link(local, path)
            return
    coming = path.with_name(f"{uuid4().hex}.part")
    try:
        with coming.open("wb") as file:
            for start in range(0, node.size, READ_BYTES):
                file.write(read(start, min(node.size, start + READ_BYTES)))
            if file.tell() != node.size:
                raise OSError(f"{node.path} is not all there")
        coming.replace(path)
    except OSError as error:
        raise Unavailable(f"{node.path} could not be brought to this disk: {error}.") from error
    finally:
        coming.unlink(missing_ok=True)


def _hidden(path: str) -> bool:
    return path != SHOWN_DOT_FILE and any(part.startswith(".") for part in path.split("/"))
