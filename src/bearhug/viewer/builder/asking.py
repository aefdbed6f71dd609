"""A program that reads one dataset, as the hub's side sees it: started, asked, ended."""

import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, Any

from bearhug.errors import HubError

LINE_BYTES = 32 * 1024 * 1024
LOG_BYTES = 4000
LOOK_SECONDS = 1.0
START_SECONDS = 120.0
IDLE_SECONDS = 600.0
ENVIRONMENT = {
    "HF_HUB_OFFLINE": "1",
    "HF_DATASETS_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_DATASETS_DISABLE_PROGRESS_BARS": "1",
    "LANG": "C.UTF-8",
    "PATH": os.defpath,
    "PYTHONDONTWRITEBYTECODE": "1",
    "ARROW_DEFAULT_MEMORY_POOL": "system",
}
"""All it gets of an environment: a hub's own may hold its secrets."""

Answer = dict[str, Any]


class ReadingFailed(HubError):
    """The program ended, or was ended, before it had an answer. The message says why."""

    status, code = 500, "JobManagerCrashedError"


class Reader:
    """One process. Ask it from one thread; `close` it from any."""

    def __init__(self) -> None:
        env = {**ENVIRONMENT, "PYTHONPATH": os.pathsep.join(each for each in sys.path if each)}
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-s", "-m", "bearhug.viewer.builder", f"--parent={os.getpid()}"],
            cwd="/",
            env=env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        self._heard: queue.Queue[Answer | None] = queue.Queue()
        self._log = b""
        self._scratch: Path | None = None
        self._most_bytes = 0
        self.isolation = ""
        self.began = time.monotonic()
        for listen in (self._listen, self._keep_log):
            threading.Thread(target=listen, daemon=True, name="viewer's reader").start()

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def enter(
        self,
        files: Path,
        scratch: Path,
        *,
        name: str,
        address: str,
        memory: int,
        sealed: bool,
        disk: int,
    ) -> None:
        """Have it give up all but reading `files` and writing to `scratch`, at most `disk` bytes.

        `address` is where the files are to the world (`hf://datasets/owner/name@commit`).
        `sealed`: it ends if this machine cannot confine it. Raises ReadingFailed.
        """
        self._scratch, self._most_bytes = scratch, disk
        order = {"files": str(files), "scratch": str(scratch), "name": name, "memory": memory}
        self._tell({**order, "address": address, "sealed": sealed})
        self._until("isolation", START_SECONDS, lambda event: None)

    def ask(
        self,
        question: str,
        *,
        seconds: float,
        hear: Callable[[Answer], None] = lambda event: None,
        **words: object,
    ) -> Answer:
        """The answer. `hear` is told of progress, and every second of none; what it raises ends
        the asking. Raises ReadingFailed for what takes longer than `seconds`, too much disk or
        memory, or a program that broke.
        """
        self._tell({"ask": question, **words})
        answer: Answer = self._until("done", seconds, hear)
        return answer

    def close(self) -> None:
        """End it, with all it started."""
        if self.alive:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        if self._process.stdin is not None:
            with contextlib.suppress(OSError):
                self._process.stdin.close()

    # --- inside ----------------------------------------------------------------------------

    def _tell(self, line: Mapping[str, object]) -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(line).encode() + b"\n")
            self._process.stdin.flush()
        except OSError as error:
            raise ReadingFailed(self._why()) from error

    def _until(self, word: str, seconds: float, hear: Callable[[Answer], None]) -> Any:
        over = time.monotonic() + seconds
        while True:
            try:
                event = self._heard.get(timeout=LOOK_SECONDS)
            except queue.Empty:
                event = {}
            if event is None:
                raise ReadingFailed(self._why())
            if word in event:
                self.isolation = str(event.get("isolation", self.isolation))[:300]
                return event[word]
            hear(event)
            if time.monotonic() > over:
                self.close()
                raise ReadingFailed(f"Reading these files took longer than {seconds:.0f} s.")
            if self._scratch is not None and _used(self._scratch) > self._most_bytes:
                self.close()
                raise ReadingFailed("These files unpack to more than the viewer has room for.")

    def _listen(self) -> None:
        """Believe only lines of JSON: what is being read is a stranger's."""
        events = self._process.stdout
        assert events is not None
        with events:
            try:
                while line := events.readline(LINE_BYTES):
                    event = json.loads(line)
                    if isinstance(event, dict):
                        self._heard.put(event)
            except (ValueError, RecursionError):
                self._process.kill()
        self._process.wait()
        self._heard.put(None)

    def _keep_log(self) -> None:
        log: IO[bytes] | None = self._process.stderr
        assert log is not None
        with log:
            while part := log.read1(LOG_BYTES):  # type: ignore[attr-defined]
                self._log = (self._log + part)[-LOG_BYTES:]

    def _why(self) -> str:
        code = self._process.wait()
        if code == -signal.SIGKILL:
            return "The program that reads these files was killed, most likely for want of memory."
        if code < 0:
            return f"The program that reads these files ended by signal {-code}."
        lines = self._log.decode("utf-8", "replace").strip().splitlines()
        return f"The program that reads these files ended: {lines[-1][:300] if lines else code}"


class Warm:
    """Keeps one program started, since its imports take seconds, for a while after the last."""

    def __init__(self, idle_seconds: float = IDLE_SECONDS) -> None:
        self._idle_seconds = idle_seconds
        self._lock = threading.Lock()
        self._spare: Reader | None = None
        self._timer: threading.Timer | None = None

    def take(self) -> Reader:
        """A fresh program, warm if there is one; it is the caller's to close."""
        with self._lock:
            reader, self._spare = self._spare, None
            self._stop_timer()
        return reader if reader is not None and reader.alive else Reader()

    def prepare(self) -> None:
        """Start the next one, to be there when it is wanted."""
        with self._lock:
            if self._spare is None or not self._spare.alive:
                self._spare = Reader()
            self._stop_timer()
            self._timer = threading.Timer(self._idle_seconds, self.close)
            self._timer.daemon = True
            self._timer.start()

    def close(self) -> None:
        with self._lock:
            reader, self._spare = self._spare, None
            self._stop_timer()
        if reader is not None:
            reader.close()

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def _used(folder: Path) -> int:
    """Bytes in a folder, links not followed: what it holds may be moving."""
    total = 0
    for root, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(OSError):
                total += Path(root, name).lstat().st_blocks * 512
    return total
