"""Twenty thousand small large files in one commit by hf_xet, and one file of 5 GB. Minutes."""

import hashlib
import os
import random
import resource
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from bench.machine import folder
from bench.repos import Owner
from bench.results import Result
from bench.servers import RunningHub, hub

SMALL = 20_000
LARGE_BYTES = 5 * 10**9
AT_MOST_SECONDS = 1.2 * LARGE_BYTES / 500e6
"""Of the server's processor."""

FOLDER = """
import sys
from huggingface_hub import HfApi
HfApi().upload_folder(folder_path=sys.argv[1], repo_id=sys.argv[2])
"""


def measure() -> Iterator[Result]:
    with folder() as scratch, hub(scratch / "data") as server:
        server.user("ada")
        token = server.token("ada")
        owner = Owner(server.url, token)
        owner.create("many")
        owner.create("huge")
        owner.close()
        yield from _small(server, token, scratch)
        yield from _huge(server, token, scratch)


def _small(server: RunningHub, token: str, scratch: Path) -> Iterator[Result]:
    chance, place = random.Random(18), scratch / "many"
    for number in range(SMALL):
        file = place / f"{number % 100:02d}" / f"{number}.bin"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(chance.randbytes(chance.randint(200, 4000)))
    yield from _sent(f"{SMALL:,} small files", server, token, place, "ada/many")
    last = f"{server.url}/ada/many/resolve/main/{(SMALL - 1) % 100:02d}/{SMALL - 1}.bin"
    assert urllib.request.urlopen(last).read() == file.read_bytes()


def _huge(server: RunningHub, token: str, scratch: Path) -> Iterator[Result]:
    place = scratch / "huge"
    place.mkdir()
    digest = hashlib.sha256()
    with (place / "huge.bin").open("wb") as file:
        for _ in range(LARGE_BYTES // 10**7):
            block = os.urandom(10**7)
            file.write(block)
            digest.update(block)
    yield from _sent("5 GB", server, token, place, "ada/huge", AT_MOST_SECONDS)
    (place / "huge.bin").unlink()
    before, got = server.processor_seconds(), hashlib.sha256()
    with urllib.request.urlopen(f"{server.url}/ada/huge/resolve/main/huge.bin") as answer:
        while block := answer.read(1 << 20):
            got.update(block)
    assert got.digest() == digest.digest()
    seconds = server.processor_seconds() - before
    yield Result(what="5 GB read plainly, processor of the server", ours=seconds, unit="s")


def _sent(
    what: str, server: RunningHub, token: str, place: Path, repo: str, most: float | None = None
) -> Iterator[Result]:
    before, peak, start = server.processor_seconds(), 0.0, time.perf_counter()
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    client = subprocess.Popen(
        [sys.executable, "-c", FOLDER, str(place), repo], env=_environment(server, token, place)
    )
    while client.poll() is None:
        peak = max(peak, server.memory_mib())
        time.sleep(0.3)
    assert client.returncode == 0
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    own = after.ru_utime + after.ru_stime - used.ru_utime - used.ru_stime
    yield Result(
        what=f"{what} sent, processor of the server",
        ours=server.processor_seconds() - before,
        unit="s",
        peer=own,
        peer_name="the client's own",
        at_most=most,
        note=f"{time.perf_counter() - start:.0f} s by the clock",
    )
    yield Result(what=f"{what} sent, most memory", ours=peak, unit="MiB")


def _environment(server: RunningHub, token: str, home: Path) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home.with_suffix(".home")),
        "HF_ENDPOINT": server.url,
        "HF_TOKEN": token,
        "HF_HUB_DISABLE_PROGRESS_BARS": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "HF_HUB_DISABLE_UPDATE_CHECK": "1",
    }
