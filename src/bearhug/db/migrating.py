"""Bringing a schema up to date, by Alembic. Loaded by `open` when there is something to do."""

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, create_engine
from sqlalchemy.pool import NullPool

from bearhug.db.open import MIGRATIONS


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
