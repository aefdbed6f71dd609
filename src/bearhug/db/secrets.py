"""What the hub itself must know again after a restart, on every node: secrets, and marks."""

from sqlalchemy import bindparam, select

from bearhug.db.connection import Connection
from bearhug.db.schema import secrets
from bearhug.db.statements import statement, upsert

_FIND = statement(select(secrets.c.value).where(secrets.c.name == bindparam("name")))
_KEEP = upsert(secrets, ("name", "value"), keys=("name",))
_REPLACE = upsert(secrets, ("name", "value"), keys=("name",), update=("value",))


def kept_secret(db: Connection, name: str) -> bytes | None:
    value = db.value(_FIND, name=name)
    return None if value is None else bytes(value)


def keep_secret(db: Connection, name: str, value: bytes) -> bytes:
    """Keep `value` under this name unless there is one already; return the one that counts."""
    db.run(_KEEP, name=name, value=value)
    kept: bytes = db.value(_FIND, name=name)
    return bytes(kept)


def replace_secret(db: Connection, name: str, value: bytes) -> None:
    """Keep `value` under this name from now on."""
    db.run(_REPLACE, name=name, value=value)
