"""Accounts, repos, git, objects, cards, runs: the spine.

What it does is written beside it in each dialect's SQL, and never edited: a database made by an
old version must come to where a new one begins. Later changes are migrations of their own.
"""

from pathlib import Path

from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    dialect = op.get_bind().dialect.name
    sql = Path(__file__).with_suffix(f".{dialect}.sql").read_text(encoding="utf-8")
    for statement in sql.removesuffix(";\n").split(";\n\n"):
        op.get_bind().exec_driver_sql(statement)
