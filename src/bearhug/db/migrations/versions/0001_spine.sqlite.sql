CREATE TABLE accounts (
    id INTEGER NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    full_name TEXT DEFAULT '' NOT NULL,
    email TEXT,
    email_key TEXT,
    password TEXT,
    operator BOOLEAN DEFAULT '0' NOT NULL,
    about TEXT DEFAULT '' NOT NULL,
    website TEXT DEFAULT '' NOT NULL,
    default_private BOOLEAN DEFAULT '0' NOT NULL,
    avatar_sha256 TEXT,
    created_at BIGINT NOT NULL,
    disabled_at BIGINT,
    CONSTRAINT pk_accounts PRIMARY KEY (id),
    CONSTRAINT ck_accounts_kind CHECK (kind IN ('user', 'org')),
    CONSTRAINT uq_accounts_name_key UNIQUE (name_key),
    CONSTRAINT uq_accounts_email_key UNIQUE (email_key)
);

CREATE TABLE attempts (
    "key" TEXT NOT NULL,
    failures INTEGER NOT NULL,
    last_at BIGINT NOT NULL,
    CONSTRAINT pk_attempts PRIMARY KEY ("key")
);

CREATE TABLE jobs (
    id INTEGER NOT NULL,
    name TEXT NOT NULL,
    args TEXT NOT NULL,
    due_at BIGINT NOT NULL,
    attempts INTEGER DEFAULT '0' NOT NULL,
    leased_until BIGINT,
    error TEXT,
    failed_at BIGINT,
    created_at BIGINT NOT NULL,
    CONSTRAINT pk_jobs PRIMARY KEY (id)
);

CREATE INDEX ix_jobs_due_at ON jobs (due_at);

CREATE TABLE measurements (
    host TEXT NOT NULL,
    file TEXT NOT NULL,
    memory_bytes BIGINT,
    load_seconds FLOAT,
    tokens_per_second FLOAT,
    measured_at BIGINT NOT NULL,
    CONSTRAINT pk_measurements PRIMARY KEY (host, file)
);

CREATE TABLE objects (
    sha256 TEXT NOT NULL,
    size BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    CONSTRAINT pk_objects PRIMARY KEY (sha256)
);

CREATE TABLE rendered (
    "key" TEXT NOT NULL,
    html BLOB NOT NULL,
    used_at BIGINT NOT NULL,
    CONSTRAINT pk_rendered PRIMARY KEY ("key")
);

CREATE TABLE secrets (
    name TEXT NOT NULL,
    value BLOB NOT NULL,
    CONSTRAINT pk_secrets PRIMARY KEY (name)
);

CREATE TABLE avatars (
    account_id INTEGER NOT NULL,
    media_type TEXT NOT NULL,
    data BLOB NOT NULL,
    CONSTRAINT pk_avatars PRIMARY KEY (account_id),
    CONSTRAINT fk_avatars_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE
);

CREATE TABLE members (
    org_id INTEGER NOT NULL,
    user_id INTEGER NOT NULL,
    role TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    CONSTRAINT pk_members PRIMARY KEY (org_id, user_id),
    CONSTRAINT ck_members_role CHECK (role IN ('admin', 'write', 'contributor', 'read', 'no_access')),
    CONSTRAINT fk_members_org_id FOREIGN KEY(org_id) REFERENCES accounts (id) ON DELETE CASCADE,
    CONSTRAINT fk_members_user_id FOREIGN KEY(user_id) REFERENCES accounts (id) ON DELETE CASCADE
);

CREATE INDEX ix_members_user_id ON members (user_id);

CREATE TABLE repos (
    id INTEGER NOT NULL,
    kind TEXT NOT NULL,
    owner_id INTEGER NOT NULL,
    owner TEXT NOT NULL,
    name TEXT NOT NULL,
    "key" TEXT NOT NULL,
    visibility TEXT NOT NULL,
    gated TEXT DEFAULT '' NOT NULL,
    disabled BOOLEAN DEFAULT '0' NOT NULL,
    sdk TEXT DEFAULT '' NOT NULL,
    created_by INTEGER,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    head TEXT,
    downloads BIGINT DEFAULT '0' NOT NULL,
    downloads_all BIGINT DEFAULT '0' NOT NULL,
    likes BIGINT DEFAULT '0' NOT NULL,
    trending FLOAT DEFAULT '0' NOT NULL,
    used_bytes BIGINT DEFAULT '0' NOT NULL,
    CONSTRAINT pk_repos PRIMARY KEY (id),
    CONSTRAINT uq_repos_kind_key UNIQUE (kind, "key"),
    CONSTRAINT ck_repos_kind CHECK (kind IN ('model', 'dataset', 'space')),
    CONSTRAINT ck_repos_visibility CHECK (visibility IN ('public', 'private', 'protected')),
    CONSTRAINT fk_repos_owner_id FOREIGN KEY(owner_id) REFERENCES accounts (id) ON DELETE CASCADE,
    CONSTRAINT fk_repos_created_by FOREIGN KEY(created_by) REFERENCES accounts (id) ON DELETE SET NULL
);

