"""Servers to measure: a Bearhug started by its command line, and nginx beside it."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PATIENCE_SECONDS = 60.0


@dataclass(frozen=True)
class RunningHub:
    """A hub on a port of its own, over `data`."""

    url: str
    data: Path
    process: subprocess.Popen[bytes]
    ready_seconds: float
    """From starting the process to its first good answer."""

    def user(self, name: str) -> None:
        """Make an account."""
        email = f"{name}@example.org"
        self.admin(
            "user", "create", name, "--email", email, "--password-stdin", stdin="a fine passphrase"
        )

    def token(self, name: str, role: str = "write") -> str:
        """A fresh access token of that account."""
        return self.admin("token", "create", name, "--role", role).split()[-1]

    def admin(self, *arguments: str, stdin: str = "") -> str:
        """What `bearhug admin …` prints."""
        command = [sys.executable, "-m", "bearhug.cli", "admin", *arguments]
        environment = _environment(self.data)
        done = subprocess.run(
            command, env=environment, input=stdin, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise RuntimeError(f"{' '.join(command)}: {done.stderr}")
        return done.stdout

    def memory_mib(self) -> float:
        """What the process and its children hold, shared pages counted by share (PSS)."""
        return sum(_pss_kib(pid) for pid in _family(self.process.pid)) / 1024

    def processor_seconds(self) -> float:
        """What the process itself has computed so far, in seconds of one processor."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def hub(data: Path, *options: str, starter: bool = False, **settings: str) -> Iterator[RunningHub]:
    """`bearhug serve` over a data folder; `settings` become BEARHUG_ variables."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "bearhug.cli", "serve", "--data", str(data)]
    command += ["--host", "127.0.0.1", "--port", str(port), *options]
    command += [] if starter else ["--no-starter"]
    environment = _environment(data) | {f"BEARHUG_{k.upper()}": v for k, v in settings.items()}
    start = time.perf_counter()
    with _running(command, environment, log=data.with_suffix(".log")) as process:
        _wait_for(f"{url}/readyz", process)
        yield RunningHub(url, data, process, time.perf_counter() - start)


@contextmanager
def nginx(files: Path, scratch: Path) -> Iterator[str]:
    """Debian's nginx with sendfile over `files`; yields its address. Its own go to `scratch`."""
    port = free_port()
    config = scratch / "nginx.conf"
    config.write_text(_NGINX.format(user=_nginx_user(), scratch=scratch, port=port, files=files))
    command = ["/usr/sbin/nginx", "-p", str(scratch), "-e", str(scratch / "error.log")]
    with _running(
        [*command, "-c", str(config)], dict(os.environ), log=scratch / "nginx.log"
    ) as process:
        _wait_for(f"http://127.0.0.1:{port}/", process)
        yield f"http://127.0.0.1:{port}"


_NGINX = """\
daemon off;
{user}
worker_processes 1;
pid {scratch}/nginx.pid;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    sendfile on;
    tcp_nopush on;
    client_body_temp_path {scratch}/body;
    proxy_temp_path {scratch}/proxy;
    fastcgi_temp_path {scratch}/fastcgi;
    uwsgi_temp_path {scratch}/uwsgi;
    scgi_temp_path {scratch}/scgi;
    server {{
        listen 127.0.0.1:{port};
        root {files};
    }}
}}
"""


@contextmanager
def engine(model: Path, threads: int, scratch: Path) -> Iterator[str]:
    """llama.cpp's own server with one model; yields its address once it has loaded it."""
    port = free_port()
    command = [sys.executable, "-m", "bench.engine", str(model), str(port), str(threads)]
    with _running(command, dict(os.environ), log=scratch / "engine.log") as process:
        _wait_for(f"http://127.0.0.1:{port}/health", process)
        yield f"http://127.0.0.1:{port}"


def _nginx_user() -> str:
    # As root its worker would become www-data, which may not read our temporary folders.
    return "user root;" if os.geteuid() == 0 else ""


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


def _environment(data: Path) -> dict[str, str]:
    """Ours without what an operator may have set, so that a run measures the defaults."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("BEARHUG_")}
    # An installed Python keeps what it compiled; without that, a start takes seconds more.
    kept.pop("PYTHONDONTWRITEBYTECODE", None)
    return kept | {"BEARHUG_DATA_DIR": str(data)}


@contextmanager
def _running(
    command: Sequence[str], environment: dict[str, str], *, log: Path
) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("ab") as output:
        process = subprocess.Popen(command, env=environment, stdout=output, stderr=output)
        try:
            yield process
        except ServerFailed as failed:
            failed.add_note(log.read_text(encoding="utf-8", errors="replace")[-4000:])
            raise
        finally:
            process.terminate()
            try:
                process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


class ServerFailed(Exception):
    """It ended, or never answered. Its log is the note."""


def _wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urllib.request.urlopen(url, timeout=5).close()
            return
        except urllib.error.HTTPError as answer:
            if answer.code < 500:  # an empty nginx folder has no index, and still answers
                return
        except OSError:
            pass
        time.sleep(0.01)
    raise ServerFailed(f"{url} did not answer (exit status {process.poll()})")


def _family(pid: int) -> list[int]:
    """A process and all that it started."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid] + [member for child in children for member in _family(int(child))]


def _pss_kib(pid: int) -> int:
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1])
    return 0
