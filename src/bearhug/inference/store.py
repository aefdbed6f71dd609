"""Measurements and saved runs, in and out. Every SQL statement of this feature is here."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, delete, or_, select, update

from bearhug.db import Connection, Row, Statement, adding, statement, upsert
from bearhug.db.schema import (
    accounts,
    cards,
    measurements,
    repos,
    runs,
    tags,
    trusted_code,
)
from bearhug.db.schema import (
    upstreams as upstream_rows,
)
from bearhug.hub import Actor
from bearhug.inference.engines.base import Upstream
from bearhug.inference.model import Figures, Run, Said, Turn
from bearhug.kit.wire import Moment
from bearhug.repos import store as repo_rows
from bearhug.repos.model import Repo, RepoKind

_FIGURES = ("memory_bytes", "load_seconds", "tokens_per_second", "measured_at")
_MEASURED = statement(
    select(measurements).where(measurements.c.file.in_(bindparam("files", expanding=True)))
)
_MEASURE = upsert(measurements, ("host", "file", *_FIGURES), keys=("host", "file"), update=_FIGURES)
_SAVED = (
    *("id", "repo_id", "revision", "file", "user_id", "task", "input", "output"),
    *("parameters", "figures", "about", "public", "created_at"),
)
_SAVE = adding(runs, *_SAVED)
_DELETE = statement(delete(runs).where(runs.c.id == bindparam("id")))
_SHOW = statement(
    update(runs).where(runs.c.id == bindparam("id")).values(public=bindparam("public"))
)
_RENAME = statement(
    update(runs)
    .where(runs.c.repo_id == bindparam("of_repo"), runs.c.revision == bindparam("old"))
    .values(revision=bindparam("new"))
)
_REVISIONS = statement(
    select(runs.c.revision).where(runs.c.repo_id == bindparam("repo_id")).distinct()
)
_UPSTREAMS = statement(select(upstream_rows).order_by(upstream_rows.c.id))
_ADD_UPSTREAM = adding(
    upstream_rows, "url", "kind", "models", "tasks", "named", "key", "created_at"
)
_DROP_UPSTREAM = statement(delete(upstream_rows).where(upstream_rows.c.id == bindparam("id")))
_TRUSTED = statement(
    select(trusted_code.c.commit_oid)
    .where(trusted_code.c.repo_id == bindparam("repo_id"))
    .order_by(trusted_code.c.trusted_at.desc())
)
_TRUST = adding(trusted_code, "repo_id", "commit_oid", "user_id", "trusted_at")
_DISTRUST = statement(
    delete(trusted_code).where(
        trusted_code.c.repo_id == bindparam("repo_id"),
        trusted_code.c.commit_oid == bindparam("commit_oid"),
    )
)
_DISTRUST_ALL = statement(
    delete(trusted_code).where(trusted_code.c.repo_id == bindparam("repo_id"))
)
_NAMED = tuple(column.label(f"run_{column.name}") for column in runs.c)
_LAST = 2**62


def measured(db: Connection, files: list[str]) -> list[Row]:
    """Rows of any host for these weights; `measured_at` 0 marks an estimate."""
    return db.all(_MEASURED, files=files) if files else []


def measure(db: Connection, host: str, file: str, at: Moment, **figures: float | None) -> None:
    """Set what is given; what was known of the rest stays."""
    known = next((row for row in measured(db, [file]) if row.host == host), None)
    before = {name: getattr(known, name) for name in _FIGURES} if known else {}
    values = {name: before.get(name) for name in _FIGURES} | figures
    db.run(_MEASURE, host=host, file=file, **{**values, "measured_at": at})


def add(db: Connection, run: Run) -> None:
    said = run.said
    db.run(
        _SAVE,
        id=run.id,
        repo_id=said.repo_id,
        revision=said.revision,
        file=said.file,
        user_id=run.user_id,
        task=said.task,
        input=_asked(said),
        output=said.output,
        parameters=json.dumps(dict(said.parameters)),
        figures=json.dumps(asdict(said.figures)),
        about=run.about,
        public=run.public,
        created_at=run.created_at,
    )


def drop(db: Connection, id: str) -> None:
    db.run(_DELETE, id=id)


def show(db: Connection, id: str, public: bool) -> None:
    db.run(_SHOW, id=id, public=public)


def rename_revisions(db: Connection, repo_id: int, became: Mapping[str, str]) -> None:
    """The commits that runs of this repo were made at, by their new ids: {old: new}."""
    for row in db.all(_REVISIONS, repo_id=repo_id):
        if row.revision in became:
            db.run(_RENAME, of_repo=repo_id, old=row.revision, new=became[row.revision])


def by_id(db: Connection, id: str) -> tuple[Run, Repo] | None:
    """The run with its repo, whoever may see them."""
    row = db.first(_one(), id=id)
    return (_run(row), repo_rows.repo_of(row)) if row else None


def page(
    db: Connection, actor: Actor, *, own: bool, before: Moment | None, limit: int
) -> list[tuple[Run, Repo]]:
    """The actor's own runs, or everyone's public ones, newest first, of models they may read."""
    query = _joined().where(repo_rows.readable(actor), runs.c.created_at < bindparam("before"))
    mine = runs.c.user_id == bindparam("user_id")
    query = query.where(mine if own else runs.c.public)
    listed = statement(query.order_by(runs.c.created_at.desc()).limit(bindparam("limit")))
    params: dict[str, Any] = {"before": before or _LAST, "limit": limit}
    if own:
        params["user_id"] = actor.user_id
    return [(_run(row), repo_rows.repo_of(row)) for row in db.all(listed, **params)]


def with_weights(db: Connection, actor: Actor, limit: int) -> list[Repo]:
    """The models the actor may read that have weights, or a task; the likeliest first."""
    query = (
        select(*repo_rows.COLUMNS)
        .join(cards, cards.c.repo_id == repos.c.id)
        .where(
            repo_rows.readable(actor),
            repos.c.kind == RepoKind.MODEL,
            or_(cards.c.weight_bytes.is_not(None), cards.c.pipeline_tag.is_not(None)),
        )
        .order_by(repos.c.downloads.desc(), repos.c.id.desc())
        .limit(bindparam("limit"))
    )
    return [repo_rows.repo_of(row) for row in db.all(statement(query), limit=limit)]


def made_of(db: Connection, actor: Actor, base: str, limit: int) -> list[Repo]:
    """The models the actor may read whose cards say that they were made of `base`."""
    query = (
        select(*repo_rows.COLUMNS)
        .join(tags, tags.c.repo_id == repos.c.id)
        .where(
            repo_rows.readable(actor),
            repos.c.kind == RepoKind.MODEL,
            tags.c.value == bindparam("tag"),
        )
        .order_by(repos.c.downloads.desc(), repos.c.id.desc())
        .limit(bindparam("limit"))
    )
    rows = db.all(statement(query), tag=f"base_model:{base}", limit=limit)
    return [repo_rows.repo_of(row) for row in rows]


def upstreams(db: Connection) -> list[tuple[int, Upstream, bytes | None]]:
    """Servers elsewhere, in the order they were added; each without its key, and that sealed."""
    return [
        (
            row.id,
            Upstream(
                row.url, row.kind, tuple(row.models.split()), tuple(row.tasks.split()), row.named
            ),
            row.key,
        )
        for row in db.all(_UPSTREAMS)
    ]


def add_upstream(db: Connection, upstream: Upstream, key: bytes | None, now: Moment) -> None:
    db.run(
        _ADD_UPSTREAM,
        url=upstream.url,
        kind=upstream.kind,
        models=" ".join(upstream.models),
        tasks=" ".join(upstream.tasks),
        named=upstream.named,
        key=key,
        created_at=now,
    )


def drop_upstream(db: Connection, id: int) -> bool:
    """Whether it was there."""
    return db.run(_DROP_UPSTREAM, id=id) > 0


def trusted(db: Connection, repo_id: int) -> list[str]:
    """The commits of a repo whose code may run, the latest allowed first."""
    return [row.commit_oid for row in db.all(_TRUSTED, repo_id=repo_id)]


def is_trusted(db: Connection, repo_id: int, commit: str) -> bool:
    return commit in trusted(db, repo_id)


def trust(db: Connection, repo_id: int, commit: str, user_id: int | None, now: Moment) -> None:
    db.run(_TRUST, repo_id=repo_id, commit_oid=commit, user_id=user_id, trusted_at=now)


def distrust(db: Connection, repo_id: int, commit: str) -> None:
    """At one commit; with "" at all."""
    if commit:
        db.run(_DISTRUST, repo_id=repo_id, commit_oid=commit)
    else:
        db.run(_DISTRUST_ALL, repo_id=repo_id)


@cache
def _one() -> Statement:
    return statement(_joined().where(runs.c.id == bindparam("id")))


def _joined() -> "Select[Any]":
    return (
        select(*_NAMED, *repo_rows.COLUMNS, accounts.c.name.label("author"))
        .join(repos, repos.c.id == runs.c.repo_id)
        .outerjoin(accounts, accounts.c.id == runs.c.user_id)
    )


def _asked(said: Said) -> str:
    """The turns; of a task's run with what its engine was given, and gave back."""
    turns = [asdict(turn) for turn in said.turns]
    if said.inputs is None:
        return json.dumps(turns)
    return json.dumps({"turns": turns, "inputs": said.inputs, "answer": said.answer})


def _run(row: Any) -> Run:
    asked = json.loads(row.run_input)
    asked = asked if isinstance(asked, dict) else {"turns": asked}
    said = Said(
        row.run_repo_id,
        row.run_revision,
        row.run_file,
        row.run_task,
        tuple(Turn(**turn) for turn in asked["turns"]),
        row.run_output,
        json.loads(row.run_parameters),
        Figures(**json.loads(row.run_figures)),
        asked.get("inputs"),
        asked.get("answer"),
    )
    return Run(
        row.run_id,
        said,
        row.run_about,
        bool(row.run_public),
        row.run_user_id,
        row.author or "",
        row.run_created_at,
    )
