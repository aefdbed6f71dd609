"""What one process keeps for datasets: a program to read them with, an engine over their rows."""

import threading
from pathlib import Path

from bearhug.viewer.builder.asking import Warm
from bearhug.viewer.engine.engine import Engine

KEPT = ("parquet", "previews", "indexes")
"""Below the cache: what the engine reads."""


class BrokenOff(Exception):
    """The hub is ending. The job is done again at the next start."""


class Room:
    """One per process. `folder` is what it may fill, and delete again: `cache/viewer`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.warm = Warm()
        self.ending = threading.Event()
        self._engine: Engine | None = None
        self._lock = threading.Lock()

    @property
    def engine(self) -> Engine:
        """Started when it is first asked for."""
        with self._lock:
            if self._engine is None:
                for name in KEPT:
                    (self.folder / name).mkdir(parents=True, exist_ok=True)
                self._engine = Engine(tuple(self.folder / name for name in KEPT))
            return self._engine

    def close(self) -> None:
        self.ending.set()
        self.warm.close()
        with self._lock:
            if self._engine is not None:
                self._engine.close()
                self._engine = None
