"""A Space's settings, variables and secrets, and the Spaces to begin from, in and out."""

import json
from collections.abc import Sequence

from sqlalchemy import bindparam, delete, func, insert, select

from bearhug.db import Connection, Row, statement, upsert
from bearhug.db.schema import cards, repos, space_settings, space_variables, tags
from bearhug.hub import Actor
from bearhug.kit.wire import Moment
from bearhug.repos.model import Repo, RepoKind
from bearhug.repos.store import COLUMNS, readable, repo_of
from bearhug.spaces.model import Kept

_S, _V = space_settings.c, space_variables.c
_KEPT = statement(
    select(_S.hardware, _S.sleep_seconds, _S.storage, _S.paused, _S.dev_mode, _S.volumes).where(
        _S.repo_id == bindparam("repo_id")
    )
)
_COLUMNS = ("hardware", "sleep_seconds", "storage", "paused", "dev_mode", "volumes")
_KEEP = upsert(space_settings, ("repo_id", *_COLUMNS), keys=("repo_id",), update=_COLUMNS)
_ENTRIES = statement(
    select(_V.key, _V.value, _V.description, _V.updated_at)
    .where(_V.repo_id == bindparam("repo_id"), _V.secret == bindparam("secret"))
    .order_by(_V.key)
)
_PUT = upsert(
    space_variables,
    ("repo_id", "key", "secret", "value", "description", "updated_at"),
    keys=("repo_id", "key", "secret"),
    update=("value", "description", "updated_at"),
)
_DROP = statement(
    delete(space_variables).where(
        _V.repo_id == bindparam("repo_id"),
        _V.key == bindparam("key"),
        _V.secret == bindparam("secret"),
    )
)
_COUNT = statement(
    select(func.count()).select_from(space_variables).where(_V.repo_id == bindparam("repo_id"))
)
_COPY = statement(
    insert(space_variables).from_select(
        ["repo_id", "key", "secret", "value", "description", "updated_at"],
        select(
            bindparam("target", type_=_V.repo_id.type),
            *(_V.key, _V.secret, _V.value, _V.description, _V.updated_at),
        ).where(_V.repo_id == bindparam("source"), _V.secret == bindparam("secret")),
    )
)


def kept(db: Connection, repo_id: int) -> Kept:
    """What was asked for, or what stands where nothing was."""
    row = db.first(_KEPT, repo_id=repo_id)
    if row is None:
        return Kept()
    return Kept(
        row.hardware,
        row.sleep_seconds,
        row.storage,
        bool(row.paused),
        bool(row.dev_mode),
        json.loads(row.volumes),
    )


def keep(db: Connection, repo_id: int, now: Kept) -> None:
    db.run(
        _KEEP,
        repo_id=repo_id,
        hardware=now.hardware,
        sleep_seconds=now.sleep_seconds,
        storage=now.storage,
        paused=now.paused,
        dev_mode=now.dev_mode,
        volumes=json.dumps(list(now.volumes)),
    )


def entries(db: Connection, repo_id: int, *, secret: bool) -> list[Row]:
    """key, value (bytes), description and updated_at, by key."""
    return db.all(_ENTRIES, repo_id=repo_id, secret=secret)


def count(db: Connection, repo_id: int) -> int:
    return int(db.value(_COUNT, repo_id=repo_id))


def put(
    db: Connection,
    repo_id: int,
    key: str,
    value: bytes,
    *,
    secret: bool,
    description: str,
    at: Moment,
) -> None:
    values = {"value": value, "description": description, "updated_at": at}
    db.run(_PUT, repo_id=repo_id, key=key, secret=secret, **values)


def drop(db: Connection, repo_id: int, key: str, *, secret: bool) -> bool:
    """Whether there was such a one."""
    return db.run(_DROP, repo_id=repo_id, key=key, secret=secret) == 1


def copy_variables(db: Connection, source: int, target: int) -> None:
    """Without the secrets."""
    db.run(_COPY, source=source, target=target, secret=False)


def tagged(db: Connection, actor: Actor, tag: str, limit: int) -> Sequence[tuple[Repo, str]]:
    """The Spaces with this tag that the actor may see, by name, each with its card's title."""
    query = statement(
        select(*COLUMNS, cards.c.title.label("said"))
        .join(tags, tags.c.repo_id == repos.c.id)
        .join(cards, cards.c.repo_id == repos.c.id)
        .where(
            repos.c.kind == str(RepoKind.SPACE),
            tags.c.facet == "other",
            tags.c.value == tag,
            readable(actor),
        )
        .order_by(repos.c.key)
        .limit(limit)
    )
    return [(repo_of(row), row.said) for row in db.all(query)]
