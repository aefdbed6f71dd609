"""Commits and tags, built in memory as one small pack; only touched folders are read."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from bearhug.errors import Unprocessable
from bearhug.git.formats import (
    FOLDER_MODE,
    SUBMODULE,
    GitObject,
    Pack,
    Signature,
    Tree,
    build_pack,
    dump_commit,
    dump_tag,
    dump_tree,
    oid_of,
    parse_tree,
)
from bearhug.git.repository import Repository

MAX_NAME_BYTES = 255
"""What file systems allow for one name."""

MAX_PATH_BYTES = 4096
MAX_DEPTH = 100
"""Of folders in folders. Each is a tree to be rewritten, and a step down the stack."""

_PLAIN = b"100644"
_FORBIDDEN = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]|^\\|^\.{1,2}\\|^[A-Za-z]:[\\/]")
"""Also what leaves its folder on Windows at once; a backslash further on is part of a name."""

_HFS_IGNORED = dict.fromkeys(
    [*range(0x200C, 0x2010), *range(0x202A, 0x202F), *range(0x206A, 0x2070), 0xFEFF]
)


@dataclass(frozen=True)
class Change:
    """What a path becomes: these bytes, or a blob the repository has already, by its id.

    Without a mode, an executable file stays one, and all else is a plain file.
    """

    content: bytes | str
    mode: int | None = None


@dataclass(frozen=True)
class Written:
    oid: str
    tree: str
    pack: Pack
    blobs: dict[str, int]
    """The new blobs' sizes by id; those the folder had at that path already are not new."""


@dataclass(frozen=True)
class WrittenTag:
    oid: str
    target: str
    pack: Pack


def edit(
    repository: Repository | None,
    parent: str | None,
    changes: Mapping[str, Change | None],
    *,
    author: Signature,
    message: str,
    committer: Signature | None = None,
    other_parents: Sequence[str] = (),
) -> Written:
    """A commit on `parent` with these paths changed, or deleted (None), folders too.

    Deletions come first, so a folder can be replaced in one commit. A folder gives way to a
    file of its name and the other way round, and goes when its last file goes. The tree of an
    edit that changes nothing is the parent's tree. Raises Unprocessable, naming the path.
    """
    contents: dict[str, bytes] = {}
    plan = _Node()
    for path, change in changes.items():
        _plan(plan, path, change, contents)
        if change and isinstance(change.content, str) and change.mode != SUBMODULE:
            _require_blob(repository, change.content, path)
    building = _Building(repository.reader.read if repository else _nothing)
    old = repository.reader.tree_of(parent) if repository and parent else None
    tree = building.apply(old, plan) or building.add_tree({})
    parents = [parent, *other_parents] if parent else list(other_parents)
    commit = dump_commit(tree, parents, author, committer or author, message)
    oid = oid_of("commit", commit)
    new = {blob: contents[blob] for blob in building.blobs if blob in contents}
    objects: list[GitObject] = [(oid, "commit", commit), *building.trees]
    objects += [(blob, "blob", content) for blob, content in new.items()]
    return Written(oid, tree, build_pack(objects), {blob: len(new[blob]) for blob in new})


def initial(files: Mapping[str, bytes], *, author: Signature, message: str) -> Written:
    """The first commit of a repository."""
    changes = {path: Change(content) for path, content in files.items()}
    return edit(None, None, changes, author=author, message=message)


def annotated_tag(target: str, name: str, *, tagger: Signature, message: str) -> WrittenTag:
    """A tag object on a commit. Its ref is `oid`, peeled to `target`."""
    content = dump_tag(target, "commit", name, tagger, message)
    oid = oid_of("tag", content)
    return WrittenTag(oid, target, build_pack([(oid, "tag", content)]))


