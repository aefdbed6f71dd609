"""The first page: a newcomer's steps, what happened lately, what is here and one's own."""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bearhug.accounts.model.account import avatar_path
from bearhug.catalog import store
from bearhug.catalog.model import Hit, Query, Sort
from bearhug.catalog.service.listing import browse
from bearhug.files.service.starting import TITLE
from bearhug.hub import Transaction
from bearhug.kit.wire import Moment
from bearhug.repos import service as repos
from bearhug.repos import store as repo_rows
from bearhug.repos.model import Access, Repo, RepoKind

STEPS = ("account", "look", "card", "run", "dataset", "space", "save")
"""A newcomer's way to a first model, in order."""

VISITS = frozenset({"look", "card", "dataset", "space", "run"})
"""Steps that are taken by going there; the others are told by rows."""

NEWS = 8
OWN = 8


@dataclass(frozen=True)
class Commit:
    """Something that was pushed."""

    repo: Repo
    oid: str
    title: str
    author: str | None
    at: Moment
    avatar: str = ""
    """Where the picture of its author is, if there is one."""


@dataclass(frozen=True)
class Home:
    """What the first page shows; `path` is empty once it has been walked, and for visitors."""

    path: Sequence[tuple[str, bool]]
    news: Sequence[Commit]
    own: Sequence[Repo]
    counts: Mapping[RepoKind, int]
    held_bytes: int
    free_bytes: int
    trending: Sequence[Hit]
    talker: Hit | None
    """A model to begin with."""
    first: Mapping[RepoKind, Hit]
    """One of each kind to look at."""

    @property
    def done(self) -> int:
        return sum(done for _, done in self.path)

    @property
    def current(self) -> str:
        """The first step not taken yet."""
        return next((name for name, done in self.path if not done), "")


def home(tx: Transaction, *, followed: bool = False) -> Home:
    """Everything on it, in one read; news of those one follows alone, if so asked."""
    found = {
        kind: browse(tx, Query(kind, limit=5 if kind is RepoKind.MODEL else 1), facets=False)
        for kind in RepoKind
    }
    talkers = Query(
        RepoKind.MODEL,
        facets={"pipeline_tag": ["text-generation"], "library": ["gguf"]},
        sort=Sort.TRENDING,
        limit=1,
    )
    return Home(
        path(tx),
        news(tx, followed=followed),
        _own(tx)[:OWN],
        {kind: listing.everything for kind, listing in found.items()},
        store.held_bytes(tx.db),
        shutil.disk_usage(tx.hub.settings.data_dir).free,
        found[RepoKind.MODEL].hits,
        next(iter(browse(tx, talkers, facets=False).hits), None),
        {kind: listing.hits[0] for kind, listing in found.items() if listing.hits},
    )


def _own(tx: Transaction) -> list[Repo]:
    """One's own repos, as far as the credential may see them."""
    if tx.actor.user_id is None:
        return []
    owned = repo_rows.owned_by(tx.db, tx.actor.user_id)
    return [repo for repo in owned if repos.can(tx.actor, repo, Access.METADATA)]


def path(tx: Transaction) -> list[tuple[str, bool]]:
    """Each step and whether it is done; [] for a visitor and once all are."""
    user_id = tx.actor.user_id
    if user_id is None:
        return []
    done = store.steps_of(tx.db, user_id) | {"account"}
    if store.has_run(tx.db, user_id):
        done |= {"run", "save"}
    return [] if done >= set(STEPS) else [(name, name in done) for name in STEPS]


def is_new_step(tx: Transaction, name: str) -> bool:
    """Whether going there is a step this user has not taken."""
    user_id = tx.actor.user_id
    return user_id is not None and name not in store.steps_of(tx.db, user_id)


def take_step(tx: Transaction, name: str) -> None:
    """Note a step of VISITS as taken."""
    assert name in VISITS
    store.add_step(tx.db, tx.actor.require_user(), name, tx.now)


def news(tx: Transaction, limit: int = NEWS, *, followed: bool = False) -> list[Commit]:
    """What was pushed lately, as far as one may see it; `followed`: by those one follows."""
    me = tx.actor.user_id if followed else None
    rows = store.news(tx.db, tx.actor, TITLE, limit, me)
    return [
        Commit(
            repo_rows.repo_of(row),
            row.oid,
            row.said,
            row.author,
            row.committed_at,
            avatar_path(row.author, row.avatar_sha256) if row.avatar_sha256 else "",
        )
        for row in rows
    ]
