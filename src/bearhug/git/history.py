"""Walking commits: the log, the log of one path, and who touched each entry last."""

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from heapq import heappop, heappush

import pygit2
from pygit2.enums import SortMode

from bearhug.git.reader import REMEMBERED, Links, Reader
from bearhug.git.trees import RawEntry, changed_names, encoded, find, raw_entries, raw_entry

BUDGET_BYTES = 256 * 1024 * 1024
"""Trees read for one question about last commits, at most: one to two seconds."""

FEW = 8
"""So many names are looked up one by one sooner than a folder is parsed."""

Group = dict[bytes, RawEntry]
"""Entries of one folder, by name."""


def newest_first(reader: Reader, start: str) -> Iterator[str]:
    """Every commit reachable from `start`, newest first, no commit before its children."""
    queue = _Queue(reader)
    queue.push(start)
    while queue:
        oid, (_, parents, _) = queue.pop()
        yield oid
        for parent in parents:
            queue.push(parent)


def touching(reader: Reader, start: str, path: str) -> Iterator[str]:
    """The commits that changed `path`, newest first.

    A merge is followed only into a parent that has the path as it is, if there is one
    ("History Simplification" in git's log manual).
    """

    @lru_cache(maxsize=1024)
    def at(tree: str) -> tuple[str, int] | None:
        entry = find(reader, tree, path)
        return (entry.oid, entry.mode) if entry else None

    queue = _Queue(reader)
    queue.push(start)
    while queue:
        oid, (tree, parents, _) = queue.pop()
        present = at(tree)
        same = (parent for parent in parents if at(queue.links(parent)[0]) == present)
        unchanged = next(same, None)
        if unchanged is not None:
            queue.push(unchanged)
            continue
        if present is not None or parents:
            yield oid
        for parent in parents:
            queue.push(parent)


def count(reader: Reader, start: str) -> int:
    """How many commits are reachable. Remembered; a new commit on top costs one step."""
    line = []
    oid = start
    while oid not in reader.counts:
        parents = reader.links(oid)[1]
        if len(parents) != 1:
            reader.counts[oid] = sum(1 for _ in newest_first(reader, oid))
            break
        line.append(oid)
        oid = parents[0]
    total = reader.counts[oid] + len(line)
    if len(reader.counts) > REMEMBERED:
        reader.counts.clear()
    reader.counts[start] = total
    return total


def between(reader: Reader, hidden: str, start: str, limit: int) -> list[str]:
    """At most `limit` commits reachable from `start` and not from `hidden`, newest first."""
    with reader.lock:
        walker = reader.handle.walk(start, SortMode.TOPOLOGICAL | SortMode.TIME)
        walker.hide(hidden)
        return [str(commit.id) for _, commit in zip(range(limit), walker, strict=False)]


def merge_base(reader: Reader, one: str, other: str) -> str | None:
    with reader.lock:
        try:
            base: pygit2.Oid | None = reader.handle.merge_base(one, other)
        except KeyError:
            return None
    return str(base) if base else None


def last_commits(reader: Reader, commit: str, paths: Iterable[str]) -> dict[str, str]:
    """The newest commit to touch each of these paths, in one walk for all of them.

    A path that is not in `commit` has none, nor has one untouched for longer than
    BUDGET_BYTES of folders.
    """
    known = reader.last_commits
    found = {path: known.get((commit, path)) for path in paths}
    unknown = [path for path, oid in found.items() if oid is None]
    if unknown:
        if len(known) > REMEMBERED:
            known.clear()
        for path, oid in _LastCommits(reader).walk(commit, unknown):
            found[path] = known[commit, path] = oid
    return {path: oid for path, oid in found.items() if oid}


