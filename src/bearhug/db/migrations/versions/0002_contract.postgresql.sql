ALTER TABLE repos DROP CONSTRAINT ck_repos_kind;

ALTER TABLE repos ADD CONSTRAINT ck_repos_kind CHECK (kind IN ('model', 'dataset', 'space', 'kernel'));

ALTER TABLE repos ADD COLUMN talk BOOLEAN DEFAULT '1' NOT NULL;

ALTER TABLE repos ADD COLUMN group_id BIGINT;

ALTER TABLE accounts ADD COLUMN wire_id TEXT;

ALTER TABLE objects ADD COLUMN raw BOOLEAN DEFAULT '1' NOT NULL;

ALTER TABLE objects ADD COLUMN file_id BIGINT;

CREATE INDEX ix_objects_file_id ON objects (file_id);

CREATE INDEX ix_cards_parameters_repo_id ON cards (parameters, repo_id);

CREATE INDEX ix_cards_weight_bytes_repo_id ON cards (weight_bytes, repo_id);

CREATE TABLE xet_files (
    id BIGSERIAL NOT NULL,
    hash BYTEA NOT NULL,
    size BIGINT NOT NULL,
    terms BYTEA NOT NULL,
    sha256 TEXT,
    created_at BIGINT NOT NULL,
    CONSTRAINT pk_xet_files PRIMARY KEY (id),
    CONSTRAINT uq_xet_files_hash UNIQUE (hash)
);

CREATE TABLE xorbs (
    id BIGSERIAL NOT NULL,
    hash BYTEA NOT NULL,
    nonce TEXT NOT NULL,
    raw_bytes BIGINT NOT NULL,
    stored_bytes BIGINT NOT NULL,
    hashes BYTEA NOT NULL,
    ends BYTEA NOT NULL,
    raw_ends BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    touched_at BIGINT NOT NULL,
    condemned_at BIGINT,
    checked_at BIGINT,
    CONSTRAINT pk_xorbs PRIMARY KEY (id),
    CONSTRAINT uq_xorbs_hash UNIQUE (hash)
);

CREATE INDEX ix_xorbs_touched_at ON xorbs (touched_at);

CREATE TABLE collections (
    id BIGSERIAL NOT NULL,
    oid TEXT NOT NULL,
    owner_id BIGINT NOT NULL,
    group_id BIGINT,
    title TEXT NOT NULL,
    description TEXT DEFAULT '' NOT NULL,
    private BOOLEAN DEFAULT '0' NOT NULL,
    theme TEXT DEFAULT 'orange' NOT NULL,
    position INTEGER DEFAULT '0' NOT NULL,
    upvotes INTEGER DEFAULT '0' NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    CONSTRAINT pk_collections PRIMARY KEY (id),
    CONSTRAINT uq_collections_oid UNIQUE (oid),
    CONSTRAINT fk_collections_owner_id FOREIGN KEY(owner_id) REFERENCES accounts (id) ON DELETE CASCADE
);

CREATE INDEX ix_collections_owner_id_position ON collections (owner_id, position);

CREATE INDEX ix_collections_updated_at ON collections (updated_at);

CREATE TABLE follows (
    follower_id BIGINT NOT NULL,
    account_id BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    CONSTRAINT pk_follows PRIMARY KEY (follower_id, account_id),
    CONSTRAINT fk_follows_follower_id FOREIGN KEY(follower_id) REFERENCES accounts (id) ON DELETE CASCADE,
    CONSTRAINT fk_follows_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE
);

CREATE INDEX ix_follows_account_id ON follows (account_id);

CREATE TABLE resource_groups (
    id BIGSERIAL NOT NULL,
    org_id BIGINT NOT NULL,
    name TEXT NOT NULL,
    description TEXT DEFAULT '' NOT NULL,
    auto_join TEXT,
    created_at BIGINT NOT NULL,
    CONSTRAINT pk_resource_groups PRIMARY KEY (id),
    CONSTRAINT uq_resource_groups_org_id_name UNIQUE (org_id, name),
    CONSTRAINT fk_resource_groups_org_id FOREIGN KEY(org_id) REFERENCES accounts (id) ON DELETE CASCADE
);

