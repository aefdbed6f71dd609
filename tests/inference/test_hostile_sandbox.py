"""What holds a stranger's code once it runs: each attempt of `hostile`, made by a pickle."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.inference import hostile

pytestmark = [
    pytest.mark.model,
    pytest.mark.skipif(
        sys.platform != "linux", reason="only Linux has these calls; elsewhere no pickle is opened"
    ),
]


@pytest.fixture(scope="module")
def tried(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """A hub's folder with a secret, a model, and what came of each attempt."""
    hub = tmp_path_factory.mktemp("hub")
    folder = tmp_path_factory.mktemp("runner")
    secret, model = hub / "secret", hub / "model.bin"
    secret.write_text("the hub's own", "ascii")
    model.write_text("the model", "ascii")
    for path in (secret, model):
        path.chmod(0o600)
    with (
        socket.create_server(("127.0.0.1", 0)) as listening,
        socket.socket(socket.AF_UNIX) as local,
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as letters,
    ):
        local.bind(str(hub / "socket"))
        local.listen()
        letters.bind(str(hub / "datagrams"))
        given = {
            "hub": str(hub),
            "folder": str(folder),
            "secret": str(secret),
            "model": str(model),
            "port": listening.getsockname()[1],
            "socket": str(hub / "socket"),
            "datagrams": str(hub / "datagrams"),
        }
        done = subprocess.run(
            [sys.executable, "-I", str(Path(hostile.__file__)), json.dumps(given)],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    assert secret.read_text("ascii") == "the hub's own"
    assert model.read_text("ascii") == "the model"
    assert list(folder.iterdir()) == []
    assert model.stat().st_mode & 0o777 == 0o600
    assert model.stat().st_mtime > 0
    assert not Path("/tmp/bearhug-was-here").exists()
    return found


@pytest.mark.parametrize("attempt", hostile.ATTEMPTS)
def test_it_cannot(tried: dict[str, Any], attempt: str) -> None:
    if attempt == "read the users" and os.geteuid() != 0:
        pytest.skip("the file is closed to all but root, sandbox or none: run as root to try it")
    assert tried["found"][attempt] != "done"


def test_it_can_read_its_model_and_start_threads(tried: dict[str, Any]) -> None:
    assert tried["found"]["read the model"] == "the model"
    assert tried["found"]["threads"] == "done"
    assert 0 < tried["found"]["most threads"] <= 8192


def test_it_says_what_holds(tried: dict[str, Any]) -> None:
    assert tried["sealed"]
    for words in ("without network", "seeing none of the hub's files", "unable to start programs"):
        assert words in tried["said"]
