CREATE TABLE views (
    repo_id BIGINT NOT NULL,
    wanted_oid TEXT NOT NULL,
    commit_oid TEXT,
    state TEXT NOT NULL,
    failure TEXT,
    isolation TEXT DEFAULT '' NOT NULL,
    changed_at BIGINT NOT NULL,
    CONSTRAINT pk_views PRIMARY KEY (repo_id),
    CONSTRAINT fk_views_repo_id FOREIGN KEY(repo_id) REFERENCES repos (id) ON DELETE CASCADE
);

CREATE TABLE view_configs (
    repo_id BIGINT NOT NULL,
    config TEXT NOT NULL,
    position INTEGER NOT NULL,
    builder TEXT NOT NULL,
    original_bytes BIGINT NOT NULL,
    state TEXT NOT NULL,
    progress FLOAT DEFAULT '0' NOT NULL,
    failure TEXT,
    info TEXT,
    CONSTRAINT pk_view_configs PRIMARY KEY (repo_id, config),
    CONSTRAINT fk_view_configs_repo_id FOREIGN KEY(repo_id) REFERENCES repos (id) ON DELETE CASCADE
);

CREATE TABLE view_splits (
    repo_id BIGINT NOT NULL,
    config TEXT NOT NULL,
    split TEXT NOT NULL,
    position INTEGER NOT NULL,
    features TEXT,
    preview TEXT DEFAULT '' NOT NULL,
    preview_rows INTEGER DEFAULT '0' NOT NULL,
    failure TEXT,
    rows BIGINT,
    bytes BIGINT,
    partial BOOLEAN DEFAULT '0' NOT NULL,
    files TEXT,
    statistics TEXT,
    statistics_failure TEXT,
    CONSTRAINT pk_view_splits PRIMARY KEY (repo_id, config, split),
    CONSTRAINT fk_view_splits_repo_id FOREIGN KEY(repo_id) REFERENCES repos (id) ON DELETE CASCADE
);
