"""All there is to know of one repo: its card, its files, its family."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bearhug.cards import service as cards
from bearhug.cards.model import Card
from bearhug.cards.tagging import words
from bearhug.catalog.model import Hit, Query, Sort
from bearhug.catalog.service.downloads import daily
from bearhug.catalog.service.listing import browse
from bearhug.errors import BadName
from bearhug.files import service as files
from bearhug.files.model import Node
from bearhug.hub import Transaction
from bearhug.repos import service as repos
from bearhug.repos import store as repo_rows
from bearhug.repos.model import Access, Repo, RepoKind, RepoName
from bearhug.social import service as social

RELATIONS = {
    "finetune": "fine-tune",
    "adapter": "adapter",
    "quantized": "quantisation",
    "merge": "merge",
}
"""How a model comes from another, as tags spell it, and in words."""

SHOWN = 5
MOST_NAMES = 2000


@dataclass(frozen=True)
class Info:
    """A repo at a revision. `siblings` are its files, where they were asked for and may be seen."""

    repo: Repo
    card: Card
    sha: str | None
    siblings: Sequence[Node] = ()


@dataclass(frozen=True)
class Parent:
    """What a model was made from: a repo of this hub, or a name known elsewhere."""

    name: str
    repo: Repo | None


@dataclass(frozen=True)
class Children:
    """Models made from this one, in one way."""

    relation: str
    word: str
    count: int
    hits: Sequence[Hit] = ()


@dataclass(frozen=True)
class Kin:
    """Where it comes from, what came of it, and what it is used for, as far as one may see."""

    parents: Sequence[Parent] = ()
    children: Sequence[Children] = ()
    datasets: Sequence[Parent] = ()
    spaces: Sequence[Hit] = ()
    spaces_count: int = 0
    trained: Sequence[Hit] = ()
    """Models that name this dataset."""
    trained_count: int = 0


@dataclass(frozen=True)
class Page:
    """What a repo's page shows. `files` are the names at the top, where they may be read."""

    repo: Repo
    card: Card
    html: cards.Html | None
    manages: bool
    writes: bool
    liked: bool
    kin: Kin
    days: Sequence[int]
    """Downloads of each of the last 30 days, the oldest first."""
    files: Sequence[str]
    placed: Any
    """What it means on this machine: an inference Placement, or None."""

    @property
    def empty(self) -> bool:
        """Whether nothing was pushed since it was made."""
        return not set(self.files) - {".gitattributes", "README.md", "index.html", "style.css"}


def page(tx: Transaction, kind: RepoKind, name: str) -> Page:
    """Everything on a repo's page, in one read. Raises as `repos.find` does."""
    repo = repos.find(tx, kind, name, access=Access.METADATA)
    card = cards.card(tx, repo) or Card()
    reads = repos.can(tx.actor, repo, Access.NAMES)
    placement = tx.hub.rooms.get("placement")
    placed = placement(tx, [repo]) if placement and kind is RepoKind.MODEL else {}
    return Page(
        repo,
        card,
        cards.html(tx, repo, card) if reads or not repo.disabled else None,
        repos.can(tx.actor, repo, Access.ADMIN),
        repos.can(tx.actor, repo, Access.WRITE),
        social.likes(tx, repo),
        kin(tx, repo, card),
        daily(tx, repo),
        _top(tx, repo) if reads else (),
        placed.get(repo.id),
    )


def _top(tx: Transaction, repo: Repo) -> list[str]:
    snapshot = files.at(tx, repo)
    entries = snapshot.repository.children(snapshot.commit, "", limit=MOST_NAMES)
    return [entry.path for entry in entries]


def info(
    tx: Transaction, kind: RepoKind, name: str, rev: str | None = None, *, siblings: bool = True
) -> Info:
    """The repo at a revision, by default main. Raises as `repos.find` does, RevisionNotFound.

    Slow: reads the whole tree.
    """
    repo = repos.find(tx, kind, name, access=Access.METADATA)
    return of_repo(tx, repo, rev, siblings=siblings)


