"""Commits: built outside any write, then landed in one transaction.

Bytes first, row last: the pack's large bytes are stored before the rows that name them, so
whatever breaks leaves the old state or the new one. Who was slower builds once more.
"""

from collections.abc import Iterable
from dataclasses import replace

from bearhug.errors import (
    Conflict,
    EntryNotFound,
    RevisionNotFound,
    Stale,
    TooLarge,
    Unprocessable,
)
from bearhug.files import store
from bearhug.files.model import (
    Add,
    AddLfs,
    Copy,
    Delete,
    Landing,
    Proposal,
    RevisionPushed,
    Snapshot,
)
from bearhug.files.service import permits
from bearhug.files.service.attributes import Attributes, text_of
from bearhug.files.service.reading import at
from bearhug.files.service.reading import node as find_node
from bearhug.git import store as git
from bearhug.git.compact import THRESHOLD
from bearhug.git.formats import FILE, Pointer, Signature, oid_of, parse_pointer
from bearhug.git.store import Blob
from bearhug.git.writing import Change, Written, edit
from bearhug.hub import Actor, Hub, Transaction
from bearhug.repos import service as repos
from bearhug.repos import store as repo_rows
from bearhug.repos.model import Access, Repo, RepoKind

TRIES = 20
MOVED_ON = "The branch was updated since you opened this page. Please refresh and try again."
MAIN = "refs/heads/main"
CONVERSIONS = "refs/convert/"


class LostRace(Conflict):
    """Another commit landed on this branch first, again and again."""


def commit_now(hub: Hub, actor: Actor, kind: RepoKind, name: str, proposal: Proposal) -> str:
    """Make the commit and return its id, durable. Slow: call it in a thread.

    Raises as `repos.find` does, RevisionNotFound for a branch that is not there, Stale if
    `proposal.parent` is not where it is, EntryNotFound for what cannot be deleted, and
    Unprocessable naming a path that cannot be, or an object the repo does not own.
    """
    for _ in range(TRIES):
        landing = hub.read_as(actor, plan, kind, name, proposal)
        hub.git.put(landing.pack)
        if hub.write_as(actor, land, landing):
            return landing.new
        if proposal.parent:
            raise Stale(MOVED_ON)
    raise LostRace("Too many commits to this branch at once. Try again.")


def propose_now(
    hub: Hub, actor: Actor, kind: RepoKind, name: str, proposal: Proposal
) -> tuple[str, int]:
    """Make the commit beside its branch and open a pull request with it: (commit, number).

    `proposal.parent`, a commit of the branch, is what it is built on, wherever the branch is by
    now. Slow. Raises as `commit_now` does; whoever reads the repo may propose.
    """
    landing = hub.read_as(actor, plan_beside, kind, name, proposal)
    hub.git.put(landing.pack)
    return landing.new, hub.write_as(actor, open_and_land, landing, proposal)


def plan(tx: Transaction, kind: RepoKind, name: str, proposal: Proposal) -> Landing:
    """Build the commit in memory; nothing is changed."""
    ref = branch_ref(proposal.branch)
    repo = permits.find(tx, kind, name, ref)
    known = git.ref(tx.db, repo.id, ref)
    if known is None:
        raise RevisionNotFound(proposal.branch)
    if proposal.parent and not known.commit.startswith(proposal.parent.lower()):
        raise Stale(MOVED_ON)
    return built(tx, at(tx, repo, ref), ref, proposal)


def plan_beside(tx: Transaction, kind: RepoKind, name: str, proposal: Proposal) -> Landing:
    """Build a commit for a pull request; the landing's ref is still the one it is meant for."""
    repo = repos.find(tx, kind, name, access=Access.READ)
    permits.require_propose(tx, repo)
    ref = branch_ref(proposal.branch)
    known = git.ref(tx.db, repo.id, ref)
    if not ref.startswith("refs/heads/") or known is None:
        raise RevisionNotFound(proposal.branch)
    parent = proposal.parent or ""
    base = at(tx, repo, ref if known.commit.startswith(parent.lower()) else parent)
    if base.repository.merge_base(base.commit, base.repository.resolve(ref)) != base.commit:
        raise Stale(f"{base.commit[:7]} is no commit of {proposal.branch}.")
    return built(tx, base, ref, proposal)


