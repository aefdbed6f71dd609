"""Workers kept warm: one question each at a time, and a new one for each that had to be killed."""

import os
import queue
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

from bearhug.errors import HubError
from bearhug.viewer.engine import limits
from bearhug.viewer.engine.process import Reach, Worker
from bearhug.viewer.engine.refusals import TookTooLong, ViewerStopped
from bearhug.viewer.engine.splits import Json

DESK = "bearhug.viewer.engine.desk"


class Pool:
    """Any thread may ask. Workers start when they are first needed.

    They read below `reading` (where the hub keeps Parquet files and indexes), no more.
    """

    def __init__(self, reading: tuple[Path, ...], *, workers: int = limits.WORKERS) -> None:
        self._reading = tuple(path.resolve() for path in reading)
        self._idle: queue.LifoQueue[Worker | None] = queue.LifoQueue()
        for _ in range(workers):
            self._idle.put(None)
        self._workers = workers
        # A worker dies with the thread that started it: this one lives as long as the pool.
        self._starting = ThreadPoolExecutor(1, "viewer-workers")
        self._closed = threading.Event()
        self._jobs: set[Worker] = set()
        self.isolation = ""

    def ask(
        self, question: Json, *, seconds: float, index: Path | None = None
    ) -> tuple[Json, bytes]:
        """Raises as Worker.ask; TookTooLong too if no worker is free in time.

        The files of the folder `index` are lent to the worker, as `folder` of its question.
        """
        worker = self._taken()
        try:
            if worker is None or not worker.alive:
                worker = self._started(Reach(self._reading, _scratch()))
            if index is not None:
                question = {**question, "folder": str(worker.lend(index))}
            return worker.ask(question, seconds=seconds)
        finally:
            self._idle.put(worker if worker is not None and worker.alive else None)

    def job(self, question: Json, reach: Reach, *, seconds: float) -> tuple[Json, bytes]:
        """A long question, to a worker of its own that sees only what it needs."""
        worker = self._started(reach)
        self._jobs.add(worker)
        try:
            return worker.ask(question, seconds=seconds)
        finally:
            self._jobs.discard(worker)
            worker.end()

    def warm(self) -> None:
        """Start a worker now, so that nobody waits for it."""
        worker = self._taken()
        try:
            if worker is None:
                worker = self._started(Reach(self._reading, _scratch()))
        finally:
            self._idle.put(worker)

    def close(self) -> None:
        """End all workers, also in the middle."""
        self._closed.set()
        for worker in [*self._jobs]:
            worker.end()
        for _ in range(self._workers):
            with suppress(queue.Empty):
                worker_or_none = self._idle.get(timeout=limits.WAIT_SECONDS)
                if worker_or_none is not None:
                    worker_or_none.end()
        self._starting.shutdown()

    def _taken(self) -> Worker | None:
        if self._closed.is_set():
            raise ViewerStopped("The hub is being shut down.")
        try:
            return self._idle.get(timeout=limits.WAIT_SECONDS)
        except queue.Empty:
            raise TookTooLong("The viewer is busy with others' questions. Try again.") from None

    def _started(self, reach: Reach) -> Worker:
        worker: Worker = self._starting.submit(Worker, DESK, reach).result()
        try:
            worker.ready()
        except HubError:
            worker.end()
            raise
        self.isolation = worker.isolation
        return worker


def _scratch() -> Path:
    return Path(tempfile.mkdtemp(prefix=f"bearhug-viewer-{os.getpid()}-"))
