"""Bodies on their way in: hashed, bounded, and gone without a trace when they are wrong."""

import hashlib
from pathlib import Path

import pytest

from bearhug.errors import ChecksumMismatch, TooLarge
from bearhug.storage import Incoming

HONEY = b"honey" * 100_000
SHA = hashlib.sha256(HONEY).hexdigest()


def feed(incoming: Incoming) -> None:
    for at in range(0, len(HONEY), 99_999):
        incoming.feed(HONEY[at : at + 99_999])


def test_a_whole_body_is_received(tmp_path: Path) -> None:
    with Incoming(tmp_path, expected_sha256=SHA, expected_size=len(HONEY)) as incoming:
        feed(incoming)
        received = incoming.finish()
    assert (received.sha256, received.size) == (SHA, len(HONEY))
    assert received.path.read_bytes() == HONEY
    assert list(tmp_path.iterdir()) == [received.path]


def test_nothing_need_be_expected(tmp_path: Path) -> None:
    with Incoming(tmp_path) as incoming:
        received = incoming.finish()
    assert received.size == 0
    assert received.path.read_bytes() == b""


def test_bytes_that_hash_to_something_else_leave_nothing(tmp_path: Path) -> None:
    with Incoming(tmp_path, expected_sha256="0" * 64) as incoming:
        feed(incoming)
        with pytest.raises(ChecksumMismatch, match=SHA):
            incoming.finish()
    assert list(tmp_path.iterdir()) == []


def test_too_few_bytes_leave_nothing(tmp_path: Path) -> None:
    with Incoming(tmp_path, expected_size=len(HONEY) + 1) as incoming:
        feed(incoming)
        with pytest.raises(ChecksumMismatch):
            incoming.finish()
    assert list(tmp_path.iterdir()) == []


def test_too_many_bytes_are_refused_as_soon_as_they_come(tmp_path: Path) -> None:
    with Incoming(tmp_path, expected_size=10) as incoming, pytest.raises(ChecksumMismatch):
        feed(incoming)
    with Incoming(tmp_path, limit=10) as incoming, pytest.raises(TooLarge):
        feed(incoming)
    assert list(tmp_path.iterdir()) == []


def test_a_length_is_refused_before_a_byte_is_read(tmp_path: Path) -> None:
    with pytest.raises(TooLarge):
        Incoming(tmp_path, expected_size=11, limit=10)
    with Incoming(tmp_path, expected_size=9, limit=10) as incoming:
        incoming.check_length(None)
        incoming.check_length(9)
        with pytest.raises(TooLarge):
            incoming.check_length(11)
        with pytest.raises(ChecksumMismatch):
            incoming.check_length(10)
    assert list(tmp_path.iterdir()) == []


def test_what_is_broken_off_leaves_nothing(tmp_path: Path) -> None:
    incoming = Incoming(tmp_path)
    incoming.feed(HONEY)
    incoming.close()
    incoming.close()
    assert list(tmp_path.iterdir()) == []
