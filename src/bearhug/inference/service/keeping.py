"""What a saved run keeps beside its row: the pictures and recordings it was made of.

Each is an object named by its content, under the run's own id: runs share none, so a run takes
its files with it. In the run, {"$bytes": …} has become {"$object": sha256, "type", "size"}.
"""

import base64
import hashlib
import secrets
import string
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from bearhug.errors import EntryNotFound
from bearhug.hub import Hub, Transaction
from bearhug.inference import store
from bearhug.inference.model import Run, Said
from bearhug.kit.wire import Moment

PREFIX = "runs"
ID_LETTERS = string.ascii_letters + string.digits
ID_LENGTH = 10
SWEEP_SECONDS = 24 * 3600
STRAY_MILLISECONDS = 3600 * 1000
"""Files come before their row: what is younger may be waiting for it."""

MOST_FILES = 64
"""Of one run: a segmented picture has a mask a thing."""

MOST_BYTES = 16 * 1024**2
"""Of one run's files together: of what is over, only that it was there is kept."""


def new_id() -> str:
    """What a run is called in its address: not to be guessed."""
    return "".join(secrets.choice(ID_LETTERS) for _ in range(ID_LENGTH))


def keep(hub: Hub, said: Said) -> tuple[str, Said]:
    """A new run's id, and what was said with its files laid down. Slow: call it in a thread."""
    id = new_id()
    room = _Room()
    inputs, answer = (_laid(hub, id, each, room) for each in (said.inputs, said.answer))
    return id, replace(said, inputs=inputs, answer=answer)


def file(tx: Transaction, run: Run, sha256: str) -> tuple[bytes, str]:
    """One of the run's files and its type. Raises EntryNotFound."""
    for kept in _files((run.said.inputs, run.said.answer)):
        if kept["$object"] == sha256:
            with suppress(FileNotFoundError):
                return tx.hub.objects.get(_key(run.id, sha256)), str(kept.get("type", ""))
    raise EntryNotFound("That run has no such file.")


def forget(hub: Hub, id: str) -> None:
    """Delete a run's files, once its row is gone."""
    if not _is_kept(hub, id):
        for stored in hub.objects.walk(f"{PREFIX}/{id}"):
            hub.objects.delete(stored.key)


def sweep(hub: Hub, now: Moment | None = None) -> int:
    """Delete files of runs that are no more, as when a repo went with its runs; how many."""
    gone = 0
    limit = (hub.clock() if now is None else now) - STRAY_MILLISECONDS
    for stored in hub.objects.walk(PREFIX):
        if stored.written_at < limit and not _is_kept(hub, stored.key.split("/")[1]):
            hub.objects.delete(stored.key)
            gone += 1
    return gone


def _is_kept(hub: Hub, id: str) -> bool:
    return hub.read(lambda tx: store.by_id(tx.db, id)) is not None


def _laid(hub: Hub, id: str, value: Any, room: "_Room") -> Any:
    if isinstance(value, list):
        return [_laid(hub, id, each, room) for each in value]
    if not isinstance(value, dict):
        return value
    if "$object" in value:  # that word is ours alone: a model that says it has kept nothing
        return {"$gone": 0, "type": ""}
    if not isinstance(value.get("$bytes"), str):
        return {name: _laid(hub, id, each, room) for name, each in value.items()}
    data, kind = _decoded(value["$bytes"]), str(value.get("type", ""))[:100]
    if not room.takes(data):
        return {"$gone": len(data), "type": kind}
    sha256 = hashlib.sha256(data).hexdigest()
    hub.objects.put(_key(id, sha256), data)
    return {"$object": sha256, "type": kind, "size": len(data)}


@dataclass
class _Room:
    """What else one run may keep."""

    files: int = MOST_FILES
    size: int = MOST_BYTES

    def takes(self, data: bytes) -> bool:
        """Whether there is room for these, which then is theirs."""
        fits = self.files > 0 and len(data) <= self.size
        if fits:
            self.files, self.size = self.files - 1, self.size - len(data)
        return fits


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text)
    except ValueError:  # a model's bytes may be none
        return b""


def _files(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        if "$object" in value:
            yield value
        else:
            for each in value.values():
                yield from _files(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _files(each)


def _key(id: str, sha256: str) -> str:
    return f"{PREFIX}/{id}/{sha256}"
