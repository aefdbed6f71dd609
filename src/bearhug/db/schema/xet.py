"""Xet: the same bytes in chunks, stored once."""

from sqlalchemy import BigInteger, Column, Index, LargeBinary, Table, Text

from bearhug.db.schema.base import Id, metadata, of

xorbs = Table(
    "xorbs",
    metadata,
    Column("id", Id, primary_key=True),
    Column("hash", LargeBinary, nullable=False, unique=True),
    Column("nonce", Text, nullable=False),  # of its object's name: a new upload, a new name
    Column("raw_bytes", BigInteger, nullable=False),
    Column("stored_bytes", BigInteger, nullable=False),
    Column("hashes", LargeBinary, nullable=False),  # see kit/xet/xorb.py, Layout
    Column("ends", LargeBinary, nullable=False),
    Column("raw_ends", LargeBinary, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("touched_at", BigInteger, nullable=False),  # when a client last heard of it
    Column("condemned_at", BigInteger),
    Column("checked_at", BigInteger),  # by the scrub
    Index(None, "touched_at"),
    sqlite_autoincrement=True,
)

xet_files = Table(
    "xet_files",
    metadata,
    Column("id", Id, primary_key=True),
    Column("hash", LargeBinary, nullable=False, unique=True),
    Column("size", BigInteger, nullable=False),
    Column("terms", LargeBinary, nullable=False),
    Column("sha256", Text),  # null until we have hashed it: objects say what uploaders claim
    Column("created_at", BigInteger, nullable=False),
    sqlite_autoincrement=True,
)

xet_file_xorbs = Table(
    "xet_file_xorbs",
    metadata,
    of("xorbs", name="xorb_id", primary_key=True),
    of("xet_files", name="file_id", primary_key=True),
    Index(None, "file_id"),
    sqlite_with_rowid=False,
)

xet_chunks = Table(
    "xet_chunks",
    metadata,
    Column("hash", LargeBinary, primary_key=True),  # those that clients may ask for
    of("xorbs", name="xorb_id", primary_key=True),
    Index(None, "xorb_id"),
    sqlite_with_rowid=False,
)

xorb_senders = Table(
    "xorb_senders",
    metadata,
    of("xorbs", name="xorb_id", primary_key=True),
    of("accounts", name="account_id", primary_key=True),  # who sent all of it
    Index(None, "account_id"),
    sqlite_with_rowid=False,
)
