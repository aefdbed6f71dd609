"""The default client, hf_xet and all: uploads, edits, downloads, as its users do them."""

import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from bearhug.hub import Hub
from tests.conftest import Server

pytestmark = pytest.mark.client
MIB = 1 << 20
HF = Path(sys.executable).with_name("hf")


class Client:
    """`hf`, with a home of its own, as somebody."""

    def __init__(self, server: Server, home: Path, environment: dict[str, str], who: str) -> None:
        self.server = server
        self.environment = {
            **environment,
            "HOME": str(home),
            "HF_HOME": str(home / "hf"),
            "HF_XET_CACHE": str(home / "xet"),
            "HF_ENDPOINT": server.url,
            "HF_TOKEN": f"hf_{who}",
            "HF_HUB_DISABLE_UPDATE_CHECK": "1",
            "HF_HUB_DISABLE_PROGRESS_BARS": "1",
        }
        self.environment.pop("HF_HUB_DISABLE_XET")

    def __call__(self, *arguments: str, fails: bool = False) -> str:
        done = subprocess.run(
            [HF, *arguments], env=self.environment, capture_output=True, text=True, check=False
        )
        assert (done.returncode != 0) == fails, done.stderr
        return done.stdout + done.stderr


Maker = Callable[..., Client]


@pytest.fixture
def hf(server: Server, tmp_path: Path, client_home: dict[str, str]) -> Maker:
    def make(name: str, who: str = "ada") -> Client:
        return Client(server, tmp_path / name, client_home, who)

    return make


def stored(hub: Hub) -> int:
    """Bytes in the object store."""
    folder = hub.settings.data_dir / "objects"
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def test_an_upload_comes_back_by_xet_and_plainly(hf: Maker, hub: Hub, tmp_path: Path) -> None:
    data = random.Random(1).randbytes(12 * MIB) + bytes(2 * MIB)
    file = tmp_path / "model.safetensors"
    file.write_bytes(data)
    ada = hf("ada")
    ada("upload", "ada/big", str(file), "model.safetensors")
    assert stored(hub) < 13 * MIB, "zeros are one chunk"
    hf("another")("download", "ada/big", "--local-dir", str(tmp_path / "out"))
    assert (tmp_path / "out" / "model.safetensors").read_bytes() == data
    address = f"{ada.server.url}/ada/big/resolve/main/model.safetensors"
    assert httpx.get(address).content == data
    span = httpx.get(address, headers={"Range": "bytes=5000000-5000099"})
    assert (span.status_code, span.content) == (206, data[5_000_000:5_000_100])


def test_an_edited_file_costs_its_edit(hf: Maker, hub: Hub, tmp_path: Path) -> None:
    data = random.Random(2).randbytes(12 * MIB)
    file = tmp_path / "weights.bin"
    file.write_bytes(data)
    hf("ada")("upload", "ada/big", str(file), "weights.bin")
    before = stored(hub)
    edited = data[: 6 * MIB] + b"an edit" + data[6 * MIB :]
    file.write_bytes(edited)
    hf("elsewhere")("upload", "ada/big", str(file), "edited.bin")
    assert stored(hub) - before < MIB
    hf("third")("download", "ada/big", "edited.bin", "--local-dir", str(tmp_path / "out"))
    assert (tmp_path / "out" / "edited.bin").read_bytes() == edited


def test_what_one_may_not_read_one_gets_no_token_for(
    hf: Maker, server: Server, tmp_path: Path
) -> None:
    file = tmp_path / "secret.bin"
    file.write_bytes(random.Random(3).randbytes(2 * MIB))
    ada = hf("ada")
    ada("repos", "create", "ada/private", "--private")
    ada("upload", "ada/private", str(file), "secret.bin")
    for who in ("linus", "grace"):
        asked = httpx.get(
            f"{server.url}/api/models/ada/private/xet-read-token/main",
            headers={"Authorization": f"Bearer hf_{who}"},
        )
        assert (asked.status_code, asked.headers["x-error-code"]) == (404, "RepoNotFound")


def test_a_reader_may_not_upload(hf: Maker, tmp_path: Path) -> None:
    file = tmp_path / "model.bin"
    file.write_bytes(random.Random(4).randbytes(MIB))
    hf("ada")("upload", "ada/mine", str(file), "model.bin")
    assert "403" in hf("linus", "linus")("upload", "ada/mine", str(file), "new.bin", fails=True)
