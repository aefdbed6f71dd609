"""Rows. The whole data model is `schema`; nothing here knows a feature.

statements.py   a query, compiled once per dialect
connection.py   what a transaction asks: all, one, first, value, run, many
sqlite.py       reads inline, writes by one thread with group commit
postgres.py     both in a pool of threads
open.py         choosing one
migrating.py    bringing its schema up to date
"""

from bearhug.db.connection import Connection, Database, IntegrityError, Row
from bearhug.db.statements import Statement, adding, statement, upsert

__all__ = [
    "Connection",
    "Database",
    "IntegrityError",
    "Row",
    "Statement",
    "adding",
    "statement",
    "upsert",
]