CREATE TABLE webhooks (
    id BIGSERIAL NOT NULL,
    user_id BIGINT NOT NULL,
    url TEXT NOT NULL,
    hub_url TEXT NOT NULL,
    secret TEXT DEFAULT '' NOT NULL,
    domains TEXT NOT NULL,
    watched TEXT NOT NULL,
    public_only BOOLEAN DEFAULT '0' NOT NULL,
    disabled BOOLEAN DEFAULT '0' NOT NULL,
    trouble TEXT DEFAULT '' NOT NULL,
    failures INTEGER DEFAULT '0' NOT NULL,
    failing_since BIGINT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    CONSTRAINT pk_webhooks PRIMARY KEY (id),
    CONSTRAINT fk_webhooks_user_id FOREIGN KEY(user_id) REFERENCES accounts (id) ON DELETE CASCADE
);

CREATE INDEX ix_webhooks_user_id ON webhooks (user_id);

CREATE TABLE xet_chunks (
    hash BYTEA NOT NULL,
    xorb_id BIGINT NOT NULL,
    CONSTRAINT pk_xet_chunks PRIMARY KEY (hash),
    CONSTRAINT fk_xet_chunks_xorb_id FOREIGN KEY(xorb_id) REFERENCES xorbs (id) ON DELETE CASCADE
);

CREATE INDEX ix_xet_chunks_xorb_id ON xet_chunks (xorb_id);

CREATE TABLE xet_file_xorbs (
    xorb_id BIGINT NOT NULL,
    file_id BIGINT NOT NULL,
    CONSTRAINT pk_xet_file_xorbs PRIMARY KEY (xorb_id, file_id),
    CONSTRAINT fk_xet_file_xorbs_xorb_id FOREIGN KEY(xorb_id) REFERENCES xorbs (id) ON DELETE CASCADE,
    CONSTRAINT fk_xet_file_xorbs_file_id FOREIGN KEY(file_id) REFERENCES xet_files (id) ON DELETE CASCADE
);

CREATE INDEX ix_xet_file_xorbs_file_id ON xet_file_xorbs (file_id);

CREATE TABLE access_requests (
    repo_id BIGINT NOT NULL,
    user_id BIGINT NOT NULL,
    status TEXT NOT NULL,
    by_hand BOOLEAN DEFAULT '0' NOT NULL,
    fields TEXT DEFAULT '{}' NOT NULL,
    reason TEXT DEFAULT '' NOT NULL,
    created_at BIGINT NOT NULL,
    decided_at BIGINT,
    decided_by BIGINT,
    CONSTRAINT pk_access_requests PRIMARY KEY (repo_id, user_id),
    CONSTRAINT ck_access_requests_status CHECK (status IN ('pending', 'accepted', 'rejected')),
    CONSTRAINT fk_access_requests_repo_id FOREIGN KEY(repo_id) REFERENCES repos (id) ON DELETE CASCADE,
    CONSTRAINT fk_access_requests_user_id FOREIGN KEY(user_id) REFERENCES accounts (id) ON DELETE CASCADE,
    CONSTRAINT fk_access_requests_decided_by FOREIGN KEY(decided_by) REFERENCES accounts (id) ON DELETE SET NULL
);

CREATE INDEX ix_access_requests_user_id_status ON access_requests (user_id, status);

CREATE TABLE citations (
    repo_id BIGINT NOT NULL,
    paper TEXT NOT NULL,
    title TEXT NOT NULL,
    authors TEXT DEFAULT '[]' NOT NULL,
    CONSTRAINT pk_citations PRIMARY KEY (repo_id, paper),
    CONSTRAINT fk_citations_repo_id FOREIGN KEY(repo_id) REFERENCES repos (id) ON DELETE CASCADE
);

CREATE INDEX ix_citations_paper ON citations (paper);

