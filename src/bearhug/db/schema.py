"""Every table of the hub, in one place to read.

Times are milliseconds since 1970; JSON is text; a name that must be found without regard to
case has a `_key` beside it, lower-cased. Migrations follow this file (a test compares them).
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite numbers rows by itself only where the key is spelled INTEGER.
Id = BigInteger().with_variant(Integer, "sqlite")


def _of(table: str, *, name: str, primary_key: bool = False, null: bool = False) -> "Column[int]":
    """A column that names a row of another table and goes with it; or, with `null`, outlives it."""
    key = ForeignKey(f"{table}.id", ondelete="SET NULL" if null else "CASCADE")
    return Column(name, Id, key, primary_key=primary_key, nullable=null)


# --- the hub itself ------------------------------------------------------------------------

secrets = Table(
    "secrets",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", LargeBinary, nullable=False),
)

jobs = Table(
    "jobs",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", Text, nullable=False),
    Column("args", Text, nullable=False),
    Column("due_at", BigInteger, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("leased_until", BigInteger),
    Column("error", Text),
    Column("failed_at", BigInteger),
    Column("created_at", BigInteger, nullable=False),
    Index(None, "due_at"),
)

# --- accounts ------------------------------------------------------------------------------

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
)

avatars = Table(
    "avatars",
    metadata,
    _of("accounts", name="account_id", primary_key=True),
    Column("media_type", Text, nullable=False),
    Column("data", LargeBinary, nullable=False),
)

members = Table(
    "members",
    metadata,
    _of("accounts", name="org_id", primary_key=True),
    _of("accounts", name="user_id", primary_key=True),
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
    _of("accounts", name="user_id"),
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
    _of("accounts", name="user_id"),
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

# --- repos ---------------------------------------------------------------------------------

repos = Table(
    "repos",
    metadata,
    Column("id", Id, primary_key=True),
    Column("kind", Text, nullable=False),
    _of("accounts", name="owner_id"),
    Column("owner", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("key", Text, nullable=False),  # owner/name, lower-cased
    Column("visibility", Text, nullable=False),
    Column("gated", Text, nullable=False, server_default=""),
    Column("disabled", Boolean, nullable=False, server_default="0"),
    Column("sdk", Text, nullable=False, server_default=""),
    _of("accounts", name="created_by", null=True),
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
    _of("repos", name="repo_id"),
    Index(None, "repo_id"),
)

likes = Table(
    "likes",
    metadata,
    _of("repos", name="repo_id", primary_key=True),
    _of("accounts", name="user_id", primary_key=True),
    Column("created_at", BigInteger, nullable=False),
    Index(None, "user_id"),
)

downloads = Table(
    "downloads",
    metadata,
    _of("repos", name="repo_id", primary_key=True),
    Column("day", Integer, primary_key=True),  # days since 1970
    Column("count", BigInteger, nullable=False),
)

# --- git -----------------------------------------------------------------------------------

refs = Table(
    "refs",
    metadata,
    _of("repos", name="repo_id", primary_key=True),
    Column("name", Text, primary_key=True),
    Column("oid", Text, nullable=False),
    Column("peeled", Text),  # the commit, where `oid` is an annotated tag
)

packs = Table(
    "packs",
    metadata,
    Column("id", Id, primary_key=True),
    _of("repos", name="repo_id"),
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
    _of("repos", name="repo_id", primary_key=True),
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
    _of("repos", name="repo_id"),
    Column("oid", Text, nullable=False),
    Column("ref", Text, nullable=False),
    Column("title", Text, nullable=False),
    _of("accounts", name="author_id", null=True),
    Column("created_at", BigInteger, nullable=False),
    UniqueConstraint("repo_id", "oid", "ref"),
)

# --- objects: whole files by sha256 --------------------------------------------------------

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
    _of("repos", name="repo_id", primary_key=True),
    Column("sha256", Text, ForeignKey("objects.sha256"), primary_key=True),
    Column("created_at", BigInteger, nullable=False),
    Index(None, "sha256"),
)

uploads = Table(
    "uploads",
    metadata,
    Column("id", Text, primary_key=True),
    _of("repos", name="repo_id"),
    Column("sha256", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("part_bytes", BigInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    UniqueConstraint("repo_id", "sha256"),
)

# --- cards and the catalogue ---------------------------------------------------------------

cards = Table(
    "cards",
    metadata,
    _of("repos", name="repo_id", primary_key=True),
    Column("commit_oid", Text, nullable=False),
    Column("readme_oid", Text),
    Column("metadata", Text, nullable=False),  # the front matter, as JSON
    Column("title", Text, nullable=False, server_default=""),
    Column("summary", Text, nullable=False, server_default=""),
    Column("pipeline_tag", Text),
    Column("library", Text),
    Column("license", Text),
    Column("tags", Text, nullable=False, server_default="[]"),
    Column("facts", Text, nullable=False, server_default="{}"),  # config, safetensors, gguf
    Column("parameters", BigInteger),
    Column("weight_bytes", BigInteger),
    Column("thumbnail", Text),
    Column("changed_at", BigInteger, nullable=False, server_default="0"),
    Index(None, "pipeline_tag"),
    Index(None, "changed_at"),
    Index(None, "parameters", "repo_id"),
    Index(None, "weight_bytes", "repo_id"),
)

tags = Table(
    "tags",
    metadata,
    _of("repos", name="repo_id", primary_key=True),
    Column("facet", Text, primary_key=True),  # pipeline_tag, library, language, license, other
    Column("value", Text, primary_key=True),
    Index(None, "facet", "value", "repo_id"),
    sqlite_with_rowid=False,
)

rendered = Table(
    "rendered",
    metadata,
    Column("key", Text, primary_key=True),  # renderer version, blob, where its links point
    Column("html", LargeBinary, nullable=False),
    Column("used_at", BigInteger, nullable=False),
)

steps = Table(
    "steps",
    metadata,
    _of("accounts", name="user_id", primary_key=True),
    Column("name", Text, primary_key=True),  # look, card, dataset, space: what a newcomer has seen
    Column("created_at", BigInteger, nullable=False),
)

# --- inference -----------------------------------------------------------------------------

runs = Table(
    "runs",
    metadata,
    Column("id", Text, primary_key=True),
    _of("repos", name="repo_id"),
    Column("revision", Text, nullable=False),
    Column("file", Text, nullable=False),
    _of("accounts", name="user_id", null=True),
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

# --- who else may come in ------------------------------------------------------------------

resource_groups = Table(
    "resource_groups",
    metadata,
    Column("id", Id, primary_key=True),
    _of("accounts", name="org_id"),
    Column("name", Text, nullable=False),
    Column("description", Text, nullable=False, server_default=""),
    Column("auto_join", Text),  # the role that new members get in it, if any
    Column("created_at", BigInteger, nullable=False),
    UniqueConstraint("org_id", "name"),
)

resource_group_members = Table(
    "resource_group_members",
    metadata,
    _of("resource_groups", name="group_id", primary_key=True),
    _of("accounts", name="user_id", primary_key=True),
    Column("role", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Index(None, "user_id"),
)

access_requests = Table(
    "access_requests",
    metadata,
    _of("repos", name="repo_id", primary_key=True),
    _of("accounts", name="user_id", primary_key=True),
    Column("status", Text, nullable=False),
    Column("by_hand", Boolean, nullable=False, server_default="0"),  # granted without being asked
    Column("fields", Text, nullable=False, server_default="{}"),
    Column("reason", Text, nullable=False, server_default=""),
    Column("created_at", BigInteger, nullable=False),
    Column("decided_at", BigInteger),
    _of("accounts", name="decided_by", null=True),
    Index(None, "user_id", "status"),
    CheckConstraint("status IN ('pending', 'accepted', 'rejected')", name="status"),
)

reports = Table(
    "reports",
    metadata,
    Column("id", Id, primary_key=True),
    _of("repos", name="repo_id"),
    Column("discussion_num", Integer),
    _of("accounts", name="user_id", null=True),
    Column("reason", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("handled_at", BigInteger),
    _of("accounts", name="handled_by", null=True),
    Index(None, "handled_at", "created_at"),
)

suspensions = Table(
    "suspensions",
    metadata,
    _of("repos", name="repo_id", primary_key=True),  # disabled by an operator
    Column("reason", Text, nullable=False),
    _of("accounts", name="created_by", null=True),
    Column("created_at", BigInteger, nullable=False),
)

org_refusals = Table(
    "org_refusals",
    metadata,
    _of("tokens", name="token_id", primary_key=True),  # it works elsewhere
    _of("accounts", name="org_id", primary_key=True),
    Column("created_at", BigInteger, nullable=False),
)

# --- git: what git-lfs locks ---------------------------------------------------------------

lfs_locks = Table(
    "lfs_locks",
    metadata,
    Column("id", Id, primary_key=True),
    _of("repos", name="repo_id"),
    Column("path", Text, nullable=False),
    Column("ref", Text, nullable=False, server_default=""),
    _of("accounts", name="owner_id"),
    Column("created_at", BigInteger, nullable=False),
    UniqueConstraint("repo_id", "path"),
)

# --- discussions and pull requests ---------------------------------------------------------

discussions = Table(
    "discussions",
    metadata,
    Column("id", Id, primary_key=True),
    _of("repos", name="repo_id"),
    Column("num", Integer, nullable=False),
    Column("title", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("is_pull_request", Boolean, nullable=False),
    Column("base", Text, nullable=False, server_default=""),  # the ref it asks to be merged into
    Column("base_oid", Text),  # where that was when it was merged or closed
    Column("merge_oid", Text),
    _of("accounts", name="author_id", null=True),
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
    _of("discussions", name="discussion_id"),
    Column("kind", Text, nullable=False),  # comment, status-change, commit, title-change, pin, lock
    _of("accounts", name="author_id", null=True),
    Column("data", Text, nullable=False, server_default="{}"),
    Column("content", Text),  # of a comment, as it stands
    Column("edits", Integer, nullable=False, server_default="0"),
    Column("edited_at", BigInteger),
    Column("hidden_at", BigInteger),
    _of("accounts", name="hidden_by", null=True),
    Column("created_at", BigInteger, nullable=False),
    Index(None, "discussion_id", "id"),
    Index(None, "author_id"),
)

comment_edits = Table(
    "comment_edits",
    metadata,
    Column("id", Id, primary_key=True),
    _of("discussion_events", name="event_id"),
    Column("content", Text, nullable=False),  # what it said before
    _of("accounts", name="author_id", null=True),
    Column("created_at", BigInteger, nullable=False),  # when it came to say so
    Index(None, "event_id"),
)

reactions = Table(
    "reactions",
    metadata,
    _of("discussion_events", name="event_id", primary_key=True),
    _of("accounts", name="user_id", primary_key=True),
    Column("emoji", Text, primary_key=True),
    Column("created_at", BigInteger, nullable=False),
    Index(None, "user_id"),
)

notices = Table(
    "notices",
    metadata,
    Column("id", Id, primary_key=True),
    _of("accounts", name="user_id"),
    _of("discussions", name="discussion_id"),
    _of("discussion_events", name="event_id"),
    Column("reason", Text, nullable=False),  # mention, author, taking part, owner
    Column("created_at", BigInteger, nullable=False),
    Column("read_at", BigInteger),
    UniqueConstraint("user_id", "event_id"),
    Index(None, "user_id", "read_at"),
    Index(None, "discussion_id"),
)

# --- what people gather and follow ---------------------------------------------------------

collections = Table(
    "collections",
    metadata,
    Column("id", Id, primary_key=True),
    Column("oid", Text, nullable=False, unique=True),  # what its address ends with
    _of("accounts", name="owner_id"),
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
    _of("collections", name="collection_id"),
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
    _of("collections", name="collection_id", primary_key=True),
    _of("accounts", name="user_id", primary_key=True),
    Column("created_at", BigInteger, nullable=False),
    Index(None, "user_id"),
)

follows = Table(
    "follows",
    metadata,
    _of("accounts", name="follower_id", primary_key=True),
    _of("accounts", name="account_id", primary_key=True),
    Column("created_at", BigInteger, nullable=False),
    Index(None, "account_id"),
)

citations = Table(
    "citations",
    metadata,
    _of("repos", name="repo_id", primary_key=True),
    Column("paper", Text, primary_key=True),  # its arXiv id
    Column("title", Text, nullable=False),  # as the repo's card has it
    Column("authors", Text, nullable=False, server_default="[]"),
    Index(None, "paper"),
)

# --- webhooks ------------------------------------------------------------------------------

webhooks = Table(
    "webhooks",
    metadata,
    Column("id", Id, primary_key=True),
    _of("accounts", name="user_id"),
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
    _of("webhooks", name="webhook_id", primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("key", Text, primary_key=True),  # the name, lower-cased
    Index(None, "kind", "key"),
)

webhook_deliveries = Table(
    "webhook_deliveries",
    metadata,
    Column("id", Id, primary_key=True),
    _of("webhooks", name="webhook_id"),
    _of("repos", name="repo_id", null=True),
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
    _of("webhook_deliveries", name="replay_of", null=True),
    Column("created_at", BigInteger, nullable=False),
    Index(None, "webhook_id", "created_at"),
    Index(None, "repo_id"),
    Index(None, "replay_of"),
    Index(None, "created_at"),
    Index(None, "due_at"),
)

# --- OAuth and OpenID ----------------------------------------------------------------------

oauth_apps = Table(
    "oauth_apps",
    metadata,
    Column("id", Id, primary_key=True),
    Column("client_id", Text, nullable=False, unique=True),
    Column("secret_sha256", Text),  # null: a public client
    Column("owner_id", Id, ForeignKey("accounts.id", ondelete="CASCADE")),  # null: the hub's own
    Column("repo_id", Id, ForeignKey("repos.id", ondelete="CASCADE")),  # the Space it is for
    Column("name", Text, nullable=False),
    Column("website", Text, nullable=False, server_default=""),
    Column("redirect_uris", Text, nullable=False, server_default="[]"),
    Column("scopes", Text, nullable=False, server_default="[]"),
    Column("created_at", BigInteger, nullable=False),
    Index(None, "owner_id"),
    Index(None, "repo_id"),
)

oauth_grants = Table(
    "oauth_grants",
    metadata,
    _of("oauth_apps", name="app_id", primary_key=True),
    _of("accounts", name="user_id", primary_key=True),
    Column("scopes", Text, nullable=False),
    Column("orgs", Text, nullable=False, server_default="[]"),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    Index(None, "user_id"),
)

oauth_codes = Table(
    "oauth_codes",
    metadata,
    Column("sha256", Text, primary_key=True),
    _of("oauth_apps", name="app_id"),
    _of("accounts", name="user_id"),
    Column("redirect_uri", Text, nullable=False),
    Column("scopes", Text, nullable=False),
    Column("orgs", Text, nullable=False, server_default="[]"),
    Column("nonce", Text, nullable=False, server_default=""),
    Column("challenge", Text, nullable=False, server_default=""),
    Column("expires_at", BigInteger, nullable=False),
    Column("used_at", BigInteger),
    Index(None, "expires_at"),
)

oauth_devices = Table(
    "oauth_devices",
    metadata,
    Column("sha256", Text, primary_key=True),
    Column("user_code", Text, nullable=False, unique=True),
    _of("oauth_apps", name="app_id"),
    Column("user_id", Id, ForeignKey("accounts.id", ondelete="CASCADE")),
    Column("scopes", Text, nullable=False),
    Column("orgs", Text, nullable=False, server_default="[]"),
    Column("status", Text, nullable=False),  # pending, allowed, denied
    Column("interval_seconds", Integer, nullable=False),
    Column("polled_at", BigInteger),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Index(None, "expires_at"),
)

oauth_repos = Table(
    "oauth_repos",
    metadata,
    _of("repos", name="repo_id", primary_key=True),  # made by the app, for whoever allowed it to
    _of("oauth_apps", name="app_id", primary_key=True),
    _of("accounts", name="user_id"),
    Index(None, "user_id", "app_id"),
    Index(None, "app_id"),
)

trusted_publishers = Table(
    "trusted_publishers",
    metadata,
    Column("id", Id, primary_key=True),
    _of("accounts", name="account_id"),  # for whom it may act
    Column("repo_id", Id, ForeignKey("repos.id", ondelete="CASCADE")),  # null: the whole account
    Column("issuer", Text, nullable=False),
    Column("claims", Text, nullable=False),  # what the id token must say
    Column("scopes", Text, nullable=False),
    _of("accounts", name="created_by"),
    Column("created_at", BigInteger, nullable=False),
    Column("used_at", BigInteger),
    Index(None, "account_id"),
    Index(None, "repo_id"),
    Index(None, "issuer"),
)

oauth_tokens = Table(
    "oauth_tokens",
    metadata,
    Column("id", Id, primary_key=True),
    Column("sha256", Text, nullable=False, unique=True),
    Column("kind", Text, nullable=False),  # access, refresh, exchange
    Column("family", Text, nullable=False),  # all that came of one consent; they end together
    Column("app_id", Id, ForeignKey("oauth_apps.id", ondelete="CASCADE")),
    Column("publisher_id", Id, ForeignKey("trusted_publishers.id", ondelete="CASCADE")),
    _of("accounts", name="user_id"),
    Column("scopes", Text, nullable=False),
    Column("orgs", Text, nullable=False, server_default="[]"),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("used_at", BigInteger),
    Index(None, "family"),
    Index(None, "user_id"),
    Index(None, "expires_at"),
)

# --- Spaces: what is kept for when they run ------------------------------------------------

space_settings = Table(
    "space_settings",
    metadata,
    _of("repos", name="repo_id", primary_key=True),
    Column("hardware", Text, nullable=False, server_default="cpu-basic"),
    Column("sleep_seconds", Integer),
    Column("storage", Text),
    Column("paused", Boolean, nullable=False, server_default="0"),
    Column("dev_mode", Boolean, nullable=False, server_default="0"),
    Column("volumes", Text, nullable=False, server_default="[]"),
)

space_variables = Table(
    "space_variables",
    metadata,
    _of("repos", name="repo_id", primary_key=True),
    Column("key", Text, primary_key=True),
    Column("secret", Boolean, primary_key=True),
    Column("value", LargeBinary, nullable=False),  # a secret's is encrypted
    Column("description", Text, nullable=False, server_default=""),
    Column("updated_at", BigInteger, nullable=False),
)

# --- Xet: the same bytes in chunks, stored once --------------------------------------------

xorbs = Table(
    "xorbs",
    metadata,
    Column("id", Id, primary_key=True),
    Column("hash", LargeBinary, nullable=False, unique=True),
    Column("nonce", Text, nullable=False),  # of its object's name: a new upload, a new name
    Column("raw_bytes", BigInteger, nullable=False),
    Column("stored_bytes", BigInteger, nullable=False),
    Column("hashes", LargeBinary, nullable=False),  # see kit/xet/xorb.py, Layout
    Column("ends", LargeBinary, nullable=False),
    Column("raw_ends", LargeBinary, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("touched_at", BigInteger, nullable=False),  # when a client last heard of it
    Column("condemned_at", BigInteger),
    Column("checked_at", BigInteger),  # by the scrub
    Index(None, "touched_at"),
    sqlite_autoincrement=True,
)

xet_files = Table(
    "xet_files",
    metadata,
    Column("id", Id, primary_key=True),
    Column("hash", LargeBinary, nullable=False, unique=True),
    Column("size", BigInteger, nullable=False),
    Column("terms", LargeBinary, nullable=False),
    Column("sha256", Text),  # null until we have hashed it: objects say what uploaders claim
    Column("created_at", BigInteger, nullable=False),
    sqlite_autoincrement=True,
)

xet_file_xorbs = Table(
    "xet_file_xorbs",
    metadata,
    _of("xorbs", name="xorb_id", primary_key=True),
    _of("xet_files", name="file_id", primary_key=True),
    Index(None, "file_id"),
    sqlite_with_rowid=False,
)

xet_chunks = Table(
    "xet_chunks",
    metadata,
    Column("hash", LargeBinary, primary_key=True),  # those that clients may ask for
    _of("xorbs", name="xorb_id"),
    Index(None, "xorb_id"),
    sqlite_with_rowid=False,
)
