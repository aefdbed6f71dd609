"""Uploads in parts, on disk and on a real S3 server."""

import fcntl
import hashlib
import random
from pathlib import Path

import pytest

from bearhug.errors import BadName, ChecksumMismatch, Conflict, Unprocessable
from bearhug.storage import Objects, Parts, lfs_key

PART_BYTES = 3 * 1024 * 1024
HONEY = random.Random(1).randbytes(2 * PART_BYTES + 5)
SHA = hashlib.sha256(HONEY).hexdigest()


@pytest.fixture
def parts(objects: Objects) -> Parts:
    return Parts(objects, "upload-1", len(HONEY), PART_BYTES)


def received(objects: Objects, data: bytes) -> Path:
    path = objects.scratch / hashlib.sha256(data).hexdigest()
    path.write_bytes(data)
    return path


def write(parts: Parts, number: int, data: bytes | None = None) -> None:
    start = (number - 1) * PART_BYTES
    data = HONEY[start : start + PART_BYTES] if data is None else data
    parts.write(number, received(parts.objects, data))


def test_parts_come_in_any_order_and_again(parts: Parts) -> None:
    assert parts.count == 3
    write(parts, 3)
    write(parts, 1, b"x" * PART_BYTES)
    write(parts, 2)
    write(parts, 1)
    assert parts.complete(SHA) == len(HONEY)
    assert parts.objects.get(lfs_key(SHA)) == HONEY
    assert parts.complete(SHA) == len(HONEY)  # whoever was killed before the row may ask again
    parts.abort()
    assert list(parts.objects.scratch.iterdir()) == []


def test_an_upload_goes_on_after_a_restart(parts: Parts) -> None:
    write(parts, 1)
    write(parts, 3)
    again = Parts(parts.objects, "upload-1", len(HONEY), PART_BYTES)
    assert again.missing() == [2]
    with pytest.raises(Unprocessable) as refused:
        again.complete(SHA)
    assert refused.value.details["parts"] == [2]
    write(again, 2)
    assert again.complete(SHA) == len(HONEY)


def test_what_others_sent_is_not_had_by_its_hash(parts: Parts) -> None:
    for number in (1, 2, 3):
        write(parts, number)
    assert parts.complete(SHA) == len(HONEY)
    parts.abort()
    with pytest.raises(Unprocessable):
        parts.complete(SHA)
    for number, size in ((1, PART_BYTES), (2, PART_BYTES), (3, len(HONEY) - 2 * PART_BYTES)):
        write(parts, number, b"\0" * size)
    with pytest.raises(ChecksumMismatch):
        parts.complete(SHA)
    assert parts.objects.get(lfs_key(SHA)) == HONEY


def test_parts_that_hash_to_something_else_are_forgotten(parts: Parts) -> None:
    for number in (1, 2, 3):
        write(parts, number)
    with pytest.raises(ChecksumMismatch):
        parts.complete("0" * 64)
    assert parts.objects.size(lfs_key("0" * 64)) is None
    assert parts.missing() == [1, 2, 3]
    assert list(parts.objects.scratch.iterdir()) == []


def test_an_upload_can_be_abandoned(parts: Parts) -> None:
    write(parts, 2)
    parts.abort()
    parts.abort()
    assert parts.missing() == [1, 2, 3]


def test_a_part_has_its_number_and_its_length(parts: Parts) -> None:
    for number in (0, 4):
        with pytest.raises(Unprocessable):
            write(parts, number, b"x")
    with pytest.raises(ChecksumMismatch):
        write(parts, 1, b"short")
    with pytest.raises(BadName):
        Parts(parts.objects, "../x", 1, 1)
    with pytest.raises(BadName):
        parts.complete("not a hash")


def test_two_uploads_do_not_meet(objects: Objects) -> None:
    one, other = (Parts(objects, name, len(HONEY), PART_BYTES) for name in ("one", "other"))
    write(one, 1)
    assert other.missing() == [1, 2, 3]


def test_no_part_is_written_while_they_are_joined(disk: Objects) -> None:
    parts = Parts(disk, "upload-1", len(HONEY), PART_BYTES)
    for number in (1, 2, 3):
        write(parts, number)
    with (disk.scratch / "upload-upload-1" / "data").open("rb") as data:
        fcntl.flock(data, fcntl.LOCK_EX)
        with pytest.raises(Conflict):
            write(parts, 1)
        with pytest.raises(Conflict):
            parts.complete(SHA)
    assert parts.complete(SHA) == len(HONEY)
