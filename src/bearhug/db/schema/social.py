"""What people gather, follow and cite."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
)

from bearhug.db.schema.base import Id, metadata, of

collections = Table(
    "collections",
    metadata,
    Column("id", Id, primary_key=True),
    Column("oid", Text, nullable=False, unique=True),  # what its address ends with
    of("accounts", name="owner_id"),
    Column("group_id", Id),  # the resource group it is in; checked by the service
    Column("title", Text, nullable=False),
    Column("description", Text, nullable=False, server_default=""),
    Column("private", Boolean, nullable=False, server_default="0"),
    Column("theme", Text, nullable=False, server_default="orange"),
    Column("position", Integer, nullable=False, server_default="0"),
    Column("upvotes", Integer, nullable=False, server_default="0"),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    Index(None, "owner_id", "position"),
    Index(None, "updated_at"),
)

collection_items = Table(
    "collection_items",
    metadata,
    Column("id", Id, primary_key=True),
    of("collections", name="collection_id"),
    Column("kind", Text, nullable=False),  # model, dataset, space, paper, collection
    Column("key", Text, nullable=False),  # the repo's or collection's number; a paper's arXiv id
    Column("repo_id", Id, ForeignKey("repos.id", ondelete="CASCADE")),
    Column("other_id", Id, ForeignKey("collections.id", ondelete="CASCADE")),
    Column("note", Text, nullable=False, server_default=""),
    Column("position", Integer, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    UniqueConstraint("collection_id", "kind", "key"),
    Index(None, "repo_id"),
    Index(None, "other_id"),
)

collection_upvotes = Table(
    "collection_upvotes",
    metadata,
    of("collections", name="collection_id", primary_key=True),
    of("accounts", name="user_id", primary_key=True),
    Column("created_at", BigInteger, nullable=False),
    Index(None, "user_id"),
)

follows = Table(
    "follows",
    metadata,
    of("accounts", name="follower_id", primary_key=True),
    of("accounts", name="account_id", primary_key=True),
    Column("created_at", BigInteger, nullable=False),
    Index(None, "account_id"),
)

citations = Table(
    "citations",
    metadata,
    of("repos", name="repo_id", primary_key=True),
    Column("paper", Text, primary_key=True),  # its arXiv id
    Column("title", Text, nullable=False),  # as the repo's card has it
    Column("authors", Text, nullable=False, server_default="[]"),
    Index(None, "paper"),
)
