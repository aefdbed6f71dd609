"""Reading a repo at a commit: its tree, its files, by range."""

from collections.abc import Callable, Iterable

from bearhug.errors import EntryNotFound, TooLarge
from bearhug.files import store
from bearhug.files.model import Form, Node, Snapshot
from bearhug.git import store as git
from bearhug.git.formats import FOLDER, SUBMODULE, Pointer, parse_pointer
from bearhug.git.trees import Entry
from bearhug.hub import Transaction
from bearhug.repos.model import Repo

WHOLE_BYTES = 16 * 1024 * 1024
"""The largest file `read` returns unless asked for more: it stands in memory whole."""


def at(tx: Transaction, repo: Repo, rev: str = "main") -> Snapshot:
    """The repo at a branch, tag, ref or commit. Whether the actor may see it is asked before.

    Raises RevisionNotFound.
    """
    repository = tx.hub.git.open(tx.db, repo.id)
    return Snapshot(repo, repository, repository.resolve(rev))


def node(tx: Transaction, snapshot: Snapshot, path: str) -> Node:
    """The file or folder at `path`; "" is the top. Raises EntryNotFound."""
    entry = snapshot.repository.entry(snapshot.commit, path)
    if entry is None:
        raise _missing(snapshot, path)
    return sized(tx, snapshot, [entry])[0]


def nodes(
    tx: Transaction,
    snapshot: Snapshot,
    path: str = "",
    *,
    recursive: bool = False,
    after: str | None = None,
    limit: int | None = 1000,
) -> list[Node]:
    """What a folder holds, or everything beneath it; `after` is the last path seen.

    Raises EntryNotFound for what is no folder.
    """
    repository, commit = snapshot.repository, snapshot.commit
    lister = repository.walk if recursive else repository.children
    try:
        entries = lister(commit, path, after=after, limit=limit)
    except EntryNotFound as error:
        raise _missing(snapshot, path) from error
    return sized(tx, snapshot, entries)


def sized(tx: Transaction, snapshot: Snapshot, entries: Iterable[Entry]) -> list[Node]:
    """The same entries with their content's sizes and LFS pointers."""
    listed = list(entries)
    files = [entry.oid for entry in listed if entry.mode not in (FOLDER, SUBMODULE)]
    blobs = git.blobs(tx.db, snapshot.repo.id, files)
    return [_node(snapshot, entry, blobs.get(entry.oid)) for entry in listed]


def read(
    tx: Transaction, snapshot: Snapshot, path: str, *, limit_bytes: int = WHOLE_BYTES
) -> bytes:
    """A file's content, out of LFS too. Raises EntryNotFound, or TooLarge over the limit."""
    found = node(tx, snapshot, path)
    if found.is_dir:
        raise _missing(snapshot, path)
    if found.size > limit_bytes:
        raise TooLarge(f"{path} has {found.size} bytes; {limit_bytes} are read here.")
    return reader(tx, snapshot, found)(0, found.size)


def reader(tx: Transaction, snapshot: Snapshot, found: Node) -> Callable[[int, int], bytes]:
    """`read(start, stop)` of a file's content; safe to keep after the transaction.

    Raises EntryNotFound for what was deleted for good.
    """
    form = form_of(tx, snapshot, found)
    if form is None:
        repository, oid = snapshot.repository, found.oid
        return lambda start, stop: repository.blob(oid)[start:stop]
    objects, key = tx.hub.objects, form.key
    return lambda start, stop: b"".join(objects.read(key, start, stop))


def form_of(tx: Transaction, snapshot: Snapshot, found: Node) -> Form | None:
    """How an LFS file is kept; None for a file that git has.

    Raises EntryNotFound for one of which the repo gave up all but the pointer.
    """
    if found.lfs is None:
        return None
    form = forms(tx, snapshot, [found]).get(found.lfs.sha256)
    if form is None:
        gone = EntryNotFound(
            f"{found.path} was deleted from this repo's storage for good; only its pointer is left."
        )
        gone.headers["X-Repo-Commit"] = snapshot.commit
        raise gone
    return form


def forms(tx: Transaction, snapshot: Snapshot, found: Iterable[Node]) -> dict[str, Form]:
    """By sha256: how those LFS files among them are kept whose content the repo has."""
    hashes = [node.lfs.sha256 for node in found if node.lfs]
    return store.forms(tx.db, snapshot.repo.id, hashes) if hashes else {}


def held(tx: Transaction, snapshot: Snapshot, found: Iterable[Node]) -> list[Node]:
    """Those whose content the repo has."""
    listed = list(found)
    hashes = [node.lfs.sha256 for node in listed if node.lfs]
    owned = store.owned(tx.db, snapshot.repo.id, hashes) if hashes else {}
    return [node for node in listed if node.lfs is None or node.lfs.sha256 in owned]


def _node(snapshot: Snapshot, entry: Entry, blob: git.Blob | None) -> Node:
    if entry.mode in (FOLDER, SUBMODULE):
        return Node(entry.path, entry.oid, entry.mode, 0)
    if blob is None:  # pushed by means that did not measure it
        size = snapshot.repository.blob_size(entry.oid)
        pointer = _pointer(snapshot, entry.oid, size)
    else:
        size, pointer = blob.size, blob.pointer
    return Node(entry.path, entry.oid, entry.mode, pointer.size if pointer else size, pointer)


def _pointer(snapshot: Snapshot, oid: str, size: int) -> Pointer | None:
    return parse_pointer(snapshot.repository.blob(oid)) if size < 1024 else None


def _missing(snapshot: Snapshot, path: str) -> EntryNotFound:
    error = EntryNotFound("Entry not found")
    # huggingface_hub remembers what is missing at a commit, and needs to know which.
    error.headers["X-Repo-Commit"] = snapshot.commit
    return error
