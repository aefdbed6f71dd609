"""kill -9 during uploads by hf_xet: what was acknowledged is whole, and fsck finds nothing."""

import hashlib
import os
import random
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from bearhug.app import build_hub
from bearhug.cas.service import checking, sweeping
from bearhug.config import Settings
from bearhug.hub import Hub
from tests.cas.sending import repo_of
from tests.crash.server import Server

pytestmark = [pytest.mark.crash, pytest.mark.client]

KILLS = int(os.environ.get("BEARHUG_TEST_KILLS", "4"))
"""A hundred before a release: two minutes."""

MOST_SECONDS = 2.5
"""An upload takes less, most of it the client's own start."""

UPLOAD = """
import sys
from huggingface_hub import HfApi
HfApi().upload_file(path_or_fileobj=sys.argv[1], path_in_repo=sys.argv[2], repo_id="ada/mine")
print("acknowledged")
"""


def environment(home: dict[str, str], url: str, cache: Path) -> dict[str, str]:
    own = {"HF_ENDPOINT": url, "HF_TOKEN": "hf_ada", "HF_XET_CACHE": str(cache)}
    quiet = {"HF_HUB_DISABLE_PROGRESS_BARS": "1", "HF_HUB_DISABLE_UPDATE_CHECK": "1"}
    return {
        name: value
        for name, value in {**home, **own, **quiet}.items()
        if name != "HF_HUB_DISABLE_XET"
    }


def upload(file: Path, name: str, env: dict[str, str]) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", UPLOAD, str(file), name],
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def finish(client: "subprocess.Popen[str]", seconds: float) -> bool:
    """Whether it was told that all went well; a client that still retries is stopped."""
    try:
        said, _ = client.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        client.kill()
        said, _ = client.communicate()
    return "acknowledged" in said


def content(chance: random.Random, before: bytes) -> bytes:
    """Now new, now an edit of what was sent before."""
    fresh = chance.randbytes(3_000_000)
    return (
        before[: len(before) // 2] + fresh[:100_000] + before[len(before) // 2 :]
        if before and chance.random() < 0.5
        else fresh
    )


def test_kills_during_uploads_lose_nothing(
    hub: Hub, tmp_path: Path, client_home: dict[str, str]
) -> None:
    data, chance = hub.settings.data_dir, random.Random(9)
    repo_of(hub, "mine")
    hub.db.close()
    file, sent, latest = tmp_path / "file.bin", {}, b""
    with Server(data, tmp_path / "server.log") as server:
        for kill in range(KILLS):
            env = environment(client_home, server.start(), tmp_path / "xet")
            latest = content(chance, latest)
            file.write_bytes(latest)
            client = upload(file, f"{kill}.bin", env)
            time.sleep(chance.uniform(0.2, MOST_SECONDS))
            server.kill()
            if finish(client, seconds=0.5):
                sent[f"{kill}.bin"] = hashlib.sha256(latest).hexdigest()
        url = server.start()
        client = upload(file, "last.bin", environment(client_home, url, tmp_path / "xet"))
        assert finish(client, seconds=60), "and after all that, work goes on"
        sent["last.bin"] = hashlib.sha256(latest).hexdigest()
        for name, sha256 in sent.items():
            got = httpx.get(f"{url}/ada/mine/resolve/main/{name}")
            assert hashlib.sha256(got.content).hexdigest() == sha256, name
    look_over(data)


def look_over(data: Path) -> None:
    """Nothing is damaged, nor is it after what the killed left has been collected."""
    hub = build_hub(Settings(data_dir=data))
    try:
        assert [str(each) for each in checking.examine(hub)] == []
        sweeping.collect(hub, at_once=True)
        assert [str(each) for each in checking.examine(hub)] == []
    finally:
        hub.db.close()


def test_a_returning_client_uploads_again_after_all_was_collected(
    hub: Hub, tmp_path: Path, client_home: dict[str, str]
) -> None:
    """Its cache names xorbs that are gone; under the new address it does not believe it."""
    data = hub.settings.data_dir
    repo_of(hub, "mine")
    hub.db.close()
    file = tmp_path / "file.bin"
    file.write_bytes(random.Random(8).randbytes(3_000_000))
    with Server(data, tmp_path / "server.log") as server:
        url = server.start()
        env = environment(client_home, url, tmp_path / "xet")
        assert finish(upload(file, "model.bin", env), seconds=60)
        authorised = {"Authorization": "Bearer hf_ada"}
        httpx.request(
            "DELETE", f"{url}/api/repos/delete", json={"name": "ada/mine"}, headers=authorised
        ).raise_for_status()
        command = [sys.executable, "-m", "bearhug.cli", "gc", "--now", "--data", str(data)]
        said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        assert "1  " in said
        assert "xorbs in no file, deleted" in said
        made = {"name": "mine", "type": "model"}
        httpx.post(f"{url}/api/repos/create", json=made, headers=authorised).raise_for_status()
        assert finish(upload(file, "model.bin", env), seconds=60)
        assert httpx.get(f"{url}/ada/mine/resolve/main/model.bin").content == file.read_bytes()
    look_over(data)
