"""Every SQL statement of the viewer; rows in, dataclasses out."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import bindparam, delete, select, update

from bearhug.db import Connection, adding, statement, upsert
from bearhug.db.schema import view_configs, view_splits, views
from bearhug.kit.wire import Moment
from bearhug.viewer.model import Config, Failure, Shard, Split, View

_GET = statement(select(views).where(views.c.repo_id == bindparam("repo_id")))
_CONFIGS = statement(
    select(view_configs)
    .where(view_configs.c.repo_id == bindparam("repo_id"))
    .order_by(view_configs.c.position)
)
_SPLITS = statement(
    select(view_splits)
    .where(view_splits.c.repo_id == bindparam("repo_id"))
    .order_by(view_splits.c.position)
)
_WANT = upsert(
    views,
    ("repo_id", "wanted_oid", "state", "changed_at"),
    keys=("repo_id",),
    update=("wanted_oid", "state", "changed_at"),
)
_STATE = statement(
    update(views)
    .where(views.c.repo_id == bindparam("of"), views.c.wanted_oid == bindparam("commit"))
    .values(state=bindparam("state"), failure=bindparam("failure"), changed_at=bindparam("at"))
)
_DESCRIBED = statement(
    update(views)
    .where(views.c.repo_id == bindparam("of"), views.c.wanted_oid == bindparam("commit"))
    .values(
        commit_oid=bindparam("commit"),
        state=bindparam("state"),
        failure=bindparam("failure"),
        isolation=bindparam("isolation"),
        changed_at=bindparam("at"),
    )
)
_WANTED = statement(select(views.c.wanted_oid).where(views.c.repo_id == bindparam("repo_id")))
_DROP_CONFIGS = statement(
    delete(view_configs).where(view_configs.c.repo_id == bindparam("repo_id"))
)
_DROP_SPLITS = statement(delete(view_splits).where(view_splits.c.repo_id == bindparam("repo_id")))
_ADD_CONFIG = adding(
    view_configs,
    *("repo_id", "config", "position", "builder", "original_bytes", "state", "failure"),
)
_ADD_SPLIT = adding(view_splits, "repo_id", "config", "split", "position")
_CONFIG_STATE = statement(
    update(view_configs)
    .where(view_configs.c.repo_id == bindparam("of"), view_configs.c.config == bindparam("named"))
    .values(
        state=bindparam("state"),
        progress=bindparam("progress"),
        failure=bindparam("failure"),
        info=bindparam("info"),
    )
)
_PROGRESS = statement(
    update(view_configs)
    .where(view_configs.c.repo_id == bindparam("of"), view_configs.c.config == bindparam("named"))
    .values(state="converting", progress=bindparam("progress"))
)
_THE_SPLIT = (
    view_splits.c.repo_id == bindparam("of"),
    view_splits.c.config == bindparam("in_config"),
    view_splits.c.split == bindparam("named"),
)
_PREVIEWED = statement(
    update(view_splits)
    .where(*_THE_SPLIT)
    .values(
        preview=bindparam("preview"),
        preview_rows=bindparam("preview_rows"),
        features=bindparam("features"),
        failure=bindparam("failure"),
    )
)
_CONVERTED = statement(
    update(view_splits)
    .where(*_THE_SPLIT)
    .values(
        features=bindparam("features"),
        rows=bindparam("rows"),
        bytes=bindparam("bytes"),
        partial=bindparam("partial"),
        files=bindparam("files"),
    )
)
_MEASURED = statement(
    update(view_splits)
    .where(*_THE_SPLIT)
    .values(statistics=bindparam("statistics"), statistics_failure=bindparam("failure"))
)


def get(db: Connection, repo_id: int) -> View | None:
    """Everything known of a dataset's rows."""
    row = db.first(_GET, repo_id=repo_id)
    if row is None:
        return None
    splits: dict[str, list[Split]] = {}
    for each in db.all(_SPLITS, repo_id=repo_id):
        splits.setdefault(each.config, []).append(_split(each))
    configs = [
        replace(_config(each), splits=tuple(splits.get(each.config, ())))
        for each in db.all(_CONFIGS, repo_id=repo_id)
    ]
    return View(
        row.repo_id,
        row.wanted_oid,
        row.commit_oid,
        row.state,
        _loads(row.failure),
        row.isolation,
        tuple(configs),
    )


def want(db: Connection, repo_id: int, commit: str, at: Moment) -> None:
    """This commit is to be shown; what is known of another stays until then."""
    db.run(_WANT, repo_id=repo_id, wanted_oid=commit, state="waiting", changed_at=at)


def wanted(db: Connection, repo_id: int) -> str | None:
    commit: str | None = db.value(_WANTED, repo_id=repo_id)
    return commit


