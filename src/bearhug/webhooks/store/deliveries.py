"""What is to be sent, and what was: the outbox and the log are one table."""

from typing import Any

from sqlalchemy import and_, bindparam, delete, func, select, update

from bearhug.db import Connection, adding, statement
from bearhug.db.schema import webhook_deliveries, webhooks
from bearhug.kit.wire import Moment
from bearhug.webhooks.model import About, Delivery, Outcome

_T = webhook_deliveries.c
_ALL = (
    *(_T.id, _T.webhook_id, _T.action, _T.scope, _T.payload, _T.due_at, _T.attempts),
    *(_T.sent_at, _T.status, _T.answer, _T.failure, _T.milliseconds, _T.replay_of, _T.created_at),
)
_ABOUT = (_T.repo_id, _T.repo_owner_id, _T.repo_group_id)
_FIELDS = (
    *("webhook_id", "repo_id", "repo_owner_id", "repo_group_id"),
    *("action", "scope", "payload"),
)
_ADD = adding(webhook_deliveries, *_FIELDS, "due_at", "replay_of", "created_at", returning=[_T.id])
_REWRITE = statement(
    update(webhook_deliveries).where(_T.id == bindparam("of")).values(payload=bindparam("payload"))
)
_UNSENT = statement(
    select(_T.id, _T.payload)
    .where(
        _T.webhook_id == bindparam("webhook_id"),
        _T.repo_id == bindparam("repo_id"),
        _T.scope == bindparam("scope"),
        _T.created_at == bindparam("at"),
        _T.attempts == 0,
        _T.due_at.isnot(None),
        _T.replay_of.is_(None),
    )
    .order_by(_T.id.desc())
    .limit(1)
)
_COUNT = statement(
    select(func.count()).where(
        _T.webhook_id == bindparam("webhook_id"), _T.created_at > bindparam("since")
    )
)
_PAGE = statement(
    select(*_ALL)
    .where(_T.webhook_id == bindparam("webhook_id"), _T.id < bindparam("before"))
    .order_by(_T.id.desc())
    .limit(bindparam("limit"))
)
_ONE = statement(
    select(*_ALL, *_ABOUT).where(_T.webhook_id == bindparam("webhook_id"), _T.id == bindparam("id"))
)

_WAITING = statement(
    select(_T.webhook_id, webhooks.c.user_id, func.min(_T.due_at).label("due_at"))
    .join(webhooks, webhooks.c.id == _T.webhook_id)
    .where(_T.due_at.isnot(None))
    .group_by(_T.webhook_id, webhooks.c.user_id)
    .order_by(func.min(_T.due_at))
)
_NEXT = (
    select(_T.id)
    .where(_T.webhook_id == bindparam("webhook_id"), _T.due_at <= bindparam("now"))
    .order_by(_T.id)
    .limit(1)
)
_TAKE = statement(
    update(webhook_deliveries)
    .where(_T.id == _NEXT.scalar_subquery(), _T.due_at <= bindparam("now"))
    .values(due_at=bindparam("until"), attempts=_T.attempts + 1, sent_at=bindparam("now"))
    .returning(*_ALL, *_ABOUT)
)
_FINISH = statement(
    update(webhook_deliveries)
    .where(_T.id == bindparam("of"))
    .values(
        status=bindparam("status"),
        answer=bindparam("answer"),
        failure=bindparam("failure"),
        milliseconds=bindparam("milliseconds"),
        due_at=bindparam("due_at"),
    )
)
_DROP = statement(delete(webhook_deliveries).where(_T.id == bindparam("id")))
_DROP_UNSENT = statement(
    delete(webhook_deliveries).where(
        _T.webhook_id == bindparam("webhook_id"), _T.due_at.isnot(None), _T.sent_at.is_(None)
    )
)
_GIVE_UP = statement(
    update(webhook_deliveries)
    .where(and_(_T.webhook_id == bindparam("of"), _T.due_at.isnot(None)))
    .values(due_at=None)
)
_DROP_OLD = statement(delete(webhook_deliveries).where(_T.created_at < bindparam("before")))
_NEWEST = (
    select(
        _T.id,
        func.row_number().over(partition_by=_T.webhook_id, order_by=_T.id.desc()).label("place"),
    )
).subquery()
_DROP_MANY = statement(
    delete(webhook_deliveries).where(
        _T.id.in_(select(_NEWEST.c.id).where(_NEWEST.c.place > bindparam("most"))),
    )
)
LAST = 2**62


