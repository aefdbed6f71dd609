"""Uploads by hf_xet, verified; downloads in chunks and plain beside nginx; eight at once."""

import json
import os
import random
import resource
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bearhug.app import build_hub
from bearhug.config import from_environment
from bearhug.storage import lfs_key
from bench.client import pull
from bench.machine import folder
from bench.repos import Owner
from bench.results import Result, interleave
from bench.servers import RunningHub, hub, nginx

SIZE_BYTES = 200 * 10**6
AT_MOST_SECONDS = 1.2 * 200 / 500
"""Of the server, per upload."""

ROUNDS = 5
AT_ONCE = 8
EACH_BYTES = 64 * 10**6
MOST_MIB = 400.0

UPLOAD = """
import sys
from huggingface_hub import HfApi
if sys.argv[1:]:
    HfApi().upload_file(path_or_fileobj=sys.argv[1], path_in_repo=sys.argv[2], repo_id="ada/large")
"""


def measure() -> Iterator[Result]:
    with folder(in_memory=True) as scratch, hub(scratch / "data") as server:
        server.user("ada")
        token = server.token("ada")
        ada = Owner(server.url, token)
        ada.create("large")
        ada.close()
        file = _random(scratch / "model.bin", SIZE_BYTES, seed=1)
        yield _upload(server, token, scratch, file)
        with nginx(scratch, scratch) as theirs:
            yield from _downloads(server, token, theirs, file)
        yield _reconstruct(server)
        yield _at_once(server, token, scratch)


def _upload(server: RunningHub, token: str, scratch: Path, file: Path) -> Result:
    start = _client(server, token, scratch / "warm")
    before = server.processor_seconds()
    client = _client(server, token, scratch / "first", str(file), file.name) - start
    return Result(
        what="upload of 200 MB, processor of the server",
        ours=server.processor_seconds() - before,
        unit="s",
        peer=client,
        peer_name="the client's own",
        at_most=AT_MOST_SECONDS,
    )


def _downloads(server: RunningHub, token: str, nginx: str, file: Path) -> Iterator[Result]:
    part, first, last = _data_address(server, token, file.name)
    wanted = {"ours": part, "nginx": f"{nginx}/{file.name}"}

    def chunks(url: str) -> float:
        pulled = pull(url, range=f"bytes={first}-{last}")
        assert pulled.size_bytes == last + 1 - first
        return pulled.gb_per_second

    def plain(url: str) -> float:
        pulled = pull(url)
        assert pulled.size_bytes == SIZE_BYTES
        return pulled.gb_per_second

    figures = interleave(ROUNDS, {name: lambda u=url: chunks(u) for name, url in wanted.items()})  # type: ignore[misc]
    yield _beside("stored bytes of a xorb, as hf_xet reads", figures)
    wanted["ours"] = f"{server.url}/ada/large/resolve/main/{file.name}"
    figures = interleave(ROUNDS, {name: lambda u=url: plain(u) for name, url in wanted.items()})  # type: ignore[misc]
    yield _beside("the same plain, put together by the hub", figures)


def _beside(what: str, figures: dict[str, float]) -> Result:
    ours, peer = figures["ours"], figures["nginx"]
    return Result(what=what, ours=ours, unit="GB/s", peer=peer, peer_name="nginx")


def _data_address(server: RunningHub, token: str, name: str) -> tuple[str, int, int]:
    """Of the first xorb's bytes that this file needs: where, and which, the last included."""
    read = _json(f"{server.url}/api/models/ada/large/xet-read-token/main", token)
    listed = _json(f"{server.url}/api/models/ada/large/tree/main", token)
    (hash,) = (each["xetHash"] for each in listed if each["path"] == name)
    found = _json(f"{read['casUrl']}/v1/reconstructions/{hash}", read["accessToken"])
    parts = next(iter(found["fetch_info"].values()))
    return parts[0]["url"], parts[0]["url_range"]["start"], parts[0]["url_range"]["end"]


def _json(url: str, token: str) -> Any:
    asked = urllib.request.Request(url, headers={"Authorization": f"Bearer {token}"})
    with urllib.request.urlopen(asked) as answer:
        return json.load(answer)


def _reconstruct(server: RunningHub) -> Result:
    """Without HTTP, in this process."""
    opened = build_hub(from_environment(data_dir=server.data))
    try:
        (sha256,) = _hashes(server)
        start, size = time.process_time(), 0
        for block in opened.objects.read(lfs_key(sha256)):
            size += len(block)
        seconds = time.process_time() - start
    finally:
        opened.db.close()
    return Result(
        what="plain bytes out of chunks",
        ours=size / seconds / 1e9,
        unit="GB/s",
        note="of one processor",
    )


def _hashes(server: RunningHub) -> list[str]:
    listed = json.load(urllib.request.urlopen(f"{server.url}/api/models/ada/large/tree/main"))
    return [each["lfs"]["oid"] for each in listed if "lfs" in each]


def _at_once(server: RunningHub, token: str, scratch: Path) -> Result:
    files = [
        _random(scratch / f"{number}.bin", EACH_BYTES, seed=number + 10)
        for number in range(AT_ONCE)
    ]
    start = time.perf_counter()
    clients = [
        subprocess.Popen(
            _command(str(file), file.name), env=_environment(server, token, scratch / file.stem)
        )
        for file in files
    ]
    peak = 0.0
    while any(client.poll() is None for client in clients):
        peak = max(peak, server.memory_mib())
        time.sleep(0.1)
    assert not any(client.returncode for client in clients)
    seconds = time.perf_counter() - start
    return Result(
        what=f"{AT_ONCE} uploads of 64 MB at once, most memory",
        ours=peak,
        unit="MiB",
        at_most=MOST_MIB,
        note=f"{seconds:.1f} s, clients and all",
    )


def _client(server: RunningHub, token: str, home: Path, *arguments: str) -> float:
    """Seconds of processor that the client took."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(_command(*arguments), env=_environment(server, token, home), check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _command(*arguments: str) -> list[str]:
    return [sys.executable, "-c", UPLOAD, *arguments]


def _environment(server: RunningHub, token: str, home: Path) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "HF_ENDPOINT": server.url,
        "HF_TOKEN": token,
        "HF_HUB_DISABLE_PROGRESS_BARS": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "HF_HUB_DISABLE_UPDATE_CHECK": "1",
    }


def _random(path: Path, size: int, *, seed: int) -> Path:
    chance = random.Random(seed)
    with path.open("wb") as file:
        for start in range(0, size, 1 << 20):
            file.write(chance.randbytes(min(1 << 20, size - start)))
    return path
