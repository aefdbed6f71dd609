"""History written anew: a branch as one commit; large files gone from every commit there was."""

from dataclasses import dataclass

from bearhug.errors import Conflict, RevisionNotFound, Unprocessable
from bearhug.files import store
from bearhug.files.model import HistoryRewritten, Landing
from bearhug.files.service import holdings, permits
from bearhug.files.service.committing import (
    MAIN,
    TRIES,
    LostRace,
    branch_ref,
    land,
    landing_of,
    pushed,
    signature,
)
from bearhug.files.service.reading import at
from bearhug.files.store import holding as rows
from bearhug.git import rewriting
from bearhug.git import store as git
from bearhug.git.rewriting import Rewritten
from bearhug.git.store import Ref
from bearhug.hub import Actor, Hub, Transaction
from bearhug.repos import service as repos
from bearhug.repos import store as repo_rows
from bearhug.repos.model import Access, Repo, RepoKind

DAY_SECONDS = 24 * 3600
PURGED = "Remove large files from history"


@dataclass(frozen=True)
class _Squashed:
    landing: Landing
    gone: frozenset[str]
    """Commits that no ref will lead to."""


@dataclass(frozen=True)
class _Purge:
    repo: Repo
    refs: dict[str, Ref]
    """As they were when the work was done."""
    doomed: frozenset[str]
    rewritten: Rewritten


def squash(hub: Hub, actor: Actor, kind: RepoKind, name: str, branch: str, message: str) -> str:
    """Make a branch, or refs/pr/N, one commit that holds what it holds; returns that. Slow.

    What it was built from is forgotten a day later, unless another ref leads there. Raises as
    `repos.find` does, and RevisionNotFound.
    """
    if not message.strip():
        raise Unprocessable("message: say in a few words what the commit is.")
    for _ in range(TRIES):
        planned = hub.read_as(actor, _plan_squash, kind, name, branch, message)
        if hub.write_as(actor, _land_squash, planned):
            return planned.landing.new
    raise LostRace("Too many commits to this branch at once. Try again.")


def delete_objects(
    hub: Hub, actor: Actor, kind: RepoKind, name: str, hashes: list[str], *, rewrite: bool
) -> int:
    """The repo gives up these objects for good; returns how many it held. Slow.

    With `rewrite` no commit of any ref has the files any more, so that most commits have other
    ids after; without, the files stay in the trees, and reading them is refused. Raises as
    `repos.find` does, and BadRequest for what is no hash.
    """
    wanted = holdings.check_hashes(hashes)
    if not rewrite:
        return hub.write_as(actor, _give_up, kind, name, wanted)
    for _ in range(TRIES):
        purge = hub.read_as(actor, _plan_purge, kind, name, wanted)
        if purge.rewritten.pack:
            hub.git.put(purge.rewritten.pack)
        given_up = hub.write_as(actor, _land_purge, purge, wanted)
        if given_up is not None:
            return given_up
    raise Conflict("This repo is changing too often for its history to be rewritten. Try again.")


def _plan_squash(
    tx: Transaction, kind: RepoKind, name: str, branch: str, message: str
) -> _Squashed:
    ref = branch_ref(branch)
    repo = permits.find(tx, kind, name, ref)
    known = git.ref(tx.db, repo.id, ref)
    if known is None:
        raise RevisionNotFound(branch)
    repository = at(tx, repo, ref).repository
    title, _, body = message.strip().partition("\n")
    words = f"{title}\n\n{body.strip()}" if body.strip() else title
    written = rewriting.squash(repository, known.oid, author=signature(tx), message=words)
    landing = landing_of(tx, repo, ref, known.oid, written, {}, title)
    return _Squashed(landing, frozenset(rewriting.only_of(repository, ref)))


def _land_squash(tx: Transaction, planned: _Squashed) -> bool:
    if not land(tx, planned.landing):
        return False
    repo_id = planned.landing.repo.id
    listed = rows.commit_rows(tx.db, repo_id)
    rows.drop_commits(tx.db, [row.id for row in listed if row.oid in planned.gone])
    tx.later("git.prune", delay_seconds=DAY_SECONDS, repo_id=repo_id)
    return True


def _give_up(tx: Transaction, kind: RepoKind, name: str, hashes: list[str]) -> int:
    repo = repos.find(tx, kind, name, access=Access.WRITE)
    held = list(store.owned(tx.db, repo.id, hashes))
    if held:
        holdings.give_up(tx, repo, held)
    return len(held)


def _plan_purge(tx: Transaction, kind: RepoKind, name: str, hashes: list[str]) -> _Purge:
    repo = repos.find(tx, kind, name, access=Access.WRITE)
    doomed = frozenset(rows.pointers(tx.db, repo.id, hashes))
    repository = at(tx, repo).repository
    return _Purge(repo, dict(repository.refs), doomed, rewriting.without(repository, doomed))


def _land_purge(tx: Transaction, purge: _Purge, hashes: list[str]) -> int | None:
    """How many objects were given up; None, changing nothing, if a ref has moved meanwhile."""
    repo = repo_rows.by_id(tx.db, purge.repo.id)
    if repo is None:
        raise RevisionNotFound("main")
    repos.require(tx.actor, repo, Access.WRITE)
    if git.refs(tx.db, repo.id) != purge.refs:
        return None
    if purge.rewritten.pack:
        _move(tx, repo, purge)
    rows.drop_blobs(tx.db, repo.id, purge.doomed)
    held = list(store.owned(tx.db, repo.id, hashes))
    holdings.give_up(tx, repo, held)
    return len(held)


def _move(tx: Transaction, repo: Repo, purge: _Purge) -> None:
    """Every ref to where its history now ends; the pack's large bytes are stored already."""
    pack = purge.rewritten.pack
    assert pack is not None
    stored = pack.data is None or len(pack.data) > git.INLINE_BYTES
    git.add_pack(tx.db, repo.id, pack, stored=stored, at=tx.now)
    _rename_commits(tx, repo, purge.rewritten)
    tx.announce(HistoryRewritten(repo, purge.rewritten.commits))
    # `pushed` writes the head down as `repo` has it, unless it is main that moves.
    for name, ref in sorted(purge.rewritten.refs.items(), key=lambda item: item[0] == MAIN):
        before = purge.refs[name]
        git.swap_ref(tx.db, repo.id, name, before.oid, ref.oid, peeled=ref.peeled)
        pushed(tx, repo, name, before.commit, ref.commit, PURGED)
    tx.later("git.prune", repo_id=repo.id)


def _rename_commits(tx: Transaction, repo: Repo, rewritten: Rewritten) -> None:
    """The feed names what each commit became, and forgets those no ref leads to."""
    now: dict[int, str] = {}
    gone = []
    taken: set[tuple[str | None, str]] = set()
    for row in rows.commit_rows(tx.db, repo.id):
        new = rewritten.commits.get(row.oid)
        if new is not None and (new, row.ref) not in taken:
            now[row.id] = new
            taken.add((new, row.ref))
        elif row.oid not in rewritten.kept:
            gone.append(row.id)
    rows.drop_commits(tx.db, gone)
    rows.rename_commits(tx.db, now)
