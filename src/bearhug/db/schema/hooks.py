"""Webhooks, what they watch, and their deliveries."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, Table, Text

from bearhug.db.schema.base import Id, metadata, of

webhooks = Table(
    "webhooks",
    metadata,
    Column("id", Id, primary_key=True),
    of("accounts", name="user_id"),
    Column("url", Text, nullable=False),
    Column("hub_url", Text, nullable=False),  # where its owner reaches this hub
    Column("secret", Text, nullable=False, server_default=""),
    Column("domains", Text, nullable=False),
    Column("watched", Text, nullable=False),
    Column("public_only", Boolean, nullable=False, server_default="0"),
    Column("disabled", Boolean, nullable=False, server_default="0"),
    Column("trouble", Text, nullable=False, server_default=""),  # why it was disabled by the hub
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("failing_since", BigInteger),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    Index(None, "user_id"),
)

webhook_watches = Table(
    "webhook_watches",
    metadata,
    of("webhooks", name="webhook_id", primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("key", Text, primary_key=True),  # the name, lower-cased
    Index(None, "kind", "key"),
)

webhook_deliveries = Table(
    "webhook_deliveries",
    metadata,
    Column("id", Id, primary_key=True),
    of("webhooks", name="webhook_id"),
    of("repos", name="repo_id", null=True),
    Column("repo_owner_id", BigInteger),  # null: of a public repo, for everyone
    Column("repo_group_id", BigInteger),
    Column("action", Text, nullable=False),
    Column("scope", Text, nullable=False),
    Column("payload", Text, nullable=False),
    Column("due_at", BigInteger),  # null: nothing more to do
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("sent_at", BigInteger),
    Column("status", Integer),
    Column("answer", Text, nullable=False, server_default=""),
    Column("failure", Text, nullable=False, server_default=""),  # why there is no answer
    Column("milliseconds", Integer),
    of("webhook_deliveries", name="replay_of", null=True),
    Column("created_at", BigInteger, nullable=False),
    Index(None, "webhook_id", "created_at"),
    Index(None, "repo_id"),
    Index(None, "replay_of"),
    Index(None, "created_at"),
    Index(None, "due_at"),
)
