"""Transactions mean what they say, on SQLite and on PostgreSQL."""

import asyncio
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import bindparam, func, select, text, update

from bearhug.db import Connection, Database, IntegrityError, Statement, adding, statement, upsert
from bearhug.db.open import open_database
from bearhug.db.schema import accounts, secrets
from bearhug.errors import BadRequest

ADD = adding(accounts, "kind", "name", "name_key", "created_at", returning=[accounts.c.id])
COUNT = statement(select(func.count()).select_from(accounts))
NAMED = statement(
    select(accounts.c.name)
    .where(accounts.c.name.in_(bindparam("names", expanding=True)))
    .order_by(accounts.c.name)
)
OPERATE = statement(
    update(accounts).where(accounts.c.id == bindparam("id")).values(operator=bindparam("operator"))
)
OPERATOR = statement(select(accounts.c.operator).where(accounts.c.id == bindparam("id")))
KEEP = upsert(secrets, ("name", "value"), keys=("name",), update=("value",))
VALUE = statement(select(secrets.c.value))

PAGES = statement(text("PRAGMA page_count"))


def limit_to(pages: int) -> Statement:
    return statement(text(f"PRAGMA max_page_count = {pages}"))


def add(db: Connection, name: str) -> int:
    return int(db.one(ADD, kind="user", name=name, name_key=name, created_at=0).id)


def count(db: Connection) -> int:
    return int(db.value(COUNT))


def test_what_was_written_is_read(database: Database) -> None:
    first = database.write(lambda db: add(db, "ada"))
    second = database.write(lambda db: add(db, "grace"))
    assert second > first
    found = database.read(lambda db: db.all(NAMED, names=["grace", "ada", "nobody"]))
    assert [row.name for row in found] == ["ada", "grace"]


def test_raising_undoes_it_all(database: Database) -> None:
    def fail(db: Connection) -> None:
        add(db, "ada")
        raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011 - ours, from above
        database.write(fail)
    assert database.read(count) == 0


def test_a_savepoint_fails_alone(database: Database) -> None:
    def twice(db: Connection) -> None:
        add(db, "ada")
        with pytest.raises(IntegrityError), db.savepoint():
            add(db, "ada")
        add(db, "grace")

    database.write(twice)
    assert database.read(count) == 2


def test_of_many_at_once_each_has_its_own_fate(database: Database) -> None:
    def work(number: int) -> Any:
        def run(db: Connection) -> int:
            add(db, f"n{number}")
            if number % 5 == 0:
                raise ValueError(number)
            return number

        return run

    async def all_at_once() -> list[Any]:
        writes = (database.awrite(work(number)) for number in range(20))
        return await asyncio.gather(*writes, return_exceptions=True)

    outcomes = asyncio.run(all_at_once())
    assert [isinstance(each, ValueError) for each in outcomes] == [n % 5 == 0 for n in range(20)]
    assert database.read(count) == 16


def test_a_read_cannot_write(database: Database) -> None:
    with pytest.raises(Exception, match=r"read-?only"):
        database.read(lambda db: add(db, "ada"))


def test_upsert_and_booleans_and_bytes(database: Database) -> None:
    id = database.write(lambda db: add(db, "ada"))
    database.write(lambda db: db.run(OPERATE, id=id, operator=True))
    assert bool(database.read(lambda db: db.value(OPERATOR, id=id))) is True
    for value in (b"old", b"new"):
        database.write(lambda db, value=value: db.run(KEEP, name="x", value=value))  # type: ignore[misc]
    assert bytes(database.read(lambda db: db.value(VALUE))) == b"new"


def test_a_slow_read_in_a_thread_sees_one_moment(database: Database) -> None:
    async def race() -> tuple[int, int]:
        def look_twice(db: Connection) -> tuple[int, int]:
            before = count(db)
            database.write(
                lambda other: add(other, "ada")
            ) if database.dialect == "sqlite" else None
            return before, count(db)

        return await database.aread(look_twice, slow=True)

    before, after = asyncio.run(race())
    assert before == after


def test_what_cannot_be_kept_is_the_callers_mistake(database: Database) -> None:
    for wrong in ("half \ud800", *(["a\0b"] if database.dialect == "postgresql" else [])):
        with pytest.raises(BadRequest):
            database.write(lambda db, wrong=wrong: add(db, wrong))
    for number in (2**63, -(2**63) - 1, 10**30):
        with pytest.raises(BadRequest):
            database.read(lambda db, number=number: db.value(OPERATOR, id=number))
    database.write(lambda db: add(db, "ada"))
    assert database.read(count) == 1


def test_threads_that_end_leave_no_connections_behind(database: Database) -> None:
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(40):
        thread = threading.Thread(target=database.read, args=(count,))
        thread.start()
        thread.join()
    assert len(list(Path("/proc/self/fd").iterdir())) - before < 10


def test_a_read_within_a_read_sees_the_same_moment(database: Database) -> None:
    def twice(db: Connection) -> tuple[int, int]:
        first = count(db)
        thread = threading.Thread(target=database.write, args=(lambda db: add(db, "ada"),))
        thread.start()
        thread.join()
        return first, database.read(count)

    assert database.read(twice) == (0, 0)
    assert database.read(count) == 1


def test_a_full_disk_keeps_nothing_it_did_not_acknowledge(tmp_path: Path) -> None:
    database = open_database("", tmp_path, 2)
    pages = database.read(lambda db: db.execute(PAGES, {}).fetchone()[0])
    # The writer's own limit stands for the disk's.
    database.write(lambda db: db.execute(limit_to(pages + 3), {}).fetchone())
    gate = threading.Event()
    told: dict[str, str] = {}

    def write(name: str) -> None:
        try:
            database.write(lambda db: (gate.wait(5), add(db, name))[1])
            told[name] = "kept"
        except Exception as error:
            told[name] = type(error).__name__

    names = [f"{n}{'x' * (200_000 if n == 5 else 4)}" for n in range(12)]
    threads = [threading.Thread(target=write, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
        time.sleep(0.02)
    gate.set()
    for thread in threads:
        thread.join(10)
    there = {row.name for row in database.read(lambda db: db.all(NAMED, names=names))}
    assert there == {name for name, said in told.items() if said == "kept"}
    assert len(told) == 12
    assert names[5] not in there
    database.write(lambda db: add(db, "after"))
    database.close()
    with pytest.raises(RuntimeError):
        database.write(count)
