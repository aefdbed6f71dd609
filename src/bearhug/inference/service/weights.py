"""Weights on this machine's disk, where an engine can map them into memory.

Files are kept in chunks, or far away; engines want them whole and here. So they are put together
in the data folder's `cache/weights`, once for all who load them. It is a cache: anything in it may
be deleted, and what nobody asked for in a while is. What is mapped into memory stays there.
"""

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
from bearhug.inference.service.headers import Shard
from bearhug.inference.service.placing import Located
from bearhug.storage.objects import lfs_key

KEEP_SECONDS = 3 * 24 * 3600
READ_BYTES = 16 << 20


def model_file(hub: Hub, located: Located) -> ModelFile:
    """The model with its files. Slow if they are to be put together: call it in a thread.

    Raises Unavailable if they cannot be read, or the disk is full.
    """
    return replace(located.model, paths=on_disk(hub, located.shards))


def on_disk(hub: Hub, shards: tuple[Shard, ...]) -> tuple[Path, ...]:
    """Where these files are, whole; together they stay there though they be more than the cache
    may hold. Raises Unavailable.
    """
    folder = hub.settings.data_dir / "cache" / "weights"
    folder.mkdir(parents=True, exist_ok=True)
    return tuple(_path(hub, folder, shard, shards) for shard in shards)


def _path(hub: Hub, folder: Path, shard: Shard, together: tuple[Shard, ...]) -> Path:
    kept = folder / shard.digest
    with suppress(FileNotFoundError):
        if kept.stat().st_size == shard.size:
            os.utime(kept)
            return kept
    room = hub.settings.weights_cache_bytes - shard.size
    _forget(folder, room, spared={each.digest for each in together})
    local = hub.objects.path(lfs_key(shard.digest)) if shard.lfs else None
    if local is None:
        _bring(shard, kept)
        return kept
    return kept if _linked(local, kept) else local


def _linked(whole: Path, kept: Path) -> bool:
    """Costs nothing, and outlives the whole file, which goes once it is in chunks."""
    try:
        os.link(whole, kept)
    except FileExistsError:  # another question was faster
        return True
    except OSError:  # another disk, or it has just gone
        return False
    os.utime(kept)
    return True


def _bring(shard: Shard, kept: Path) -> None:
    coming = kept.with_name(f"{kept.name}.{uuid4().hex}.part")
    try:
        with coming.open("wb") as file:
            file.writelines(_blocks(shard))
            if file.tell() != shard.size:
                raise OSError(f"{shard.path} is not all there")
        coming.replace(kept)  # whole or not there
    except OSError as error:
        raise Unavailable(f"The weights could not be brought to this disk: {error}.") from error
    finally:
        coming.unlink(missing_ok=True)


def _forget(folder: Path, room: int, spared: set[str]) -> None:
    """Remove what was not asked for in a while; then, oldest first, what is over `room` bytes."""
    listed: list[tuple[float, int, Path]] = []
    for path in folder.iterdir():
        with suppress(FileNotFoundError):
            found = path.stat()
            listed.append((found.st_mtime, found.st_size, path))
    stale = time.time() - KEEP_SECONDS
    total = sum(size for _, size, _ in listed)
    for at, size, path in sorted(listed):
        if path.name in spared or (path.suffix == ".part" and at > stale):
            continue
        if at < stale or total > room:
            path.unlink(missing_ok=True)
            total -= size


def _blocks(shard: Shard) -> Iterator[bytes]:
    for start in range(0, shard.size, READ_BYTES):
        yield shard.read(start, min(shard.size, start + READ_BYTES))
