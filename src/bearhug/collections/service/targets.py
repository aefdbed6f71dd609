"""What an item names: a repo, a paper or a collection that the actor may see."""

from dataclasses import dataclass

from bearhug.collections.model import ItemKind, oid_of
from bearhug.collections.store import rows as store
from bearhug.errors import BadName, Moved, RepoNotFound
from bearhug.hub import Transaction
from bearhug.papers.model import paper_id
from bearhug.repos import service as repos
from bearhug.repos.model import Repo, RepoKind


@dataclass(frozen=True)
class Target:
    """`key` is how rows name it; the ids are of the repo or the collection."""

    kind: ItemKind
    key: str
    repo_id: int | None = None
    other_id: int | None = None


def repo_target(repo: Repo) -> Target:
    return Target(ItemKind(repo.kind), str(repo.id), repo_id=repo.id)


def find_repo(tx: Transaction, kind: ItemKind, name: str) -> Repo:
    """By its name, or a former one. Raises RepoNotFound."""
    try:
        return repos.find(tx, RepoKind(kind), name)
    except Moved as moved:
        return repos.find(tx, RepoKind(kind), moved.new)
    except BadName as bad:
        raise RepoNotFound(visitor=tx.actor.user_id is None) from bad


def key_of(tx: Transaction, asked: str) -> tuple[ItemKind, str] | None:
    """How rows name `models/ada/bert`, `papers/1706.03762`, …; None for what is not here."""
    plural, _, name = asked.partition("/")
    kind = next((each for each in ItemKind if each.plural == plural), None)
    if kind is None:
        return None
    if kind.of_repo:
        try:
            return kind, str(find_repo(tx, kind, name).id)
        except RepoNotFound:
            return None
    if kind is ItemKind.PAPER:
        number = paper_id(name)
        return (kind, number) if number else None
    other = store.by_oid(tx.db, oid_of(name) or "")
    return (kind, str(other.id)) if other else None
