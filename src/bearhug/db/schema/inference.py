"""Saved runs, and what running was measured to take."""

from sqlalchemy import BigInteger, Boolean, Column, Float, Index, Table, Text

from bearhug.db.schema.base import metadata, of

runs = Table(
    "runs",
    metadata,
    Column("id", Text, primary_key=True),
    of("repos", name="repo_id"),
    Column("revision", Text, nullable=False),
    Column("file", Text, nullable=False),
    of("accounts", name="user_id", null=True),
    Column("task", Text, nullable=False),
    Column("input", Text, nullable=False),
    Column("output", Text, nullable=False),
    Column("parameters", Text, nullable=False),
    Column("figures", Text, nullable=False),
    Column("about", Text, nullable=False),  # two or three sentences from the card, as it was
    Column("public", Boolean, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Index(None, "repo_id", "created_at"),
    Index(None, "user_id", "created_at"),
)

measurements = Table(
    "measurements",
    metadata,
    Column("host", Text, primary_key=True),
    Column("file", Text, primary_key=True),  # the sha256 of the weights
    Column("memory_bytes", BigInteger),
    Column("load_seconds", Float),
    Column("tokens_per_second", Float),
    Column("measured_at", BigInteger, nullable=False),
)
