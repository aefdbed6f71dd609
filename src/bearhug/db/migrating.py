"""Bringing a schema up to date, by Alembic. Loaded by `open` when there is something to do."""

from typing import Any

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.pool import NullPool

from bearhug.db.open import MIGRATIONS, check_version


def migrate(url: str, revision: str = "head") -> None:
    """Bring the database at this SQLAlchemy address to a revision, in one transaction."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    engine = engine_for(url)
    with engine.begin() as connection:
        check_version(MigrationContext.configure(connection).get_current_revision() or "")
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    engine.dispose()


def engine_for(url: str) -> Engine:
    """An engine for migrations alone: no pool, since one connection does it."""
    engine = create_engine(url, poolclass=NullPool)
    if engine.dialect.name == "sqlite":
        # Left alone, Python's sqlite3 commits before each CREATE TABLE
        # (docs.sqlalchemy.org/dialects/sqlite.html, "Serializable isolation / Savepoints").
        event.listen(engine, "connect", _leave_transactions_to_us)
        event.listen(engine, "begin", _begin)
    return engine


def _leave_transactions_to_us(raw: Any, _record: Any) -> None:
    raw.isolation_level = None


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
