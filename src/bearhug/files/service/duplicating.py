"""A repo as another's copy: the same history, not one byte moved."""

from dataclasses import replace

from bearhug.files import store
from bearhug.files.service.committing import MAIN, pushed
from bearhug.files.service.permits import PR_PREFIX
from bearhug.files.store import holding as rows
from bearhug.git import store as git
from bearhug.hub import Transaction
from bearhug.repos import service as repos
from bearhug.repos.model import (
    Access,
    Beginning,
    Hosting,
    Repo,
    RepoKind,
    RepoName,
    Visibility,
)


def duplicate(
    tx: Transaction,
    kind: RepoKind,
    source: str,
    target: str,
    *,
    visibility: Visibility | None = None,
    hosting: Hosting | None = None,
) -> Repo:
    """Make `target` (owner/name) with all branches and tags of `source`; pull requests stay.

    As private as the source, unless said otherwise. Raises as `repos.find` and `repos.create` do.
    """
    origin = repos.find(tx, kind, source, access=Access.READ)
    name = RepoName.parse(target)
    private = visibility is None and origin.private
    return repos.create(
        tx,
        kind,
        name.name,
        owner=name.owner,
        visibility=Visibility.PRIVATE if private else visibility,
        sdk=origin.sdk,
        beginning=Beginning(origin, hosting=hosting or Hosting()),
    )


def take_over(tx: Transaction, origin: Repo, repo: Repo) -> None:
    """Fill a repo that was just made with what `origin` holds; each of its refs begins."""
    git.copy(tx.db, origin.id, repo.id)
    rows.copy(tx.db, origin.id, repo.id, tx.now)
    store.measure(tx.db, repo.id)
    refs = git.refs(tx.db, repo.id)
    # `pushed` writes the head down as `now` has it, unless it is main that begins.
    now = replace(repo, head=refs[MAIN].commit if MAIN in refs else None)
    for ref in refs.values():
        if ref.name.startswith(PR_PREFIX):
            git.delete_ref(tx.db, repo.id, ref.name)
        else:
            pushed(tx, now, ref.name, None, ref.commit, f"Duplicate of {origin.name}")
