"""Saved runs: what a model really said, kept under a link of its own."""

from dataclasses import replace

from bearhug.cards import service as cards
from bearhug.errors import Forbidden, RepoNotFound
from bearhug.files.model import HistoryRewritten
from bearhug.hub import Actor, Permission, Transaction
from bearhug.inference import store
from bearhug.inference.model import Run, RunNotFound, Said
from bearhug.inference.service.keeping import SWEEP_SECONDS, new_id
from bearhug.kit.wire import Moment
from bearhug.repos import service as repos
from bearhug.repos import store as repo_rows
from bearhug.repos.model import Access, Repo

MOST_PAGES = 10
"""How far a listing looks for runs that it may show."""


def save(tx: Transaction, said: Said, *, public: bool, id: str = "") -> Run:
    """Keep what a model said, under the `id` by which its files were laid down (`keep`).

    Raises NotSignedIn, or RepoNotFound if its repo is hidden by now.
    """
    user_id = tx.actor.require_user()
    tx.actor.require_grant(Permission.INFERENCE, account=user_id)
    repo = repo_rows.by_id(tx.db, said.repo_id)
    if repo is None:
        raise RepoNotFound
    repos.require(tx.actor, repo, Access.READ)
    card = cards.card(tx, repo)
    run = Run(
        id or new_id(),
        said,
        card.summary if card else "",
        public,
        user_id,
        tx.actor.name or "",
        tx.now,
    )
    store.add(tx.db, run)
    if said.inputs is not None:
        tx.later("inference.sweep_runs", delay_seconds=SWEEP_SECONDS)
    return run


def run(tx: Transaction, id: str) -> tuple[Run, Repo]:
    """The run and its model. Raises RunNotFound unless the actor may see both."""
    found = store.by_id(tx.db, id)
    if found is None:
        raise RunNotFound
    kept, repo = found
    if not (kept.public or _is_own(tx.actor, kept) or tx.actor.operator):
        raise RunNotFound
    if not repos.can(tx.actor, repo, Access.READ):
        raise RunNotFound
    return kept, repo


def runs(
    tx: Transaction, *, own: bool, before: Moment | None = None, limit: int = 20
) -> list[tuple[Run, Repo]]:
    """The actor's own runs, or everyone's public ones, newest first. Raises NotSignedIn."""
    if own:
        _require_own(tx.actor)
    found: list[tuple[Run, Repo]] = []
    for _ in range(MOST_PAGES):
        page = store.page(tx.db, tx.actor, own=own, before=before, limit=limit)
        # A gate shows its model to everyone, and what it said to those who may ask it.
        found += [each for each in page if repos.can(tx.actor, each[1], Access.READ)]
        if len(page) < limit or len(found) >= limit:
            break
        before = page[-1][0].created_at
    return found[:limit]


def change(tx: Transaction, id: str, *, public: bool) -> Run:
    """Show it to everyone who may see its model, or to its owner alone."""
    kept = _own(tx, id)
    store.show(tx.db, id, public)
    return replace(kept, public=public)


def on_rewritten(tx: Transaction, event: HistoryRewritten) -> None:
    """Runs lead to their commits under the new ids."""
    store.rename_revisions(tx.db, event.repo.id, event.commits)


def remove(tx: Transaction, id: str) -> Repo:
    """Delete it; the model it was of is returned."""
    kept = _own(tx, id)
    store.drop(tx.db, kept.id)
    if kept.said.inputs is not None:
        tx.later("inference.forget_files", run=kept.id)
    repo = repo_rows.by_id(tx.db, kept.said.repo_id)
    assert repo is not None
    return repo


def _own(tx: Transaction, id: str) -> Run:
    """Raises RunNotFound, or Forbidden if another saved it, or by a token that may not."""
    user_id = tx.actor.require_user()
    tx.actor.require_grant(Permission.INFERENCE, account=user_id)
    kept, _ = run(tx, id)
    if kept.user_id != tx.actor.user_id and not tx.actor.operator:
        raise Forbidden("Only whoever saved a run may change it.")
    return kept


def _is_own(actor: Actor, kept: Run) -> bool:
    """Whether the actor saved it and, if it is a token that asks, may read what is theirs."""
    if kept.user_id is None or kept.user_id != actor.user_id:
        return False
    return actor.grant.allows(Permission.READ, account=kept.user_id)


def _require_own(actor: Actor) -> None:
    """Raises NotSignedIn, or Forbidden for a token that may not read what is its holder's."""
    actor.require_grant(Permission.READ, account=actor.require_user())
