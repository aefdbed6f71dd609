"""What is known of a dataset's rows, for whoever may read it."""

from dataclasses import dataclass
from pathlib import Path

from bearhug.errors import Forbidden, GatedRepo, Moved, RepoNotFound
from bearhug.hub import Hub, Transaction
from bearhug.kit.signing import sign, unsign
from bearhug.repos import service as repos
from bearhug.repos import store as repo_rows
from bearhug.repos.model import Access, Repo, RepoKind
from bearhug.viewer import store
from bearhug.viewer.engine.splits import ParquetFile
from bearhug.viewer.engine.splits import Split as Rows
from bearhug.viewer.model import (
    CONVERTED,
    Config,
    ResponseNotFound,
    ResponseNotReady,
    Split,
    Unreadable,
    View,
    ViewerOff,
    VisitorsDataset,
)
from bearhug.viewer.service import mirroring

ASSET_SECONDS = 3600
PURPOSE = "viewer-assets"


@dataclass(frozen=True)
class Seen:
    """A dataset that the caller may read, and what is known of it."""

    repo: Repo
    view: View

    @property
    def commit(self) -> str:
        """What the answer was computed from: X-Revision."""
        return self.view.commit or self.view.wanted


def find(tx: Transaction, name: str) -> Repo:
    """The dataset, if the caller may read its files. Raises VisitorsDataset, or Moved."""
    try:
        return repos.find(tx, RepoKind.DATASET, name, access=Access.READ)
    except Moved as moved:
        return find(tx, moved.new)
    except (RepoNotFound, Forbidden, GatedRepo) as error:
        raise VisitorsDataset(visitor=tx.actor.user_id is None) from error


def seen(tx: Transaction, name: str) -> Seen:
    """Raises as `find`, ViewerOff, ResponseNotReady, Unreadable."""
    repo = find(tx, name)
    view = store.get(tx.db, repo.id)
    if view is None:
        raise NotBegun(repo.id, repo.head)
    if view.state == "off":
        raise ViewerOff
    if not view.configs and view.state in ("waiting", "reading"):
        raise ResponseNotReady
    if view.failure is not None and not view.configs:
        raise Unreadable(view.failure)
    return Seen(repo, view)


class NotBegun(ResponseNotReady):
    """Nobody has looked at this dataset since the hub has a viewer: `begin` it."""

    def __init__(self, repo_id: int, commit: str | None) -> None:
        super().__init__()
        self.repo_id, self.commit = repo_id, commit


def begin(tx: Transaction, repo_id: int, commit: str) -> None:
    """Build the view of a dataset that was there before the viewer."""
    if store.wanted(tx.db, repo_id) is None and repo_rows.by_id(tx.db, repo_id) is not None:
        store.want(tx.db, repo_id, commit, tx.now)
        tx.later("viewer.build", repo_id=repo_id, commit=commit)


def config_of(view: View, name: str) -> Config:
    """A config that can be read. Raises ResponseNotFound, or Unreadable where it has no splits."""
    config = view.config(name)
    if config.failure is not None and not config.splits:
        raise Unreadable(config.failure)
    return config


def converted(view: View, config: str, split: str) -> Split:
    """A split with its shards. Raises ResponseNotFound, Unreadable, ResponseNotReady."""
    found = view.split(config, split)
    of = view.config(config)
    if of.failure is not None:
        raise Unreadable(of.failure)
    if not of.done:
        raise ResponseNotReady
    return found


def rows_of(hub: Hub, seen: Seen, split: Split) -> Rows:
    """A converted split's files on this disk, for the engine. Slow the first time: in a thread.

    Raises Unavailable for files that cannot be read.
    """
    files = tuple(
        ParquetFile(
            mirroring.shard_on_disk(hub, seen.repo.id, CONVERTED, shard), shard.rows, shard.size
        )
        for shard in split.shards
    )
    return Rows(files, dict(split.features or {}))


def first_rows_of(hub: Hub, seen: Seen, config: str, split: str) -> Rows:
    """The rows that are shown before any other: of the preview, or of the converted split.

    Raises ResponseNotFound, Unreadable, ResponseNotReady, Unavailable.
    """
    config_of(seen.view, config)
    found = seen.view.split(config, split)
    if found.failure is not None:
        raise Unreadable(found.failure)
    preview = mirroring.folder(hub) / "previews" / found.preview
    if found.preview and preview.exists():
        return Rows((_previewed(preview, found),), dict(found.features or {}))
    if found.features is None:
        raise ResponseNotReady
    return rows_of(hub, seen, converted(seen.view, config, split))


def _previewed(path: Path, split: Split) -> ParquetFile:
    rows = split.preview_rows
    return ParquetFile(path, rows, path.stat().st_size)


def asset_key(hub: Hub, repo: Repo) -> str:
    """What an address of a private dataset's picture ends with; it runs out."""
    return sign(hub.secret, PURPOSE, r=repo.id, e=hub.clock() + ASSET_SECONDS * 1000)


def require_asset(tx: Transaction, name: str, key: str) -> Seen:
    """The dataset whose pictures the key, or else the caller, may see. Raises as `seen`."""
    claims = unsign(tx.hub.secret, PURPOSE, key) if key else None
    if claims is not None and claims["e"] >= tx.hub.clock():
        repo = repo_rows.by_id(tx.db, claims["r"])
        if repo is not None and str(repo.name) == name:
            view = store.get(tx.db, repo.id)
            if view is not None:
                return Seen(repo, view)
    return seen(tx, name)


def shard_number(split: Split, number: int) -> str:
    """The path of a split's nth shard. Raises ResponseNotFound."""
    if not 0 <= number < len(split.shards):
        raise ResponseNotFound(f"This split has {len(split.shards)} Parquet files.")
    return split.shards[number].path
