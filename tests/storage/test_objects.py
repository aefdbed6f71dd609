"""One contract, kept by the disk and by a real S3 server alike."""

import hashlib
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from bearhug.errors import BadName
from bearhug.storage import BLOCK_BYTES, Objects, lfs_key, pack_key, xorb_key

HONEY = bytes(range(251)) * (5 * BLOCK_BYTES // 251)
KEY = lfs_key(hashlib.sha256(HONEY).hexdigest())


def test_what_is_put_is_there(objects: Objects) -> None:
    objects.put(KEY, b"honey")
    assert objects.size(KEY) == 5
    assert objects.get(KEY) == b"honey"
    assert b"".join(objects.read(KEY)) == b"honey"


def test_an_empty_object_is_an_object(objects: Objects) -> None:
    objects.put(KEY, b"")
    assert objects.size(KEY) == 0
    assert objects.get(KEY) == b""
    assert b"".join(objects.read(KEY)) == b""


def test_putting_again_is_no_error(objects: Objects) -> None:
    objects.put(KEY, b"honey")
    objects.put(KEY, b"honey")
    assert objects.get(KEY) == b"honey"


def test_a_file_is_adopted_whole_and_leaves_its_place(objects: Objects) -> None:
    path = objects.scratch / "upload"
    path.write_bytes(HONEY)
    objects.adopt(KEY, path)
    assert not path.exists()
    assert objects.size(KEY) == len(HONEY)
    assert b"".join(objects.read(KEY)) == HONEY


@pytest.mark.parametrize(
    ("start", "stop"),
    [
        (0, 1),
        (3, 9),
        (BLOCK_BYTES - 1, BLOCK_BYTES + 1),
        (7, None),
        (len(HONEY) - 2, len(HONEY) + 50),
        (5, 5),
        (len(HONEY), None),
    ],
)
def test_a_part_can_be_read(objects: Objects, start: int, stop: int | None) -> None:
    objects.put(KEY, HONEY)
    blocks = list(objects.read(KEY, start, stop))
    assert b"".join(blocks) == HONEY[start:stop]
    assert all(0 < len(block) <= BLOCK_BYTES for block in blocks)


def test_a_stream_is_stored(objects: Objects) -> None:
    objects.stream(KEY, (HONEY[at : at + 99_999] for at in range(0, len(HONEY), 99_999)))
    assert objects.get(KEY) == HONEY


def test_a_stream_that_fails_stores_nothing(objects: Objects) -> None:
    def spilt() -> Iterator[bytes]:
        yield HONEY
        raise BadName("The jar fell.")

    with pytest.raises(BadName, match="The jar fell"):
        objects.stream(KEY, spilt())
    assert objects.size(KEY) is None
    assert list(objects.scratch.iterdir()) == []


def test_what_is_deleted_is_gone_and_may_be_deleted_again(objects: Objects) -> None:
    objects.put(KEY, b"honey")
    objects.delete(KEY)
    objects.delete(KEY)
    assert objects.size(KEY) is None
    assert objects.path(KEY) is None


def test_a_walk_meets_every_object_below(objects: Objects) -> None:
    objects.put(KEY, b"honey")
    objects.put("xorbs/ab/one.1", b"comb")
    objects.put("xorbs/cd/two.2", b"")
    found = {each.key: each.size for each in objects.walk("xorbs")}
    assert found == {"xorbs/ab/one.1": 4, "xorbs/cd/two.2": 0}
    (honey,) = objects.walk("lfs")
    assert honey.key == KEY
    assert abs(honey.written_at - time.time() * 1000) < 60_000
    assert list(objects.walk("packs")) == []


def test_what_is_missing_says_so(objects: Objects) -> None:
    assert objects.size(KEY) is None
    with pytest.raises(FileNotFoundError):
        objects.get(KEY)
    for start, stop in [(0, None), (5, None), (5, 9)]:
        with pytest.raises(FileNotFoundError):
            next(objects.read(KEY, start, stop))


@pytest.mark.parametrize(
    "key", ["", "/etc/passwd", "../x", "lfs/../x", "a//b", "a/.b", "a/", "a\0"]
)
def test_a_key_never_leaves_its_store(objects: Objects, key: str) -> None:
    with pytest.raises(BadName):
        objects.size(key)
    with pytest.raises(BadName):
        next(objects.read(key))
    with pytest.raises(BadName):
        objects.put(key, b"")


def test_keys_fan_out_by_hash() -> None:
    sha256, sha1 = "ab" * 32, "cd" * 20
    assert lfs_key(sha256) == f"lfs/ab/ab/{sha256}"
    assert pack_key(sha1) == f"packs/cd/{sha1}.pack"
    assert xorb_key(sha256) == f"xet/xorbs/ab/{sha256}"
    for wrong in ("../../x", sha256.upper(), sha256[1:], ""):
        with pytest.raises(BadName):
            lfs_key(wrong)


def test_the_disk_has_a_file_to_send_and_no_address(disk: Objects) -> None:
    disk.put(KEY, HONEY)
    path = disk.path(KEY)
    assert disk.local
    assert path is not None
    assert path.read_bytes() == HONEY
    assert disk.presigned(KEY, seconds=60, filename=None, content_type=None) is None


def test_a_presigned_address_gives_the_object_its_name_and_its_ranges(s3: Objects) -> None:
    s3.put(KEY, HONEY)
    url = s3.presigned(KEY, seconds=60, filename="hönig x.bin", content_type="text/plain")
    assert url is not None
    whole = httpx.get(url, trust_env=False)
    assert whole.content == HONEY
    assert whole.headers["content-type"] == "text/plain"
    assert "filename*=UTF-8''h%C3%B6nig%20x.bin" in whole.headers["content-disposition"]
    part = httpx.get(url, headers={"Range": "bytes=7-9"}, trust_env=False)
    assert (part.status_code, part.content) == (206, HONEY[7:10])
    assert httpx.get(url + "0", trust_env=False).status_code == 403
    assert not s3.local
    assert s3.path(KEY) is None


def test_a_file_from_another_disk_is_adopted_too(disk: Objects) -> None:
    elsewhere = Path("/dev/shm")
    if not elsewhere.is_dir() or elsewhere.stat().st_dev == disk.scratch.stat().st_dev:
        pytest.skip("this machine has one file system alone: a file cannot come from another")
    path = elsewhere / hashlib.sha256(str(disk.scratch).encode()).hexdigest()
    path.write_bytes(HONEY)
    disk.adopt(KEY, path)
    assert not path.exists()
    assert disk.get(KEY) == HONEY
