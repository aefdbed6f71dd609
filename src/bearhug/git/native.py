"""Running git itself, deaf to the machine's own configuration."""

import os
import shutil
import subprocess
from pathlib import Path

GIT = shutil.which("git") or "git"
ENVIRONMENT = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
    "PATH": os.defpath,
}


FETCH_OPTIONS = (
    *("-c", "uploadpack.allowFilter=true", "-c", "uploadpack.allowAnySHA1InWant=true"),
    *("-c", "pack.threads=2", "-c", "pack.windowMemory=64m"),
)


def command(*arguments: str, at: Path) -> list[str]:
    """git on this bare repository, whoever's the folder is."""
    return [GIT, "-c", "safe.directory=*", f"--git-dir={at}", *arguments]


def git(*arguments: str, at: Path, stdin: bytes = b"") -> bytes:
    """What it printed. Raises CalledProcessError, whose `stderr` says why."""
    asked = command(*arguments, at=at)
    done = subprocess.run(asked, input=stdin, capture_output=True, check=True, env=ENVIRONMENT)
    return done.stdout
