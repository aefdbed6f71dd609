"""What is in datasets, as far as it is known: configs, splits, their Parquet files."""

from sqlalchemy import BigInteger, Boolean, Column, Float, Integer, Table, Text

from bearhug.db.schema.base import metadata, of

views = Table(
    "views",
    metadata,
    of("repos", name="repo_id", primary_key=True),
    Column("wanted_oid", Text, nullable=False),  # the commit that is to be shown
    Column("commit_oid", Text),  # the commit that the configs below are of
    Column("state", Text, nullable=False),  # waiting, reading, converting, done, failed or off
    Column("failure", Text),  # JSON, as the API tells it
    Column("isolation", Text, nullable=False, server_default=""),
    Column("changed_at", BigInteger, nullable=False),
)

view_configs = Table(
    "view_configs",
    metadata,
    of("repos", name="repo_id", primary_key=True),
    Column("config", Text, primary_key=True),
    Column("position", Integer, nullable=False),
    Column("builder", Text, nullable=False),
    Column("original_bytes", BigInteger, nullable=False),
    Column("state", Text, nullable=False),  # waiting, converting, done or failed
    Column("progress", Float, nullable=False, server_default="0"),
    Column("failure", Text),
    Column("info", Text),  # DatasetInfo as JSON
    sqlite_with_rowid=False,
)

view_splits = Table(
    "view_splits",
    metadata,
    of("repos", name="repo_id", primary_key=True),
    Column("config", Text, primary_key=True),
    Column("split", Text, primary_key=True),
    Column("position", Integer, nullable=False),
    Column("features", Text),  # JSON
    Column("preview", Text, nullable=False, server_default=""),  # its file's name, below the cache
    Column("preview_rows", Integer, nullable=False, server_default="0"),
    Column("failure", Text),  # why there is no preview
    Column("rows", BigInteger),
    Column("bytes", BigInteger),
    Column("partial", Boolean, nullable=False, server_default="0"),
    Column("files", Text),  # JSON: path, etag, size, rows
    Column("statistics", Text),  # JSON
    Column("statistics_failure", Text),
    sqlite_with_rowid=False,
)