class _LastCommits:
    """Entries on their way back through history, by folder, until a commit made them so."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._queue = _Queue(reader)
        self._read_bytes = 0
        self._tree = lru_cache(maxsize=64)(self._read)
        self._folder = lru_cache(maxsize=4096)(self._find_folder)

    def walk(self, commit: str, paths: Iterable[str]) -> Iterator[tuple[str, str]]:
        waiting = {commit: self._groups(self._reader.tree_of(commit), paths)}
        self._queue.push(commit)
        while self._queue and self._read_bytes < BUDGET_BYTES:
            oid, (tree, parents, _) = self._queue.pop()
            groups = waiting.pop(oid)
            for parent in parents:
                older, groups = self._split(groups, tree, self._queue.links(parent)[0])
                if older and parent not in waiting:
                    waiting[parent] = {}
                    self._queue.push(parent, again=True)
                if older:
                    _join(waiting[parent], older)
            for folder, group in groups.items():
                for name in group:
                    yield (folder + name).decode("utf-8", "surrogateescape"), oid

    def _groups(self, tree: str, paths: Iterable[str]) -> dict[bytes, Group]:
        wanted: dict[bytes, set[bytes]] = {}
        for path in paths:
            folder, slash, name = encoded(path).rpartition(b"/")
            wanted.setdefault(folder + slash, set()).add(name)
        groups = {}
        for folder, names in wanted.items():
            inside = self._folder(tree, folder.rstrip(b"/"))
            entries = raw_entries(self._tree(inside)) if inside else []
            groups[folder] = {entry[1]: entry for entry in entries if entry[1] in names}
        return {folder: group for folder, group in groups.items() if group}

    def _split(
        self, groups: dict[bytes, Group], tree: str, parent_tree: str
    ) -> tuple[dict[bytes, Group], dict[bytes, Group]]:
        """(what the parent has just so, what this commit made). The groups are used up."""
        if tree == parent_tree:
            return groups, {}
        made: dict[bytes, Group] = {}
        for folder, group in groups.items():
            new = self._made(group, tree, parent_tree, folder.rstrip(b"/"))
            if new:
                made[folder] = {name: group.pop(name) for name in new}
        return {folder: group for folder, group in groups.items() if group}, made

    def _made(self, group: Group, tree: str, parent_tree: str, folder: bytes) -> list[bytes]:
        """The names in the group that are not so in the parent's folder."""
        old, new = self._folder(parent_tree, folder), self._folder(tree, folder)
        if old == new:
            return []
        before = self._tree(old) if old else b""
        names: Iterable[bytes] = group
        if len(group) > FEW and new:
            names = group.keys() & changed_names(before, self._tree(new))
        return [name for name in names if raw_entry(before, name) != group[name]]

    def _find_folder(self, tree: str, folder: bytes) -> str | None:
        oid = tree
        for name in folder.split(b"/") if folder else ():
            entry = raw_entry(self._tree(oid), name)
            if entry is None or entry[0] != b"40000":
                return None
            oid = entry[2].hex()
        return oid

    def _read(self, oid: str) -> bytes:
        content = self._reader.read(oid)
        self._read_bytes += len(content)
        return content


class _Queue:
    """Commits to look at, newest first, each once unless asked `again`."""

    def __init__(self, reader: Reader) -> None:
        self.links: Callable[[str], Links] = lru_cache(maxsize=4096)(reader.links)
        self._heap: list[tuple[int, int, str]] = []
        self._seen: set[str] = set()
        self._pushed = 0

    def __bool__(self) -> bool:
        return bool(self._heap)

    def push(self, oid: str, *, again: bool = False) -> None:
        if again or oid not in self._seen:
            self._seen.add(oid)
            self._pushed += 1
            heappush(self._heap, (-self.links(oid)[2], self._pushed, oid))

    def pop(self) -> tuple[str, Links]:
        oid = heappop(self._heap)[2]
        return oid, self.links(oid)


def _join(groups: dict[bytes, Group], more: dict[bytes, Group]) -> None:
    for folder, group in more.items():
        groups.setdefault(folder, {}).update(group)
