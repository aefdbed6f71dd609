"""What clients ask of a repo at a revision: listings, logs, what an upload would meet."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bearhug.files import store
from bearhug.files.model import Form, Node, Snapshot
from bearhug.files.service import permits
from bearhug.files.service.attributes import Attributes, Ignored, text_of
from bearhug.files.service.committing import branch_ref
from bearhug.files.service.reading import at, forms, nodes, sized
from bearhug.git import store as git
from bearhug.git.formats import Commit
from bearhug.git.repository import Comparison
from bearhug.git.store import Ref
from bearhug.git.writing import check_path
from bearhug.hub import Transaction
from bearhug.repos import service as repos
from bearhug.repos.model import Access, RepoKind

LFS_OVER_BYTES = 10 * 1024 * 1024


@dataclass(frozen=True)
class Asked:
    """A repo by name at a revision, and how much of it."""

    kind: RepoKind
    name: str
    rev: str
    path: str = ""
    recursive: bool = False
    expand: bool = False
    after: str | None = None
    limit: int = 1000


@dataclass(frozen=True)
class Looked:
    """A node, and the commit that last touched it where that was asked."""

    node: Node
    last: Commit | None = None
    xet: str = ""
    """Its Xet hash, once it is in chunks."""


@dataclass(frozen=True)
class Log:
    commits: list[Commit]
    authors: dict[str, str]
    """Who made them, by commit, where it was somebody of this hub."""
    total: int


@dataclass(frozen=True)
class Preupload:
    """(path, size, first bytes) of each file, and the attributes they come with."""

    files: list[tuple[str, int, bytes]]
    attributes: str | None = None
    ignore: str | None = None


@dataclass(frozen=True)
class Fate:
    """How one announced file is to come, and what is at its path now."""

    path: str
    lfs: bool
    ignored: bool
    oid: str | None


def listing(tx: Transaction, asked: Asked) -> list[Looked]:
    """Raises as `repos.find`, RevisionNotFound, EntryNotFound."""
    snapshot = _snapshot(tx, asked)
    found = nodes(
        tx,
        snapshot,
        asked.path,
        recursive=asked.recursive,
        after=asked.after,
        limit=asked.limit,
    )
    return _looked(tx, snapshot, found, asked.expand)


def paths(tx: Transaction, asked: Asked, wanted: Iterable[str]) -> list[Looked]:
    """Those of the paths that exist, files and folders."""
    snapshot = _snapshot(tx, asked)
    lookup = (snapshot.repository.entry(snapshot.commit, path.strip("/")) for path in wanted)
    found = sized(tx, snapshot, [entry for entry in lookup if entry is not None and entry.path])
    return _looked(tx, snapshot, found, asked.expand)


def refs(tx: Transaction, kind: RepoKind, name: str) -> list[Ref]:
    """Every ref, main first."""
    repo = repos.find(tx, kind, name, access=Access.NAMES)
    found = git.refs(tx.db, repo.id).values()
    return sorted(found, key=lambda ref: (ref.name != "refs/heads/main", ref.name))


def commit_log(tx: Transaction, asked: Asked) -> Log:
    snapshot = _snapshot(tx, asked)
    repository, start = snapshot.repository, snapshot.commit
    commits = repository.commits(
        start, path=asked.path or None, after=asked.after, limit=asked.limit
    )
    rows = store.authors(tx.db, snapshot.repo.id, [commit.oid for commit in commits])
    authors = {oid: row.name for oid, row in rows.items()}
    return Log(commits, authors, repository.count(start))


def compare(tx: Transaction, kind: RepoKind, name: str, base: str, head: str) -> Comparison:
    repo = repos.find(tx, kind, name, access=Access.READ)
    one, other = at(tx, repo, base), at(tx, repo, head)
    return one.repository.compare(one.commit, other.commit)


def preupload(
    tx: Transaction,
    kind: RepoKind,
    name: str,
    rev: str,
    asked: Preupload,
    proposing: bool = False,
) -> tuple[str, list[Fate]]:
    """The revision's commit, and each file's fate. Raises Unprocessable for a path that cannot be.

    Whoever proposes a change needs no right to write.
    """
    if proposing:
        repo = repos.find(tx, kind, name, access=Access.READ)
    else:
        repo = permits.find(tx, kind, name, branch_ref(rev))
    snapshot = at(tx, repo, rev)
    given = asked.attributes
    attributes = Attributes(text_of(tx, snapshot, ".gitattributes") if given is None else given)
    ignored = Ignored(text_of(tx, snapshot, ".gitignore") if asked.ignore is None else asked.ignore)
    for path, _, _ in asked.files:
        check_path(path)
    entries = [
        entry
        for path, _, _ in asked.files
        if (entry := snapshot.repository.entry(snapshot.commit, path)) is not None
    ]
    here = {node.path: node for node in sized(tx, snapshot, entries) if not node.is_dir}
    fates = [
        Fate(
            path,
            attributes.lfs(path) or size > LFS_OVER_BYTES or _binary(sample),
            path in ignored,
            here[path].etag if path in here else None,
        )
        for path, size, sample in asked.files
    ]
    return snapshot.commit, fates


def _snapshot(tx: Transaction, asked: Asked) -> Snapshot:
    repo = repos.find(tx, asked.kind, asked.name, access=Access.NAMES)
    return at(tx, repo, asked.rev)


def _looked(tx: Transaction, snapshot: Snapshot, found: list[Node], expand: bool) -> list[Looked]:
    kept = forms(tx, snapshot, found)
    last: Mapping[str, Commit] = {}
    if expand:
        wanted = [node.path for node in found]
        last = snapshot.repository.last_commit_of_paths(snapshot.commit, wanted)
    return [Looked(node, last.get(node.path), _xet(node, kept)) for node in found]


def _xet(node: Node, kept: Mapping[str, Form]) -> str:
    form = kept.get(node.lfs.sha256) if node.lfs else None
    return form.xet if form else ""


def _binary(sample: bytes) -> bool:
    """As git judges: a NUL among its first bytes."""
    return b"\0" in sample
