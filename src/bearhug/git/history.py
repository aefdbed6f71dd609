"""Walking commits: the log, the log of one path, and who touched each entry last."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Iterable, Iterator
from functools import lru_cache
from heapq import heappop, heappush
from typing import NamedTuple

import pygit2
from pygit2.enums import SortMode

from bearhug.git.reader import REMEMBERED, Links, Reader
from bearhug.git.trees import differing, encoded, find, raw_entries, raw_entry

BUDGET_BYTES = 256 * 1024 * 1024
"""Trees read for one question about last commits, at most: one to two seconds."""


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
    BUDGET_BYTES of folders. What is found is remembered: asked again after a few more commits,
    the walk ends where the last one began.
    """
    known, wanted = reader.last_commits, list(paths)
    found = dict(known.get(commit, {}))
    unknown = [path for path in wanted if path not in found]
    if unknown:
        found.update(_LastCommits(reader).walk(commit, unknown))
        known.pop(commit, None)
        known[commit] = found
        _forget_oldest(known)
    return {path: found[path] for path in wanted if path in found}


def _forget_oldest(known: dict[str, dict[str, str]]) -> None:
    remembered = sum(map(len, known.values()))
    while remembered > REMEMBERED and len(known) > 1:
        remembered -= len(known.pop(next(iter(known))))


class _Group(NamedTuple):
    """Some entries of one folder, in order: where each begins in its tree, and its bytes."""

    tree: bytes
    places: list[int]
    entries: list[bytes]

    @property
    def names(self) -> list[bytes]:
        return [entry[entry.index(b" ") + 1 : -21] for entry in self.entries]


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
            yield from _told(groups, self._reader.last_commits.get(oid, {}))
            for parent in parents:
                older, groups = self._split(groups, tree, self._queue.links(parent)[0])
                if older and parent not in waiting:
                    waiting[parent] = {}
                    self._queue.push(parent, again=True)
                if older:
                    _join(waiting[parent], older)
            for path in _paths(groups):
                yield path, oid

    def _groups(self, tree: str, paths: Iterable[str]) -> dict[bytes, _Group]:
        wanted: dict[bytes, set[bytes]] = {}
        for path in paths:
            folder, slash, name = encoded(path).rpartition(b"/")
            wanted.setdefault(folder + slash, set()).add(name)
        groups = {}
        for folder, names in wanted.items():
            inside = self._folder(tree, folder.rstrip(b"/"))
            if inside:
                groups[folder] = _group(self._tree(inside), names)
        return {folder: group for folder, group in groups.items() if group.entries}

    def _split(
        self, groups: dict[bytes, _Group], tree: str, parent_tree: str
    ) -> tuple[dict[bytes, _Group], dict[bytes, _Group]]:
        """(what the parent has just so, what this commit made)."""
        if tree == parent_tree:
            return groups, {}
        older, made = {}, {}
        for folder, group in groups.items():
            inside = self._folder(parent_tree, folder.rstrip(b"/"))
            same, new = _compared(group, self._tree(inside) if inside else b"")
            if same.entries:
                older[folder] = same
            if new.entries:
                made[folder] = new
        return older, made

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


def _group(tree: bytes, names: Collection[bytes]) -> _Group:
    """The entries of these names, found by parsing the whole tree."""
    places, entries = [], []
    place = 0
    for mode, name, oid in raw_entries(tree):
        entry = b"%s %s\0%s" % (mode, name, oid)
        if name in names:
            places.append(place)
            entries.append(entry)
        place += len(entry)
    return _Group(tree, places, entries)


def _compared(group: _Group, before: bytes) -> tuple[_Group, _Group]:
    """What an older tree has just so, and what it has not.

    Entries outside the stretch in which the two trees differ are the same; only those within
    are looked for. What stands behind it has moved by as much as the stretch has grown.
    """
    after, places, entries = group
    if before == after:
        return group, _Group(after, [], [])
    start, stop = differing(before, after)
    shift = len(before) - len(after)
    behind = bisect_left(places, stop)
    first = bisect_right(places, start) - 1
    if first < 0 or places[first] + len(entries[first]) <= start:
        first += 1
    if behind < len(places) and not _stands(before, entries[behind], places[behind] + shift):
        first, behind = 0, len(places)  # the stretch ends within a name that looks like an entry
    same, new = _Group(before, [], []), _Group(after, [], [])
    for was, entry in zip(places[first:behind], entries[first:behind], strict=True):
        place = before.find(entry)
        found = place >= 0 and _stands(before, entry, place)
        kept = same if found else new
        kept.places.append(place if found else was)
        kept.entries.append(entry)
    moved = [place + shift for place in places[behind:]] if shift else places[behind:]
    older = _Group(
        before,
        [*places[:first], *same.places, *moved],
        [*entries[:first], *same.entries, *entries[behind:]],
    )
    return older, new


def _stands(tree: bytes, entry: bytes, place: int) -> bool:
    """Whether this entry is there, and not just its bytes within a longer name."""
    mode, _, rest = entry.partition(b" ")
    found = raw_entry(tree, rest[:-21])
    return tree.startswith(entry, place) and found == (mode, rest[:-21], rest[-20:])


def _told(groups: dict[bytes, _Group], known: dict[str, str]) -> Iterator[tuple[str, str]]:
    """What an earlier walk has found out already; it is taken out of the groups."""
    for folder, group in list(groups.items()):
        paths = [_decoded(folder + name) for name in group.names]
        yield from ((path, known[path]) for path in paths if path in known)
        left = [at for at, path in enumerate(paths) if path not in known]
        groups[folder] = _Group(
            group.tree, [group.places[at] for at in left], [group.entries[at] for at in left]
        )
        if not left:
            del groups[folder]


def _paths(groups: dict[bytes, _Group]) -> Iterator[str]:
    for folder, group in groups.items():
        for name in group.names:
            yield _decoded(folder + name)


def _decoded(path: bytes) -> str:
    return path.decode("utf-8", "surrogateescape")


def _join(groups: dict[bytes, _Group], more: dict[bytes, _Group]) -> None:
    """Put together what two children ask of one commit: its trees are the same for both."""
    for folder, group in more.items():
        if folder in groups:
            both = _by_place(groups[folder]) | _by_place(group)
            places = sorted(both)
            groups[folder] = _Group(group.tree, places, [both[place] for place in places])
        else:
            groups[folder] = group


def _by_place(group: _Group) -> dict[int, bytes]:
    return dict(zip(group.places, group.entries, strict=True))


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
