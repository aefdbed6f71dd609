"""What happened in a discussion: its comments with their edits and reactions, and the rest."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import bindparam, delete, select, update

from bearhug.db import Connection, adding, statement, upsert
from bearhug.db.schema import (
    accounts,
    comment_edits,
    discussion_events,
    discussions,
    reactions,
)
from bearhug.discussions.model import EMOJI, Edit, Event, EventKind, Reaction
from bearhug.discussions.store.people import columns, person
from bearhug.kit.wire import Moment

_e = discussion_events.c
_author = accounts.alias("event_author")
_KEPT = ("author_id", "hidden_by")
EVENT = tuple(column.label(f"event_{column.name}") for column in _e if column.name not in _KEPT)
SELECTED = (*EVENT, *columns(_author, "actor"))
JOINED = discussion_events.outerjoin(_author, _author.c.id == _e.author_id)
_SELECT = select(*SELECTED).select_from(JOINED)
_OF = statement(_SELECT.where(_e.discussion_id == bindparam("discussion_id")).order_by(_e.id))
_ONE = statement(_SELECT.where(_e.id == bindparam("id")))
_IDS = statement(
    select(_e.id, _e.kind).where(_e.discussion_id == bindparam("discussion_id")).order_by(_e.id)
)
_ADD = adding(
    discussion_events,
    *("discussion_id", "kind", "author_id", "data", "content", "created_at"),
    returning=[discussion_events.c.id],
)
_EDIT = statement(
    update(discussion_events)
    .where(_e.id == bindparam("of"))
    .values(content=bindparam("new_content"), edits=_e.edits + 1, edited_at=bindparam("at"))
)
_HIDE = statement(
    update(discussion_events)
    .where(_e.id == bindparam("of"))
    .values(content=None, hidden_at=bindparam("at"), hidden_by=bindparam("user_id"))
)
_NAMING = statement(
    select(_e.id, _e.data)
    .join(discussions, discussions.c.id == _e.discussion_id)
    .where(
        discussions.c.repo_id == bindparam("repo_id"),
        _e.kind.in_((EventKind.COMMIT, EventKind.REF, EventKind.STATUS)),
    )
)
_SET_DATA = statement(
    update(discussion_events).where(_e.id == bindparam("of")).values(data=bindparam("new_data"))
)
_ADD_EDIT = adding(comment_edits, "event_id", "content", "author_id", "created_at")
_FORGET_EDITS = statement(
    delete(comment_edits).where(comment_edits.c.event_id == bindparam("event_id"))
)
_EDITS = statement(
    select(
        comment_edits.c.event_id,
        comment_edits.c.content,
        comment_edits.c.created_at,
        *columns(accounts, "actor"),
    )
    .outerjoin(accounts, accounts.c.id == comment_edits.c.author_id)
    .where(comment_edits.c.event_id.in_(bindparam("ids", expanding=True)))
    .order_by(comment_edits.c.id)
)
_REACT = upsert(
    reactions,
    ("event_id", "user_id", "emoji", "created_at"),
    keys=("event_id", "user_id", "emoji"),
)
_UNREACT = statement(
    delete(reactions).where(
        reactions.c.event_id == bindparam("event_id"),
        reactions.c.user_id == bindparam("user_id"),
        reactions.c.emoji == bindparam("emoji"),
    )
)
_FORGET_REACTIONS = statement(
    delete(reactions).where(reactions.c.event_id == bindparam("event_id"))
)
_REACTIONS = statement(
    select(reactions.c.event_id, reactions.c.emoji, accounts.c.name)
    .join(accounts, accounts.c.id == reactions.c.user_id)
    .where(reactions.c.event_id.in_(bindparam("ids", expanding=True)))
    .order_by(reactions.c.created_at, accounts.c.name_key)
)
AT_ONCE = 500


def add(
    db: Connection,
    discussion_id: int,
    kind: EventKind,
    *,
    author_id: int | None,
    at: Moment,
    data: Mapping[str, Any] | None = None,
    content: str | None = None,
) -> Event:
    row = db.one(
        _ADD,
        discussion_id=discussion_id,
        kind=kind,
        author_id=author_id,
        data=json.dumps(data or {}),
        content=content,
        created_at=at,
    )
    return one(db, row.id)


def one(db: Connection, id: int) -> Event:
    """Raises LookupError."""
    return _whole(db, [db.one(_ONE, id=id)])[0]


def of(db: Connection, discussion_id: int) -> list[Event]:
    """All of them, in order."""
    return _whole(db, db.all(_OF, discussion_id=discussion_id))


def comment_ids(db: Connection, discussion_id: int) -> list[int]:
    rows = db.all(_IDS, discussion_id=discussion_id)
    return [row.id for row in rows if row.kind == EventKind.COMMENT]


def edit(db: Connection, event: Event, content: str, user_id: int, at: Moment) -> Event:
    """Say this instead; what it said goes to its history."""
    since = event.edited_at or event.created_at
    said = {"content": event.content or "", "author_id": user_id, "created_at": since}
    db.run(_ADD_EDIT, event_id=event.id, **said)
    db.run(_EDIT, of=event.id, new_content=content, at=at)
    return one(db, event.id)


def hide(db: Connection, event: Event, user_id: int | None, at: Moment) -> Event:
    """For good: what it said, and had said, is gone."""
    db.run(_HIDE, of=event.id, user_id=user_id, at=at)
    db.run(_FORGET_EDITS, event_id=event.id)
    db.run(_FORGET_REACTIONS, event_id=event.id)
    return one(db, event.id)


def rename_commits(db: Connection, repo_id: int, became: Mapping[str, str]) -> None:
    """What the stories of a repo call its commits: {old: new}."""
    for row in db.all(_NAMING, repo_id=repo_id):
        data = json.loads(row.data)
        new = became.get(data.get("oid", ""))
        if new is not None:
            db.run(_SET_DATA, of=row.id, new_data=json.dumps({**data, "oid": new}))


def toggle(db: Connection, event: Event, user_id: int, emoji: str, at: Moment) -> Event:
    """React so, or take it back."""
    mine = {"event_id": event.id, "user_id": user_id, "emoji": emoji}
    if not db.run(_UNREACT, **mine):
        db.run(_REACT, created_at=at, **mine)
    return one(db, event.id)


def event_of(row: Any) -> Event:
    """Without its history and reactions."""
    return Event(
        row.event_id,
        row.event_discussion_id,
        EventKind(row.event_kind),
        person(row, "actor"),
        json.loads(row.event_data),
        row.event_content,
        row.event_edits,
        row.event_edited_at,
        row.event_hidden_at,
        row.event_created_at,
    )


def _whole(db: Connection, rows: Iterable[Any]) -> list[Event]:
    found = [event_of(row) for row in rows]
    ids = [event.id for event in found if event.kind is EventKind.COMMENT]
    edits: dict[int, list[Edit]] = defaultdict(list)
    given: dict[int, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for start in range(0, len(ids), AT_ONCE):
        some = ids[start : start + AT_ONCE]
        for row in db.all(_EDITS, ids=some):
            edits[row.event_id].append(Edit(row.content, person(row, "actor"), row.created_at))
        for row in db.all(_REACTIONS, ids=some):
            given[row.event_id][row.emoji].append(row.name)
    return [_with(event, edits[event.id], given[event.id]) for event in found]


def _with(event: Event, edits: list[Edit], given: Mapping[str, list[str]]) -> Event:
    if not edits and not given:
        return event
    known = sorted(given, key=EMOJI.index)
    shown = tuple(Reaction(emoji, tuple(given[emoji])) for emoji in known)
    return event.with_(history=tuple(edits), reactions=shown)
