"""Every table of the hub, a module a room; all are known by this package.

Times are milliseconds since 1970; JSON is text; a name that must be found without regard to
case has a `_key` beside it, lower-cased. Migrations follow this package (a test compares them).
"""

from bearhug.db.schema.access import (
    access_requests,
    org_refusals,
    reports,
    resource_group_members,
    resource_groups,
    suspensions,
)
from bearhug.db.schema.base import metadata
from bearhug.db.schema.cas import objects, repo_objects, uploads
from bearhug.db.schema.catalog import cards, rendered, tags
from bearhug.db.schema.git import blobs, commits, lfs_locks, packs, refs
from bearhug.db.schema.hooks import webhook_deliveries, webhook_watches, webhooks
from bearhug.db.schema.house import jobs, secrets
from bearhug.db.schema.identity import accounts, attempts, avatars, members, sessions, steps, tokens
from bearhug.db.schema.inference import measurements, runs, trusted_code, upstreams
from bearhug.db.schema.oauth import (
    oauth_apps,
    oauth_codes,
    oauth_devices,
    oauth_grants,
    oauth_repos,
    oauth_tokens,
    trusted_publishers,
)
from bearhug.db.schema.repository import downloads, likes, repo_aliases, repos
from bearhug.db.schema.social import (
    citations,
    collection_items,
    collection_upvotes,
    collections,
    follows,
)
from bearhug.db.schema.spaces import space_settings, space_variables
from bearhug.db.schema.talk import comment_edits, discussion_events, discussions, notices, reactions
from bearhug.db.schema.viewer import view_configs, view_splits, views
from bearhug.db.schema.xet import xet_chunks, xet_file_xorbs, xet_files, xorb_senders, xorbs

__all__ = [
    "access_requests",
    "accounts",
    "attempts",
    "avatars",
    "blobs",
    "cards",
    "citations",
    "collection_items",
    "collection_upvotes",
    "collections",
    "comment_edits",
    "commits",
    "discussion_events",
    "discussions",
    "downloads",
    "follows",
    "jobs",
    "lfs_locks",
    "likes",
    "measurements",
    "members",
    "metadata",
    "notices",
    "oauth_apps",
    "oauth_codes",
    "oauth_devices",
    "oauth_grants",
    "oauth_repos",
    "oauth_tokens",
    "objects",
    "org_refusals",
    "packs",
    "reactions",
    "refs",
    "rendered",
    "repo_aliases",
    "repo_objects",
    "reports",
    "repos",
    "resource_group_members",
    "resource_groups",
    "runs",
    "secrets",
    "sessions",
    "space_settings",
    "space_variables",
    "steps",
    "suspensions",
    "tags",
    "tokens",
    "trusted_code",
    "trusted_publishers",
    "uploads",
    "upstreams",
    "view_configs",
    "view_splits",
    "views",
    "webhook_deliveries",
    "webhook_watches",
    "webhooks",
    "xet_chunks",
    "xet_file_xorbs",
    "xet_files",
    "xorb_senders",
    "xorbs",
]
