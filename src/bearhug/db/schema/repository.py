"""Repos, their old names, and what is counted of them."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Float,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
)

from bearhug.db.schema.base import Id, metadata, of

repos = Table(
    "repos",
    metadata,
    Column("id", Id, primary_key=True),
    Column("kind", Text, nullable=False),
    of("accounts", name="owner_id"),
    Column("owner", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("key", Text, nullable=False),  # owner/name, lower-cased
    Column("visibility", Text, nullable=False),
    Column("gated", Text, nullable=False, server_default=""),
    Column("disabled", Boolean, nullable=False, server_default="0"),
    Column("sdk", Text, nullable=False, server_default=""),
    of("accounts", name="created_by", null=True),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    Column("head", Text),  # the commit main is at
    Column("downloads", BigInteger, nullable=False, server_default="0"),  # of the last 30 days
    Column("downloads_all", BigInteger, nullable=False, server_default="0"),
    Column("likes", BigInteger, nullable=False, server_default="0"),
    Column("trending", Float, nullable=False, server_default="0"),
    Column("used_bytes", BigInteger, nullable=False, server_default="0"),
    Column("talk", Boolean, nullable=False, server_default="1"),  # discussions are open
    Column("group_id", Id),  # the resource group it is in; checked by the service
    UniqueConstraint("kind", "key"),
    CheckConstraint("kind IN ('model', 'dataset', 'space', 'kernel')", name="kind"),
    CheckConstraint("visibility IN ('public', 'private', 'protected')", name="visibility"),
    Index(None, "owner_id", "kind"),
    Index(None, "kind", "updated_at", "id"),
    Index(None, "kind", "created_at", "id"),
    Index(None, "kind", "downloads", "id"),
    Index(None, "kind", "likes", "id"),
    Index(None, "kind", "trending", "id"),
)

repo_aliases = Table(
    "repo_aliases",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    of("repos", name="repo_id"),
    Index(None, "repo_id"),
)

likes = Table(
    "likes",
    metadata,
    of("repos", name="repo_id", primary_key=True),
    of("accounts", name="user_id", primary_key=True),
    Column("created_at", BigInteger, nullable=False),
    Index(None, "user_id"),
)

downloads = Table(
    "downloads",
    metadata,
    of("repos", name="repo_id", primary_key=True),
    Column("day", Integer, primary_key=True),  # days since 1970
    Column("count", BigInteger, nullable=False),
)
