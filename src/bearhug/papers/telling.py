"""A paper with who brought it here and what names it, for whoever tells of it."""

from dataclasses import dataclass
from typing import Any

from bearhug.cards import service as cards
from bearhug.cards.model import Card
from bearhug.hub import Transaction
from bearhug.papers import service as papers
from bearhug.papers.model import Paper
from bearhug.repos.model import Repo, RepoKind
from bearhug.social import service as social
from bearhug.social.model import Person

LINKED = 20


@dataclass(frozen=True)
class Told:
    """A paper with who brought it here and, where they are asked for, what names it."""

    paper: Paper
    submitter: Person
    linked: dict[RepoKind, list[tuple[Repo, Card]]]


def browsed(tx: Transaction, /, asked: str = "", **how: Any) -> list[Told]:
    found, _ = papers.browse(tx, asked, **how)
    people = social.people(tx, [each.first.owner_id for each in found])
    return [Told(each, people[each.first.owner_id], {}) for each in found]


def told(tx: Transaction, id: str, limit: int = LINKED) -> Told:
    found = papers.find(tx, id)
    linked = {kind: papers.linked(tx, found, kind, limit) for kind in RepoKind}
    read = cards.cards(tx, [repo for each in linked.values() for repo in each])
    people = social.people(tx, [found.first.owner_id])
    return Told(
        found,
        people[found.first.owner_id],
        {kind: [(r, read.get(r.id) or Card()) for r in each] for kind, each in linked.items()},
    )


def markdown(told: Told, base_url: str) -> str:
    """The page of a paper, to read in a terminal."""
    found = told.paper
    lines = [f"# {found.name}", ""]
    if found.authors:
        lines += [", ".join(found.authors), ""]
    lines += [
        f"arXiv:{found.id}. The paper and its abstract are at {found.arxiv}; this hub has neither.",
        "",
        f"First named here by {base_url}{found.first.path}.",
    ]
    for kind in RepoKind:
        if told.linked[kind]:
            lines += ["", f"## {kind.plural.capitalize()} that name it", ""]
            lines += [f"- [{r.name}]({base_url}{r.path})" for r, _ in told.linked[kind]]
    return "\n".join(lines) + "\n"
