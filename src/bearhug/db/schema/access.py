"""Who else may come in, and who may not."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
)

from bearhug.db.schema.base import Id, metadata, of

resource_groups = Table(
    "resource_groups",
    metadata,
    Column("id", Id, primary_key=True),
    of("accounts", name="org_id"),
    Column("name", Text, nullable=False),
    Column("description", Text, nullable=False, server_default=""),
    Column("auto_join", Text),  # the role that new members get in it, if any
    Column("created_at", BigInteger, nullable=False),
    UniqueConstraint("org_id", "name"),
)

resource_group_members = Table(
    "resource_group_members",
    metadata,
    of("resource_groups", name="group_id", primary_key=True),
    of("accounts", name="user_id", primary_key=True),
    Column("role", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Index(None, "user_id"),
)

access_requests = Table(
    "access_requests",
    metadata,
    of("repos", name="repo_id", primary_key=True),
    of("accounts", name="user_id", primary_key=True),
    Column("status", Text, nullable=False),
    Column("by_hand", Boolean, nullable=False, server_default="0"),  # granted without being asked
    Column("fields", Text, nullable=False, server_default="{}"),
    Column("reason", Text, nullable=False, server_default=""),
    Column("created_at", BigInteger, nullable=False),
    Column("decided_at", BigInteger),
    of("accounts", name="decided_by", null=True),
    Index(None, "user_id", "status"),
    CheckConstraint("status IN ('pending', 'accepted', 'rejected')", name="status"),
)

reports = Table(
    "reports",
    metadata,
    Column("id", Id, primary_key=True),
    of("repos", name="repo_id"),
    Column("discussion_num", Integer),
    of("accounts", name="user_id", null=True),
    Column("reason", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("handled_at", BigInteger),
    of("accounts", name="handled_by", null=True),
    Index(None, "handled_at", "created_at"),
)

suspensions = Table(
    "suspensions",
    metadata,
    of("repos", name="repo_id", primary_key=True),  # disabled by an operator
    Column("reason", Text, nullable=False),
    of("accounts", name="created_by", null=True),
    Column("created_at", BigInteger, nullable=False),
)

org_refusals = Table(
    "org_refusals",
    metadata,
    of("tokens", name="token_id", primary_key=True),  # it works elsewhere
    of("accounts", name="org_id", primary_key=True),
    Column("created_at", BigInteger, nullable=False),
)