CREATE INDEX ix_repos_kind_created_at_id ON repos (kind, created_at, id);

CREATE INDEX ix_repos_kind_downloads_id ON repos (kind, downloads, id);

CREATE INDEX ix_repos_kind_likes_id ON repos (kind, likes, id);

CREATE INDEX ix_repos_kind_trending_id ON repos (kind, trending, id);

CREATE INDEX ix_repos_kind_updated_at_id ON repos (kind, updated_at, id);

CREATE INDEX ix_repos_owner_id_kind ON repos (owner_id, kind);

CREATE TABLE sessions (
    id INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    user_id INTEGER NOT NULL,
    user_agent TEXT NOT NULL,
    address TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    CONSTRAINT pk_sessions PRIMARY KEY (id),
    CONSTRAINT uq_sessions_sha256 UNIQUE (sha256),
    CONSTRAINT fk_sessions_user_id FOREIGN KEY(user_id) REFERENCES accounts (id) ON DELETE CASCADE
);

CREATE INDEX ix_sessions_user_id ON sessions (user_id);

CREATE TABLE steps (
    user_id INTEGER NOT NULL,
    name TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    CONSTRAINT pk_steps PRIMARY KEY (user_id, name),
    CONSTRAINT fk_steps_user_id FOREIGN KEY(user_id) REFERENCES accounts (id) ON DELETE CASCADE
);

CREATE TABLE tokens (
    id INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    user_id INTEGER NOT NULL,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    scopes TEXT DEFAULT '[]' NOT NULL,
    ending TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT,
    used_at BIGINT,
    CONSTRAINT pk_tokens PRIMARY KEY (id),
    CONSTRAINT uq_tokens_user_id_name UNIQUE (user_id, name),
    CONSTRAINT ck_tokens_role CHECK (role IN ('read', 'write', 'fineGrained')),
    CONSTRAINT uq_tokens_sha256 UNIQUE (sha256),
    CONSTRAINT fk_tokens_user_id FOREIGN KEY(user_id) REFERENCES accounts (id) ON DELETE CASCADE
);

CREATE TABLE blobs (
    repo_id INTEGER NOT NULL,
    oid TEXT NOT NULL,
    size BIGINT NOT NULL,
    lfs_sha256 TEXT,
    lfs_size BIGINT,
    CONSTRAINT pk_blobs PRIMARY KEY (repo_id, oid),
    CONSTRAINT fk_blobs_repo_id FOREIGN KEY(repo_id) REFERENCES repos (id) ON DELETE CASCADE
)
 WITHOUT ROWID;

CREATE TABLE cards (
    repo_id INTEGER NOT NULL,
    commit_oid TEXT NOT NULL,
    readme_oid TEXT,
    metadata TEXT NOT NULL,
    title TEXT DEFAULT '' NOT NULL,
    summary TEXT DEFAULT '' NOT NULL,
    pipeline_tag TEXT,
    library TEXT,
    license TEXT,
    tags TEXT DEFAULT '[]' NOT NULL,
    facts TEXT DEFAULT '{}' NOT NULL,
    parameters BIGINT,
    weight_bytes BIGINT,
    thumbnail TEXT,
    changed_at BIGINT DEFAULT '0' NOT NULL,
    CONSTRAINT pk_cards PRIMARY KEY (repo_id),
    CONSTRAINT fk_cards_repo_id FOREIGN KEY(repo_id) REFERENCES repos (id) ON DELETE CASCADE
);

CREATE INDEX ix_cards_changed_at ON cards (changed_at);

CREATE INDEX ix_cards_pipeline_tag ON cards (pipeline_tag);

CREATE TABLE commits (
    id INTEGER NOT NULL,
    repo_id INTEGER NOT NULL,
    oid TEXT NOT NULL,
    ref TEXT NOT NULL,
    title TEXT NOT NULL,
    author_id INTEGER,
    created_at BIGINT NOT NULL,
    CONSTRAINT pk_commits PRIMARY KEY (id),
    CONSTRAINT uq_commits_repo_id_oid_ref UNIQUE (repo_id, oid, ref),
    CONSTRAINT fk_commits_repo_id FOREIGN KEY(repo_id) REFERENCES repos (id) ON DELETE CASCADE,
    CONSTRAINT fk_commits_author_id FOREIGN KEY(author_id) REFERENCES accounts (id) ON DELETE SET NULL
);

CREATE TABLE downloads (
    repo_id INTEGER NOT NULL,
    day INTEGER NOT NULL,
    count BIGINT NOT NULL,
    CONSTRAINT pk_downloads PRIMARY KEY (repo_id, day),
    CONSTRAINT fk_downloads_repo_id FOREIGN KEY(repo_id) REFERENCES repos (id) ON DELETE CASCADE
);

