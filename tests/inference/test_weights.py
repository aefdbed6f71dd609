"""Weights are put together once, in a cache that keeps to its size."""

import hashlib
import os
import random
from dataclasses import replace
from pathlib import Path

import pytest

from bearhug.errors import Unavailable
from bearhug.files.service import objects as lfs
from bearhug.hub import Hub
from bearhug.inference.service.headers import Shard
from bearhug.inference.service.weights import KEEP_SECONDS, on_disk
from bearhug.repos import service as repos
from bearhug.repos.model import RepoKind
from bearhug.storage import lfs_key
from tests.conftest import person

MIB = 1 << 20


def shard(hub: Hub, seed: int, *, size: int = MIB) -> Shard:
    """Weights that a repo holds, whole."""
    data = random.Random(seed).randbytes(size)
    sha256 = hashlib.sha256(data).hexdigest()
    repo = hub.write_as(person(hub, "ada"), repos.create, RepoKind.MODEL, f"model{seed}")
    path = hub.objects.scratch / "coming"
    path.write_bytes(data)
    lfs.claim(hub, repo, path, sha256, size)
    return Shard(f"{seed}.gguf", sha256, size, True, lambda start, stop: data[start:stop])


def in_chunks(hub: Hub, one: Shard) -> None:
    """Its whole file has gone."""
    hub.objects.delete(lfs_key(one.digest))


def names(paths: tuple[Path, ...]) -> set[str]:
    return {path.name for path in paths[0].parent.iterdir()}


def test_a_whole_file_is_not_copied_and_outlives_its_object(hub: Hub) -> None:
    one = shard(hub, 1)
    stored = hub.objects.path(lfs_key(one.digest))
    (path,) = on_disk(hub, (one,))
    assert stored is not None
    assert path.samefile(stored)
    in_chunks(hub, one)
    assert on_disk(hub, (one,)) == (path,)
    assert path.read_bytes() == one.read(0, one.size)


def test_a_file_in_chunks_is_put_together_once(hub: Hub) -> None:
    one = shard(hub, 1, size=40 * MIB)
    in_chunks(hub, one)
    (path,) = on_disk(hub, (one,))
    assert path.read_bytes() == one.read(0, one.size)
    before = path.stat().st_ino
    assert on_disk(hub, (one,))[0].stat().st_ino == before


def test_the_cache_keeps_to_its_size_and_forgets_the_oldest(hub: Hub) -> None:
    settings = hub.settings.model_copy(update={"weights_cache_bytes": 2 * MIB + 100})
    small = replace(hub, settings=settings)
    three = [shard(hub, seed) for seed in (1, 2, 3)]
    for age, one in enumerate(three):
        in_chunks(hub, one)
        (path,) = on_disk(small, (one,))
        os.utime(path, (path.stat().st_mtime - 100 + age,) * 2)
    assert names((path,)) == {three[1].digest, three[2].digest}


def test_shards_of_one_model_stay_together(hub: Hub) -> None:
    settings = hub.settings.model_copy(update={"weights_cache_bytes": MIB})
    small = replace(hub, settings=settings)
    both = (shard(hub, 1), shard(hub, 2))
    for one in both:
        in_chunks(hub, one)
    assert all(path.exists() for path in on_disk(small, both))


def test_what_nobody_asked_for_goes_when_something_comes(hub: Hub) -> None:
    one, other = shard(hub, 1), shard(hub, 2)
    (path,) = on_disk(hub, (one,))
    os.utime(path, (path.stat().st_mtime - KEEP_SECONDS - 1,) * 2)
    on_disk(hub, (other,))
    assert names((path,)) == {other.digest}


def test_a_file_that_is_cut_off_is_not_loaded(hub: Hub) -> None:
    one = shard(hub, 1)
    in_chunks(hub, one)
    torn = replace(one, read=lambda start, stop: b"short")
    with pytest.raises(Unavailable, match="not all there"):
        on_disk(hub, (torn,))
    assert not any((hub.settings.data_dir / "cache" / "weights").iterdir())