def set_state(
    db: Connection, repo_id: int, commit: str, state: str, failure: Failure | None, at: Moment
) -> bool:
    """False if another commit is wanted by now."""
    said = _dumps(failure)
    return db.run(_STATE, of=repo_id, commit=commit, state=state, failure=said, at=at) == 1


def describe(
    db: Connection,
    repo_id: int,
    commit: str,
    configs: Sequence[Mapping[str, Any]],
    *,
    failure: Failure | None,
    isolation: str,
    at: Moment,
) -> bool:
    """Exactly these configs and splits, as the reading program told them.

    False, changing nothing, if another commit is wanted by now.
    """
    state = "failed" if failure else "converting" if configs else "done"
    said = _dumps(failure)
    values = {"commit": commit, "state": state, "failure": said, "isolation": isolation, "at": at}
    if db.run(_DESCRIBED, of=repo_id, **values) != 1:
        return False
    db.run(_DROP_CONFIGS, repo_id=repo_id)
    db.run(_DROP_SPLITS, repo_id=repo_id)
    db.many(_ADD_CONFIG, [_config_values(repo_id, at, each) for at, each in enumerate(configs)])
    db.many(
        _ADD_SPLIT,
        [
            {"repo_id": repo_id, "config": each["config"], "split": name, "position": number}
            for each in configs
            for number, name in enumerate(each["splits"])
        ],
    )
    return True


def set_config(
    db: Connection,
    repo_id: int,
    config: str,
    state: str,
    *,
    failure: Failure | None = None,
    info: Mapping[str, Any] | None = None,
) -> None:
    db.run(
        _CONFIG_STATE,
        of=repo_id,
        named=config,
        state=state,
        progress=1.0 if state == "done" else 0.0,
        failure=_dumps(failure),
        info=_dumps(info),
    )


def set_progress(db: Connection, repo_id: int, config: str, progress: float) -> None:
    """How much of it has been converted, 0 to 1."""
    db.run(_PROGRESS, of=repo_id, named=config, progress=progress)


def set_preview(
    db: Connection,
    repo_id: int,
    config: str,
    split: str,
    *,
    preview: str = "",
    rows: int = 0,
    features: Mapping[str, Any] | None = None,
    failure: Failure | None = None,
) -> None:
    db.run(
        _PREVIEWED,
        of=repo_id,
        in_config=config,
        named=split,
        preview=preview,
        preview_rows=rows,
        features=_dumps(features),
        failure=_dumps(failure),
    )


def set_shards(
    db: Connection,
    repo_id: int,
    config: str,
    split: str,
    said: Mapping[str, Any],
    shards: Iterable[Shard],
) -> None:
    """What became of a split: `features`, `rows`, `bytes` and `partial` of `said`, its files."""
    files = [[each.path, each.etag, each.size, each.rows] for each in shards]
    db.run(
        _CONVERTED,
        of=repo_id,
        in_config=config,
        named=split,
        features=_dumps(said["features"]),
        rows=said["rows"],
        bytes=said["bytes"],
        partial=bool(said["partial"]),
        files=json.dumps(files),
    )


def set_statistics(
    db: Connection,
    repo_id: int,
    config: str,
    split: str,
    *,
    statistics: Mapping[str, Any] | None = None,
    failure: Failure | None = None,
) -> None:
    said = {"statistics": _dumps(statistics), "failure": _dumps(failure)}
    db.run(_MEASURED, of=repo_id, in_config=config, named=split, **said)


def _config_values(repo_id: int, position: int, said: Mapping[str, Any]) -> dict[str, Any]:
    failure = said.get("failure")
    return {
        "repo_id": repo_id,
        "config": said["config"],
        "position": position,
        "builder": said.get("builder", ""),
        "original_bytes": said.get("bytes", 0),
        "state": "failed" if failure else "waiting",
        "failure": _dumps(failure),
    }


def _config(row: Any) -> Config:
    return Config(
        row.config,
        row.builder,
        row.original_bytes,
        row.state,
        row.progress,
        _loads(row.failure),
        _loads(row.info),
    )


def _split(row: Any) -> Split:
    return Split(
        row.config,
        row.split,
        row.position,
        _loads(row.features),
        row.preview,
        row.preview_rows,
        _loads(row.failure),
        row.rows,
        row.bytes,
        bool(row.partial),
        tuple(Shard(*each) for each in json.loads(row.files or "[]")),
        _loads(row.statistics),
        _loads(row.statistics_failure),
    )


def _dumps(value: Mapping[str, Any] | None) -> str | None:
    return None if value is None else json.dumps(value)


def _loads(text: str | None) -> Any:
    return None if text is None else json.loads(text)