CREATE TABLE collection_items (
    id BIGSERIAL NOT NULL,
    collection_id BIGINT NOT NULL,
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    repo_id BIGINT,
    other_id BIGINT,
    note TEXT DEFAULT '' NOT NULL,
    position INTEGER NOT NULL,
    created_at BIGINT NOT NULL,
    CONSTRAINT pk_collection_items PRIMARY KEY (id),
    CONSTRAINT uq_collection_items_collection_id_kind_key UNIQUE (collection_id, kind, key),
    CONSTRAINT fk_collection_items_collection_id FOREIGN KEY(collection_id) REFERENCES collections (id) ON DELETE CASCADE,
    CONSTRAINT fk_collection_items_repo_id FOREIGN KEY(repo_id) REFERENCES repos (id) ON DELETE CASCADE,
    CONSTRAINT fk_collection_items_other_id FOREIGN KEY(other_id) REFERENCES collections (id) ON DELETE CASCADE
);

CREATE INDEX ix_collection_items_other_id ON collection_items (other_id);

CREATE INDEX ix_collection_items_repo_id ON collection_items (repo_id);

CREATE TABLE collection_upvotes (
    collection_id BIGINT NOT NULL,
    user_id BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    CONSTRAINT pk_collection_upvotes PRIMARY KEY (collection_id, user_id),
    CONSTRAINT fk_collection_upvotes_collection_id FOREIGN KEY(collection_id) REFERENCES collections (id) ON DELETE CASCADE,
    CONSTRAINT fk_collection_upvotes_user_id FOREIGN KEY(user_id) REFERENCES accounts (id) ON DELETE CASCADE
);

CREATE INDEX ix_collection_upvotes_user_id ON collection_upvotes (user_id);

CREATE TABLE discussions (
    id BIGSERIAL NOT NULL,
    repo_id BIGINT NOT NULL,
    num INTEGER NOT NULL,
    title TEXT NOT NULL,
    status TEXT NOT NULL,
    is_pull_request BOOLEAN NOT NULL,
    base TEXT DEFAULT '' NOT NULL,
    base_oid TEXT,
    merge_oid TEXT,
    author_id BIGINT,
    pinned BOOLEAN DEFAULT '0' NOT NULL,
    locked BOOLEAN DEFAULT '0' NOT NULL,
    comments INTEGER DEFAULT '0' NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    CONSTRAINT pk_discussions PRIMARY KEY (id),
    CONSTRAINT uq_discussions_repo_id_num UNIQUE (repo_id, num),
    CONSTRAINT ck_discussions_status CHECK (status IN ('draft', 'open', 'closed', 'merged')),
    CONSTRAINT fk_discussions_repo_id FOREIGN KEY(repo_id) REFERENCES repos (id) ON DELETE CASCADE,
    CONSTRAINT fk_discussions_author_id FOREIGN KEY(author_id) REFERENCES accounts (id) ON DELETE SET NULL
);

CREATE INDEX ix_discussions_author_id ON discussions (author_id);

CREATE TABLE lfs_locks (
    id BIGSERIAL NOT NULL,
    repo_id BIGINT NOT NULL,
    path TEXT NOT NULL,
    ref TEXT DEFAULT '' NOT NULL,
    owner_id BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    CONSTRAINT pk_lfs_locks PRIMARY KEY (id),
    CONSTRAINT uq_lfs_locks_repo_id_path UNIQUE (repo_id, path),
    CONSTRAINT fk_lfs_locks_repo_id FOREIGN KEY(repo_id) REFERENCES repos (id) ON DELETE CASCADE,
    CONSTRAINT fk_lfs_locks_owner_id FOREIGN KEY(owner_id) REFERENCES accounts (id) ON DELETE CASCADE
);

CREATE TABLE oauth_apps (
    id BIGSERIAL NOT NULL,
    client_id TEXT NOT NULL,
    secret_sha256 TEXT,
    owner_id BIGINT,
    repo_id BIGINT,
    name TEXT NOT NULL,
    website TEXT DEFAULT '' NOT NULL,
    redirect_uris TEXT DEFAULT '[]' NOT NULL,
    scopes TEXT DEFAULT '[]' NOT NULL,
    created_at BIGINT NOT NULL,
    CONSTRAINT pk_oauth_apps PRIMARY KEY (id),
    CONSTRAINT uq_oauth_apps_client_id UNIQUE (client_id),
    CONSTRAINT fk_oauth_apps_owner_id FOREIGN KEY(owner_id) REFERENCES accounts (id) ON DELETE CASCADE,
    CONSTRAINT fk_oauth_apps_repo_id FOREIGN KEY(repo_id) REFERENCES repos (id) ON DELETE CASCADE
);

