"""Which repos name which papers (the cards' tags), and what their cards call them."""

import json
from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, and_, bindparam, delete, func, literal, or_, select

from bearhug.cards.model import OTHER
from bearhug.db import Connection, Row, adding, statement
from bearhug.db.schema import citations, repos, tags
from bearhug.hub import Actor
from bearhug.papers.citing import Citation
from bearhug.repos.model import Repo, RepoKind
from bearhug.repos.store import COLUMNS, readable, repo_of

PREFIX = "arxiv:"
_ARE_PAPERS = (
    tags.c.facet == OTHER,
    tags.c.value >= PREFIX,
    tags.c.value < "arxiv;",
)
"""A range of the index; the colon is followed by the semicolon."""

_FORGET = statement(delete(citations).where(citations.c.repo_id == bindparam("repo_id")))
_ADD = adding(citations, "repo_id", "paper", "title", "authors")


def named(
    db: Connection, actor: Actor, asked: str = "", among: Collection[str] | None = None
) -> list[Row]:
    """Each tag of a paper with how many repos of each kind have it, and since when.

    Columns: value, first_at, trending, and one for each RepoKind. `asked` is part of its number
    or of its title; `among` are the only tags to look at.
    """
    counts = [
        func.count(repos.c.id).filter(repos.c.kind == literal(str(kind))).label(str(kind))
        for kind in RepoKind
    ]
    query = (
        select(
            tags.c.value,
            func.min(repos.c.created_at).label("first_at"),
            func.sum(repos.c.trending).label("trending"),
            *counts,
        )
        .join(repos, repos.c.id == tags.c.repo_id)
        .where(*_ARE_PAPERS, readable(actor))
        .group_by(tags.c.value)
    )
    given: dict[str, object] = {}
    if asked:
        query = query.where(_matching(actor))
        given["part"] = f"%{_escaped(asked.lower())}%"
    if among is not None:
        query = query.where(tags.c.value.in_(bindparam("among", expanding=True)))
        given["among"] = list(among)
    return db.all(statement(query), **given)


def linked(
    db: Connection, actor: Actor, values: Collection[str], kind: RepoKind | None, limit: int
) -> list[Repo]:
    """Repos that have one of these tags, the most loved first."""
    query = (
        select(*COLUMNS)
        .join(tags, tags.c.repo_id == repos.c.id)
        .where(
            tags.c.facet == OTHER,
            tags.c.value.in_(bindparam("tagged", expanding=True)),
            readable(actor),
        )
        .distinct()
        .order_by(repos.c.trending.desc(), repos.c.likes.desc(), repos.c.id.desc())
        .limit(bindparam("limit"))
    )
    if kind is not None:
        query = query.where(repos.c.kind == bindparam("kind"))
    given = {"kind": str(kind)} if kind is not None else {}
    rows = db.all(statement(query), tagged=list(values), limit=limit, **given)
    return [repo_of(row) for row in rows]


def firsts(db: Connection, actor: Actor, values: Collection[str]) -> dict[str, Repo]:
    """The earliest repo that has each of these tags."""
    order = (
        func.row_number()
        .over(partition_by=tags.c.value, order_by=(repos.c.created_at, repos.c.id))
        .label("place")
    )
    inner = (
        select(*COLUMNS, tags.c.value, order)
        .join(tags, tags.c.repo_id == repos.c.id)
        .where(
            tags.c.facet == OTHER,
            tags.c.value.in_(bindparam("tagged", expanding=True)),
            readable(actor),
        )
        .subquery()
    )
    query = statement(select(inner).where(inner.c.place == 1))
    return {row.value: repo_of(row) for row in db.all(query, tagged=list(values))}


def titles(db: Connection, actor: Actor, papers: Collection[str]) -> dict[str, Citation]:
    """What cards call them: the most loved repo that has a title is believed."""
    query = statement(
        select(citations)
        .join(repos, repos.c.id == citations.c.repo_id)
        .where(citations.c.paper.in_(bindparam("papers", expanding=True)), readable(actor))
        .order_by(repos.c.likes, repos.c.id.desc())
    )
    rows = db.all(query, papers=list(papers))
    return {
        row.paper: Citation(row.paper, row.title, tuple(json.loads(row.authors))) for row in rows
    }


def put(db: Connection, repo_id: int, cited: Sequence[Citation]) -> None:
    """What a repo's card now says; what it said before is forgotten."""
    db.run(_FORGET, repo_id=repo_id)
    for each in cited:
        authors = json.dumps(each.authors)
        db.run(_ADD, repo_id=repo_id, paper=each.paper, title=each.title, authors=authors)


def _matching(actor: Actor) -> ColumnElement[bool]:
    by_title = (
        select(literal(PREFIX) + citations.c.paper)
        .select_from(citations.join(repos, repos.c.id == citations.c.repo_id))
        .where(
            and_(
                func.lower(citations.c.title).like(bindparam("part"), escape="\\"), readable(actor)
            )
        )
    )
    return or_(tags.c.value.in_(by_title), tags.c.value.like(bindparam("part"), escape="\\"))


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
