"""The hub's own: its secrets and its jobs."""

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, Table, Text

from bearhug.db.schema.base import Id, metadata

secrets = Table(
    "secrets",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", LargeBinary, nullable=False),
)

jobs = Table(
    "jobs",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", Text, nullable=False),
    Column("args", Text, nullable=False),
    Column("due_at", BigInteger, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("leased_until", BigInteger),
    Column("error", Text),
    Column("failed_at", BigInteger),
    Column("created_at", BigInteger, nullable=False),
    Index(None, "due_at"),
)
