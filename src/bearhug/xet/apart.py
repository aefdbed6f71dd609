"""Cutting large files in another process, for the sake of those who look at pages.

Chunking takes the interpreter's lock and gives it back thousands of times a second: a thread that
answers requests beside it waits anew each time, and pages took ten times as long.
"""

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict
from threading import Event

from bearhug.config import Settings
from bearhug.kit.wire import Moment
from bearhug.storage.sigv4 import Credentials
from bearhug.xet import process
from bearhug.xet.ingest import Ingested

LOOK_SECONDS = 0.5


class Failed(Exception):
    """The process did not do it. For the operator to read."""


def bring_apart(
    settings: Settings, hashes: Sequence[str], at: Moment, ending: Event
) -> dict[str, Ingested]:
    """As `ingest.bring`, in a process of its own. Slow.

    Raises Failed, also if it was ended because `ending` was set meanwhile.
    """
    asked = {
        "database": settings.database_url,
        "folder": str(settings.data_dir),
        "objects": settings.objects_url,
        "credentials": asdict(_credentials(settings)),
        "hashes": list(hashes),
        "at": at,
    }
    command, pipe = [sys.executable, "-m", process.__name__], subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True) as running:
        said, errors = _talk(running, json.dumps(asked), ending)
    if running.returncode:
        raise Failed(f"status {running.returncode}: {errors[-2000:]}")
    return {sha256: process.heard(each) for sha256, each in json.loads(said).items()}


def _talk(running: "subprocess.Popen[str]", asked: str, ending: Event) -> tuple[str, str]:
    given: str | None = asked
    while True:
        if ending.is_set():
            running.terminate()
        try:
            return running.communicate(given, timeout=LOOK_SECONDS)
        except subprocess.TimeoutExpired:
            given = None


def _credentials(settings: Settings) -> Credentials:
    return Credentials(
        access_key=settings.s3_access_key,
        secret_key=settings.s3_secret_key.get_secret_value(),
        region=settings.s3_region,
        endpoint=settings.s3_endpoint,
    )
