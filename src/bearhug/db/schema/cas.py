"""Whole files by sha256, and uploads under way."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Table, Text, UniqueConstraint

from bearhug.db.schema.base import Id, metadata, of

objects = Table(
    "objects",
    metadata,
    Column("sha256", Text, primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("raw", Boolean, nullable=False, server_default="1"),  # whole in the object store
    Column("file_id", Id),  # the same in chunks: its row in xet_files
    Index(None, "file_id"),
)

repo_objects = Table(
    "repo_objects",
    metadata,
    of("repos", name="repo_id", primary_key=True),
    Column("sha256", Text, ForeignKey("objects.sha256"), primary_key=True),
    Column("created_at", BigInteger, nullable=False),
    Index(None, "sha256"),
)

uploads = Table(
    "uploads",
    metadata,
    Column("id", Text, primary_key=True),
    of("repos", name="repo_id"),
    Column("sha256", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("part_bytes", BigInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    UniqueConstraint("repo_id", "sha256"),
)
