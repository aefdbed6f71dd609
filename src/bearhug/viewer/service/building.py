"""From a push to rows: described, previewed, converted, committed. Each step is kept at once.

A build that is overtaken by another push stops; one that was broken off goes on where it was.
"""

import functools
import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bearhug.cards import service as cards
from bearhug.files.model import Node, RevisionPushed, Snapshot
from bearhug.hub import Hub, Transaction
from bearhug.repos import store as repo_rows
from bearhug.repos.model import RepoKind
from bearhug.viewer import store
from bearhug.viewer.builder.asking import Answer, Reader, ReadingFailed
from bearhug.viewer.model import EMPTY, Config, Failure, told_of
from bearhug.viewer.service import mirroring, publishing
from bearhug.viewer.service.publishing import Made
from bearhug.viewer.service.room import BrokenOff, Room

MAIN = "refs/heads/main"
NO_DATA = frozenset({"README.md", "LICENSE", ".huggingface.yaml"})
DESCRIBE_SECONDS = 300.0
PREVIEW_SECONDS = 60.0
CONVERT_SECONDS = 4 * 3600.0
LOOK_SECONDS = 1.0


class Overtaken(Exception):
    """Another commit is wanted by now; its own job builds it."""


@dataclass
class _Build:
    """One build under way."""

    hub: Hub
    seen: Snapshot
    nodes: dict[str, Node]
    mirror: Path
    scratch: Path
    reader: Reader
    number: int = field(default=0)
    looked: float = field(default=0.0)

    @property
    def repo_id(self) -> int:
        return self.seen.repo.id

    @property
    def commit(self) -> str:
        return self.seen.commit

    def look(self, event: Answer | None = None) -> None:
        """Stop if nobody wants this any more. Asks the database once a second."""
        if self.room.ending.is_set():
            raise BrokenOff
        if time.monotonic() - self.looked >= LOOK_SECONDS:
            self.looked = time.monotonic()
            if self.hub.read(_wanted, self.repo_id) != self.commit:
                raise Overtaken

    @property
    def room(self) -> Room:
        room: Room = self.hub.rooms["viewer"]
        return room

    def next(self, word: str) -> str:
        """A name nobody has had in the scratch folder."""
        self.number += 1
        return f"{word}{self.number}"


def on_pushed(tx: Transaction, event: RevisionPushed) -> None:
    """A dataset's main has moved: what can be seen of it is to be found out anew."""
    if event.repo.kind is RepoKind.DATASET and event.ref == MAIN and event.new is not None:
        store.want(tx.db, event.repo.id, event.new, tx.now)
        tx.later("viewer.build", repo_id=event.repo.id, commit=event.new)


def build(hub: Hub, repo_id: int, commit: str) -> None:
    """All of it, unless another commit is wanted by now. Slow: call it from a job."""
    found = hub.read(_begin, repo_id, commit)
    if found is None:
        return
    seen, nodes = found
    room: Room = hub.rooms["viewer"]
    if not any(node.path not in NO_DATA for node in nodes):
        room.warm.prepare()  # whoever makes a dataset is about to fill it
        hub.write(_say, repo_id, commit, "failed", EMPTY, [])
        return
    hub.write(store_state, repo_id, commit, "reading")
    with mirroring.workplace(hub) as (mirror, scratch):
        reader = room.warm.take()
        by_path = {node.path: node for node in nodes}
        building = _Build(hub, seen, by_path, mirror, scratch, reader)
        try:
            mirroring.lay_out(hub, seen, nodes, mirror, building.look)
            _built(building)
        except Overtaken:
            return
        except (ReadingFailed, publishing.NothingToWrite) as error:
            hub.write(store_state, repo_id, commit, "failed", told_of(error))
        finally:
            building.reader.close()
            if not room.ending.is_set():
                room.warm.prepare()
    mirroring.sweep(hub)


def store_state(
    tx: Transaction, repo_id: int, commit: str, state: str, failure: Failure | None = None
) -> None:
    store.set_state(tx.db, repo_id, commit, state, failure, tx.now)