CREATE INDEX ix_oauth_apps_owner_id ON oauth_apps (owner_id);

CREATE INDEX ix_oauth_apps_repo_id ON oauth_apps (repo_id);

CREATE TABLE org_refusals (
    token_id BIGINT NOT NULL,
    org_id BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    CONSTRAINT pk_org_refusals PRIMARY KEY (token_id, org_id),
    CONSTRAINT fk_org_refusals_token_id FOREIGN KEY(token_id) REFERENCES tokens (id) ON DELETE CASCADE,
    CONSTRAINT fk_org_refusals_org_id FOREIGN KEY(org_id) REFERENCES accounts (id) ON DELETE CASCADE
);

CREATE TABLE reports (
    id BIGSERIAL NOT NULL,
    repo_id BIGINT NOT NULL,
    discussion_num INTEGER,
    user_id BIGINT,
    reason TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    handled_at BIGINT,
    handled_by BIGINT,
    CONSTRAINT pk_reports PRIMARY KEY (id),
    CONSTRAINT fk_reports_repo_id FOREIGN KEY(repo_id) REFERENCES repos (id) ON DELETE CASCADE,
    CONSTRAINT fk_reports_user_id FOREIGN KEY(user_id) REFERENCES accounts (id) ON DELETE SET NULL,
    CONSTRAINT fk_reports_handled_by FOREIGN KEY(handled_by) REFERENCES accounts (id) ON DELETE SET NULL
);

CREATE INDEX ix_reports_handled_at_created_at ON reports (handled_at, created_at);

CREATE TABLE resource_group_members (
    group_id BIGINT NOT NULL,
    user_id BIGINT NOT NULL,
    role TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    CONSTRAINT pk_resource_group_members PRIMARY KEY (group_id, user_id),
    CONSTRAINT fk_resource_group_members_group_id FOREIGN KEY(group_id) REFERENCES resource_groups (id) ON DELETE CASCADE,
    CONSTRAINT fk_resource_group_members_user_id FOREIGN KEY(user_id) REFERENCES accounts (id) ON DELETE CASCADE
);

CREATE INDEX ix_resource_group_members_user_id ON resource_group_members (user_id);

CREATE TABLE space_settings (
    repo_id BIGINT NOT NULL,
    hardware TEXT DEFAULT 'cpu-basic' NOT NULL,
    sleep_seconds INTEGER,
    storage TEXT,
    paused BOOLEAN DEFAULT '0' NOT NULL,
    dev_mode BOOLEAN DEFAULT '0' NOT NULL,
    volumes TEXT DEFAULT '[]' NOT NULL,
    CONSTRAINT pk_space_settings PRIMARY KEY (repo_id),
    CONSTRAINT fk_space_settings_repo_id FOREIGN KEY(repo_id) REFERENCES repos (id) ON DELETE CASCADE
);

CREATE TABLE space_variables (
    repo_id BIGINT NOT NULL,
    key TEXT NOT NULL,
    secret BOOLEAN NOT NULL,
    value BYTEA NOT NULL,
    description TEXT DEFAULT '' NOT NULL,
    updated_at BIGINT NOT NULL,
    CONSTRAINT pk_space_variables PRIMARY KEY (repo_id, key, secret),
    CONSTRAINT fk_space_variables_repo_id FOREIGN KEY(repo_id) REFERENCES repos (id) ON DELETE CASCADE
);

