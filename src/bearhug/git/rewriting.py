"""History written anew: without some of its files, or as one commit."""

from collections.abc import Mapping, Set
from dataclasses import dataclass

from bearhug.git.formats import (
    EMPTY_TREE,
    FOLDER,
    SUBMODULE,
    GitObject,
    Pack,
    Signature,
    build_pack,
    dump_commit,
    dump_tree,
    oid_of,
    parse_tree,
)
from bearhug.git.reader import Reader
from bearhug.git.repository import Repository
from bearhug.git.store import Ref
from bearhug.git.writing import Written

VOUCHING = (b"gpgsig", b"gpgsig-sha256", b"mergetag")
"""Headers of a commit that are true of its old content only."""

_SIGNATURE = b"\n-----BEGIN "


@dataclass(frozen=True)
class Rewritten:
    """`refs` that point elsewhere now, as they are to be; `commits` has every one that changed."""

    refs: Mapping[str, Ref]
    commits: Mapping[str, str]
    kept: Set[str]
    """Commits of the refs that stay as they were."""
    pack: Pack | None
    """What is new; None if nothing is."""


def squash(repository: Repository, commit: str, *, author: Signature, message: str) -> Written:
    """One commit without parents that holds what `commit` holds."""
    tree = repository.reader.tree_of(commit)
    content = dump_commit(tree, [], author, author, message)
    oid = oid_of("commit", content)
    return Written(oid, tree, build_pack([(oid, "commit", content)]), {})


def without(repository: Repository, doomed: Set[str]) -> Rewritten:
    """Every ref's whole history with these blobs gone from every folder.

    A folder goes with its last file; a commit that did nothing else stays, changing nothing.
    Slow: reads every commit and every folder there ever was, each once.
    """
    work = _Without(repository.reader, doomed)
    refs = {}
    for name, ref in repository.refs.items():
        moved = work.ref(ref)
        if moved != ref:
            refs[name] = moved
    changed = {old: new for old, new in work.commits.items() if old != new}
    kept = {old for old, new in work.commits.items() if old == new}
    return Rewritten(refs, changed, kept, build_pack(work.made) if work.made else None)


def only_of(repository: Repository, name: str) -> set[str]:
    """The commits that this ref leads to, and no other."""
    work = _Without(repository.reader, frozenset())
    for each, ref in repository.refs.items():
        if each != name and repository.reader.expand(ref.commit):
            work.commits_of(ref.commit)
    others = set(work.commits)
    work.commits_of(repository.refs[name].commit)
    return set(work.commits) - others


class _Without:
    """One rewriting: what became of each object that was looked at."""

    def __init__(self, reader: Reader, doomed: Set[str]) -> None:
        self.reader = reader
        self.doomed = doomed
        self.commits: dict[str, str] = {}
        self.made: list[GitObject] = []
        self._trees: dict[str, str | None] = {}

    def ref(self, ref: Ref) -> Ref:
        if not self.reader.expand(ref.commit):
            return ref  # a tag on a file or a folder: it has no history
        self.commits_of(ref.commit)
        target = self.commits[ref.commit]
        if ref.peeled is None or target == ref.commit:
            return Ref(ref.name, target) if ref.peeled is None else ref
        return Ref(ref.name, self._tag(ref.oid), target)

    def commits_of(self, start: str) -> None:
        """Look at a commit, after all it comes from."""
        waiting = [start]
        while waiting:
            oid = waiting[-1]
            if oid in self.commits:
                waiting.pop()
                continue
            tree, parents, _ = self.reader.links(oid)
            unseen = [parent for parent in parents if parent not in self.commits]
            if unseen:
                waiting += unseen
            else:
                self.commits[oid] = self._commit(oid, tree, parents)
                waiting.pop()

    def _commit(self, oid: str, tree: str, parents: tuple[str, ...]) -> str:
        if not self.doomed:
            return oid
        now = self._tree(tree) or self._add("tree", b"")
        onto = tuple(self.commits[parent] for parent in parents)
        if (now, onto) == (tree, parents):
            return oid
        return self._add("commit", _moved(self.reader.read(oid), now, onto))

    def _tree(self, oid: str) -> str | None:
        """The folder without the files; None if nothing is left of it."""
        if oid not in self._trees:
            self._trees[oid] = self._filtered(oid)
        return self._trees[oid]

    def _filtered(self, oid: str) -> str | None:
        entries = parse_tree(self.reader.read(oid))
        left = {}
        for name, (mode, binary) in entries.items():
            kept: str | None = binary.hex()
            if int(mode, 8) == FOLDER:
                kept = self._tree(binary.hex())
            elif int(mode, 8) != SUBMODULE and kept in self.doomed:
                kept = None
            if kept is not None:
                left[name] = (mode, bytes.fromhex(kept))
        if left == entries:
            return oid if entries else EMPTY_TREE
        return self._add("tree", dump_tree(left)) if left else None

    def _tag(self, oid: str) -> str:
        """An annotated tag, or a tag of a tag, on what its commit became; unsigned."""
        content = self.reader.read(oid)
        target, kind = content[7:47].decode(), content.split(b"\n", 2)[1]
        now = self._tag(target) if kind == b"type tag" else self.commits[target]
        text = content[47:].partition(_SIGNATURE)
        ended = text[0] + b"\n" if text[1] else text[0]
        return self._add("tag", b"object " + now.encode() + ended)

    def _add(self, kind: str, content: bytes) -> str:
        oid = oid_of(kind, content)
        self.made.append((oid, kind, content))
        return oid


def _moved(content: bytes, tree: str, parents: tuple[str, ...]) -> bytes:
    """The commit with another tree and other parents; all else that it says stays."""
    head, gap, text = content.partition(b"\n\n")
    lines = [b"tree " + tree.encode(), *(b"parent " + parent.encode() for parent in parents)]
    vouching = False
    for line in head.split(b"\n"):
        word = line.partition(b" ")[0]
        vouching = word in VOUCHING or (vouching and line.startswith(b" "))
        if not vouching and word not in (b"tree", b"parent"):
            lines.append(line)
    return b"\n".join(lines) + gap + text
