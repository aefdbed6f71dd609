"""People and organisations found by a part of their name."""

from sqlalchemy import bindparam, case, func, or_, select

from bearhug.accounts.model import Account
from bearhug.accounts.store.people import COLUMNS, HERE, account_of
from bearhug.db import Connection, statement
from bearhug.db.schema import accounts

_FOUND = (
    HERE,
    accounts.c.kind == bindparam("kind"),
    or_(
        accounts.c.name_key.like(bindparam("part"), escape="\\"),
        func.lower(accounts.c.full_name).like(bindparam("part"), escape="\\"),
    ),
)
_NAMED = statement(
    select(*COLUMNS)
    .where(*_FOUND)
    .order_by(
        case((accounts.c.name_key.like(bindparam("beginning"), escape="\\"), 0), else_=1),
        accounts.c.name_key,
    )
    .limit(bindparam("limit"))
)
_COUNT = statement(select(func.count()).select_from(accounts).where(*_FOUND))


def named(db: Connection, kind: str, part: str, limit: int) -> tuple[list[Account], int]:
    """Accounts of a kind with this in their name or full name, and how many there are.

    Those whose name begins with it come first.
    """
    escaped = part.lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    like, begins = f"%{escaped}%", f"{escaped}%"
    rows = db.all(_NAMED, kind=kind, part=like, beginning=begins, limit=limit)
    return [account_of(row) for row in rows], int(db.value(_COUNT, kind=kind, part=like))
