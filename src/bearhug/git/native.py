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


def git(*arguments: str, at: Path, stdin: bytes = b"") -> bytes:
    """What it printed. Raises CalledProcessError, whose `stderr` says why."""
    command = [GIT, f"--git-dir={at}", *arguments]
    done = subprocess.run(command, input=stdin, capture_output=True, check=True, env=ENVIRONMENT)
    return done.stdout
