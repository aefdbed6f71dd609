"""The starter content: real models, a dataset and a Space, brought from this machine alone.

Each folder under content/ is a repo of the organisation `bearhug`; `source.json` names a file
of an installed package that joins it.
"""

import contextlib
import importlib.util
import json
import logging
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from bearhug.accounts import service as accounts
from bearhug.db.secrets import keep_secret, kept_secret
from bearhug.errors import HubError, NotFound
from bearhug.files import service as files
from bearhug.files.model import Add, AddLfs, Op, Proposal
from bearhug.hub import OPERATOR, Hub, Transaction
from bearhug.kit.hashing import sha256_of
from bearhug.repos import service as repos
from bearhug.repos.model import Access, Repo, RepoKind

log = logging.getLogger(__name__)

OWNER = "bearhug"
CONTENT = Path(__file__).parent / "content"
SOURCE = "source.json"
MARK = "starter"
"""Kept once it is done: what was deleted since stays deleted."""


@dataclass(frozen=True)
class Item:
    """One repo to bring."""

    kind: RepoKind
    folder: Path

    @property
    def name(self) -> str:
        return f"{OWNER}/{self.folder.name}"


def items() -> Iterator[Item]:
    """All there is to bring, models first."""
    for kind in RepoKind:
        for folder in sorted((CONTENT / kind.plural).glob("*")):  # none of some kinds
            if folder.is_dir():
                yield Item(kind, folder)


def bring(hub: Hub, *, again: bool = False) -> list[str]:
    """Bring what is not here yet and return the names of what came.

    Once it is done it is not done again, so that what the operator deletes stays deleted;
    `again` brings it back.
    """
    if not again and hub.read(_was_brought):
        return []
    _ensure_owner(hub)
    brought = [item.name for item in items() if _bring_item(hub, item)]
    hub.write(_note_brought)
    return brought


def _bring_item(hub: Hub, item: Item) -> bool:
    """Whether it came: False if it is here, or if the package it needs is not installed."""
    source = _source(item)
    if source is not None and source.path is None:
        log.warning("%s stays away: the package %s is not installed", item.name, source.package)
        return False
    repo = _ensure_repo(hub, item)
    if hub.read_as(OPERATOR, _has_begun, repo):
        return False
    ops = [*_own_files(hub, item, repo), *(_borrowed(hub, repo, source) if source else [])]
    title = f"Bring {item.folder.name} from the starter content"
    files.commit_now(hub, OPERATOR, item.kind, item.name, Proposal(tuple(ops), title))
    return True


@dataclass(frozen=True)
class Source:
    """A file of an installed package. `path` is None if the package is not here."""

    package: str
    path: Path | None
    sha256: str
    size: int
    becomes: str


def _source(item: Item) -> Source | None:
    description = item.folder / SOURCE
    if not description.exists():
        return None
    said: dict[str, Any] = json.loads(description.read_text())
    # Found, not imported: the package's own code may need what is not installed.
    spec = importlib.util.find_spec(said["package"])
    path = Path(spec.origin).parent / said["file"] if spec and spec.origin else None
    found = path if path and path.exists() else None
    return Source(said["package"], found, said["sha256"], said["size"], said["as"])


def _own_files(hub: Hub, item: Item, repo: Repo) -> Iterator[Op]:
    default = files.default_attributes(media=item.kind is RepoKind.DATASET)
    attributes = files.Attributes(default.decode())
    for path in sorted(path for path in item.folder.rglob("*") if path.is_file()):
        name = path.relative_to(item.folder).as_posix()
        if name == SOURCE:
            continue
        if attributes.lfs(name):
            yield _as_object(hub, repo, path, name, sha256_of(path))
        else:
            yield Add(name, path.read_bytes())


def _borrowed(hub: Hub, repo: Repo, source: Source) -> Iterator[Op]:
    assert source.path is not None
    found = sha256_of(source.path)
    if found != source.sha256:
        raise NotFound(f"{source.path.name} of {source.package} is not the file expected: {found}.")
    yield _as_object(hub, repo, source.path, source.becomes, found)


def _as_object(hub: Hub, repo: Repo, path: Path, name: str, sha256: str) -> AddLfs:
    size = path.stat().st_size
    scratch = hub.objects.scratch / uuid4().hex
    try:
        os.link(path, scratch)  # the package's bytes are not stored twice
    except OSError:  # another disk
        shutil.copyfile(path, scratch)
    files.claim(hub, repo, scratch, sha256, size)
    return AddLfs(name, sha256, size)


def _ensure_owner(hub: Hub) -> None:
    def make(tx: Transaction) -> None:
        with contextlib.suppress(NotFound):
            accounts.find(tx, OWNER)
            return
        accounts.create_org(tx, OWNER, full_name="Bearhug's own")

    hub.write(make)


def _ensure_repo(hub: Hub, item: Item) -> Repo:
    def make(tx: Transaction) -> Repo:
        try:
            return repos.find(tx, item.kind, item.name, access=Access.WRITE)
        except HubError:
            sdk = "static" if item.kind is RepoKind.SPACE else ""
            return repos.create(tx, item.kind, item.folder.name, owner=OWNER, sdk=sdk)

    return hub.write(make)


def _has_begun(tx: Transaction, repo: Repo) -> bool:
    """Whether anything followed the first commit: the content came, or somebody wrote since."""
    snapshot = files.at(tx, repo)
    return snapshot.repository.count(snapshot.commit) > 1


def _was_brought(tx: Transaction) -> bool:
    return kept_secret(tx.db, MARK) is not None


def _note_brought(tx: Transaction) -> None:
    keep_secret(tx.db, MARK, b"brought")
