"""Sets of repos that are asked for by name: an author, a tag, a word."""

from collections.abc import Sequence

from sqlalchemy import bindparam, func, or_, select, text, true

from bearhug.catalog.bits import parse
from bearhug.catalog.store.bulk import both, joined
from bearhug.db import Connection, Statement, statement
from bearhug.db.schema import accounts, cards, likes, repos, tags
from bearhug.hub import Actor
from bearhug.kit.wire import Moment
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
_ANY = both(lambda d: select(joined(tags.c.repo_id, d)).where(tags.c.facet == bindparam("facet")))
_VALUES = both(
    lambda d: (
        select(tags.c.value, joined(tags.c.repo_id, d).label("ids"))
        .where(tags.c.facet == bindparam("facet"))
        .group_by(tags.c.value)
    )
)
_RECENTLY_LIKED = statement(
    select(likes.c.repo_id, func.count().label("number"))
    .where(likes.c.created_at > bindparam("since"))
    .group_by(likes.c.repo_id)
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
_RANKED = statement(
    sqlite=text(
        "SELECT rowid AS id FROM search WHERE search MATCH :words"
        " ORDER BY bm25(search, 8.0, 1.0, 4.0), rowid DESC LIMIT :limit"
    ),
    postgresql=text(
        "SELECT repo_id AS id FROM search, to_tsquery('simple', :words) AS asked"
        " WHERE document @@ asked ORDER BY ts_rank(document, asked) DESC, repo_id DESC"
        " LIMIT :limit"
    ),
)
LEAST_PART = 3
"""Characters of a name's part that an index of trigrams can look up."""


def of_author(db: Connection, kind: RepoKind, name: str) -> int:
    return parse(db.value(_AUTHOR, kind=kind, name=name.lower()))


def tagged(db: Connection, facet: str, value: str) -> int:
    return parse(db.value(_TAG, facet=facet, value=value))


def tagged_at_all(db: Connection, facet: str) -> int:
    """Repos with any value of this facet."""
    return parse(db.value(_ANY, facet=facet))


def values_of(db: Connection, facet: str) -> dict[str, int]:
    """Every value of a facet, and who has it."""
    return {row.value: parse(row.ids) for row in db.all(_VALUES, facet=facet)}


def liked_since(db: Connection, since: Moment) -> dict[int, int]:
    """How many likes each repo got since then."""
    return {row.repo_id: row.number for row in db.all(_RECENTLY_LIKED, since=since)}


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


def ranked(db: Connection, words: Sequence[str], limit: int) -> list[int]:
    """Repos with words that begin with all of these, the closest first: names before tags,
    tags before the rest of the card."""
    return [row.id for row in db.all(_RANKED, words=_spoken(db, words), limit=limit)]


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
