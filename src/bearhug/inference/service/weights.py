"""Weights on this machine's disk, where an engine can map them into memory."""

import os
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

from bearhug.errors import Unavailable
from bearhug.hub import Hub
from bearhug.inference.engines.base import ModelFile
from bearhug.inference.service.placing import Located, Shard, resident_file
from bearhug.storage.objects import BLOCK_BYTES, lfs_key

KEEP_SECONDS = 3 * 24 * 3600


def model_file(hub: Hub, located: Located) -> ModelFile:
    """The model with its files. Slow where objects are not on this disk: call it in a thread.

    Raises Unavailable if a file is not what its hash says, or the disk is full.
    """
    paths = tuple(_path(hub, shard) for shard in located.shards)
    return replace(resident_file(located), paths=paths)


def _path(hub: Hub, shard: Shard) -> Path:
    if shard.lfs and (local := hub.objects.path(lfs_key(shard.digest))):
        return local
    folder = hub.settings.data_dir / "cache" / "weights"
    kept = folder / shard.digest
    if kept.exists() and kept.stat().st_size == shard.size:
        os.utime(kept)
        return kept
    folder.mkdir(parents=True, exist_ok=True)
    _forget(folder)
    coming = folder / f"{shard.digest}.{uuid4().hex}.part"
    try:
        with coming.open("wb") as file:
            file.writelines(_blocks(shard))
        coming.replace(kept)  # whole or not there
    except OSError as error:
        raise Unavailable(f"The weights could not be brought to this disk: {error}.") from error
    finally:
        coming.unlink(missing_ok=True)
    return kept


def _forget(folder: Path) -> None:
    """Remove what was not asked for in a while. What is mapped into memory stays there."""
    for path in folder.iterdir():
        with suppress(FileNotFoundError):
            if path.stat().st_mtime < time.time() - KEEP_SECONDS:
                path.unlink()


def _blocks(shard: Shard) -> Iterator[bytes]:
    for start in range(0, shard.size, BLOCK_BYTES):
        yield shard.read(start, min(shard.size, start + BLOCK_BYTES))
