"""People at their terminals: real git, each with a home and a token of their own."""

import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import CompletedProcess

from tests.conftest import Server


@dataclass
class Desk:
    """One person's folder. `git` runs there, deaf to the machine's configuration."""

    server: Server
    name: str
    """Whose token is used; "" is a visitor."""
    home: Path
    env: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.home.mkdir(parents=True, exist_ok=True)
        who = self.name or "nobody"
        self.env = {
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "HOME": str(self.home),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_AUTHOR_NAME": who.title(),
            "GIT_AUTHOR_EMAIL": f"{who}@bears.example",
            "GIT_COMMITTER_NAME": who.title(),
            "GIT_COMMITTER_EMAIL": f"{who}@bears.example",
            **self.env,
        }
        # A token kept as `git credential-store` keeps it: asked for only after a 401.
        if self.name:
            (self.home / ".git-credentials").write_text(
                self.server.url.replace("://", f"://{self.name}:hf_{self.name}@") + "\n"
            )
        config = "[credential]\n\thelper = store\n[advice]\n\tdetachedHead = false\n"
        (self.home / ".gitconfig").write_text(config)

    def git(self, *arguments: str, at: Path | None = None, stdin: bytes = b"") -> str:
        """What it said on standard output. Fails with what it said on the terminal."""
        done = self.try_git(*arguments, at=at, stdin=stdin)
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout.decode().strip()

    def refused(self, *arguments: str, at: Path | None = None) -> str:
        """What the terminal shows of a command that must fail."""
        done = self.try_git(*arguments, at=at)
        assert done.returncode != 0, done.stdout.decode() + done.stderr.decode()
        return "\n".join(line.rstrip() for line in done.stderr.decode().splitlines())

    def try_git(
        self, *arguments: str, at: Path | None = None, stdin: bytes = b""
    ) -> "CompletedProcess[bytes]":
        return subprocess.run(
            ["git", *arguments],
            cwd=at or self.home,
            env=self.env,
            input=stdin,
            capture_output=True,
            timeout=60,
            check=False,
        )

    def clone(self, repo: str, *options: str, into: str = "") -> Path:
        place = self.home / (into or repo.replace("/", "-"))
        self.git("clone", "-q", *options, f"{self.server.url}/{repo}", str(place))
        return place

    def commit(self, at: Path, files: dict[str, bytes], message: str = "Change it") -> str:
        """Write these files, commit everything, and return the commit."""
        for path, content in files.items():
            (at / path).parent.mkdir(parents=True, exist_ok=True)
            (at / path).write_bytes(content)
        self.git("add", "-A", at=at)
        self.git("commit", "-q", "--allow-empty", "-m", message, at=at)
        return self.git("rev-parse", "HEAD", at=at)


def wait_until(true: Callable[[], bool], seconds: float = 60) -> None:
    """What follows an answer takes a moment."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.02)
