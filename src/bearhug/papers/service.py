"""Papers that cards name: each function is one use case."""

from collections.abc import Mapping, Sequence

from bearhug.cards import service as cards
from bearhug.cards.front_matter import parse
from bearhug.cards.model import CardRead
from bearhug.db import Row
from bearhug.errors import EntryNotFound, NotFound, RevisionNotFound, TooLarge
from bearhug.files import service as files
from bearhug.hub import Transaction
from bearhug.kit.wire import Moment
from bearhug.papers import store
from bearhug.papers.citing import Citation, citations
from bearhug.papers.model import Paper, paper_id
from bearhug.repos.model import Repo, RepoKind

README = "README.md"
README_BYTES = 1024 * 1024
LONGEST_SEARCH = 200
SHOWN = 100

Span = tuple[Moment, Moment]
"""From the first instant up to, and without, the second."""


def find(tx: Transaction, id: str) -> Paper:
    """The paper of that arXiv number. Raises NotFound if no repo one may see names it."""
    number = paper_id(id) or ""
    found = known(tx, [number])
    if number not in found:
        raise NotFound("No repository here names this paper.")
    return found[number]


def known(tx: Transaction, numbers: Sequence[str]) -> dict[str, Paper]:
    """Those of these papers that are here, by number."""
    tags = [store.PREFIX + number for number in numbers if number]
    rows = _distinct(store.named(tx.db, tx.actor, among=tags)) if tags else []
    return {paper.id: paper for paper in _papers(tx, rows)}


def browse(
    tx: Transaction,
    asked: str = "",
    *,
    within: Span | None = None,
    submitter: str = "",
    trending: bool = False,
    start: int = 0,
    limit: int = SHOWN,
) -> tuple[list[Paper], int]:
    """Papers in order, the latest to be named here first, and how many there are in all.

    `asked` is part of a number or of a title; `submitter` who made the first repo that names it.
    """
    rows = _distinct(store.named(tx.db, tx.actor, asked.strip()[:LONGEST_SEARCH]))
    if within is not None:
        rows = [row for row in rows if within[0] <= row.first_at < within[1]]
    if submitter:
        theirs = store.firsts(tx.db, tx.actor, [row.value for row in rows])
        key = submitter.lower()
        rows = [row for row in rows if theirs[row.value].name.owner.lower() == key]
    rows.sort(key=_by_trend if trending else _by_day, reverse=True)
    return _papers(tx, rows[start : start + limit]), len(rows)


def linked(tx: Transaction, paper: Paper, kind: RepoKind | None, limit: int = SHOWN) -> list[Repo]:
    """The repos one may see that name it, the most loved first."""
    return store.linked(tx.db, tx.actor, [store.PREFIX + paper.id], kind, limit)


def on_card_read(tx: Transaction, event: CardRead) -> None:
    """Note what a new card calls the papers it names."""
    repo = event.repo
    card = cards.card(tx, repo)
    numbers = [paper_id(tag) for tag in card.tags if tag.startswith(store.PREFIX)] if card else []
    named = list(dict.fromkeys(number for number in numbers if number))
    text = _readme(tx, repo, card.commit_oid) if card and named else ""
    store.put(tx.db, repo.id, citations(text, named) if text else ())


def _readme(tx: Transaction, repo: Repo, commit: str) -> str:
    try:
        snapshot = files.at(tx, repo, commit)
        text = files.read(tx, snapshot, README, limit_bytes=README_BYTES)
    except (EntryNotFound, RevisionNotFound, TooLarge):
        return ""
    return parse(text.decode("utf-8", "replace")).body


def _papers(tx: Transaction, rows: Sequence[Row]) -> list[Paper]:
    values = [row.value for row in rows]
    if not rows:
        return []
    numbers = [_number(row) for row in rows]
    titles = store.titles(tx.db, tx.actor, numbers)
    firsts = store.firsts(tx.db, tx.actor, values)
    return [
        _paper(row, number, firsts[row.value], titles)
        for row, number in zip(rows, numbers, strict=True)
    ]


def _paper(row: Row, number: str, first: Repo, titles: Mapping[str, Citation]) -> Paper:
    cited = titles.get(number)
    counts = {kind: int(getattr(row, str(kind))) for kind in RepoKind}
    return Paper(
        number,
        cited.title if cited else "",
        cited.authors if cited else (),
        counts,
        first,
        float(row.trending or 0),
    )


def _number(row: Row) -> str:
    number: str = row.value.removeprefix(store.PREFIX)
    return number


def _distinct(rows: Sequence[Row]) -> list[Row]:
    """Those that are papers: a tag may say anything after its colon."""
    return [row for row in rows if paper_id(_number(row)) == _number(row)]


def _by_day(row: Row) -> tuple[Moment, str]:
    return row.first_at, row.value


def _by_trend(row: Row) -> tuple[float, Moment, str]:
    return float(row.trending or 0), row.first_at, row.value