def of_repo(tx: Transaction, repo: Repo, rev: str | None = None, *, siblings: bool = True) -> Info:
    """Likewise of a repo the actor was found to see."""
    card = cards.card(tx, repo) or Card()
    if rev is None and not siblings:
        return Info(repo, card, repo.head)
    snapshot = files.at(tx, repo, rev or "main")
    listed: Sequence[Node] = ()
    if siblings and repos.can(tx.actor, repo, Access.NAMES):
        nodes = files.nodes(tx, snapshot, recursive=True, limit=None)
        listed = [node for node in nodes if not node.is_dir]
    return Info(repo, card, snapshot.commit, listed)


def kin(tx: Transaction, repo: Repo, card: Card) -> Kin:
    """Its relations on this hub."""
    if repo.kind is RepoKind.MODEL:
        return _kin_of_model(tx, repo, card)
    if repo.kind is RepoKind.DATASET:
        spaces = _using(tx, "uses_dataset", repo)
        query = Query(RepoKind.MODEL, tags=[f"dataset:{repo.name}"], sort=Sort.LIKES, limit=SHOWN)
        trained = browse(tx, query, facets=False)
        return Kin(
            spaces=spaces.hits,
            spaces_count=spaces.total,
            trained=trained.hits,
            trained_count=trained.total,
        )
    return Kin(
        parents=_parents(tx, RepoKind.MODEL, used_by(tx, card, RepoKind.MODEL)),
        datasets=_parents(tx, RepoKind.DATASET, used_by(tx, card, RepoKind.DATASET)),
    )


def count_children(tx: Transaction, repo: Repo) -> int:
    """How many models say that they were made from this one."""
    query = Query(RepoKind.MODEL, tags=[f"base_model:{repo.name}"], limit=1)
    return browse(tx, query, facets=False).total


def spaces_using(tx: Transaction, repo: Repo, limit: int = 100) -> list[str]:
    """The names of Spaces that say they use this model or dataset."""
    facet = "uses_model" if repo.kind is RepoKind.MODEL else "uses_dataset"
    return [str(hit.repo.name) for hit in _using(tx, facet, repo, limit).hits]


def used_by(tx: Transaction, card: Card, kind: RepoKind) -> list[str]:
    """What a Space uses: the names its card lists, and those of its code that are here."""
    listed = words(card.metadata.get(kind.plural))
    mentioned = (name for name in card.facts.get("mentions", ()) if name not in listed)
    return [*listed, *(name for name in mentioned if seen(tx, kind, name))]


def _kin_of_model(tx: Transaction, repo: Repo, card: Card) -> Kin:
    children = [_children(tx, repo, *each) for each in RELATIONS.items()]
    spaces = _using(tx, "uses_model", repo)
    return Kin(
        _parents(tx, RepoKind.MODEL, _bases(card)),
        [each for each in children if each.count],
        _parents(tx, RepoKind.DATASET, _datasets(card.metadata)),
        spaces.hits,
        spaces.total,
    )


def _children(tx: Transaction, repo: Repo, relation: str, word: str) -> Children:
    tag = f"base_model:{relation}:{repo.name}"
    query = Query(RepoKind.MODEL, tags=[tag], sort=Sort.LIKES, limit=SHOWN)
    found = browse(tx, query, facets=False)
    return Children(relation, word, found.total, found.hits)


def _using(tx: Transaction, facet: str, repo: Repo, limit: int = SHOWN) -> Any:
    query = Query(RepoKind.SPACE, uses={facet: [str(repo.name)]}, sort=Sort.LIKES, limit=limit)
    return browse(tx, query, facets=False)


def _bases(card: Card) -> list[str]:
    """What it was made from, as its tags have it: an adapter's file may say so as well."""
    named = (tag.split(":") for tag in card.tags if tag.startswith("base_model:"))
    return [parts[1] for parts in named if len(parts) == 2]


def _datasets(metadata: Mapping[str, Any]) -> Any:
    return metadata.get("datasets")


def _parents(tx: Transaction, kind: RepoKind, value: Any) -> list[Parent]:
    return [Parent(name, seen(tx, kind, name)) for name in words(value)[: 2 * SHOWN]]


def seen(tx: Transaction, kind: RepoKind, name: str) -> Repo | None:
    """The repo of that name, if it is here and the actor may see it."""
    try:
        key = RepoName.parse(name).key
    except BadName:
        return None
    repo = repo_rows.by_name(tx.db, kind, key)
    return repo if repo and repos.can(tx.actor, repo, Access.METADATA) else None