def open_and_land(tx: Transaction, landing: Landing, proposal: Proposal) -> int:
    """The pull request's row, its ref and its commit, in one transaction; its number."""
    repo = repo_rows.by_id(tx.db, landing.repo.id)
    if repo is None:
        raise RevisionNotFound(landing.ref)
    permits.require_propose(tx, repo)
    room = permits.pull_requests(tx)
    assert room is not None
    number = room.open(tx, repo, landing.ref, proposal)
    if not land(tx, replace(landing, ref=f"{permits.PR_PREFIX}{number}", old=None)):
        raise LostRace("Another pull request took its number. Try again.")
    return number


def built(tx: Transaction, snapshot: Snapshot, ref: str, proposal: Proposal) -> Landing:
    """The proposal as a commit on the snapshot's."""
    building = _Building(tx, snapshot)
    building.add(proposal.ops)
    written = edit(
        snapshot.repository,
        snapshot.commit,
        building.changes,
        author=signature(tx),
        message=proposal.message,
    )
    repo, pointers = snapshot.repo, building.pointers
    return landing_of(tx, repo, ref, snapshot.commit, written, pointers, proposal.title)


def landing_of(
    tx: Transaction,
    repo: Repo,
    ref: str,
    old: str | None,
    written: Written,
    pointers: dict[str, Pointer],
    title: str,
) -> Landing:
    """What is left to say of a commit that was built on `old`."""
    blobs = tuple(Blob(oid, size, pointers.get(oid)) for oid, size in written.blobs.items())
    large = written.pack.data is not None and len(written.pack.data) > git.INLINE_BYTES
    return Landing(repo, ref, old, written.oid, written.pack, large, blobs, title, tx.now)


def land(tx: Transaction, landing: Landing) -> bool:
    """Say it: ref, pack and sizes in one transaction. False if the branch has moved on."""
    repo = repo_rows.by_id(tx.db, landing.repo.id)
    if repo is None:
        raise RevisionNotFound(landing.ref)
    permits.require_push(tx, repo, landing.ref)
    if not git.swap_ref(tx.db, repo.id, landing.ref, landing.old, landing.new):
        return False
    pack_id = git.add_pack(tx.db, repo.id, landing.pack, stored=landing.stored, at=tx.now)
    git.add_blobs(tx.db, repo.id, landing.blobs)
    store.add_commit(
        tx.db,
        repo.id,
        oid=landing.new,
        ref=landing.ref,
        title=landing.title,
        author_id=tx.actor.user_id,
        at=landing.at,
    )
    store.grow(tx.db, repo.id, landing.pack.size)
    pushed(tx, repo, landing.ref, landing.old, landing.new, landing.title)
    tx.after(lambda: tx.hub.git.note(repo.id, pack_id, landing.pack))
    if store.pack_count(tx.db, repo.id) % THRESHOLD == 0:
        tx.later("git.compact", repo_id=repo.id)
    return True


def pushed(
    tx: Transaction,
    repo: Repo,
    ref: str,
    old: str | None,
    new: str | None,
    title: str,
    commits: tuple[tuple[str, str], ...] = (),
) -> None:
    """A ref has moved: note where main is, and tell whoever listens.

    A pull request is not the repo's own yet, and a conversion is of what it has: neither makes
    anything in it newer.
    """
    if not ref.startswith((permits.PR_PREFIX, CONVERSIONS)):
        head = new if ref == MAIN else repo.head
        repo_rows.advance(tx.db, repo.id, head, tx.now)
    tx.announce(RevisionPushed(repo, ref, old, new, tx.actor.user_id, title, commits))


