"""The migrations and the schema say the same, in both dialects."""

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from bearhug.db import Connection
from bearhug.db.migrating import engine_for, migrate
from bearhug.db.open import TooNew, open_database
from bearhug.db.schema import metadata
from bearhug.db.secrets import kept_secret


@pytest.fixture
def address(tmp_path: Path, database_url: str) -> str:
    """Of an empty database, as SQLAlchemy spells it."""
    if not database_url:
        return f"sqlite:///{tmp_path / 'hub.db'}"
    return database_url.replace("postgresql://", "postgresql+psycopg://")


def test_a_migrated_database_is_what_the_schema_says(address: str) -> None:
    migrate(address)
    engine = engine_for(address)
    with engine.connect() as connection:
        options = {"include_name": lambda name, kind, parents: not str(name).startswith("search")}
        context = MigrationContext.configure(connection, opts=options)
        changes = compare_metadata(context, metadata)
    engine.dispose()
    tables = [change for change in changes if not _of_search(change)]
    assert tables == []


def _of_search(change: object) -> bool:
    """The index of full-text search is written in each dialect's own SQL."""
    return "search" in str(change)


def test_migrating_again_changes_nothing(address: str) -> None:
    migrate(address)
    migrate(address)


def test_an_open_database_is_migrated(tmp_path: Path) -> None:
    for _ in range(2):
        database = open_database("", tmp_path, 1)
        assert database.dialect == "sqlite"
        database.close()


def test_a_database_of_a_newer_version_is_refused_in_words(address: str) -> None:
    migrate(address)
    engine = engine_for(address)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    engine.dispose()
    with pytest.raises(TooNew, match="stands at 9999"):
        migrate(address)


def test_a_first_start_that_was_broken_off_is_begun_anew(tmp_path: Path) -> None:
    (tmp_path / "hub.db.0123.new").write_bytes(b"half of it")
    database = open_database("", tmp_path, 1)
    assert database.read(kept_nothing) is None
    database.close()


def kept_nothing(db: Connection) -> object:
    return kept_secret(db, "nothing")


def test_what_an_older_version_kept_is_still_there(address: str) -> None:
    migrate(address, "0001")
    engine = engine_for(address)
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO accounts (id, kind, name, name_key, created_at)"
            " VALUES (1, 'user', 'ada', 'ada', 0)"
        )
        connection.exec_driver_sql(
            "INSERT INTO repos (id, kind, owner_id, owner, name, key, visibility, created_at,"
            " updated_at) VALUES (7, 'model', 1, 'ada', 'bert', 'ada/bert', 'public', 0, 0)"
        )
        connection.exec_driver_sql(
            "INSERT INTO likes (repo_id, user_id, created_at) VALUES (7, 1, 0)"
        )
    engine.dispose()
    migrate(address)
    with engine.begin() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM likes").scalar() == 1
        connection.exec_driver_sql("UPDATE repos SET kind = 'kernel' WHERE id = 7")
        assert connection.exec_driver_sql("SELECT kind, talk FROM repos").one() == ("kernel", True)
    engine.dispose()