CREATE TABLE likes (
    repo_id INTEGER NOT NULL,
    user_id INTEGER NOT NULL,
    created_at BIGINT NOT NULL,
    CONSTRAINT pk_likes PRIMARY KEY (repo_id, user_id),
    CONSTRAINT fk_likes_repo_id FOREIGN KEY(repo_id) REFERENCES repos (id) ON DELETE CASCADE,
    CONSTRAINT fk_likes_user_id FOREIGN KEY(user_id) REFERENCES accounts (id) ON DELETE CASCADE
);

CREATE INDEX ix_likes_user_id ON likes (user_id);

CREATE TABLE packs (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    repo_id INTEGER NOT NULL,
    sha TEXT NOT NULL,
    size BIGINT NOT NULL,
    objects INTEGER NOT NULL,
    data BLOB,
    idx BLOB,
    created_at BIGINT NOT NULL,
    CONSTRAINT fk_packs_repo_id FOREIGN KEY(repo_id) REFERENCES repos (id) ON DELETE CASCADE
);

CREATE INDEX ix_packs_repo_id_id ON packs (repo_id, id);

CREATE INDEX ix_packs_sha ON packs (sha);

CREATE TABLE refs (
    repo_id INTEGER NOT NULL,
    name TEXT NOT NULL,
    oid TEXT NOT NULL,
    peeled TEXT,
    CONSTRAINT pk_refs PRIMARY KEY (repo_id, name),
    CONSTRAINT fk_refs_repo_id FOREIGN KEY(repo_id) REFERENCES repos (id) ON DELETE CASCADE
);

CREATE TABLE repo_aliases (
    kind TEXT NOT NULL,
    "key" TEXT NOT NULL,
    repo_id INTEGER NOT NULL,
    CONSTRAINT pk_repo_aliases PRIMARY KEY (kind, "key"),
    CONSTRAINT fk_repo_aliases_repo_id FOREIGN KEY(repo_id) REFERENCES repos (id) ON DELETE CASCADE
);

CREATE INDEX ix_repo_aliases_repo_id ON repo_aliases (repo_id);

CREATE TABLE repo_objects (
    repo_id INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    CONSTRAINT pk_repo_objects PRIMARY KEY (repo_id, sha256),
    CONSTRAINT fk_repo_objects_repo_id FOREIGN KEY(repo_id) REFERENCES repos (id) ON DELETE CASCADE,
    CONSTRAINT fk_repo_objects_sha256 FOREIGN KEY(sha256) REFERENCES objects (sha256)
);

CREATE INDEX ix_repo_objects_sha256 ON repo_objects (sha256);

CREATE TABLE runs (
    id TEXT NOT NULL,
    repo_id INTEGER NOT NULL,
    revision TEXT NOT NULL,
    file TEXT NOT NULL,
    user_id INTEGER,
    task TEXT NOT NULL,
    input TEXT NOT NULL,
    output TEXT NOT NULL,
    parameters TEXT NOT NULL,
    figures TEXT NOT NULL,
    about TEXT NOT NULL,
    public BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL,
    CONSTRAINT pk_runs PRIMARY KEY (id),
    CONSTRAINT fk_runs_repo_id FOREIGN KEY(repo_id) REFERENCES repos (id) ON DELETE CASCADE,
    CONSTRAINT fk_runs_user_id FOREIGN KEY(user_id) REFERENCES accounts (id) ON DELETE SET NULL
);

CREATE INDEX ix_runs_repo_id_created_at ON runs (repo_id, created_at);

CREATE INDEX ix_runs_user_id_created_at ON runs (user_id, created_at);

CREATE TABLE tags (
    repo_id INTEGER NOT NULL,
    facet TEXT NOT NULL,
    value TEXT NOT NULL,
    CONSTRAINT pk_tags PRIMARY KEY (repo_id, facet, value),
    CONSTRAINT fk_tags_repo_id FOREIGN KEY(repo_id) REFERENCES repos (id) ON DELETE CASCADE
)
 WITHOUT ROWID;

CREATE INDEX ix_tags_facet_value_repo_id ON tags (facet, value, repo_id);

CREATE TABLE uploads (
    id TEXT NOT NULL,
    repo_id INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    size BIGINT NOT NULL,
    part_bytes BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    CONSTRAINT pk_uploads PRIMARY KEY (id),
    CONSTRAINT uq_uploads_repo_id_sha256 UNIQUE (repo_id, sha256),
    CONSTRAINT fk_uploads_repo_id FOREIGN KEY(repo_id) REFERENCES repos (id) ON DELETE CASCADE
);

CREATE VIRTUAL TABLE search USING fts5(name, card, tags,
    tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3');

CREATE VIRTUAL TABLE search_names USING fts5(key, tokenize = 'trigram');