CREATE TABLE suspensions (
    repo_id BIGINT NOT NULL,
    reason TEXT NOT NULL,
    created_by BIGINT,
    created_at BIGINT NOT NULL,
    CONSTRAINT pk_suspensions PRIMARY KEY (repo_id),
    CONSTRAINT fk_suspensions_repo_id FOREIGN KEY(repo_id) REFERENCES repos (id) ON DELETE CASCADE,
    CONSTRAINT fk_suspensions_created_by FOREIGN KEY(created_by) REFERENCES accounts (id) ON DELETE SET NULL
);

CREATE TABLE trusted_publishers (
    id BIGSERIAL NOT NULL,
    account_id BIGINT NOT NULL,
    repo_id BIGINT,
    issuer TEXT NOT NULL,
    claims TEXT NOT NULL,
    scopes TEXT NOT NULL,
    created_by BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    used_at BIGINT,
    CONSTRAINT pk_trusted_publishers PRIMARY KEY (id),
    CONSTRAINT fk_trusted_publishers_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE,
    CONSTRAINT fk_trusted_publishers_repo_id FOREIGN KEY(repo_id) REFERENCES repos (id) ON DELETE CASCADE,
    CONSTRAINT fk_trusted_publishers_created_by FOREIGN KEY(created_by) REFERENCES accounts (id) ON DELETE CASCADE
);

CREATE INDEX ix_trusted_publishers_account_id ON trusted_publishers (account_id);

CREATE INDEX ix_trusted_publishers_issuer ON trusted_publishers (issuer);

CREATE INDEX ix_trusted_publishers_repo_id ON trusted_publishers (repo_id);

CREATE TABLE webhook_deliveries (
    id BIGSERIAL NOT NULL,
    webhook_id BIGINT NOT NULL,
    repo_id BIGINT,
    repo_owner_id BIGINT,
    repo_group_id BIGINT,
    action TEXT NOT NULL,
    scope TEXT NOT NULL,
    payload TEXT NOT NULL,
    due_at BIGINT,
    attempts INTEGER DEFAULT '0' NOT NULL,
    sent_at BIGINT,
    status INTEGER,
    answer TEXT DEFAULT '' NOT NULL,
    failure TEXT DEFAULT '' NOT NULL,
    milliseconds INTEGER,
    replay_of BIGINT,
    created_at BIGINT NOT NULL,
    CONSTRAINT pk_webhook_deliveries PRIMARY KEY (id),
    CONSTRAINT fk_webhook_deliveries_webhook_id FOREIGN KEY(webhook_id) REFERENCES webhooks (id) ON DELETE CASCADE,
    CONSTRAINT fk_webhook_deliveries_repo_id FOREIGN KEY(repo_id) REFERENCES repos (id) ON DELETE SET NULL,
    CONSTRAINT fk_webhook_deliveries_replay_of FOREIGN KEY(replay_of) REFERENCES webhook_deliveries (id) ON DELETE SET NULL
);

CREATE INDEX ix_webhook_deliveries_created_at ON webhook_deliveries (created_at);

CREATE INDEX ix_webhook_deliveries_due_at ON webhook_deliveries (due_at);

CREATE INDEX ix_webhook_deliveries_replay_of ON webhook_deliveries (replay_of);

CREATE INDEX ix_webhook_deliveries_repo_id ON webhook_deliveries (repo_id);

CREATE INDEX ix_webhook_deliveries_webhook_id_created_at ON webhook_deliveries (webhook_id, created_at);

CREATE TABLE webhook_watches (
    webhook_id BIGINT NOT NULL,
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    CONSTRAINT pk_webhook_watches PRIMARY KEY (webhook_id, kind, key),
    CONSTRAINT fk_webhook_watches_webhook_id FOREIGN KEY(webhook_id) REFERENCES webhooks (id) ON DELETE CASCADE
);

CREATE INDEX ix_webhook_watches_kind_key ON webhook_watches (kind, key);

