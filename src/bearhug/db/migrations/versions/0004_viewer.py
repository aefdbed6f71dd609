"""What is in datasets: configs, splits, their Parquet files.

What it does is written beside it in each dialect's SQL (see 0001).
"""

from pathlib import Path

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    dialect = op.get_bind().dialect.name
    sql = Path(__file__).with_suffix(f".{dialect}.sql").read_text(encoding="utf-8")
    for statement in sql.removesuffix(";\n").split(";\n\n"):
        op.get_bind().exec_driver_sql(statement)
