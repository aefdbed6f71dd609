"""Card rows in and out, tags and the search index among them."""

import json
import zlib
from collections.abc import Iterable
from typing import Any

from sqlalchemy import bindparam, delete, select, text, update

from bearhug.cards.model import Card
from bearhug.db import Connection, adding, statement, upsert
from bearhug.db.schema import cards, rendered, tags
from bearhug.kit.wire import Moment

_COLUMNS = (
    *("repo_id", "commit_oid", "readme_oid", "metadata", "title", "summary", "pipeline_tag"),
    *("library", "license", "tags", "facts", "parameters", "weight_bytes", "thumbnail"),
    "changed_at",
)
_GET = statement(select(cards).where(cards.c.repo_id == bindparam("repo_id")))
_MANY = statement(select(cards).where(cards.c.repo_id.in_(bindparam("ids", expanding=True))))
_PUT = upsert(cards, _COLUMNS, keys=("repo_id",), update=_COLUMNS[1:])
_ADVANCE = statement(
    update(cards).where(cards.c.repo_id == bindparam("of")).values(commit_oid=bindparam("commit"))
)
_TAGS = statement(select(tags.c.facet, tags.c.value).where(tags.c.repo_id == bindparam("repo_id")))
_ADD_TAG = adding(tags, "repo_id", "facet", "value")
_DROP_TAG = statement(
    delete(tags).where(
        tags.c.repo_id == bindparam("repo_id"),
        tags.c.facet == bindparam("facet"),
        tags.c.value == bindparam("value"),
    )
)

# Rows of full-text tables are replaced, never changed: FTS5 has no upsert.
_FORGET = statement(
    sqlite=text("DELETE FROM search WHERE rowid = :repo_id"),
    postgresql=text("DELETE FROM search WHERE repo_id = :repo_id"),
)
_INDEX = statement(
    sqlite=text(
        "INSERT INTO search (rowid, name, card, tags) VALUES (:repo_id, :name, :card, :tags)"
    ),
    postgresql=text(
        "INSERT INTO search (repo_id, document) VALUES (:repo_id,"
        " setweight(to_tsvector('simple', CAST(:name AS text)), 'A') ||"
        " setweight(to_tsvector('simple', CAST(:tags AS text)), 'B') ||"
        " setweight(to_tsvector('simple', CAST(:card AS text)), 'C'))"
    ),
)
_FORGET_NAME = statement(text("DELETE FROM search_names WHERE rowid = :repo_id"))
_INDEX_NAME = statement(text("INSERT INTO search_names (rowid, key) VALUES (:repo_id, :key)"))
_RENAME = statement(
    sqlite=text("UPDATE search SET name = :name WHERE rowid = :repo_id"),
    postgresql=text(
        "UPDATE search SET document = ts_delete(document, CAST(:gone AS text[])) ||"
        " setweight(to_tsvector('simple', CAST(:name AS text)), 'A') WHERE repo_id = :repo_id"
    ),
)

_HTML = statement(select(rendered.c.html).where(rendered.c.key == bindparam("key")))
_KEEP_HTML = upsert(rendered, ("key", "html", "used_at"), keys=("key",), update=("html", "used_at"))
_DROP_HTML = statement(delete(rendered).where(rendered.c.used_at < bindparam("before")))


def get(db: Connection, repo_id: int) -> Card | None:
    row = db.first(_GET, repo_id=repo_id)
    return _card(row) if row else None


def of_repos(db: Connection, ids: Iterable[int]) -> dict[int, Card]:
    """The cards of these repos, by id."""
    listed = list(ids)
    rows = db.all(_MANY, ids=listed) if listed else []
    return {row.repo_id: _card(row) for row in rows}


def put(db: Connection, repo_id: int, card: Card, at: Moment) -> None:
    db.run(
        _PUT,
        repo_id=repo_id,
        commit_oid=card.commit_oid,
        readme_oid=card.readme_oid,
        metadata=json.dumps(card.metadata),
        title=card.title,
        summary=card.summary,
        pipeline_tag=card.pipeline_tag,
        library=card.library,
        license=card.license,
        tags=json.dumps(card.tags),
        facts=json.dumps(card.facts),
        parameters=card.parameters,
        weight_bytes=card.weight_bytes,
        thumbnail=card.thumbnail,
        changed_at=at,
    )


def advance(db: Connection, repo_id: int, commit: str) -> None:
    """A commit that changed nothing of what a card is made of."""
    db.run(_ADVANCE, of=repo_id, commit=commit)


def set_tags(db: Connection, repo_id: int, new: frozenset[tuple[str, str]]) -> None:
    """Exactly these (facet, value) pairs."""
    old = {(row.facet, row.value) for row in db.all(_TAGS, repo_id=repo_id)}
    for facet, value in old - new:
        db.run(_DROP_TAG, repo_id=repo_id, facet=facet, value=value)
    added = sorted(new - old)
    db.many(_ADD_TAG, [{"repo_id": repo_id, "facet": each[0], "value": each[1]} for each in added])


def index(db: Connection, repo_id: int, name: str, *, words: str, tags: Iterable[str]) -> None:
    """Make the repo found by its name, its tags and the words of its card."""
    forget(db, repo_id)
    spoken = _spoken(name)
    db.run(_INDEX, repo_id=repo_id, name=spoken, card=words, tags=" ".join(tags))
    if db.dialect == "sqlite":
        db.run(_INDEX_NAME, repo_id=repo_id, key=name.lower())


def rename(db: Connection, repo_id: int, old: str, new: str) -> None:
    """The same, where only the name is new. PostgreSQL finds parts of it in `repos.key`."""
    if db.dialect == "sqlite":
        db.run(_RENAME, repo_id=repo_id, name=_spoken(new))
        db.run(_FORGET_NAME, repo_id=repo_id)
        db.run(_INDEX_NAME, repo_id=repo_id, key=new.lower())
    else:
        gone = [word for word in _spoken(old).lower().split() if word]
        db.run(_RENAME, repo_id=repo_id, name=_spoken(new), gone=gone)


def forget(db: Connection, repo_id: int) -> None:
    """Take the repo out of the index."""
    db.run(_FORGET, repo_id=repo_id)
    if db.dialect == "sqlite":
        db.run(_FORGET_NAME, repo_id=repo_id)


def html(db: Connection, key: str) -> str | None:
    packed = db.value(_HTML, key=key)
    return zlib.decompress(packed).decode() if packed is not None else None


def keep_html(db: Connection, key: str, packed: bytes, at: Moment) -> None:
    db.run(_KEEP_HTML, key=key, html=packed, used_at=at)


def drop_html(db: Connection, before: Moment) -> int:
    """Forget what was rendered before then; it is made again when it is asked for."""
    return db.run(_DROP_HTML, before=before)


def _spoken(name: str) -> str:
    """A repo's name as words, so that each of its parts is found by its beginning."""
    apart = name
    for mark in "/-_.":
        apart = apart.replace(mark, " ")
    return f"{name.replace('/', ' ')} {apart}"


def _card(row: Any) -> Card:
    return Card(
        json.loads(row.metadata),
        row.title,
        row.summary,
        row.pipeline_tag,
        row.library,
        row.license,
        tuple(json.loads(row.tags)),
        json.loads(row.facts),
        row.parameters,
        row.weight_bytes,
        row.readme_oid,
        row.commit_oid,
        row.thumbnail,
    )
