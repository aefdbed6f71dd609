"""What cards and files say of a repo, to be found by."""

from sqlalchemy import BigInteger, Column, Index, LargeBinary, Table, Text

from bearhug.db.schema.base import metadata, of

cards = Table(
    "cards",
    metadata,
    of("repos", name="repo_id", primary_key=True),
    Column("commit_oid", Text, nullable=False),
    Column("readme_oid", Text),
    Column("metadata", Text, nullable=False),  # the front matter, as JSON
    Column("title", Text, nullable=False, server_default=""),
    Column("summary", Text, nullable=False, server_default=""),
    Column("pipeline_tag", Text),
    Column("library", Text),
    Column("license", Text),
    Column("tags", Text, nullable=False, server_default="[]"),
    Column("facts", Text, nullable=False, server_default="{}"),  # config, safetensors, gguf
    Column("parameters", BigInteger),
    Column("weight_bytes", BigInteger),
    Column("thumbnail", Text),
    Column("changed_at", BigInteger, nullable=False, server_default="0"),
    Index(None, "pipeline_tag"),
    Index(None, "changed_at"),
    Index(None, "parameters", "repo_id"),
    Index(None, "weight_bytes", "repo_id"),
)

tags = Table(
    "tags",
    metadata,
    of("repos", name="repo_id", primary_key=True),
    Column("facet", Text, primary_key=True),  # pipeline_tag, library, language, license, other
    Column("value", Text, primary_key=True),
    Index(None, "facet", "value", "repo_id"),
    sqlite_with_rowid=False,
)

rendered = Table(
    "rendered",
    metadata,
    Column("key", Text, primary_key=True),  # renderer version, blob, where its links point
    Column("html", LargeBinary, nullable=False),
    Column("used_at", BigInteger, nullable=False),
)
