"""Which tokens may ask models at all."""

from bearhug.errors import Forbidden
from bearhug.hub import Actor, Permission


def require_leave(actor: Actor) -> None:
    """Raises Forbidden for a fine-grained token that may not run models."""
    grant = actor.grant
    if actor.user_id is None or not grant.fine:
        return
    if Permission.INFERENCE not in grant.everywhere.union(*grant.accounts.values()):
        raise Forbidden(
            "This token does not allow it: it lacks the permission"
            f" {Permission.INFERENCE}. Give it that under Settings, Access tokens."
        )