def add(
    db: Connection,
    webhook_id: int,
    about: About,
    event: tuple[str, str],
    payload: str,
    *,
    at: Moment,
    replay_of: int | None = None,
) -> int:
    """One to send at once; its number. `event`: action, scope."""
    row = db.one(
        _ADD,
        webhook_id=webhook_id,
        repo_id=about.repo_id,
        repo_owner_id=about.owner_id,
        repo_group_id=about.group_id,
        action=event[0],
        scope=event[1],
        payload=payload,
        due_at=at,
        replay_of=replay_of,
        created_at=at,
    )
    return int(row.id)


def unsent(
    db: Connection, webhook_id: int, repo_id: int, scope: str, at: Moment
) -> tuple[int, str] | None:
    """The id and payload of what was written at this very moment, and nobody has taken yet."""
    row = db.first(_UNSENT, webhook_id=webhook_id, repo_id=repo_id, scope=scope, at=at)
    return (row.id, row.payload) if row else None


def rewrite(db: Connection, id: int, payload: str) -> None:
    db.run(_REWRITE, of=id, payload=payload)


def count_since(db: Connection, webhook_id: int, since: Moment) -> int:
    return int(db.value(_COUNT, webhook_id=webhook_id, since=since))


def page(db: Connection, webhook_id: int, before: int | None, limit: int) -> list[Delivery]:
    """The newest first."""
    rows = db.all(_PAGE, webhook_id=webhook_id, before=before or LAST, limit=limit)
    return [_delivery(row) for row in rows]


def get(db: Connection, webhook_id: int, id: int) -> tuple[Delivery, About] | None:
    row = db.first(_ONE, webhook_id=webhook_id, id=id)
    return (_delivery(row), _about(row)) if row else None


def waiting(db: Connection) -> list[tuple[int, int, Moment]]:
    """Webhooks with something to send: id, owner's id, when the first of it is due."""
    return [(row.webhook_id, row.user_id, row.due_at) for row in db.all(_WAITING)]


def take(
    db: Connection, webhook_id: int, now: Moment, until: Moment
) -> tuple[Delivery, About] | None:
    """The oldest that is due, nobody else's until then; as `get` gives it."""
    row = db.first(_TAKE, webhook_id=webhook_id, now=now, until=until)
    return (_delivery(row), _about(row)) if row else None


def finish(db: Connection, id: int, outcome: Outcome, due_at: Moment | None) -> None:
    """How it went, and when to try again, if ever."""
    db.run(
        _FINISH,
        of=id,
        status=outcome.status,
        answer=outcome.answer,
        failure=outcome.failure,
        milliseconds=outcome.milliseconds,
        due_at=due_at,
    )


def drop(db: Connection, id: int) -> None:
    db.run(_DROP, id=id)


def stop(db: Connection, webhook_id: int) -> None:
    """Nothing more of it is sent: what never was is forgotten, the rest stays as it went."""
    db.run(_DROP_UNSENT, webhook_id=webhook_id)
    db.run(_GIVE_UP, of=webhook_id)


def prune(db: Connection, before: Moment, most: int) -> int:
    """Forget what is older, and of each webhook all but the newest. How many they were."""
    return db.run(_DROP_OLD, before=before) + db.run(_DROP_MANY, most=most)


def _about(row: Any) -> About:
    return About(row.repo_id, row.repo_owner_id, row.repo_group_id)


def _delivery(row: Any) -> Delivery:
    return Delivery(
        row.id,
        row.webhook_id,
        row.action,
        row.scope,
        row.payload,
        row.due_at,
        row.attempts,
        row.sent_at,
        row.status,
        row.answer,
        row.failure,
        row.milliseconds,
        row.replay_of,
        row.created_at,
    )
