"""Accounts, repos, git, objects, cards, runs: the spine."""

from alembic import op

from bearhug.db.schema import metadata

revision = "0001"
down_revision = None

SEARCH = {
    "sqlite": (
        "CREATE VIRTUAL TABLE search USING fts5(name, card, tags,"
        " tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3')",
    ),
    "postgresql": (
        "CREATE TABLE search (repo_id BIGINT PRIMARY KEY"
        " REFERENCES repos (id) ON DELETE CASCADE, document TSVECTOR NOT NULL)",
        "CREATE INDEX ix_search_document ON search USING gin (document)",
    ),
}


def upgrade() -> None:
    metadata.create_all(op.get_bind())
    for sql in SEARCH[op.get_bind().dialect.name]:
        op.execute(sql)


def downgrade() -> None:
    op.execute("DROP TABLE search")
    metadata.drop_all(op.get_bind())
