"""A picture asked about through the front door: hub, sandboxed runner, and a real classifier."""

import hashlib
import shutil
from pathlib import Path

import httpx
import pytest

from bearhug.app import build_hub
from bearhug.config import Settings
from bearhug.files import service as files
from bearhug.files.model import Add, AddLfs, Proposal
from bearhug.hub import Hub
from bearhug.repos import service as repos
from bearhug.repos.model import RepoKind, Visibility
from tests.conftest import introduce, person, serving

pytestmark = pytest.mark.model

DIGITS = Path(__file__).parents[2] / "src/bearhug/content/models/digits-vit-tiny"
WEIGHTS = "model.safetensors"


def bring_digits(hub: Hub) -> None:
    ada = person(hub, "ada")
    repo = hub.write_as(ada, repos.create, RepoKind.MODEL, "digits", visibility=Visibility.PUBLIC)
    scratch = hub.objects.scratch / "digits"
    shutil.copyfile(DIGITS / WEIGHTS, scratch)
    sha256 = hashlib.sha256(scratch.read_bytes()).hexdigest()
    files.claim(hub, repo, scratch, sha256, scratch.stat().st_size)
    small = [path for path in sorted(DIGITS.iterdir()) if path.name != WEIGHTS]
    adds = [Add(path.name, path.read_bytes()) for path in small]
    proposal = Proposal((*adds, AddLfs(WEIGHTS, sha256)), "Bring the model")
    files.commit_now(hub, ada, RepoKind.MODEL, "ada/digits", proposal)


def test_a_picture_is_named_through_the_hub(tmp_path: Path) -> None:
    hub = build_hub(Settings(data_dir=tmp_path / "data", model_threads=2))
    hub.write(introduce)
    bring_digits(hub)
    headers = {"authorization": "Bearer hf_ada", "x-wait-for-model": "true"}
    with (
        serving(hub) as server,
        httpx.Client(base_url=server.url, headers=headers, timeout=300) as client,
    ):
        picture = (DIGITS / "example-8.png").read_bytes()
        named = client.post("/hf-inference/models/ada/digits", content=picture)
        assert named.status_code == 200, named.text
        assert named.json()[0]["label"] == "eight"
        wrong = client.post("/hf-inference/models/ada/digits", content=b"no picture at all")
        assert wrong.status_code == 400
        assert "picture" in wrong.text
    hub.db.close()