# --- inside --------------------------------------------------------------------------------


def _begin(tx: Transaction, repo_id: int, commit: str) -> tuple[Snapshot, list[Node]] | None:
    """Where to read, and what; None if there is nothing to do (any more)."""
    view = store.get(tx.db, repo_id)
    if view is None or view.wanted != commit or view.state in ("done", "off"):
        return None
    seen = mirroring.snapshot(tx, repo_id, commit)
    return (seen, mirroring.data_files(tx, seen)) if seen is not None else None


def _built(building: _Build) -> None:
    hub, repo_id, commit = building.hub, building.repo_id, building.commit
    if hub.read(_switched_off, repo_id):
        hub.write(_say, repo_id, commit, "off", None, [])
        return
    _enter(building)
    said = building.reader.ask("describe", seconds=DESCRIBE_SECONDS, hear=building.look)
    isolation = building.reader.isolation
    if not hub.write(_describe, repo_id, commit, said, isolation):
        raise Overtaken
    if said.get("failure"):
        return
    view = hub.read(lambda tx: store.get(tx.db, repo_id))
    assert view is not None
    shown = [config for config in view.configs if _preview(building, config)]
    made: list[Made] = []
    for config in shown:
        if config.state != "failed":
            made += _convert(building, config)
    if made:
        publishing.publish(hub, repo_id, made)
    hub.write(_finish, repo_id, commit)
    _forget_previews(building)


def _enter(building: _Build) -> None:
    settings = building.hub.settings
    building.reader.enter(
        building.mirror,
        building.scratch,
        name=building.seen.repo.name.name,
        address=f"hf://datasets/{building.seen.repo.name}@{building.commit}",
        memory=settings.viewer_memory_bytes,
        sealed=settings.viewer_sealed,
        disk=3 * settings.viewer_most_bytes,
    )


def _preview(building: _Build, config: Config) -> bool:
    """The first rows of each split, as a small file that is kept while nothing better is there.

    False for a config none of whose splits can be read: nor will the rest of it.
    """
    hub, repo_id = building.hub, building.repo_id
    failures: list[Failure] = []
    for split in config.splits:
        words = {"config": config.name, "split": split.name, "to": building.next("preview")}
        said = _asked(building, "preview", PREVIEW_SECONDS, words)

        def set_preview(named: str = split.name, **words: Any) -> None:
            hub.write(lambda tx: store.set_preview(tx.db, repo_id, config.name, named, **words))

        if failure := said.get("failure"):
            set_preview(failure=failure)
            failures.append(failure)
            continue
        name = ""
        if said["files"]:
            name = f"{repo_id}-{building.commit[:16]}-{building.number}.parquet"
            place = mirroring.folder(hub) / "previews"
            place.mkdir(parents=True, exist_ok=True)
            publishing.fetch(building.scratch / said["files"][0]["file"], place / name)
        set_preview(preview=name, rows=said["rows"], features=said["features"])
    if config.splits and len(failures) == len(config.splits):
        first = failures[0]
        hub.write(lambda tx: store.set_config(tx.db, repo_id, config.name, "failed", failure=first))
        return False
    return True


def _forget_previews(building: _Build) -> None:
    """Those of earlier commits."""
    for path in (mirroring.folder(building.hub) / "previews").glob(f"{building.repo_id}-*"):
        if not path.name.startswith(f"{building.repo_id}-{building.commit[:16]}-"):
            path.unlink(missing_ok=True)


