"""What a reader of a repo wants beside its bytes: who changed what last, and what a change was."""

from collections.abc import Iterable
from dataclasses import dataclass

from bearhug.accounts.model.account import avatar_path
from bearhug.db import Row
from bearhug.errors import RevisionNotFound
from bearhug.files import store
from bearhug.files.model import Node, Snapshot
from bearhug.files.service.reading import nodes, sized
from bearhug.git.diff import FileDiff
from bearhug.git.formats import Commit
from bearhug.git.trees import Entry
from bearhug.hub import Transaction
from bearhug.kit.wire import Moment

TOTAL_OF = 2000
"""Files counted for a folder's total; a larger folder goes without one."""

FIND_AMONG = 50_000
FOUND = 100


@dataclass(frozen=True)
class Said:
    """A commit as people tell of it. `author` is a user's name if `known`, else git's word."""

    oid: str
    title: str
    body: str
    author: str
    known: bool
    at: Moment
    parents: tuple[str, ...]
    avatar: str = ""
    """Where the user's picture is, if they have one."""


@dataclass(frozen=True)
class Listed:
    """An entry of a folder; `last` is None where that lies too far back to look for."""

    node: Node
    last: Said | None


@dataclass(frozen=True)
class Change:
    """One file's two sides in a commit, with the sizes of what each really is."""

    diff: FileDiff
    old: Node | None
    new: Node | None

    @property
    def lfs(self) -> bool:
        return any(side is not None and side.lfs is not None for side in (self.old, self.new))

    @property
    def status(self) -> str:
        return {"A": "new", "D": "deleted", "R": "renamed"}.get(self.diff.status, "")


def told(tx: Transaction, snapshot: Snapshot, commits: Iterable[Commit]) -> list[Said]:
    """These commits with the users who made them."""
    listed = list(commits)
    authors = store.authors(tx.db, snapshot.repo.id, [commit.oid for commit in listed])
    return [_said(commit, authors.get(commit.oid)) for commit in listed]


def history(
    tx: Transaction, snapshot: Snapshot, *, path: str, after: str | None, limit: int
) -> list[Said]:
    """Commits, newest first, of everything or of one path; `after` is the last one seen."""
    found = snapshot.repository.commits(
        snapshot.commit, path=path or None, after=after, limit=limit
    )
    return told(tx, snapshot, found)


def listing(
    tx: Transaction, snapshot: Snapshot, path: str, *, after: str | None, limit: int
) -> list[Listed]:
    """A folder's entries, each with its last commit. Raises EntryNotFound."""
    found = nodes(tx, snapshot, path, after=after, limit=limit)
    names = [node.name for node in found]
    last = snapshot.repository.last_commits(snapshot.commit, path, names)
    said = {each.oid: each for each in told(tx, snapshot, dict.fromkeys(last.values()))}
    return [Listed(node, _of(said, last.get(node.name))) for node in found]


def last_commit(tx: Transaction, snapshot: Snapshot, path: str) -> Said | None:
    """The commit that touched this path last; None if that lies too far back."""
    repository, commit = snapshot.repository, snapshot.commit
    if path:
        last = repository.last_commit_of_paths(commit, [path]).get(path)
    else:
        last = repository.commit(commit)
    return told(tx, snapshot, [last])[0] if last else None


def total_bytes(tx: Transaction, snapshot: Snapshot, path: str) -> int | None:
    """What a folder's files weigh together, or None if they are too many to ask."""
    found = nodes(tx, snapshot, path, recursive=True, limit=TOTAL_OF + 1)
    return None if len(found) > TOTAL_OF else sum(node.size for node in found)


def search(snapshot: Snapshot, text: str) -> list[str]:
    """Paths that hold the words of `text`, best first: in the name before in the folders."""
    words = text.lower().split()
    entries = snapshot.repository.walk(snapshot.commit, limit=FIND_AMONG)
    paths = (entry.path for entry in entries if not entry.is_dir)
    found = [path for path in paths if all(word in path.lower() for word in words)]
    return sorted(found, key=lambda path: _fitness(path, words))[:FOUND]


def changed(tx: Transaction, snapshot: Snapshot, base: str | None) -> list[Change]:
    """What the snapshot's commit changed since `base`, or since nothing."""
    return with_sides(tx, snapshot, snapshot.repository.diff(base, snapshot.commit))


def with_sides(tx: Transaction, snapshot: Snapshot, diffs: list[FileDiff]) -> list[Change]:
    """These differences with what stands on each side."""
    old = [Entry(diff.old_path, diff.old_oid or "", diff.old_mode or 0) for diff in diffs]
    new = [Entry(diff.path, diff.new_oid or "", diff.new_mode or 0) for diff in diffs]
    sides = sized(tx, snapshot, [entry for entry in (*old, *new) if entry.oid])
    by_place = {(node.path, node.oid): node for node in sides}
    return [
        Change(
            diff,
            by_place.get((diff.old_path, diff.old_oid or "")),
            by_place.get((diff.path, diff.new_oid or "")),
        )
        for diff in diffs
    ]


def same_file(snapshot: Snapshot, path: str, other: str) -> bool:
    """Whether this path holds the same at another commit of the repo."""
    repository = snapshot.repository
    try:
        before = repository.entry(repository.resolve(other), path)
    except RevisionNotFound:
        return False
    return repository.entry(snapshot.commit, path) == before


def _said(commit: Commit, user: Row | None) -> Said:
    return Said(
        commit.oid,
        commit.title or "(no words)",
        commit.message,
        user.name if user else commit.author.name,
        user is not None,
        commit.at,
        commit.parents,
        avatar_path(user.name, user.avatar_sha256) if user and user.avatar_sha256 else "",
    )


def _of(said: dict[str, Said], commit: Commit | None) -> Said | None:
    return said.get(commit.oid) if commit else None


def _fitness(path: str, words: list[str]) -> tuple[bool, int, str]:
    name = path.rpartition("/")[2].lower()
    return not all(word in name for word in words), len(path), path
