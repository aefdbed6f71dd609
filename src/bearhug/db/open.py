"""Choosing a database, and bringing its schema up to date."""

import importlib
import os
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy import Column as Column_
from sqlalchemy import MetaData, Table, Text, select

from bearhug.db.connection import Connection, Database
from bearhug.db.sqlite import SqliteDatabase
from bearhug.db.statements import statement

MIGRATIONS = Path(__file__).parent / "migrations"
HEAD = max(path.name[:4] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))
"""The newest migration's number; a database that says the same needs no look at Alembic."""

_version = Table("alembic_version", MetaData(), Column_("version_num", Text))
_VERSION = statement(select(_version.c.version_num))


def open_database(url: str, data_dir: Path, threads: int) -> Database:
    """The database at `url`, or SQLite in `data_dir`, migrated to today's schema. Raises TooNew."""
    if not url:
        data_dir.mkdir(parents=True, exist_ok=True)
        path = data_dir / "hub.db"
        if not path.exists():
            _create(path)
        elif (stands_at := _stands_at(SqliteDatabase(path, 1))) != HEAD:
            check_version(stands_at)
            _load("migrating").migrate(f"sqlite:///{path}")
        return SqliteDatabase(path, threads)
    try:
        postgres = _load("postgres")
    except ImportError as missing:  # psycopg is an extra
        raise SystemExit(
            "BEARHUG_DATABASE_URL asks for PostgreSQL: pip install 'bearhug[postgresql]'"
        ) from missing
    _load("migrating").migrate(url.replace("postgresql://", "postgresql+psycopg://", 1))
    database: Database = postgres.PostgresDatabase(url, threads)
    return database


class TooNew(ValueError):
    """The database was brought further by a newer version. For the operator to read."""


def check_version(stands_at: str) -> None:
    """Raises TooNew for a database that this version does not understand."""
    if stands_at > HEAD:
        raise TooNew(
            f"This database stands at {stands_at}, and this version of Bearhug knows it up to"
            f" {HEAD}. Start the version that wrote it, or a newer one."
        )


def _create(path: Path) -> None:
    """Whole or not at all: it has its name only once it is complete."""
    begun = path.with_name(f"{path.name}.{uuid4().hex}.new")
    try:
        _load("migrating").migrate(f"sqlite:///{begun}")
        os.link(begun, path)
    except FileExistsError:  # another process was faster
        pass
    finally:
        begun.unlink(missing_ok=True)


def _load(name: str) -> Any:
    """A module of this package that few starts need.

    Alembic and psycopg take a sixth of the time in which everything else is imported.
    """
    return importlib.import_module(f"bearhug.db.{name}")


def _stands_at(database: SqliteDatabase) -> str:
    def ask(db: Connection) -> str:
        return str(db.value(_VERSION))

    try:
        return database.read(ask)
    finally:
        database.close()
