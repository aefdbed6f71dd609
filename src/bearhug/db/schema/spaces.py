"""Spaces: what is kept for when they run."""

from sqlalchemy import BigInteger, Boolean, Column, Integer, LargeBinary, Table, Text

from bearhug.db.schema.base import metadata, of

space_settings = Table(
    "space_settings",
    metadata,
    of("repos", name="repo_id", primary_key=True),
    Column("hardware", Text, nullable=False, server_default="cpu-basic"),
    Column("sleep_seconds", Integer),
    Column("storage", Text),
    Column("paused", Boolean, nullable=False, server_default="0"),
    Column("dev_mode", Boolean, nullable=False, server_default="0"),
    Column("volumes", Text, nullable=False, server_default="[]"),
)

space_variables = Table(
    "space_variables",
    metadata,
    of("repos", name="repo_id", primary_key=True),
    Column("key", Text, primary_key=True),
    Column("secret", Boolean, primary_key=True),
    Column("value", LargeBinary, nullable=False),  # a secret's is encrypted
    Column("description", Text, nullable=False, server_default=""),
    Column("updated_at", BigInteger, nullable=False),
)