def _convert(building: _Build, config: Config) -> list[Made]:
    hub, repo_id = building.hub, building.repo_id
    most = hub.settings.viewer_most_bytes
    words = {"config": config.name, "to": building.next("shards"), "most": most}
    words["size"] = config.original_bytes

    def hear(event: Answer) -> None:
        building.look()
        progress = event.get("progress")
        if isinstance(progress, dict) and isinstance(progress.get("part"), int | float):
            part = min(1.0, max(0.0, float(progress["part"])))
            hub.write(lambda tx: store.set_progress(tx.db, repo_id, config.name, part))

    hub.write(lambda tx: store.set_progress(tx.db, repo_id, config.name, 0.0))
    said = _asked(building, "convert", CONVERT_SECONDS, words, hear)
    if failure := said.get("failure"):
        hub.write(
            lambda tx: store.set_config(tx.db, repo_id, config.name, "failed", failure=failure)
        )
        return []
    made: list[Made] = []
    for name, each in said["splits"].items():
        files = _taken(building, config.name, name, each)
        made += files
        shards = [shard for shard, _, _ in files]
        hub.write(_set_shards, repo_id, config.name, name, each, shards)
    info = said["info"]
    hub.write(lambda tx: store.set_config(tx.db, repo_id, config.name, "converting", info=info))
    return made


def _taken(building: _Build, config: str, split: str, said: Mapping[str, Any]) -> list[Made]:
    """The shards of a split, as entries of the branch."""
    repo, partial = building.seen.repo, bool(said["partial"])
    origins, files = said.get("origins", []), said.get("files", [])
    count = len(origins) + len(files)

    def name(number: int) -> str:
        return publishing.name_of(config, split, number, count, partial=partial)

    if origins:
        return [
            publishing.pointed(building.nodes[each["path"]], int(each["rows"]), name(number))
            for number, each in enumerate(origins)
        ]
    made = []
    for number, each in enumerate(files):
        building.look()
        path, place = building.scratch / each["file"], building.mirror.parent
        made.append(
            publishing.taken(building.hub, repo, path, place, int(each["rows"]), name(number))
        )
    return made


def _asked(
    building: _Build,
    question: str,
    seconds: float,
    words: Mapping[str, Any],
    hear: Any = None,
) -> Answer:
    """The answer; a program that broke at this question is told as its failure, and replaced."""
    try:
        return building.reader.ask(question, seconds=seconds, hear=hear or building.look, **words)
    except ReadingFailed as error:
        building.reader.close()
        shutil.rmtree(building.scratch, ignore_errors=True)
        building.scratch.mkdir()
        building.reader = building.room.warm.take()
        _enter(building)
        return {"failure": told_of(error)}


def _wanted(tx: Transaction, repo_id: int) -> str | None:
    return store.wanted(tx.db, repo_id)


def _switched_off(tx: Transaction, repo_id: int) -> bool:
    """Whether the card says `viewer: false`."""
    repo = repo_rows.by_id(tx.db, repo_id)
    card = cards.card(tx, repo) if repo is not None else None
    return card is not None and card.metadata.get("viewer") is False


def _say(
    tx: Transaction,
    repo_id: int,
    commit: str,
    state: str,
    failure: Failure | None,
    configs: list[Mapping[str, Any]],
) -> None:
    words = {"failure": failure, "isolation": "", "at": tx.now}
    if store.describe(tx.db, repo_id, commit, configs, **words):  # type: ignore[arg-type]
        store.set_state(tx.db, repo_id, commit, state, failure, tx.now)


def _describe(
    tx: Transaction, repo_id: int, commit: str, said: Mapping[str, Any], isolation: str
) -> bool:
    return store.describe(
        tx.db,
        repo_id,
        commit,
        said["configs"],
        failure=said.get("failure"),
        isolation=isolation,
        at=tx.now,
    )


def _set_shards(
    tx: Transaction,
    repo_id: int,
    config: str,
    split: str,
    said: Mapping[str, Any],
    shards: list[Any],
) -> None:
    store.set_shards(tx.db, repo_id, config, split, said, shards)


def _finish(tx: Transaction, repo_id: int, commit: str) -> None:
    """What was converted is on its branch now: it may be asked for."""
    view = store.get(tx.db, repo_id)
    if view is None or view.wanted != commit:
        return
    for config in view.configs:
        if config.state == "converting":
            store.set_config(tx.db, repo_id, config.name, "done", info=config.info)
            for split in config.splits:
                later = functools.partial(tx.later, "viewer.measure", repo_id=repo_id)
                later(commit=commit, config=config.name, split=split.name)
    store.set_state(tx.db, repo_id, commit, "done", None, tx.now)
