"""Files go into chunks and come out again, whole and by range, each byte stored once."""

import os
import random
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from bearhug.db import Database
from bearhug.db.open import open_database
from bearhug.storage.disk import DiskObjects
from bearhug.xet import ingest, store
from bearhug.xet.model import XetFile
from bearhug.xet.objects import XetObjects


@pytest.fixture
def database(database_url: str, tmp_path: Path) -> Iterator[Database]:
    opened = open_database(database_url, tmp_path, 2)
    yield opened
    opened.close()


@pytest.fixture
def objects(database: Database, tmp_path: Path) -> XetObjects:
    return XetObjects(DiskObjects(tmp_path / "objects"), database)


def bring(database: Database, objects: XetObjects, data: bytes) -> tuple[XetFile, int]:
    taking = ingest.Ingest(database, objects, at=1)
    for start in range(0, len(data), 777_777):
        taking.feed(data[start : start + 777_777])
    taking.end_file()
    came = taking.finish()[0]
    id = database.write(lambda db: ingest.land(db, came, 1))
    file = database.read(lambda db: store.file_by_id(db, id))
    assert file is not None
    assert (file.hash, file.size) == (came.hash, len(data))
    return file, taking.new_bytes


def test_a_file_comes_out_as_it_went_in(database: Database, objects: XetObjects) -> None:
    data = os.urandom(3_000_000) + b"again and again " * 50_000
    file, _ = bring(database, objects, data)
    assert objects.get(file.key) == data
    assert objects.size(file.key) == len(data)
    assert file.sha256 == sha256(data).hexdigest()


def test_any_range_is_the_same_as_of_the_whole(database: Database, objects: XetObjects) -> None:
    data = random.Random(1).randbytes(2_000_000)
    file, _ = bring(database, objects, data)
    chosen = random.Random(2)
    spans = [(0, 1), (0, len(data)), (len(data) - 1, len(data)), (5, 5), (10, 5)]
    spans += [tuple(sorted(chosen.sample(range(len(data)), 2))) for _ in range(100)]
    for start, stop in spans:
        assert b"".join(objects.read(file.key, start, stop)) == data[start:stop], (start, stop)


def test_an_edited_copy_costs_only_its_edit(database: Database, objects: XetObjects) -> None:
    data = random.Random(3).randbytes(8_000_000)
    _, first = bring(database, objects, data)
    edited = data[:4_000_000] + b"something new" + data[4_000_000:]
    file, second = bring(database, objects, edited)
    assert first > len(data) * 0.99
    assert second < 300_000
    assert objects.get(file.key) == edited


def test_an_empty_file_is_one(database: Database, objects: XetObjects) -> None:
    file, new = bring(database, objects, b"")
    assert (file.hash, new) == (bytes(32), 0)
    assert objects.get(file.key) == b""


def test_a_large_file_takes_several_xorbs(database: Database, objects: XetObjects) -> None:
    data = random.Random(4).randbytes(70 << 20)
    file, new = bring(database, objects, data)
    assert len(file.runs) == 2
    assert b"".join(objects.read(file.key, 66 << 20)) == data[66 << 20 :]
    assert new >= len(data)
