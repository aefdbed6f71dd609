"""A runner's process: started in its own folder and session, listened to, and ended."""

import asyncio
import contextlib
import json
import os
import shutil
import signal
from asyncio import StreamReader
from asyncio.subprocess import PIPE
from pathlib import Path

from bearhug.inference.engines.base import EngineFailed, ModelFile

# All a runner gets of an environment: a hub's own may hold its secrets.
ENVIRONMENT = {
    "HF_HUB_OFFLINE": "1",
    "HF_MODULES_CACHE": "modules",  # in the runner's folder: runners.brought
    "LANG": "C.UTF-8",
    "PATH": os.defpath,
    "PYTHONDONTWRITEBYTECODE": "1",
}
LOG_BYTES = 16 * 1024
END_SECONDS = 2.0


class Process:
    """One runner. `isolation` is what it says of its confinement, once it has said it."""

    def __init__(self, process: asyncio.subprocess.Process, folder: Path) -> None:
        self.folder = folder
        self.pid = process.pid
        self.isolation = ""
        self.device = "cpu"
        """What it computes on."""
        self.progress: float | None = None
        """Of its loading, 0 to 1, if it tells."""
        self._process = process
        self._log = b""
        self._ready = asyncio.Event()
        self._asked_to_end = False
        self.ended = asyncio.create_task(self._follow())
        """Done when the process is gone and its folder too; tells why, in words."""

    @property
    def alive(self) -> bool:
        return self._process.returncode is None

    async def ready(self) -> None:
        """Wait until the model answers. Raises EngineFailed, with the reason, if it never will."""
        said = asyncio.create_task(self._ready.wait())
        try:
            await asyncio.wait({said, self.ended}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            said.cancel()
        if not self._ready.is_set():
            raise EngineFailed(f"The model could not be loaded: {self.ended.result()}.")

    async def end(self) -> None:
        """Kill it, with all it started, and see it go. It has nothing to save."""
        self._asked_to_end = True
        self._kill()
        await asyncio.wait({self.ended}, timeout=END_SECONDS)

    def _kill(self) -> None:
        if self.alive:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)

    async def _follow(self) -> str:
        events, log = self._process.stdout, self._process.stderr
        assert events is not None
        assert log is not None
        await asyncio.gather(self._listen(events), self._keep(log))
        code = await self._process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)
        return self._why(code)

    async def _listen(self, events: StreamReader) -> None:
        """Believe only short lines of JSON: the model inside is a stranger's."""
        try:
            while line := await events.readline():
                event = json.loads(line)
                if isinstance(event, dict):
                    self._hear(event)
        except (ValueError, RecursionError):  # too long a line, or no JSON
            if not self._ready.is_set():  # it could not tell us any more that it is
                self._kill()
        while await events.read(LOG_BYTES):
            pass

    def _hear(self, event: dict[str, object]) -> None:
        self.isolation = str(event.get("isolation", self.isolation))[:200]
        progress = event.get("progress")
        if isinstance(progress, int | float):
            self.progress = float(min(1, max(0, progress)))
        self.device = "cuda" if event.get("device") == "cuda" else self.device
        if event.get("ready") is True:
            self._ready.set()

    async def _keep(self, log: StreamReader) -> None:
        while part := await log.read(LOG_BYTES):
            self._log = (self._log + part)[-LOG_BYTES:]

    def _why(self, code: int) -> str:
        if self._asked_to_end:
            return "it was put to sleep"
        if code == -signal.SIGKILL:
            return "its process was killed, most likely for want of memory"
        words = self._last_error()
        ended = f"its process ended by signal {-code}" if code < 0 else f"it ended with code {code}"
        return f"{ended}: {words}" if words else ended

    def _last_error(self) -> str:
        """The last line of the log that llama.cpp marks as an error, else the last line."""
        lines = self._log.decode("utf-8", "replace").split("\n")
        lines = [line.strip() for line in lines if line.strip()]
        errors = [line.split(" E ", 1)[1] for line in lines if " E " in line]
        last = (errors or lines or [""])[-1]
        return last.replace(str(self.folder), "")[:300]


async def start(argv: list[str], model: ModelFile, names: list[str], folder: Path) -> Process:
    """Start a runner in a new folder with the model's files linked under `names`.

    It must be called on the thread that lives as long as the hub: when that ends, so does the
    runner (PR_SET_PDEATHSIG is the thread's, not the process's).
    """
    folder.mkdir(mode=0o700)
    for name, path in zip(names, model.paths, strict=True):
        if ".." in Path(name).parts or Path(name).is_absolute():
            raise EngineFailed(f"The model has a file of an impossible name, {name!r}.")
        (folder / name).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        (folder / name).symlink_to(path.resolve())
    process = await asyncio.create_subprocess_exec(
        *argv,
        cwd=folder,
        env=ENVIRONMENT,
        stdin=PIPE,
        stdout=PIPE,
        stderr=PIPE,
        start_new_session=True,
    )
    return Process(process, folder)
