"""Merging one line of commits into another: what becomes of each path, or where they disagree."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import pygit2
from pygit2.enums import FileMode

from bearhug.errors import Unavailable
from bearhug.git import history
from bearhug.git.repository import Repository
from bearhug.git.writing import Change

MAX_COMMITS = 10_000


@dataclass(frozen=True)
class Merge:
    """What `ours` needs so as to hold all that `theirs` has, too.

    `changes` go into `writing.edit(repository, ours, changes, other_parents=[theirs])`: paths
    as they are to be, None where one goes. Where there are `conflicts` (paths, in order)
    there are no changes.
    """

    base: str | None
    """Their common ancestor; None if they have none, and everything was compared."""
    changes: dict[str, Change | None] = field(default_factory=dict)
    conflicts: tuple[str, ...] = ()

    @property
    def clean(self) -> bool:
        return not self.conflicts


def merge(repository: Repository, ours: str, theirs: str) -> Merge:
    """Merge commit `theirs` into commit `ours` as `git merge` would; nothing is written.

    Renames are followed, and lines are merged in text files. Slow: reads both trees. Raises
    Unavailable when this node's cache was damaged.
    """
    base = repository.merge_base(ours, theirs)
    if base == theirs:
        return Merge(base)
    with _aside(repository) as aside:
        try:
            return _merge(repository, aside, base, ours, theirs)
        except (KeyError, pygit2.GitError) as error:
            raise Unavailable("This repository is being restored; try again.") from error


def ahead(repository: Repository, base: str, tip: str, *, limit: int = MAX_COMMITS) -> list[str]:
    """The commits of `tip` that `base` has not, newest first, at most `limit`."""
    return history.between(repository.reader, base, tip, limit)


def _merge(
    repository: Repository, aside: pygit2.Repository, base: str | None, ours: str, theirs: str
) -> Merge:
    index = aside.merge_commits(ours, theirs)
    if index.conflicts is not None:
        sides = [side for conflict in index.conflicts for side in conflict if side is not None]
        return Merge(base, conflicts=tuple(sorted({side.path for side in sides})))
    before = aside[ours].peel(pygit2.Tree)
    after = aside[index.write_tree(aside)].peel(pygit2.Tree)
    changes: dict[str, Change | None] = {}
    for delta in before.diff_to_tree(after).deltas:
        path = delta.new_file.path
        if delta.status_char() == "D":
            changes[path] = None
        else:
            changes[path] = _change(repository, aside, delta.new_file)
    return Merge(base, changes)


def _change(repository: Repository, aside: pygit2.Repository, file: pygit2.DiffFile) -> Change:
    """By its id where the repository has it, by its bytes where merging made it."""
    oid, mode = str(file.id), int(file.mode)
    if mode == FileMode.COMMIT or repository.reader.has(oid):
        return Change(oid, mode)
    return Change(aside[oid].read_raw(), mode)


@contextmanager
def _aside(repository: Repository) -> Iterator[pygit2.Repository]:
    """A passing repository that sees the objects and keeps what libgit2 writes as it merges."""
    with TemporaryDirectory(prefix="bearhug-merge-") as folder:
        aside = pygit2.init_repository(folder, bare=True)
        aside.odb.add_disk_alternate(str(Path(repository.reader.handle.path) / "objects"))
        try:
            yield aside
        finally:
            aside.free()
