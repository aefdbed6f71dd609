"""Models whose evaluations may name a dataset."""

from sqlalchemy import bindparam, or_, select

from bearhug.db import Connection, statement
from bearhug.db.schema import cards, repos
from bearhug.hub import Actor
from bearhug.repos.model import Repo, RepoKind
from bearhug.repos.store import COLUMNS, readable, repo_of


def naming(db: Connection, actor: Actor, dataset: str, limit: int) -> list[Repo]:
    """Models the actor may see whose card or evaluations have this name in them somewhere.

    Looks through every card's text: what it says is for the caller to read.
    """
    said = or_(
        cards.c.metadata.like(bindparam("part"), escape="\\"),
        cards.c.facts.like(bindparam("part"), escape="\\"),
    )
    query = statement(
        select(*COLUMNS)
        .join(cards, cards.c.repo_id == repos.c.id)
        .where(repos.c.kind == str(RepoKind.MODEL), said, readable(actor))
        .order_by(repos.c.likes.desc(), repos.c.id)
        .limit(limit)
    )
    escaped = dataset.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return [repo_of(row) for row in db.all(query, part=f'%"{escaped}"%')]
