"""What is counted once a split has been converted: its columns, and where its words stand."""

import hashlib
import json
import shutil
from pathlib import Path
from uuid import uuid4

from bearhug.errors import HubError
from bearhug.hub import Hub, Transaction
from bearhug.repos import store as repo_rows
from bearhug.viewer import store
from bearhug.viewer.engine.kinds import has_text
from bearhug.viewer.engine.splits import Split as Rows
from bearhug.viewer.model import Failure, ResponseNotReady, Split, told_of
from bearhug.viewer.service import mirroring
from bearhug.viewer.service.looking import Seen, rows_of
from bearhug.viewer.service.room import Room


def measure(hub: Hub, repo_id: int, commit: str, config: str, split: str) -> None:
    """Statistics and index of a split, unless another commit is shown by now. Slow: a job."""
    seen = hub.read(_seen, repo_id, commit)
    if seen is None:
        return
    found = seen.view.split(config, split)
    room: Room = hub.rooms["viewer"]
    rows = rows_of(hub, seen, found)
    failure: Failure | None = None
    told = None
    scratch = mirroring.folder(hub) / "builds" / uuid4().hex
    scratch.mkdir(parents=True)
    try:
        told = room.engine.statistics(rows, scratch)
    except HubError as error:
        failure = told_of(error)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    hub.write(
        lambda tx: store.set_statistics(
            tx.db, repo_id, config, split, statistics=told, failure=failure
        )
    )
    if any(has_text(feature) for feature in rows.features.values()):
        _indexed(room, found, rows)


def index_of(hub: Hub, seen: Seen, split: Split) -> Path:
    """Where a split's index is. Raises ResponseNotReady while it is being made."""
    room: Room = hub.rooms["viewer"]
    place = room.folder / "indexes" / _key(split)
    if not place.exists():
        raise ResponseNotReady
    return place


def _indexed(room: Room, split: Split, rows: Rows) -> None:
    """The index is named by what it is of, so it outlives a push that changes other splits."""
    place = room.folder / "indexes" / _key(split)
    if place.exists():
        return
    coming = place.with_name(f"{place.name}.{uuid4().hex}")
    coming.mkdir(parents=True)
    try:
        room.engine.index(rows, coming)
        coming.rename(place)
    except OSError:  # another job was faster
        if not place.exists():
            raise
    finally:
        shutil.rmtree(coming, ignore_errors=True)


def _key(split: Split) -> str:
    of = json.dumps([[shard.etag for shard in split.shards], split.features])
    return hashlib.sha256(of.encode()).hexdigest()


def _seen(tx: Transaction, repo_id: int, commit: str) -> Seen | None:
    repo = repo_rows.by_id(tx.db, repo_id)
    view = store.get(tx.db, repo_id)
    if repo is None or view is None or view.wanted != commit or view.state != "done":
        return None
    return Seen(repo, view)