CREATE TABLE discussion_events (
    id BIGSERIAL NOT NULL,
    discussion_id BIGINT NOT NULL,
    kind TEXT NOT NULL,
    author_id BIGINT,
    data TEXT DEFAULT '{}' NOT NULL,
    content TEXT,
    edits INTEGER DEFAULT '0' NOT NULL,
    edited_at BIGINT,
    hidden_at BIGINT,
    hidden_by BIGINT,
    created_at BIGINT NOT NULL,
    CONSTRAINT pk_discussion_events PRIMARY KEY (id),
    CONSTRAINT fk_discussion_events_discussion_id FOREIGN KEY(discussion_id) REFERENCES discussions (id) ON DELETE CASCADE,
    CONSTRAINT fk_discussion_events_author_id FOREIGN KEY(author_id) REFERENCES accounts (id) ON DELETE SET NULL,
    CONSTRAINT fk_discussion_events_hidden_by FOREIGN KEY(hidden_by) REFERENCES accounts (id) ON DELETE SET NULL
);

CREATE INDEX ix_discussion_events_author_id ON discussion_events (author_id);

CREATE INDEX ix_discussion_events_discussion_id_id ON discussion_events (discussion_id, id);

CREATE TABLE oauth_codes (
    sha256 TEXT NOT NULL,
    app_id BIGINT NOT NULL,
    user_id BIGINT NOT NULL,
    redirect_uri TEXT NOT NULL,
    scopes TEXT NOT NULL,
    orgs TEXT DEFAULT '[]' NOT NULL,
    nonce TEXT DEFAULT '' NOT NULL,
    challenge TEXT DEFAULT '' NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT,
    CONSTRAINT pk_oauth_codes PRIMARY KEY (sha256),
    CONSTRAINT fk_oauth_codes_app_id FOREIGN KEY(app_id) REFERENCES oauth_apps (id) ON DELETE CASCADE,
    CONSTRAINT fk_oauth_codes_user_id FOREIGN KEY(user_id) REFERENCES accounts (id) ON DELETE CASCADE
);

CREATE INDEX ix_oauth_codes_expires_at ON oauth_codes (expires_at);

CREATE TABLE oauth_devices (
    sha256 TEXT NOT NULL,
    user_code TEXT NOT NULL,
    app_id BIGINT NOT NULL,
    user_id BIGINT,
    scopes TEXT NOT NULL,
    orgs TEXT DEFAULT '[]' NOT NULL,
    status TEXT NOT NULL,
    interval_seconds INTEGER NOT NULL,
    polled_at BIGINT,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    CONSTRAINT pk_oauth_devices PRIMARY KEY (sha256),
    CONSTRAINT uq_oauth_devices_user_code UNIQUE (user_code),
    CONSTRAINT fk_oauth_devices_app_id FOREIGN KEY(app_id) REFERENCES oauth_apps (id) ON DELETE CASCADE,
    CONSTRAINT fk_oauth_devices_user_id FOREIGN KEY(user_id) REFERENCES accounts (id) ON DELETE CASCADE
);

CREATE INDEX ix_oauth_devices_expires_at ON oauth_devices (expires_at);

CREATE TABLE oauth_grants (
    app_id BIGINT NOT NULL,
    user_id BIGINT NOT NULL,
    scopes TEXT NOT NULL,
    orgs TEXT DEFAULT '[]' NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    CONSTRAINT pk_oauth_grants PRIMARY KEY (app_id, user_id),
    CONSTRAINT fk_oauth_grants_app_id FOREIGN KEY(app_id) REFERENCES oauth_apps (id) ON DELETE CASCADE,
    CONSTRAINT fk_oauth_grants_user_id FOREIGN KEY(user_id) REFERENCES accounts (id) ON DELETE CASCADE
);

CREATE INDEX ix_oauth_grants_user_id ON oauth_grants (user_id);

CREATE TABLE oauth_repos (
    repo_id BIGINT NOT NULL,
    app_id BIGINT NOT NULL,
    user_id BIGINT NOT NULL,
    CONSTRAINT pk_oauth_repos PRIMARY KEY (repo_id, app_id),
    CONSTRAINT fk_oauth_repos_repo_id FOREIGN KEY(repo_id) REFERENCES repos (id) ON DELETE CASCADE,
    CONSTRAINT fk_oauth_repos_app_id FOREIGN KEY(app_id) REFERENCES oauth_apps (id) ON DELETE CASCADE,
    CONSTRAINT fk_oauth_repos_user_id FOREIGN KEY(user_id) REFERENCES accounts (id) ON DELETE CASCADE
);

