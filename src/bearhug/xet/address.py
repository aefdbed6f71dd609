"""Where the CAS is. Clients keep what they know of it under this very address (XET §12)."""

from bearhug.db import Connection
from bearhug.db.secrets import kept_secret, replace_secret

GENERATION = "xet_generation"
FIRST = b"1"


def generation(db: Connection) -> int:
    """Part of the address: once it is another, clients know nothing of what is here."""
    return int(kept_secret(db, GENERATION) or FIRST)


def next_generation(db: Connection) -> None:
    """From now on clients know nothing of what is here: xorbs may go at once."""
    replace_secret(db, GENERATION, str(generation(db) + 1).encode())


def cas_path(db: Connection, user_id: int | None = None) -> str:
    """Of the CAS on this hub, without a slash at its end: clients add to it as it is.

    With a user it is theirs alone: so a client remembers for each user apart what is here.
    """
    own = "" if user_id is None else f"-u{user_id}"
    return f"/cas/g{generation(db)}{own}"
