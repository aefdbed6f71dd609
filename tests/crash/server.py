"""A server to be killed."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Self


class Server:
    """`bearhug serve` over a data folder, started and killed as often as one likes."""

    def __init__(self, data: Path, log: Path) -> None:
        self._data = data
        self._log = log.open("wb")
        self._pid = 0

    def __enter__(self) -> Self:
        self._nursery = subprocess.Popen(
            [sys.executable, "-m", "tests.crash.nursery"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
        )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._pid:
            self.kill()
        assert self._nursery.stdin
        assert self._nursery.stdout
        self._nursery.stdin.close()
        self._nursery.wait()
        self._nursery.stdout.close()
        self._log.close()

    def start(self) -> str:
        """Returns its address once it listens."""
        self._tell(f"serve --data {self._data} --host 127.0.0.1 --port 0 --no-starter")
        self._pid = int(self._heard())
        said = self._heard()
        if said == "ended":
            self._pid = 0
            raise AssertionError(f"The server did not start: {self._log.name}")
        return said.split()[-1]

    def kill(self) -> None:
        """As the kernel does when memory runs out: nothing of it gets to run any more."""
        os.kill(self._pid, signal.SIGKILL)
        self._pid = 0
        assert self._heard() == "ended"

    def _tell(self, line: str) -> None:
        assert self._nursery.stdin
        self._nursery.stdin.write(line + "\n")
        self._nursery.stdin.flush()

    def _heard(self) -> str:
        assert self._nursery.stdout
        return self._nursery.stdout.readline().strip()