def check_path(path: str) -> None:
    """Raises Unprocessable for what no checkout could hold, or would be dangerous in one.

    Rules as in git's path.c (verify_path) and fsck.c, on every system at once.
    """
    names = path.split("/")
    if _FORBIDDEN.search(path):
        raise Unprocessable(
            f"Invalid path {path!a}: it has control characters, or leaves its folder."
        )
    if len(names) > MAX_DEPTH or len(path.encode()) > MAX_PATH_BYTES:
        most = f"{MAX_DEPTH} folders deep, and {MAX_PATH_BYTES} bytes long"
        raise Unprocessable(f"Invalid path {path[:80]!r}…: at most {most}.")
    for name in names:
        if name in ("", ".", "..") or any(map(_means_dot_git, name.split("\\"))):
            raise Unprocessable(f"Invalid path {path!r}: a name may not be {name!r}.")
        if len(name.encode()) > MAX_NAME_BYTES:
            raise Unprocessable(f"Invalid path {path!r}: a name is over {MAX_NAME_BYTES} bytes.")


class _Node:
    """What is to become of one path, and of what is beneath it."""

    __slots__ = ("beneath", "change", "deleted", "writes")

    def __init__(self) -> None:
        self.change: tuple[bytes | None, bytes] | None = None
        self.deleted = False
        self.writes = False
        self.beneath: dict[bytes, _Node] = {}


class _Building:
    """The new trees, leaf to root, and the blobs they newly name."""

    def __init__(self, read: Callable[[str], bytes]) -> None:
        self._read = read
        self.trees: list[GitObject] = []
        self.blobs: dict[str, None] = {}

    def apply(self, tree: str | None, plan: _Node) -> str | None:
        """The id of the changed tree, or None if nothing is left in it."""
        content = self._read(tree) if tree else b""
        entries = parse_tree(content)
        for name, node in plan.beneath.items():
            self._change(entries, name, node)
        return self.add_tree(entries, tree) if entries else None

    def add_tree(self, entries: Tree, old: str | None = None) -> str:
        content = dump_tree(entries)
        oid = oid_of("tree", content)
        if oid != old:
            self.trees.append((oid, "tree", content))
        return oid

    def _change(self, entries: Tree, name: bytes, node: _Node) -> None:
        if node.deleted:
            entries.pop(name, None)
        current = entries.get(name)
        if node.change:
            mode, oid = node.change
            entry = (mode or _mode_like(current), oid)
            if entry != current:
                self.blobs[oid.hex()] = None
                entries[name] = entry
        elif current is None or current[0] == FOLDER_MODE or node.writes:
            folder = current[1].hex() if current and current[0] == FOLDER_MODE else None
            tree = self.apply(folder, node)
            if tree:
                entries[name] = (FOLDER_MODE, bytes.fromhex(tree))
            else:
                entries.pop(name, None)


def _plan(root: _Node, path: str, change: Change | None, contents: dict[str, bytes]) -> None:
    check_path(path)
    node = root
    for name in path.encode().split(b"/"):
        node.writes = node.writes or change is not None
        _refuse_both(node, path)
        node = node.beneath.setdefault(name, _Node())
    if change is None:
        node.deleted = True
        return
    oid = change.content if isinstance(change.content, str) else oid_of("blob", change.content)
    if isinstance(change.content, bytes):
        contents[oid] = change.content
    mode = b"%o" % change.mode if change.mode else None
    node.change = (mode, bytes.fromhex(oid))
    _refuse_both(node, path)


def _refuse_both(node: _Node, path: str) -> None:
    if node.change and node.writes:
        raise Unprocessable(f"Invalid path {path!r}: it would be a file and a folder at once.")


def _require_blob(repository: Repository | None, oid: str, path: str) -> None:
    if repository is None:
        raise Unprocessable(f"Invalid path {path!r}: there is no blob {oid} to put there.")
    repository.blob_size(oid)


def _mode_like(current: tuple[bytes, bytes] | None) -> bytes:
    return b"100755" if current and current[0] == b"100755" else _PLAIN


def _means_dot_git(name: str) -> bool:
    """Whether some file system takes it for .git: HFS+ drops characters, NTFS shortens."""
    shown = name.translate(_HFS_IGNORED).lower().split(":")[0].rstrip(" .")
    return shown in (".git", "git~1")


def _nothing(oid: str) -> bytes:
    raise LookupError(oid)
