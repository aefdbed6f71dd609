"""Transactions mean what they say, on SQLite and on PostgreSQL."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import bindparam, func, select, update

from bearhug.db import Connection, Database, IntegrityError, adding, statement, upsert
from bearhug.db.schema import accounts, secrets

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
