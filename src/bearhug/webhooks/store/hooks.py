"""Webhooks, and what they watch."""

import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy import and_, bindparam, case, delete, or_, select, update

from bearhug.db import Connection, adding, statement
from bearhug.db.schema import accounts, cards, repo_aliases, webhook_watches, webhooks
from bearhug.kit.wire import Moment, object_id
from bearhug.repos.model import Repo
from bearhug.webhooks.model import Watchable, Watched, Webhook, Wish

_ALL = (
    *(webhooks.c.id, webhooks.c.user_id, webhooks.c.url, webhooks.c.hub_url, webhooks.c.secret),
    *(webhooks.c.domains, webhooks.c.watched, webhooks.c.public_only),
    *(webhooks.c.disabled, webhooks.c.trouble, webhooks.c.failures, webhooks.c.failing_since),
    *(webhooks.c.created_at, webhooks.c.updated_at),
)
_FIELDS = ("url", "hub_url", "secret", "domains", "watched", "public_only", "updated_at")
_ADD = adding(webhooks, "user_id", *_FIELDS, "created_at", returning=_ALL)
_OF_USER = statement(
    select(*_ALL).where(webhooks.c.user_id == bindparam("user_id")).order_by(webhooks.c.id.desc())
)
_ONE = statement(select(*_ALL).where(webhooks.c.id == bindparam("id")))
_HERE = webhooks.c.id == bindparam("of")
_CHANGE = statement(
    update(webhooks)
    .where(_HERE)
    .values({name: bindparam(name) for name in _FIELDS})
    .returning(*_ALL)
)
_SWITCH = statement(
    update(webhooks)
    .where(_HERE)
    .values(
        disabled=bindparam("disabled"),
        trouble=bindparam("trouble"),
        failures=0,
        failing_since=None,
        updated_at=bindparam("updated_at"),
    )
    .returning(*_ALL)
)
_FAILED = statement(
    update(webhooks)
    .where(_HERE)
    .values(
        failures=webhooks.c.failures + 1,
        failing_since=case(
            (webhooks.c.failing_since.is_(None), bindparam("at")), else_=webhooks.c.failing_since
        ),
    )
    .returning(*_ALL)
)
_WELL = statement(
    update(webhooks)
    .where(_HERE, webhooks.c.failing_since.isnot(None))
    .values(failures=0, failing_since=None)
)
_DROP = statement(delete(webhooks).where(webhooks.c.id == bindparam("id")))
_WATCH = adding(webhook_watches, "webhook_id", "kind", "key")
_UNWATCH = statement(delete(webhook_watches).where(webhook_watches.c.webhook_id == bindparam("of")))

# An old name of the repo leads to it here as it does everywhere.
_OLD_NAMES = select(repo_aliases.c.key).where(
    repo_aliases.c.repo_id == bindparam("repo_id"), repo_aliases.c.kind == bindparam("kind")
)
_WATCHING = statement(
    select(*_ALL)
    .where(
        webhooks.c.disabled.is_(False),
        webhooks.c.id.in_(
            select(webhook_watches.c.webhook_id).where(
                or_(
                    and_(
                        webhook_watches.c.kind == bindparam("kind"),
                        or_(
                            webhook_watches.c.key.in_(bindparam("names", expanding=True)),
                            webhook_watches.c.key.in_(_OLD_NAMES),
                        ),
                    ),
                    and_(  # people and organisations share one set of names
                        webhook_watches.c.kind.in_((Watchable.USER, Watchable.ORG)),
                        webhook_watches.c.key.in_(bindparam("owners", expanding=True)),
                    ),
                )
            )
        ),
    )
    .order_by(webhooks.c.id)
)
_WIRE_ID = statement(select(accounts.c.wire_id).where(accounts.c.id == bindparam("id")))
_TAGS = statement(select(cards.c.tags).where(cards.c.repo_id == bindparam("repo_id")))


def add(db: Connection, user_id: int, wish: Wish, at: Moment) -> Webhook:
    """A new one; `wish` says all there is to say."""
    row = db.one(_ADD, user_id=user_id, created_at=at, **_written(wish, at))
    hook = _webhook(row)
    _watch(db, hook)
    return hook


def change(db: Connection, id: int, wish: Wish, at: Moment) -> Webhook:
    """The same webhook as `wish` says, which is all there is to say."""
    hook = _webhook(db.one(_CHANGE, of=id, **_written(wish, at)))
    db.run(_UNWATCH, of=id)
    _watch(db, hook)
    return hook


def switch(db: Connection, id: int, *, disabled: bool, trouble: str, at: Moment) -> Webhook:
    """On or off, its failures forgotten."""
    return _webhook(db.one(_SWITCH, of=id, disabled=disabled, trouble=trouble, updated_at=at))


def note_failure(db: Connection, id: int, at: Moment) -> Webhook | None:
    """One more in a row; None if the webhook is gone."""
    row = db.first(_FAILED, of=id, at=at)
    return _webhook(row) if row else None


def note_success(db: Connection, id: int) -> None:
    db.run(_WELL, of=id)


def drop(db: Connection, id: int) -> None:
    db.run(_DROP, id=id)


def of_user(db: Connection, user_id: int) -> list[Webhook]:
    """The newest first."""
    return [_webhook(row) for row in db.all(_OF_USER, user_id=user_id)]


def get(db: Connection, id: int) -> Webhook | None:
    row = db.first(_ONE, id=id)
    return _webhook(row) if row else None


def watching(db: Connection, repo: Repo, former: Repo) -> list[Webhook]:
    """Those switched on that watch the repo, its owner, or either as it was called before."""
    rows = db.all(
        _WATCHING,
        kind=repo.kind.value,
        repo_id=repo.id,
        names=[repo.name.key, former.name.key],
        owners=[repo.name.owner.lower(), former.name.owner.lower()],
    )
    return [_webhook(row) for row in rows]


def account_object_id(db: Connection, id: int) -> str:
    """By which programs know this account."""
    return db.value(_WIRE_ID, id=id) or object_id("accounts", id)


def tags(db: Connection, repo_id: int) -> list[str]:
    """What its card and files say of it, as listings show."""
    text = db.value(_TAGS, repo_id=repo_id)
    return [str(tag) for tag in json.loads(text)] if text else []


def _watch(db: Connection, hook: Webhook) -> None:
    keys = {(each.kind.value, each.name.lower()) for each in hook.watched}
    db.many(_WATCH, [_row(hook.id, kind, key) for kind, key in sorted(keys)])


def _row(webhook_id: int, kind: str, key: str) -> dict[str, Any]:
    return {"webhook_id": webhook_id, "kind": kind, "key": key}


def _written(wish: Wish, at: Moment) -> dict[str, Any]:
    return {
        "url": wish.url,
        "hub_url": wish.hub_url,
        "public_only": wish.public_only,
        "secret": wish.secret,
        "domains": json.dumps(wish.domains),
        "watched": json.dumps([[each.kind.value, each.name] for each in wish.watched or ()]),
        "updated_at": at,
    }


def _webhook(row: Any) -> Webhook:
    return Webhook(
        row.id,
        row.user_id,
        row.url,
        row.hub_url,
        row.secret,
        tuple(json.loads(row.domains)),
        tuple(_watched(json.loads(row.watched))),
        bool(row.public_only),
        bool(row.disabled),
        row.trouble,
        row.failures,
        row.failing_since,
        row.created_at,
        row.updated_at,
    )


def _watched(pairs: Iterable[tuple[str, str]]) -> Iterable[Watched]:
    return (Watched(Watchable(kind), name) for kind, name in pairs)
