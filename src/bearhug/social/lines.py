"""Repos as the lines of a list, for the pages that gather them."""

from collections.abc import Sequence
from dataclasses import dataclass

from bearhug.accounts.model.account import avatar_path
from bearhug.cards import service as cards
from bearhug.cards.model import Card
from bearhug.cards.tasks import task
from bearhug.hub import Transaction
from bearhug.repos.model import Repo, RepoKind
from bearhug.social import store
from bearhug.social.model import Person
from bearhug.web.templating import hue


@dataclass(frozen=True)
class Face:
    """Somebody, as avatars show them: `avatar` is an address, None for an initial."""

    name: str
    avatar: str | None
    hue: str
    org: bool


@dataclass(frozen=True)
class RepoLine:
    """What one line says of a repo. `task` is (words, hue)."""

    repo: Repo
    who: Face
    task: tuple[str, str] | None
    parameters: int | None
    note: str


def face(person: Person) -> Face:
    picture = avatar_path(person.name, person.avatar_sha256) if person.avatar_sha256 else None
    return Face(person.name, picture, hue(person.name), person.org)


def repo_lines(tx: Transaction, repos: Sequence[Repo]) -> list[RepoLine]:
    """The repos in this order. Whether the actor may see them is asked before."""
    owners = store.people(tx.db, {repo.owner_id for repo in repos})
    read = cards.cards(tx, repos)
    return [_line(repo, owners[repo.owner_id], read.get(repo.id) or Card()) for repo in repos]


def _line(repo: Repo, owner: Person, card: Card) -> RepoLine:
    known = task(card.pipeline_tag) if card.pipeline_tag else None
    return RepoLine(
        repo,
        face(owner),
        (known.label, known.hue) if known else None,
        card.parameters,
        card.summary if repo.kind is RepoKind.SPACE else "",
    )
