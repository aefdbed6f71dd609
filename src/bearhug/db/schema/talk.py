"""Discussions and pull requests."""

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

discussions = Table(
    "discussions",
    metadata,
    Column("id", Id, primary_key=True),
    of("repos", name="repo_id"),
    Column("num", Integer, nullable=False),
    Column("title", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("is_pull_request", Boolean, nullable=False),
    Column("base", Text, nullable=False, server_default=""),  # the ref it asks to be merged into
    Column("base_oid", Text),  # where that was when it was merged or closed
    Column("merge_oid", Text),
    of("accounts", name="author_id", null=True),
    Column("pinned", Boolean, nullable=False, server_default="0"),
    Column("locked", Boolean, nullable=False, server_default="0"),
    Column("comments", Integer, nullable=False, server_default="0"),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    UniqueConstraint("repo_id", "num"),
    Index(None, "author_id"),
    CheckConstraint("status IN ('draft', 'open', 'closed', 'merged')", name="status"),
)

discussion_events = Table(
    "discussion_events",
    metadata,
    Column("id", Id, primary_key=True),
    of("discussions", name="discussion_id"),
    Column("kind", Text, nullable=False),  # comment, status-change, commit, title-change, pin, lock
    of("accounts", name="author_id", null=True),
    Column("data", Text, nullable=False, server_default="{}"),
    Column("content", Text),  # of a comment, as it stands
    Column("edits", Integer, nullable=False, server_default="0"),
    Column("edited_at", BigInteger),
    Column("hidden_at", BigInteger),
    of("accounts", name="hidden_by", null=True),
    Column("created_at", BigInteger, nullable=False),
    Index(None, "discussion_id", "id"),
    Index(None, "author_id"),
)

comment_edits = Table(
    "comment_edits",
    metadata,
    Column("id", Id, primary_key=True),
    of("discussion_events", name="event_id"),
    Column("content", Text, nullable=False),  # what it said before
    of("accounts", name="author_id", null=True),
    Column("created_at", BigInteger, nullable=False),  # when it came to say so
    Index(None, "event_id"),
)

reactions = Table(
    "reactions",
    metadata,
    of("discussion_events", name="event_id", primary_key=True),
    of("accounts", name="user_id", primary_key=True),
    Column("emoji", Text, primary_key=True),
    Column("created_at", BigInteger, nullable=False),
    Index(None, "user_id"),
)

notices = Table(
    "notices",
    metadata,
    Column("id", Id, primary_key=True),
    of("accounts", name="user_id"),
    of("discussions", name="discussion_id"),
    of("discussion_events", name="event_id"),
    Column("reason", Text, nullable=False),  # mention, author, taking part, owner
    Column("created_at", BigInteger, nullable=False),
    Column("read_at", BigInteger),
    UniqueConstraint("user_id", "event_id"),
    Index(None, "user_id", "read_at"),
    Index(None, "discussion_id"),
)
