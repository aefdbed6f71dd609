"""Who there is, and how they prove it."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
)

from bearhug.db.schema.base import Id, metadata, of

accounts = Table(
    "accounts",
    metadata,
    Column("id", Id, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("name_key", Text, nullable=False, unique=True),
    Column("full_name", Text, nullable=False, server_default=""),
    Column("email", Text),
    Column("email_key", Text, unique=True),
    Column("password", Text),
    Column("operator", Boolean, nullable=False, server_default="0"),
    Column("about", Text, nullable=False, server_default=""),
    Column("website", Text, nullable=False, server_default=""),
    Column("default_private", Boolean, nullable=False, server_default="0"),
    Column("avatar_sha256", Text),
    Column("created_at", BigInteger, nullable=False),
    Column("disabled_at", BigInteger),
    Column("wire_id", Text),  # what it was known by where it came from; null: as we number it
    CheckConstraint("kind IN ('user', 'org')", name="kind"),
    Index(None, "avatar_sha256"),
)

avatars = Table(
    "avatars",
    metadata,
    of("accounts", name="account_id", primary_key=True),
    Column("media_type", Text, nullable=False),
    Column("data", LargeBinary, nullable=False),
)

members = Table(
    "members",
    metadata,
    of("accounts", name="org_id", primary_key=True),
    of("accounts", name="user_id", primary_key=True),
    Column("role", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Index(None, "user_id"),
    CheckConstraint("role IN ('admin', 'write', 'contributor', 'read', 'no_access')", name="role"),
)

sessions = Table(
    "sessions",
    metadata,
    Column("id", Id, primary_key=True),
    Column("sha256", Text, nullable=False, unique=True),
    of("accounts", name="user_id"),
    Column("user_agent", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("seen_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Index(None, "user_id"),
)

tokens = Table(
    "tokens",
    metadata,
    Column("id", Id, primary_key=True),
    Column("sha256", Text, nullable=False, unique=True),
    of("accounts", name="user_id"),
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("scopes", Text, nullable=False, server_default="[]"),
    Column("ending", Text, nullable=False),  # its last four characters, to tell it by
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger),
    Column("used_at", BigInteger),
    UniqueConstraint("user_id", "name"),
    CheckConstraint("role IN ('read', 'write', 'fineGrained')", name="role"),
)

attempts = Table(
    "attempts",
    metadata,
    Column("key", Text, primary_key=True),  # what is being guessed at: an account, or from where
    Column("failures", Integer, nullable=False),
    Column("last_at", BigInteger, nullable=False),
)

steps = Table(
    "steps",
    metadata,
    of("accounts", name="user_id", primary_key=True),
    Column("name", Text, primary_key=True),  # look, card, dataset, space: what a newcomer has seen
    Column("created_at", BigInteger, nullable=False),
)
