CREATE TABLE xorb_senders (
    xorb_id BIGINT NOT NULL,
    account_id BIGINT NOT NULL,
    CONSTRAINT pk_xorb_senders PRIMARY KEY (xorb_id, account_id),
    CONSTRAINT fk_xorb_senders_xorb_id FOREIGN KEY(xorb_id) REFERENCES xorbs (id) ON DELETE CASCADE,
    CONSTRAINT fk_xorb_senders_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE
);

CREATE INDEX ix_xorb_senders_account_id ON xorb_senders (account_id);

ALTER TABLE xet_chunks DROP CONSTRAINT pk_xet_chunks;

ALTER TABLE xet_chunks ADD CONSTRAINT pk_xet_chunks PRIMARY KEY (hash, xorb_id);

CREATE INDEX ix_accounts_avatar_sha256 ON accounts (avatar_sha256);

CREATE TABLE upstreams (
    id BIGSERIAL NOT NULL,
    url TEXT NOT NULL,
    kind TEXT NOT NULL,
    models TEXT NOT NULL,
    tasks TEXT NOT NULL,
    named TEXT NOT NULL,
    key BYTEA,
    created_at BIGINT NOT NULL,
    CONSTRAINT pk_upstreams PRIMARY KEY (id)
);

CREATE TABLE trusted_code (
    repo_id BIGINT NOT NULL,
    commit_oid TEXT NOT NULL,
    user_id BIGINT,
    trusted_at BIGINT NOT NULL,
    CONSTRAINT pk_trusted_code PRIMARY KEY (repo_id, commit_oid),
    CONSTRAINT fk_trusted_code_repo_id FOREIGN KEY(repo_id) REFERENCES repos (id) ON DELETE CASCADE,
    CONSTRAINT fk_trusted_code_user_id FOREIGN KEY(user_id) REFERENCES accounts (id) ON DELETE SET NULL
);
