"""Sets of repos that are asked for by name: an author, a tag, a word."""

from collections.abc import Sequence

from sqlalchemy import bindparam, or_, select, text, true

from bearhug.catalog.bits import parse
from bearhug.catalog.store.bulk import both, joined
from bearhug.db import Connection, Statement, statement
from bearhug.db.schema import accounts, cards, repos, tags
from bearhug.hub import Actor
from bearhug.repos.model import RepoKind, Visibility
from bearhug.repos.store import readable

_AUTHOR = both(
    lambda d: (
        select(joined(repos.c.id, d))
        .join(accounts, accounts.c.id == repos.c.owner_id)
        .where(accounts.c.name_key == bindparam("name"), repos.c.kind == bindparam("kind"))
    )
)
_TAG = both(
    lambda d: select(joined(tags.c.repo_id, d)).where(
        tags.c.facet == bindparam("facet"), tags.c.value == bindparam("value")
    )
)
_GATED = both(lambda d: select(joined(repos.c.id, d)).where(repos.c.gated != ""))
_SIZED = both(
    lambda d: select(joined(cards.c.repo_id, d)).where(
        cards.c.parameters.between(bindparam("least"), bindparam("most"))
    )
)
_BY_WORDS = (
    "SELECT rowid AS id FROM search WHERE search MATCH :words",
    "SELECT repo_id AS id FROM search WHERE document @@ to_tsquery('simple', :words)",
)
_BY_PART = (
    "SELECT rowid AS id FROM search_names WHERE search_names MATCH :part",
    "SELECT id FROM repos WHERE key LIKE :part",
)


def _searching(*parts: tuple[str, str]) -> Statement:
    """Ids found by any of these, each written for SQLite and for PostgreSQL."""
    lite, post = (" UNION ".join(part[at] for part in parts) for at in (0, 1))
    return statement(
        sqlite=text(f"SELECT group_concat(id) FROM ({lite})"),
        postgresql=text(f"SELECT string_agg(CAST(id AS text), ',') FROM ({post}) AS found"),
    )


_SEARCH = {
    (True, True): _searching(_BY_WORDS, _BY_PART),
    (True, False): _searching(_BY_WORDS),
    (False, True): _searching(_BY_PART),
}
LEAST_PART = 3
"""Characters of a name's part that an index of trigrams can look up."""


def of_author(db: Connection, kind: RepoKind, name: str) -> int:
    return parse(db.value(_AUTHOR, kind=kind, name=name.lower()))


def tagged(db: Connection, facet: str, value: str) -> int:
    return parse(db.value(_TAG, facet=facet, value=value))


def gated(db: Connection) -> int:
    return parse(db.value(_GATED))


def of_parameters(db: Connection, least: int, most: int) -> int:
    return parse(db.value(_SIZED, least=least, most=most))


def hidden_but_seen(db: Connection, actor: Actor) -> int:
    """What is not for everybody and the actor may see: the rule of `repos.store.readable`."""
    query = both(
        lambda d: select(joined(repos.c.id, d)).where(
            or_(repos.c.visibility != Visibility.PUBLIC, repos.c.disabled == true()),
            readable(actor),
        )
    )
    return parse(db.value(query))


def matching(db: Connection, words: Sequence[str], part: str) -> int:
    """Repos with words that begin with all of these, or with `part` in their name."""
    given = {"words": _spoken(db, words)} if words else {}
    if len(part) >= LEAST_PART:
        given["part"] = _part(db, part)
    query = _SEARCH.get(("words" in given, "part" in given))
    return parse(db.value(query, **given)) if query else 0


def _spoken(db: Connection, words: Sequence[str]) -> str:
    """As the index's language has it. `words` are letters and digits alone."""
    if db.dialect == "sqlite":
        return " AND ".join(f'"{word}"*' for word in words)
    return " & ".join(f"'{word}':*" for word in words)


def _part(db: Connection, part: str) -> str:
    if db.dialect == "sqlite":
        return '"' + part.replace('"', '""') + '"'
    escaped = part.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"
