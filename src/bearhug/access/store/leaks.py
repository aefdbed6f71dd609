"""Tokens that are to work no more: anywhere, or in one organisation."""

from sqlalchemy import bindparam, delete, select

from bearhug.db import Connection, Row, statement, upsert
from bearhug.db.schema import members, oauth_tokens, org_refusals, tokens
from bearhug.kit.wire import Moment

_DROP = statement(delete(tokens).where(tokens.c.sha256.in_(bindparam("hashes", expanding=True))))
_FAMILIES = select(oauth_tokens.c.family).where(
    oauth_tokens.c.sha256.in_(bindparam("hashes", expanding=True))
)
_DROP_OAUTH = statement(delete(oauth_tokens).where(oauth_tokens.c.family.in_(_FAMILIES)))
_MEMBERS_TOKEN = statement(
    select(tokens.c.id)
    .join(members, members.c.user_id == tokens.c.user_id)
    .where(tokens.c.sha256 == bindparam("sha256"), members.c.org_id == bindparam("org_id"))
)
_REFUSE = upsert(org_refusals, ("token_id", "org_id", "created_at"), keys=("token_id", "org_id"))


def revoke(db: Connection, hashes: list[str]) -> int:
    """End the tokens with these digests, and all an app got by the same consent. How many."""
    if not hashes:
        return 0
    return db.run(_DROP, hashes=hashes) + db.run(_DROP_OAUTH, hashes=hashes)


def members_token(db: Connection, org_id: int, sha256: str) -> Row | None:
    """The token with this digest, if a member of the organisation holds it."""
    return db.first(_MEMBERS_TOKEN, org_id=org_id, sha256=sha256)


def refuse(db: Connection, org_id: int, token_id: int, at: Moment) -> None:
    """Let the token reach nothing of the organisation; it works elsewhere."""
    db.run(_REFUSE, org_id=org_id, token_id=token_id, created_at=at)
