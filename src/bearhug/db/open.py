"""Choosing a database, and bringing its schema up to date."""

import sqlite3
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Column as Column_
from sqlalchemy import Engine, MetaData, Table, Text, create_engine, select
from sqlalchemy.pool import NullPool

from bearhug.db.connection import Connection, Database
from bearhug.db.sqlite import SqliteDatabase
from bearhug.db.statements import statement

try:
    import psycopg

    from bearhug.db.postgres import PostgresDatabase

    FAILURES: tuple[type[Exception], ...] = (sqlite3.Error, psycopg.Error)
except ImportError:  # psycopg is an extra
    PostgresDatabase = None  # type: ignore[assignment, misc]
    FAILURES = (sqlite3.Error,)

MIGRATIONS = Path(__file__).parent / "migrations"
HEAD = max(path.name[:4] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))
"""The newest migration's number; a database that says the same needs no look at Alembic."""

_version = Table("alembic_version", MetaData(), Column_("version_num", Text))
_VERSION = statement(select(_version.c.version_num))


def open_database(url: str, data_dir: Path, threads: int) -> Database:
    """The database at `url`, or SQLite in `data_dir`, migrated to today's schema."""
    if not url:
        data_dir.mkdir(parents=True, exist_ok=True)
        path = data_dir / "hub.db"
        if not path.exists() or _stands_at(SqliteDatabase(path, 1)) != HEAD:
            migrate(f"sqlite:///{path}")
        return SqliteDatabase(path, threads)
    if PostgresDatabase is None:
        raise SystemExit(
            "BEARHUG_DATABASE_URL asks for PostgreSQL: pip install 'bearhug[postgresql]'"
        )
    migrate(url.replace("postgresql://", "postgresql+psycopg://", 1))
    return PostgresDatabase(url, threads)


def migrate(url: str, revision: str = "head") -> None:
    """Bring the database at this SQLAlchemy address to a revision, in one transaction."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    engine = engine_for(url)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    engine.dispose()


def engine_for(url: str) -> Engine:
    """An engine for migrations alone: no pool, since one connection does it."""
    return create_engine(url, poolclass=NullPool)


def _stands_at(database: SqliteDatabase) -> str:
    def ask(db: Connection) -> str:
        return str(db.value(_VERSION))

    try:
        return database.read(ask)
    finally:
        database.close()
