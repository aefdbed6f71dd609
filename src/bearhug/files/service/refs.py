"""Branches and tags."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from bearhug.errors import (
    BadRequest,
    Conflict,
    Forbidden,
    RepoNotFound,
    RevisionNotFound,
    Unprocessable,
)
from bearhug.files import store
from bearhug.files.service.committing import MAIN, TRIES, pushed, signature
from bearhug.files.service.reading import at
from bearhug.git import store as git
from bearhug.git.writing import annotated_tag
from bearhug.hub import Actor, Hub, Transaction
from bearhug.repos import service as repos
from bearhug.repos import store as repo_rows
from bearhug.repos.model import Access, Repo, RepoKind

BAD = re.compile(r"[\x00-\x20\x7f~^:?*\[\\]|\.\.|//|@\{|^[-/.]|[/.]$|\.lock(/|$)|/\.|^@$")

MOST_REFS = 10_000
"""Branches and tags of one repo: every clone and every page that lists them reads them all."""

FULL = f"a repo has at most {MOST_REFS} branches and tags: delete some first"


class ReferenceExists(Conflict):
    """A branch or tag of that name is there already."""


@dataclass(frozen=True)
class _Wanted:
    kind: RepoKind
    name: str
    rev: str


@dataclass(frozen=True)
class _Found:
    repo: Repo
    commit: str
    packs: frozenset[int]


def check_ref_name(name: str) -> None:
    """Raises Unprocessable naming the rule, or BadRequest for a name under refs/.

    Rules as in git-check-ref-format(1).
    """
    if name.startswith("refs/"):
        raise BadRequest(f"Invalid reference for a branch: {name}")
    if not name or len(name.encode()) > 200 or BAD.search(name):
        raise Unprocessable(
            f"{name!r} cannot name a branch or tag: no spaces, none of ~^:?*[\\, no '..', '//' or"
            " '@{', no '-', '/' or '.' at its start, no '/', '.' or '.lock' at its end."
        )


def create_branch(hub: Hub, actor: Actor, kind: RepoKind, name: str, branch: str, rev: str) -> str:
    """Begin a branch at `rev`; returns its commit. Slow: reads git.

    Raises as `repos.find`, RevisionNotFound, ReferenceExists, and as `check_ref_name` does.
    """
    check_ref_name(branch)

    def make(tx: Transaction, repo: Repo, commit: str) -> None:
        ref = f"refs/heads/{branch}"
        _begin(tx, repo, ref, commit)
        pushed(tx, repo, ref, None, commit, f"Create branch {branch}")

    return _name(hub, actor, _Wanted(kind, name, rev), make)


def delete_branch(tx: Transaction, kind: RepoKind, name: str, branch: str) -> None:
    """Raises as `repos.find`, Forbidden for main, RevisionNotFound."""
    repo = repos.find(tx, kind, name, access=Access.WRITE)
    ref = f"refs/heads/{branch}"
    if ref == MAIN:
        raise Forbidden("Cannot delete refs/heads/main")
    _delete(tx, repo, ref, branch)


def create_tag(
    hub: Hub, actor: Actor, kind: RepoKind, name: str, tag: str, rev: str, message: str = ""
) -> str:
    """Name a commit; annotated if there is a message. Slow. Raises as `create_branch` does."""
    wanted = _Wanted(kind, name, rev)
    hub.read_as(actor, _resolve, wanted)  # a revision that is not there is told before a bad name
    check_ref_name(tag)

    def make(tx: Transaction, repo: Repo, commit: str) -> None:
        tagger = signature(tx)
        made = annotated_tag(commit, tag, tagger=tagger, message=message) if message else None
        ref, oid = f"refs/tags/{tag}", made.oid if made else commit
        peeled = commit if made else None
        _begin(tx, repo, ref, oid, peeled)
        if made:
            git.add_pack(tx.db, repo.id, made.pack, stored=False, at=tx.now)
            store.grow(tx.db, repo.id, made.pack.size)
        pushed(tx, repo, ref, None, commit, f"Create tag {tag}")

    return _name(hub, actor, wanted, make)


def delete_tag(tx: Transaction, kind: RepoKind, name: str, tag: str) -> None:
    """Raises as `repos.find`, RevisionNotFound."""
    repo = repos.find(tx, kind, name, access=Access.WRITE)
    _delete(tx, repo, f"refs/tags/{tag}", tag)


def _name(
    hub: Hub, actor: Actor, wanted: _Wanted, make: Callable[[Transaction, Repo, str], None]
) -> str:
    """Find the commit, then name it where it was found. Returns it."""
    for _ in range(TRIES):
        found = hub.read_as(actor, _resolve, wanted)
        if hub.write_as(actor, _named, found, make):
            return found.commit
    raise Conflict("This repo is changing too often just now. Try again.")


def _resolve(tx: Transaction, wanted: _Wanted) -> _Found:
    repo = repos.find(tx, wanted.kind, wanted.name, access=Access.WRITE)
    packs = frozenset(row.id for row in git.packs(tx.db, repo.id))
    return _Found(repo, at(tx, repo, wanted.rev).commit, packs)


def _named(tx: Transaction, found: _Found, make: Callable[[Transaction, Repo, str], None]) -> bool:
    """False, changing nothing, if packs have gone meanwhile, and maybe the commit with them.

    The repo is asked for by its id: another may bear its name by now.
    """
    repo = repo_rows.by_id(tx.db, found.repo.id)
    if repo is None:
        raise RepoNotFound
    repos.require(tx.actor, repo, Access.WRITE)
    if not found.packs <= {row.id for row in git.packs(tx.db, repo.id)}:
        return False
    make(tx, repo, found.commit)
    return True


def _begin(tx: Transaction, repo: Repo, ref: str, oid: str, peeled: str | None = None) -> None:
    """Raises ReferenceExists for its own name, or one that git could not keep beside it; and
    Unprocessable where there are too many."""
    if not git.create_ref(tx.db, repo.id, ref, oid, peeled=peeled):
        raise ReferenceExists(f"Reference {ref} already exists")
    other = git.clashing(tx.db, repo.id, ref)
    if other is not None:
        raise ReferenceExists(f"Reference {other} already exists: git cannot keep both names")
    if git.count_refs(tx.db, repo.id) > MOST_REFS:
        raise Unprocessable(f"{ref} cannot be made: {FULL}.")


def _delete(tx: Transaction, repo: Repo, ref: str, asked: str) -> None:
    known = git.ref(tx.db, repo.id, ref)
    if known is None or not git.delete_ref(tx.db, repo.id, ref):
        raise RevisionNotFound(asked)
    pushed(tx, repo, ref, known.commit, None, f"Delete {asked}")
