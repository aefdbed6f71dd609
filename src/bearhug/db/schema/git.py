"""What git keeps: refs, packs, the blobs and commits known of, and locked paths."""

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
)

from bearhug.db.schema.base import Id, metadata, of

refs = Table(
    "refs",
    metadata,
    of("repos", name="repo_id", primary_key=True),
    Column("name", Text, primary_key=True),
    Column("oid", Text, nullable=False),
    Column("peeled", Text),  # the commit, where `oid` is an annotated tag
)

packs = Table(
    "packs",
    metadata,
    Column("id", Id, primary_key=True),
    of("repos", name="repo_id"),
    Column("sha", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("objects", Integer, nullable=False),
    Column("data", LargeBinary),  # null: in the object store
    Column("idx", LargeBinary),
    Column("created_at", BigInteger, nullable=False),
    Index(None, "repo_id", "id"),
    Index(None, "sha"),
    sqlite_autoincrement=True,  # a number is never used again: caches go by it
)

blobs = Table(
    "blobs",
    metadata,
    of("repos", name="repo_id", primary_key=True),
    Column("oid", Text, primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("lfs_sha256", Text),
    Column("lfs_size", BigInteger),
    sqlite_with_rowid=False,
)

commits = Table(
    "commits",
    metadata,
    Column("id", Id, primary_key=True),
    of("repos", name="repo_id"),
    Column("oid", Text, nullable=False),
    Column("ref", Text, nullable=False),
    Column("title", Text, nullable=False),
    of("accounts", name="author_id", null=True),
    Column("created_at", BigInteger, nullable=False),
    UniqueConstraint("repo_id", "oid", "ref"),
)

lfs_locks = Table(
    "lfs_locks",
    metadata,
    Column("id", Id, primary_key=True),
    of("repos", name="repo_id"),
    Column("path", Text, nullable=False),
    Column("ref", Text, nullable=False, server_default=""),
    of("accounts", name="owner_id"),
    Column("created_at", BigInteger, nullable=False),
    UniqueConstraint("repo_id", "path"),
)
