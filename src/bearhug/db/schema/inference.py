"""Saved runs, what running was measured to take, and whom the operator lets answer."""

from sqlalchemy import BigInteger, Boolean, Column, Float, Index, LargeBinary, Table, Text

from bearhug.db.schema.base import Id, metadata, of

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

upstreams = Table(  # servers elsewhere that answer for models here
    "upstreams",
    metadata,
    Column("id", Id, primary_key=True),
    Column("url", Text, nullable=False),
    Column("kind", Text, nullable=False),  # openai, tgi or hf-inference
    Column("models", Text, nullable=False),  # names and patterns, with spaces between
    Column("tasks", Text, nullable=False),
    Column("named", Text, nullable=False),  # what it calls the model, if otherwise
    Column("key", LargeBinary),  # sealed
    Column("created_at", BigInteger, nullable=False),
)

trusted_code = Table(  # commits whose own code an operator lets models run
    "trusted_code",
    metadata,
    of("repos", name="repo_id", primary_key=True),
    Column("commit_oid", Text, primary_key=True),
    of("accounts", name="user_id", null=True),
    Column("trusted_at", BigInteger, nullable=False),
)
