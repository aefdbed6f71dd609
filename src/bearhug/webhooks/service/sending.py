"""A courier's steps; the log of what was sent; replay; forgetting."""

from collections.abc import Sequence
from dataclasses import dataclass

from bearhug.db import jobs
from bearhug.errors import Forbidden, NotFound, TooMany, Unprocessable
from bearhug.hub import Transaction
from bearhug.kit.wire import Moment
from bearhug.webhooks.model import (
    DAY_MS,
    KEPT_DELIVERIES,
    LEASE_SECONDS,
    PATIENCE_DAYS,
    PATIENCE_FAILURES,
    RETRY_SECONDS,
    About,
    Delivery,
    Outcome,
    Sending,
    Webhook,
)
from bearhug.webhooks.service.owning import find, may_write, secret_of
from bearhug.webhooks.service.telling import hears, is_spent, ring
from bearhug.webhooks.store import deliveries, hooks

PAGE = 30
PRUNE = "webhooks.prune"


@dataclass(frozen=True)
class Log:
    """What a webhook sent, the newest first; `more` is where the older ones begin."""

    webhook: Webhook
    deliveries: Sequence[Delivery]
    more: int | None
    today: int
    """How often it was triggered in the last 24 hours."""


# --- a courier's steps ---------------------------------------------------------------------


def waiting(tx: Transaction) -> list[tuple[int, int, Moment]]:
    """Webhooks with something to send: id, owner's id, when the first of it is due; in order."""
    return deliveries.waiting(tx.db)


def take(tx: Transaction, webhook_id: int) -> Sending | None:
    """What it has to send now, counted as an attempt; None if there is nothing.

    What its owner may no longer know is forgotten on the way.
    """
    hook = hooks.get(tx.db, webhook_id)
    if hook is None or hook.disabled:
        deliveries.stop(tx.db, webhook_id)
        return None
    until = tx.now + LEASE_SECONDS * 1000
    while (found := deliveries.take(tx.db, webhook_id, tx.now, until)) is not None:
        one, about = found
        if hears(tx, hook, about):
            secret = secret_of(tx.hub, hook)
            return Sending(one.id, hook.id, one.attempts, hook.url, secret, one.payload)
        deliveries.drop(tx.db, one.id)
    return None


def finish(tx: Transaction, sending: Sending, outcome: Outcome) -> None:
    """Note how an attempt went, and when to try again, if at all.

    A webhook that has done nothing but fail for days is switched off.
    """
    tried = outcome.arrived or outcome.hopeless or sending.attempt > len(RETRY_SECONDS)
    again = None if tried else tx.now + RETRY_SECONDS[sending.attempt - 1] * 1000
    deliveries.finish(tx.db, sending.delivery_id, outcome, again)
    if outcome.arrived:
        hooks.note_success(tx.db, sending.webhook_id)
    elif again is None:
        _failed(tx, sending.webhook_id, outcome)


def _failed(tx: Transaction, webhook_id: int, outcome: Outcome) -> None:
    hook = hooks.note_failure(tx.db, webhook_id, tx.now)
    if hook is None or not _is_dead(hook, tx.now):
        return
    words = f"Nothing arrived for {PATIENCE_DAYS} days, {hook.failures} deliveries in a row."
    last = outcome.failure or f"The server answered {outcome.status}."
    hooks.switch(tx.db, hook.id, disabled=True, trouble=f"{words} The last time: {last}", at=tx.now)
    deliveries.stop(tx.db, hook.id)


def put_back(tx: Transaction, sending: Sending) -> None:
    """Nobody will say how it went: it is due at once, for the next courier."""
    deliveries.finish(tx.db, sending.delivery_id, Outcome(0, failure="Broken off."), tx.now)


def _is_dead(hook: Webhook, now: Moment) -> bool:
    since = hook.failing_since
    long = since is not None and now - since >= PATIENCE_DAYS * DAY_MS
    return long and hook.failures >= PATIENCE_FAILURES and not hook.disabled


# --- the log -------------------------------------------------------------------------------


def log(tx: Transaction, id: str, before: int | None = None) -> Log:
    """A page of what one's webhook sent. Raises as `find` does."""
    hook = find(tx, id)
    found = deliveries.page(tx.db, hook.id, before, PAGE)
    more = found[-1].id if len(found) == PAGE else None
    return Log(hook, found, more, deliveries.count_since(tx.db, hook.id, tx.now - DAY_MS))


def delivery(tx: Transaction, id: str, number: int) -> tuple[Webhook, Delivery]:
    """One that was sent, or will be. Raises as `find` does, and NotFound."""
    hook, found, _ = _in_log(tx, id, number)
    return hook, found


def replay(tx: Transaction, id: str, number: int) -> int:
    """Send the same payload again, to where the webhook points now; the new delivery's number.

    Raises as `delivery` does, Forbidden for a token that may not or a repo one no longer sees,
    Unprocessable if the webhook is off, TooMany.
    """
    hook, old, about = _in_log(tx, id, number)
    if not may_write(tx):
        raise Forbidden("This token may not send anything again.")
    if hook.disabled:
        raise Unprocessable("This webhook is disabled: enable it before sending anything again.")
    if is_spent(tx, hook):
        words = f"This webhook was triggered {tx.hub.settings.webhook_daily_limit} times today."
        raise TooMany(words, seconds=3600)
    if not hears(tx, hook, about):
        raise Forbidden("You may no longer see what this was about.")
    new = deliveries.add(
        tx.db,
        hook.id,
        about,
        (old.action, old.scope),
        old.payload,
        at=tx.now,
        replay_of=old.id,
    )
    ring(tx)
    return new


def _in_log(tx: Transaction, id: str, number: int) -> tuple[Webhook, Delivery, About]:
    hook = find(tx, id)
    found = deliveries.get(tx.db, hook.id, number)
    if found is None:
        raise NotFound("It is not in the log of this webhook, or no longer.")
    return hook, *found


# --- forgetting ----------------------------------------------------------------------------


def schedule(tx: Transaction) -> None:
    """See to it that `prune` runs, once a day."""
    if not jobs.waiting(tx.db, PRUNE):
        tx.later(PRUNE, delay_seconds=3600)


def prune(tx: Transaction) -> None:
    """Forget what is older than the settings say, and more than is kept of one webhook."""
    settings = tx.hub.settings
    before = tx.now - settings.webhook_log_days * DAY_MS
    deliveries.prune(tx.db, before, max(KEPT_DELIVERIES, settings.webhook_daily_limit))
    tx.later(PRUNE, delay_seconds=DAY_MS // 1000)