def signature(tx: Transaction) -> Signature:
    """How git is told who commits: their name here, and no address they did not publish."""
    who = store.signature(tx.db, tx.actor.user_id) if tx.actor.user_id else None
    if who is None:
        return Signature("Bearhug", "hub@users.noreply.invalid", tx.now)
    return Signature(who.name, f"{who.name}@users.noreply.invalid", tx.now)


def branch_ref(branch: str) -> str:
    """The full name of a branch, or of a pull request's ref. A commit id names no branch."""
    return branch if branch.startswith("refs/") else f"refs/heads/{branch}"


class _Building:
    """Operations on their way to changes of a tree."""

    def __init__(self, tx: Transaction, snapshot: Snapshot) -> None:
        self.tx = tx
        self.snapshot = snapshot
        self.changes: dict[str, Change | None] = {}
        self.pointers: dict[str, Pointer] = {}
        self._limit = tx.hub.settings.max_inline_bytes

    def add(self, ops: Iterable[Add | AddLfs | Delete | Copy]) -> None:
        listed = list(ops)
        large = [op for op in listed if isinstance(op, AddLfs)]
        owned = store.owned(self.tx.db, self.snapshot.repo.id, (op.sha256 for op in large))
        for op in listed:
            if isinstance(op, AddLfs):
                self._add_lfs(op, owned)
            elif isinstance(op, Add):
                self._add(op)
            elif isinstance(op, Delete):
                self._delete(op.path.strip("/"))
            else:
                self._copy(op)
        if large:
            self._track(op.path for op in large)

    def _add(self, op: Add) -> None:
        if len(op.content) > self._limit:
            raise TooLarge(
                f"{op.path} has {len(op.content)} bytes: over {self._limit} a file must be"
                " uploaded by LFS, as huggingface_hub, git-lfs and the upload page do."
            )
        pointer = parse_pointer(op.content)
        if pointer is not None:  # a pointer written by hand names an object as any other does
            owned = store.owned(self.tx.db, self.snapshot.repo.id, [pointer.sha256])
            self._add_lfs(AddLfs(op.path, pointer.sha256, pointer.size), owned)
        else:
            self.changes[op.path] = Change(op.content)

    def _add_lfs(self, op: AddLfs, owned: dict[str, int]) -> None:
        size = owned.get(op.sha256)
        if size is None or op.size not in (None, size):
            raise Unprocessable(
                f"{op.path}: no object {op.sha256} of that size was uploaded to this repo."
                " Upload it first (info/lfs/objects/batch)."
            )
        pointer = Pointer(op.sha256, size)
        content = pointer.dump()
        self.pointers[oid_of("blob", content)] = pointer
        self.changes[op.path] = Change(content)

    def _delete(self, path: str) -> None:
        if self.snapshot.repository.entry(self.snapshot.commit, path) is None or not path:
            missing = EntryNotFound(f"A file with this name doesn't exist: {path}")
            missing.headers["X-Repo-Commit"] = self.snapshot.commit
            raise missing
        self.changes[path] = None

    def _copy(self, op: Copy) -> None:
        source = self.snapshot
        if op.revision is not None:
            source = at(self.tx, source.repo, op.revision)
        found = find_node(self.tx, source, op.source)
        if found.is_dir:
            raise Unprocessable(f"{op.source}: a folder is copied file by file.")
        self.changes[op.path] = Change(found.oid, found.mode)

    def _track(self, paths: Iterable[str]) -> None:
        """LFS files that .gitattributes does not name yet are added to it, as the Hub does."""
        given = self.changes.get(".gitattributes")
        if given is not None and isinstance(given.content, bytes):
            attributes = Attributes(given.content.decode("utf-8", "replace"))
        else:
            attributes = Attributes(text_of(self.tx, self.snapshot, ".gitattributes"))
        untracked = [path for path in dict.fromkeys(paths) if not attributes.lfs(path)]
        if untracked:
            self.changes[".gitattributes"] = Change(attributes.with_paths(untracked), FILE)
