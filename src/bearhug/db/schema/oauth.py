"""OAuth and OpenID: applications, consents, codes, tokens, trusted publishers."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, Table, Text

from bearhug.db.schema.base import Id, metadata, of

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
    of("oauth_apps", name="app_id", primary_key=True),
    of("accounts", name="user_id", primary_key=True),
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
    of("oauth_apps", name="app_id"),
    of("accounts", name="user_id"),
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
    of("oauth_apps", name="app_id"),
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
    of("repos", name="repo_id", primary_key=True),  # made by the app, for whoever allowed it to
    of("oauth_apps", name="app_id", primary_key=True),
    of("accounts", name="user_id"),
    Index(None, "user_id", "app_id"),
    Index(None, "app_id"),
)

trusted_publishers = Table(
    "trusted_publishers",
    metadata,
    Column("id", Id, primary_key=True),
    of("accounts", name="account_id"),  # for whom it may act
    Column("repo_id", Id, ForeignKey("repos.id", ondelete="CASCADE")),  # null: the whole account
    Column("issuer", Text, nullable=False),
    Column("claims", Text, nullable=False),  # what the id token must say
    Column("scopes", Text, nullable=False),
    of("accounts", name="created_by"),
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
    of("accounts", name="user_id"),
    Column("scopes", Text, nullable=False),
    Column("orgs", Text, nullable=False, server_default="[]"),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("used_at", BigInteger),
    Index(None, "family"),
    Index(None, "user_id"),
    Index(None, "expires_at"),
)
