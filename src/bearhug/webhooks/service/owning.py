"""One's webhooks: making, changing, switching and deleting them."""

import base64
from dataclasses import replace

from bearhug.accounts.model import Refused
from bearhug.errors import Forbidden, NotFound
from bearhug.hub import Hub, Permission, Transaction
from bearhug.kit.addresses import Guard
from bearhug.kit.sealing import seal, unseal
from bearhug.webhooks.model import MOST_HOOKS, Webhook, Wish
from bearhug.webhooks.service.wishes import checked
from bearhug.webhooks.store import deliveries, hooks

PURPOSE = "webhook"
TOKEN_REFUSES = "This token may not {} webhooks. Make one with the write role in Settings, Tokens."


def webhooks(tx: Transaction) -> list[Webhook]:
    """One's own, the newest first. Raises NotSignedIn, Forbidden for a token that may not."""
    return hooks.of_user(tx.db, _reader(tx))


def find(tx: Transaction, id: str) -> Webhook:
    """One of one's own, by its object id. Raises NotFound, and as `webhooks` does."""
    found = next((hook for hook in webhooks(tx) if hook.object_id == id), None)
    if found is None:
        raise NotFound("You have no such webhook.")
    return found


def create(tx: Transaction, wish: Wish) -> Webhook:
    """Raises Refused naming the fields, NotSignedIn, Forbidden for a token that may not."""
    user_id = _writer(tx)
    if len(hooks.of_user(tx.db, user_id)) >= MOST_HOOKS:
        raise Refused(url=f"You have {MOST_HOOKS} webhooks, as many as one may. Delete one first.")
    return hooks.add(tx.db, user_id, _whole(tx, user_id, wish), tx.now)


def change(tx: Transaction, id: str, wish: Wish) -> Webhook:
    """Set what is given. Raises as `create` does, and NotFound."""
    _writer(tx)
    hook = find(tx, id)
    wanted = Wish(
        wish.hub_url,
        hook.url if wish.url is None else wish.url,
        wish.watched or hook.watched,  # a client that changes nothing here sends none
        wish.domains or hook.domains,
        secret_of(tx.hub, hook) if wish.secret is None else wish.secret,
    )
    return hooks.change(tx.db, hook.id, _whole(tx, hook.user_id, wanted), tx.now)


def enable(tx: Transaction, id: str) -> Webhook:
    """Switch it on, past troubles forgotten. Raises as `change` does."""
    return _switch(tx, id, disabled=False)


def disable(tx: Transaction, id: str) -> Webhook:
    """Switch it off; what was about to be sent is not. Raises as `change` does."""
    hook = _switch(tx, id, disabled=True)
    deliveries.stop(tx.db, hook.id)
    return hook


def delete(tx: Transaction, id: str) -> Webhook:
    """Delete it and its log. Raises as `change` does."""
    _writer(tx)
    hook = find(tx, id)
    hooks.drop(tx.db, hook.id)
    return hook


def may_write(tx: Transaction) -> bool:
    """Whether whoever asks may change their webhooks, and so be told their secrets."""
    user_id = tx.actor.user_id
    return user_id is not None and tx.actor.grant.allows(Permission.WEBHOOKS, account=user_id)


def secret_of(hub: Hub, hook: Webhook) -> str:
    """What it sends along; "" for none, or one sealed while the hub had another secret."""
    sealed = base64.b64decode(hook.sealed)
    return unseal(hub.secret, PURPOSE, _about(hook.user_id), sealed) or "" if sealed else ""


def guard_of(hub: Hub) -> Guard:
    """Where this hub may send; `hub.rooms["resolver"]` looks names up, if there is one."""
    return Guard.parse(hub.settings.allowed_addresses, hub.rooms.get("resolver"))


def _switch(tx: Transaction, id: str, *, disabled: bool) -> Webhook:
    _writer(tx)
    hook = find(tx, id)
    return hooks.switch(tx.db, hook.id, disabled=disabled, trouble="", at=tx.now)


def _whole(tx: Transaction, user_id: int, wish: Wish) -> Wish:
    """All there is to say of it, checked, its secret sealed."""
    actor = tx.actor
    # What it sends must not reach further than what made it. Sessions and plain tokens see all.
    narrow = actor.delegation is not None or actor.grant.fine
    wish = checked(wish, guard_of(tx.hub))
    sealed = b""
    if wish.secret:
        sealed = seal(tx.hub.secret, PURPOSE, _about(user_id), wish.secret)
    return replace(wish, secret=base64.b64encode(sealed).decode(), public_only=narrow)


def _about(user_id: int) -> str:
    return f"user/{user_id}"


def _reader(tx: Transaction) -> int:
    user_id = tx.actor.require_user()
    grant = tx.actor.grant
    if grant.reads and not grant.fine:
        return user_id
    if not may_write(tx):
        raise Forbidden(TOKEN_REFUSES.format("read"))
    return user_id


def _writer(tx: Transaction) -> int:
    user_id = tx.actor.require_user()
    if not may_write(tx):
        raise Forbidden(TOKEN_REFUSES.format("change"))
    return user_id
