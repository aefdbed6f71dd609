"""Looking a repository over: packs from rows and objects alone, refs, pointers to large files."""

import subprocess
import tempfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from bearhug.cas.model import Finding
from bearhug.cas.store import checking as rows
from bearhug.errors import Unavailable
from bearhug.git import store as git_rows
from bearhug.git.cache import GitCache
from bearhug.git.native import git
from bearhug.hub import Hub
from bearhug.repos import store as repo_rows
from bearhug.repos.model import Repo
from bearhug.storage.objects import pack_key

AT_ONCE = 500


def git_findings(hub: Hub, repo_id: int, *, quick: bool = False) -> Iterator[Finding]:
    """What is wrong with one repository. `quick` trusts the packs if they have their sizes."""
    repo = hub.db.read(lambda db: repo_rows.by_id(db, repo_id))
    if repo is None:
        return
    missing = list(_packs(hub, repo))
    yield from missing
    if missing:
        return  # git would only say so again
    with tempfile.TemporaryDirectory(dir=hub.objects.scratch, prefix="fsck-") as folder:
        try:
            bare = _fetched(hub, repo, Path(folder))
            if not quick:
                git("fsck", "--strict", "--full", "--no-dangling", "--no-progress", at=bare)
            listed = git("rev-list", "--objects", "--all", "--no-object-names", at=bare)
        except (subprocess.CalledProcessError, Unavailable) as error:
            yield Finding(_called(repo), _words(error), True)
            return
        yield from _pointers(hub, repo, iter(listed.decode().split()))


def _fetched(hub: Hub, repo: Repo, folder: Path) -> Path:
    """The repository made anew: this node's cache may hold what is stored no more."""
    cache = GitCache(folder / "cache", hub.objects)
    return hub.db.read(lambda db: cache.sync_refs(db, repo.id))


def _packs(hub: Hub, repo: Repo) -> Iterator[Finding]:
    for pack in hub.db.read(lambda db: git_rows.packs(db, repo.id)):
        row = hub.db.read(lambda db, id=pack.id: git_rows.pack_bytes(db, id))  # type: ignore[misc]
        size = len(row[0]) if row[0] is not None else hub.objects.size(pack_key(pack.sha))
        if size != pack.size:
            words = "is not there" if size is None else f"has {size:,} bytes of {pack.size:,}"
            yield Finding(_called(repo), f"pack {pack.sha} {words}.", True)


def _pointers(hub: Hub, repo: Repo, oids: Iterator[str]) -> Iterator[Finding]:
    """What its commits name by LFS, it holds."""
    while batch := list(islice(oids, AT_ONCE)):
        named = hub.db.read(lambda db, oids=batch: rows.pointers(db, repo.id, oids))  # type: ignore[misc]
        wanted = {row.lfs_sha256 for row in named}
        held = hub.db.read(lambda db, wanted=wanted: rows.held(db, repo.id, wanted))  # type: ignore[misc]
        for row in named:
            if held.get(row.lfs_sha256) != row.lfs_size:
                words = f"blob {row.oid} stands for {row.lfs_sha256}, which the repo does not hold."
                yield Finding(_called(repo), words, False)


def _called(repo: Repo) -> str:
    return f"{repo.kind} {repo.name}"


def _words(error: Exception) -> str:
    if isinstance(error, subprocess.CalledProcessError):
        said = error.stderr.decode("utf-8", "replace").strip().splitlines()
        return f"git says: {'; '.join(said[:3]) or error.returncode}"
    return str(error)
