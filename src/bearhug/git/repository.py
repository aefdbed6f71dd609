"""One repository at one moment: its refs as they were read, and every object they name."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from bearhug.errors import EntryNotFound, RevisionNotFound
from bearhug.git import diff as diffs
from bearhug.git import history, trees
from bearhug.git.diff import FileDiff, TreeChange
from bearhug.git.formats import FOLDER, Commit
from bearhug.git.reader import Reader
from bearhug.git.store import Ref
from bearhug.git.trees import Entry

DEFAULT_BRANCH = "refs/heads/main"
ALIASES = {"HEAD": DEFAULT_BRANCH, "~parquet": "refs/convert/parquet"}
"""Other names that revisions go by; the second is what clients write in hf:// paths."""

MAX_FILES = 300
MAX_FILE_BYTES = 512 * 1024
MAX_COMMITS = 250

_ABBREVIATED = re.compile(r"[0-9a-f]{7,39}")
_FULL = re.compile(r"[0-9a-f]{40}")


@dataclass(frozen=True)
class Comparison:
    """What `head` has that `base` has not: from their common ancestor on."""

    merge_base: str | None
    commits: list[Commit]
    files: list[FileDiff]


class Repository:
    """Read from any thread, for as long as you like; what is pushed later is not seen.

    Commits are named by full ids, as `resolve` gives them; paths have no slash at either end,
    and "" is the top. Anything may raise Unavailable, when this node's cache was damaged.
    """

    def __init__(self, reader: Reader, refs: Mapping[str, Ref]) -> None:
        self.reader = reader
        self.refs = refs

    def resolve(self, revision: str) -> str:
        """The commit that a branch, tag, full ref name or id (of 7 digits or more) names.

        A full id is never taken for a branch of that name. Raises RevisionNotFound.
        """
        if _FULL.fullmatch(revision) and (commit := self.reader.expand(revision)):
            return commit
        branch = ALIASES.get(revision, f"refs/heads/{revision}")
        for name in (branch, f"refs/tags/{revision}", revision):
            if name in self.refs:
                return self.refs[name].commit
        if _ABBREVIATED.fullmatch(revision) and (commit := self.reader.expand(revision)):
            return commit
        raise RevisionNotFound(revision)

    def commit(self, oid: str) -> Commit:
        return self.reader.commit(oid)

    def commits(
        self, start: str, *, path: str | None = None, after: str | None = None, limit: int = 50
    ) -> list[Commit]:
        """The log, newest first, of everything or of one path; `after` is the last one seen."""
        reader = self.reader
        ids = history.touching(reader, start, path) if path else history.newest_first(reader, start)
        if after is not None:
            any(oid == after for oid in ids)  # leaves the rest
        return [reader.commit(oid) for oid in islice(ids, limit)]

    def count(self, start: str) -> int:
        """How many commits the log of `start` has."""
        return history.count(self.reader, start)

    def entry(self, commit: str, path: str) -> Entry | None:
        return trees.find(self.reader, self.reader.tree_of(commit), path)

    def children(
        self, commit: str, path: str = "", *, after: str | None = None, limit: int | None = None
    ) -> list[Entry]:
        """What a folder holds: folders, then files. Raises EntryNotFound if it is none.

        `after` is the last path seen.
        """
        listed = trees.listing(self.reader, self._folder(commit, path), after=after)
        return list(islice(listed, limit))

    def walk(
        self, commit: str, path: str = "", *, after: str | None = None, limit: int | None = None
    ) -> list[Entry]:
        """The same, with what is in each folder right behind it."""
        folder = self._folder(commit, path)
        return list(islice(trees.listing(self.reader, folder, after=after, recursive=True), limit))

    def blob(self, oid: str) -> bytes:
        """Raises EntryNotFound."""
        return self.reader.blob(oid)

    def blob_size(self, oid: str) -> int:
        """Raises EntryNotFound."""
        return self.reader.blob_size(oid)

    def last_commits(self, commit: str, folder: str, names: Iterable[str]) -> dict[str, Commit]:
        """The commit that last touched each of these entries of one folder, by name."""
        prefix = f"{folder}/" if folder else ""
        found = self.last_commit_of_paths(commit, (prefix + name for name in names))
        return {path[len(prefix) :]: last for path, last in found.items()}

    def last_commit_of_paths(self, commit: str, paths: Iterable[str]) -> dict[str, Commit]:
        """The commit that last touched each of these files and folders, by path.

        A path is left out if it is not there, or if its commit is too far back to look for
        (`history.BUDGET_BYTES`).
        """
        found = history.last_commits(self.reader, commit, paths)
        parsed = {oid: self.reader.commit(oid) for oid in set(found.values())}
        return {path: parsed[oid] for path, oid in found.items()}

    def changes(self, old: str | None, new: str) -> Iterator[TreeChange]:
        """Every file that differs between two commits, without looking into the files."""
        reader = self.reader
        return diffs.changes(reader, reader.tree_of(old) if old else None, reader.tree_of(new))

    def diff(
        self,
        old: str | None,
        new: str,
        *,
        max_files: int = MAX_FILES,
        max_bytes: int = MAX_FILE_BYTES,
    ) -> list[FileDiff]:
        """What changed between two commits, or since nothing, line by line."""
        reader = self.reader
        before = reader.tree_of(old) if old else None
        after = reader.tree_of(new)
        return diffs.diff(reader, before, after, max_files=max_files, max_bytes=max_bytes)

    def patch(self, old: str | None, new: str) -> str:
        """The same as unified text."""
        return diffs.unified(self.diff(old, new))

    def compare(self, base: str, head: str) -> Comparison:
        """At most MAX_COMMITS commits and MAX_FILES files."""
        common = self.merge_base(base, head)
        ids = history.between(self.reader, base, head, MAX_COMMITS)
        return Comparison(common, [self.commit(oid) for oid in ids], self.diff(common, head))

    def merge_base(self, one: str, other: str) -> str | None:
        return history.merge_base(self.reader, one, other)

    def _folder(self, commit: str, path: str) -> Entry:
        entry = self.entry(commit, path)
        if entry is None or entry.mode != FOLDER:
            raise EntryNotFound(f"No folder {path} in this revision.")
        return entry
