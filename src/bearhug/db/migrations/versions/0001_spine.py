"""Accounts, repos, git, objects, cards, runs: the spine."""

from alembic import op

from bearhug.db.schema import metadata

revision = "0001"
down_revision = None

SEARCH = {
    "sqlite": (
        "CREATE VIRTUAL TABLE search USING fts5(name, card, tags,"
        " tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3')",
        "CREATE VIRTUAL TABLE search_names USING fts5(key, tokenize = 'trigram')",
    ),
    "postgresql": (
        "CREATE TABLE search (repo_id BIGINT PRIMARY KEY"
        " REFERENCES repos (id) ON DELETE CASCADE, document TSVECTOR NOT NULL)",
        "CREATE INDEX ix_search_document ON search USING gin (document)",
        # Parts of names are found by trigrams where the server has them, else by looking at all.
        "DO $$ BEGIN CREATE EXTENSION IF NOT EXISTS pg_trgm;"
        " CREATE INDEX ix_search_names ON repos USING gin (key gin_trgm_ops);"
        " EXCEPTION WHEN OTHERS THEN NULL; END $$",
    ),
}


def upgrade() -> None:
    metadata.create_all(op.get_bind())
    for sql in SEARCH[op.get_bind().dialect.name]:
        op.execute(sql)


def downgrade() -> None:
    op.execute("DROP TABLE search")
    op.execute("DROP TABLE IF EXISTS search_names")
    metadata.drop_all(op.get_bind())
