"""The Hub's whole contract: discussions, gates, collections, webhooks, OAuth, kernels.

What it does is written beside it in each dialect's SQL, and never edited (see 0001).
"""

from pathlib import Path

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    dialect = op.get_bind().dialect.name
    sql = Path(__file__).with_suffix(f".{dialect}.sql").read_text(encoding="utf-8")
    for statement in sql.removesuffix(";\n").split(";\n\n"):
        op.get_bind().exec_driver_sql(statement)