CREATE INDEX ix_oauth_repos_app_id ON oauth_repos (app_id);

CREATE INDEX ix_oauth_repos_user_id_app_id ON oauth_repos (user_id, app_id);

CREATE TABLE oauth_tokens (
    id BIGSERIAL NOT NULL,
    sha256 TEXT NOT NULL,
    kind TEXT NOT NULL,
    family TEXT NOT NULL,
    app_id BIGINT,
    publisher_id BIGINT,
    user_id BIGINT NOT NULL,
    scopes TEXT NOT NULL,
    orgs TEXT DEFAULT '[]' NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT,
    CONSTRAINT pk_oauth_tokens PRIMARY KEY (id),
    CONSTRAINT uq_oauth_tokens_sha256 UNIQUE (sha256),
    CONSTRAINT fk_oauth_tokens_app_id FOREIGN KEY(app_id) REFERENCES oauth_apps (id) ON DELETE CASCADE,
    CONSTRAINT fk_oauth_tokens_publisher_id FOREIGN KEY(publisher_id) REFERENCES trusted_publishers (id) ON DELETE CASCADE,
    CONSTRAINT fk_oauth_tokens_user_id FOREIGN KEY(user_id) REFERENCES accounts (id) ON DELETE CASCADE
);

CREATE INDEX ix_oauth_tokens_expires_at ON oauth_tokens (expires_at);

CREATE INDEX ix_oauth_tokens_family ON oauth_tokens (family);

CREATE INDEX ix_oauth_tokens_user_id ON oauth_tokens (user_id);

CREATE TABLE comment_edits (
    id BIGSERIAL NOT NULL,
    event_id BIGINT NOT NULL,
    content TEXT NOT NULL,
    author_id BIGINT,
    created_at BIGINT NOT NULL,
    CONSTRAINT pk_comment_edits PRIMARY KEY (id),
    CONSTRAINT fk_comment_edits_event_id FOREIGN KEY(event_id) REFERENCES discussion_events (id) ON DELETE CASCADE,
    CONSTRAINT fk_comment_edits_author_id FOREIGN KEY(author_id) REFERENCES accounts (id) ON DELETE SET NULL
);

CREATE INDEX ix_comment_edits_event_id ON comment_edits (event_id);

CREATE TABLE notices (
    id BIGSERIAL NOT NULL,
    user_id BIGINT NOT NULL,
    discussion_id BIGINT NOT NULL,
    event_id BIGINT NOT NULL,
    reason TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    read_at BIGINT,
    CONSTRAINT pk_notices PRIMARY KEY (id),
    CONSTRAINT uq_notices_user_id_event_id UNIQUE (user_id, event_id),
    CONSTRAINT fk_notices_user_id FOREIGN KEY(user_id) REFERENCES accounts (id) ON DELETE CASCADE,
    CONSTRAINT fk_notices_discussion_id FOREIGN KEY(discussion_id) REFERENCES discussions (id) ON DELETE CASCADE,
    CONSTRAINT fk_notices_event_id FOREIGN KEY(event_id) REFERENCES discussion_events (id) ON DELETE CASCADE
);

CREATE INDEX ix_notices_discussion_id ON notices (discussion_id);

CREATE INDEX ix_notices_user_id_read_at ON notices (user_id, read_at);

CREATE TABLE reactions (
    event_id BIGINT NOT NULL,
    user_id BIGINT NOT NULL,
    emoji TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    CONSTRAINT pk_reactions PRIMARY KEY (event_id, user_id, emoji),
    CONSTRAINT fk_reactions_event_id FOREIGN KEY(event_id) REFERENCES discussion_events (id) ON DELETE CASCADE,
    CONSTRAINT fk_reactions_user_id FOREIGN KEY(user_id) REFERENCES accounts (id) ON DELETE CASCADE
);

CREATE INDEX ix_reactions_user_id ON reactions (user_id);
