"""A runner started as the supervisor starts it, and asked as the hub asks it."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx

from bearhug.inference.engines.process import ENVIRONMENT

GIB = 1024**3


class Running:
    """One runner, with the lines it wrote and an HTTP client on its socket."""

    def __init__(self, process: subprocess.Popen[bytes], folder: Path) -> None:
        self.process = process
        self.folder = folder
        self.said: list[dict[str, Any]] = []
        self._log: list[bytes] = []
        self._keeper = threading.Thread(target=self._keep)
        self._keeper.start()
        self.client = httpx.Client(
            transport=httpx.HTTPTransport(uds=str(folder / "runner.sock")),
            base_url="http://runner",
            timeout=120,
        )

    def ready(self) -> bool:
        """Whether it came to answer; else it has ended."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said.append(json.loads(line))
            if "ready" in self.said[-1]:
                return True
        self.process.wait()
        return False

    @property
    def isolation(self) -> str:
        return str(self.said[0]["isolation"])

    def infer(self, inputs: Any, **parameters: Any) -> Any:
        answer = self.client.post("/infer", json={"inputs": inputs, "parameters": parameters})
        assert answer.status_code == 200, answer.text
        return answer.json()["output"]

    def refusal(self, inputs: Any, **parameters: Any) -> dict[str, str]:
        answer = self.client.post("/infer", json={"inputs": inputs, "parameters": parameters})
        assert answer.status_code == 400, answer.text
        error: dict[str, str] = answer.json()["error"]
        return error

    def chat(self, content: Any, **options: Any) -> httpx.Response:
        body = {"messages": [{"role": "user", "content": content}], **options}
        return self.client.post("/v1/chat/completions", json=body)

    def stream(self, path: str, **body: Any) -> list[dict[str, Any]]:
        with self.client.stream("POST", path, json={**body, "stream": True}) as answer:
            lines = [line.removeprefix("data: ") for line in answer.iter_lines() if line]
        assert lines[-1] == "[DONE]"
        return [json.loads(line) for line in lines[:-1] if not line.startswith(":")]

    def cpu_seconds(self) -> float:
        stat = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(stat[11]) + int(stat[12])) / os.sysconf("SC_CLK_TCK")

    def log(self) -> str:
        """All it wrote for people so far."""
        return b"".join(self._log).decode("utf-8", "replace")

    def close(self) -> None:
        self.client.close()
        self._keeper.join()
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            assert pipe is not None
            pipe.close()

    def _keep(self) -> None:
        assert self.process.stderr is not None
        self._log.extend(iter(self.process.stderr.readline, b""))


@contextlib.contextmanager
def runner(
    model: Path, task: str, *, engine: str = "transformers", memory: int = 2 * GIB, **options: Any
) -> Iterator[Running]:
    """The runner of the files in `model`, not yet waited for."""
    folder = Path(tempfile.mkdtemp(prefix="runner-"))
    folder.chmod(0o700)
    for path in model.rglob("*"):
        if path.is_file():
            link = folder / "model" / path.relative_to(model)
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(path.resolve())
    settings = {"threads": 1, "slots": 2, "context": 2048, **options}
    argv = [sys.executable, "-I", "-m", "bearhug.inference.runners"]
    argv += [f"--engine={engine}", f"--task={task}", "--name=ada/model", f"--folder={folder}"]
    argv += [f"--memory={memory}", f"--parent={os.getpid()}"]
    argv += [f"--{name}={value}" for name, value in settings.items()]
    process = subprocess.Popen(
        argv,
        cwd=folder,
        env=ENVIRONMENT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    running = Running(process, folder)
    try:
        yield running
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        running.close()
        shutil.rmtree(folder, ignore_errors=True)
