"""Takes jobs off the table and runs them, in threads of this process or in one of its own."""

import functools
import json
import logging
import threading
from collections.abc import Callable, Collection, Mapping

from bearhug.db import Row
from bearhug.db import jobs as table
from bearhug.hub import Hub

log = logging.getLogger(__name__)

Jobs = Mapping[str, Callable[..., None]]

LEASE_SECONDS = 900
TRIES = 6
IDLE_SECONDS = 30.0
"""How long to sleep when nothing is due: jobs of other processes ring no bell here."""


class Lanes:
    """Workers side by side: what takes long does not hold up what is quick."""

    def __init__(self, hub: Hub, jobs: Jobs, *slow: Collection[str]) -> None:
        apart = {name for lane in slow for name in lane}
        quick = {name: job for name, job in jobs.items() if name not in apart}
        lanes = [quick, *({name: jobs[name] for name in lane} for lane in slow)]
        self._workers = tuple(Worker(hub, lane) for lane in lanes)
        self._hub = hub

    def start(self) -> None:
        self._hub.rooms["wake_worker"] = self.wake
        for worker in self._workers:
            worker.start()

    def wake(self) -> None:
        """There may be something to do."""
        for worker in self._workers:
            worker.wake()

    def end(self) -> None:
        """Take no other jobs. Those at hand are finished, or break off, which is no failure."""
        for worker in self._workers:
            worker.end()

    def join(self) -> None:
        """Wait until they have ended."""
        for worker in self._workers:
            worker.join()


class Worker:
    """Runs jobs one after another until told to stop.

    A job may run twice: if its worker dies, its lease runs out and another takes it.
    """

    def __init__(self, hub: Hub, jobs: Jobs) -> None:
        self.hub = hub
        self.jobs = jobs
        self._bell = threading.Event()
        self._ended = threading.Event()
        self._at: int | None = None
        self._threads = [
            threading.Thread(target=self.run, name="worker", daemon=True),
            threading.Thread(target=self._renew, name="worker's lease", daemon=True),
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def wake(self) -> None:
        """There may be something to do."""
        self._bell.set()

    def end(self) -> None:
        """Take no other job after the one at hand."""
        self._ended.set()
        self._bell.set()

    def join(self) -> None:
        for thread in self._threads:
            thread.join()

    def run(self) -> None:
        while not self._ended.is_set():
            self._bell.clear()
            try:
                pause = 0.0 if self.step() else self._pause()
            except Exception:  # the database is away: jobs wait until it is back
                log.exception("the worker could not reach its table")
                pause = IDLE_SECONDS
            if pause and not self._ended.is_set():
                self._bell.wait(pause)

    def step(self) -> bool:
        """Run the job that is due longest; False if none is."""
        now, names = self.hub.clock(), list(self.jobs)
        row = self.hub.db.write(lambda db: table.take(db, names, now, now + LEASE_SECONDS * 1000))
        if row is None:
            return False
        self._at = row.id
        try:
            self.jobs[row.name](self.hub, **json.loads(row.args))
        except Exception as error:  # whatever it was, the other jobs go on
            self._at = None
            if self._ended.is_set():  # it was broken off: begin again at the next start
                self.hub.db.write(lambda db: table.hand_back(db, row.id))
            else:
                self._put_back(row, error)
        else:
            self._at = None
            self.hub.db.write(lambda db: table.done(db, row.id))
        return True

    def _renew(self) -> None:
        """Whoever takes long is not dead: hold on to the lease."""
        while not self._ended.wait(LEASE_SECONDS / 3):
            id, until = self._at, self.hub.clock() + LEASE_SECONDS * 1000
            if id is not None:
                self.hub.db.write(functools.partial(table.renew, id=id, until=until))

    def _put_back(self, row: Row, error: Exception) -> None:
        log.exception("job failed", extra={"job": row.name, "attempt": row.attempts})
        now = self.hub.clock()
        given_up_at = now if row.attempts >= TRIES else None
        next_at = now + 1000 * min(3600, 10 * 4 ** (row.attempts - 1))
        message = f"{type(error).__name__}: {error}"
        self.hub.db.write(
            lambda db: table.put_back(
                db, row.id, next_at=next_at, message=message, given_up_at=given_up_at
            )
        )

    def _pause(self) -> float:
        """Until the next job is due, in seconds."""
        due = self.hub.db.read(lambda db: table.next_due(db, list(self.jobs)))
        if due is None:
            return IDLE_SECONDS
        return min(IDLE_SECONDS, max(0.05, (due - self.hub.clock()) / 1000))
