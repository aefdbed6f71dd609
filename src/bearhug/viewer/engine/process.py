"""A worker, from outside: started confined, asked one question at a time, killed when late."""

import contextlib
import hashlib
import json
import os
import selectors
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from bearhug.errors import Unavailable
from bearhug.viewer.engine import limits
from bearhug.viewer.engine.refusals import REFUSALS, TookTooLong, ViewerStopped
from bearhug.viewer.engine.splits import Json

PROGRAM = "bearhug.viewer.engine.worker"
PART_BYTES = 1024 * 1024
MOST_BYTES = 512 * 1024**2
"""Of an answer: a worker that a file has turned may say anything."""

START_SECONDS = 60.0
LOG_BYTES = 4_000


@dataclass(frozen=True)
class Reach:
    """What a worker may read, where it may write, and how much."""

    reading: tuple[Path, ...]
    folder: Path
    """Its own; gone when it ends, unless `kept`."""
    kept: bool = False
    memory_bytes: int = limits.WORKER_BYTES
    file_bytes: int = limits.LOCK_BYTES


class Worker:
    """Not safe for two threads at once. `isolation` is what it says of its confinement.

    Start it on a thread that lives as long as the hub: when that ends, so does the worker
    (PR_SET_PDEATHSIG is the thread's, not the process's).
    """

    def __init__(self, desk: str, reach: Reach) -> None:
        self._reach = reach
        self._heard = bytearray()
        self._log = bytearray()
        self._process = subprocess.Popen(
            [sys.executable, "-s", "-P", "-m", PROGRAM, f"--desk={desk}", *_arguments(reach)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=reach.folder,
            env=_environment(),
            start_new_session=True,
        )
        assert self._process.stdout is not None
        assert self._process.stderr is not None
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._process.stdout, selectors.EVENT_READ, self._heard)
        self._selector.register(self._process.stderr, selectors.EVENT_READ, self._log)
        self.isolation = ""
        self.sealed = False

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def ready(self) -> None:
        """Wait until it is confined and has its libraries. Raises ViewerStopped if it never is."""
        told = self._line(time.monotonic() + START_SECONDS)
        self.isolation, self.sealed = str(told.get("isolation", ""))[:200], bool(told.get("sealed"))

    def ask(self, question: Json, *, seconds: float) -> tuple[Json, bytes]:
        """Its answer, and the bytes beside it.

        Raises what it refuses by; TookTooLong and ViewerStopped, after which it is gone.
        """
        until = time.monotonic() + seconds
        written = json.dumps(question).encode("utf-8", "replace") + b"\n"
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(written)
            self._process.stdin.flush()
        except OSError:
            raise self._ended() from None
        answer = self._line(until)
        content = self._exactly(int(answer.get("bytes", 0)), until)
        if refused := answer.get("refused"):
            raise REFUSALS.get(str(refused), ViewerStopped)(str(answer.get("words")))
        return answer, content

    def lend(self, folder: Path) -> Path:
        """A place of its own that shows the files of `folder`: reading an index locks beside it."""
        name = hashlib.sha256(str(folder).encode()).hexdigest()[:24]
        lent = self._reach.folder / name
        if not lent.exists():
            lent.mkdir()
            lent.chmod(0o777)  # within a folder that nobody else may enter
            for file in folder.iterdir():
                if not file.name.startswith("."):
                    (lent / file.name).symlink_to(file.resolve())
        return lent

    def end(self) -> None:
        """Kill it; it has nothing to save."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._selector.close()
        for stream in (self._process.stdin, self._process.stdout, self._process.stderr):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()
        if not self._reach.kept:
            shutil.rmtree(self._reach.folder, ignore_errors=True)

    def _line(self, until: float) -> Json:
        while (end := self._heard.find(b"\n")) < 0:
            self._hear(until)
        line = bytes(self._heard[:end])
        del self._heard[: end + 1]
        try:
            told = json.loads(line)
        except ValueError:
            raise self._ended() from None
        return told if isinstance(told, dict) else {}

    def _exactly(self, size: int, until: float) -> bytes:
        if not 0 <= size <= MOST_BYTES:
            raise self._ended()
        while len(self._heard) < size:
            self._hear(until)
        content = bytes(self._heard[:size])
        del self._heard[:size]
        return content

    def _hear(self, until: float) -> None:
        left = until - time.monotonic()
        ready = self._selector.select(left) if left > 0 else []
        if not ready:
            self.end()
            raise TookTooLong("It took too long, and was stopped. Ask for less at once.")
        for key, _ in ready:
            part = os.read(key.fd, PART_BYTES)
            if not part or len(key.data) + len(part) > MOST_BYTES:
                raise self._ended()
            key.data.extend(part)
        del self._log[:-LOG_BYTES]

    def _ended(self) -> Unavailable:
        self.end()
        lines = self._log.decode("utf-8", "replace").strip().splitlines()
        why = lines[-1][:200].replace(str(self._reach.folder), "") if lines else ""
        if self._process.returncode == -signal.SIGKILL and not lines:
            why = "it was killed, most likely for want of memory"
        return ViewerStopped(f"The viewer stopped in the middle of this{': ' if why else ''}{why}.")


def _arguments(reach: Reach) -> Iterable[str]:
    yield f"--folder={reach.folder}"
    yield from (f"--reading={path}" for path in reach.reading)
    yield f"--parent={os.getpid()}"
    yield f"--memory={reach.memory_bytes}"
    yield f"--file-bytes={reach.file_bytes}"


def _environment() -> dict[str, str]:
    """All it gets, for the hub's own may hold secrets; it finds modules where we found them."""
    return {
        "LANG": "C.UTF-8",
        "MALLOC_ARENA_MAX": "2",
        "OPENBLAS_NUM_THREADS": "1",
        "PATH": os.defpath,
        "POLARS_MAX_THREADS": str(limits.THREADS),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONPATH": os.pathsep.join(entry for entry in sys.path if entry),
        "TZ": "UTC",
    }
