"""Models with Python of their own: run at the commits that an operator allowed, and at no other."""

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from bearhug.admin import store as admin
from bearhug.files import service as files
from bearhug.files.model import Add, Proposal
from bearhug.repos.model import RepoKind
from tests.conftest import Server, person, serving
from tests.inference import models
from tests.inference.tasking import bring, tasking_hub

pytest.importorskip("torch")
pytestmark = pytest.mark.model

ADA = {"Authorization": "Bearer hf_ada"}
CONFIGURING = """
from transformers import GPT2Config

class BearConfig(GPT2Config):
    model_type = "bear"
"""
WRITING = """
from transformers import GPT2LMHeadModel
from .configuration_bear import BearConfig
from .growling import growl

class BearForCausalLM(GPT2LMHeadModel):
    config_class = BearConfig

    def forward(self, *given, **named):
        return growl(super().forward(*given, **named))
"""
GROWLING = """
def growl(said):
    said.logits[..., :] = -1.0
    said.logits[..., {token}] = 1.0
    return said
"""


def bear(folder: Path, token: int = 5) -> None:
    """It says one letter, whatever its weights are."""
    models.gpt2(folder)
    config = json.loads((folder / "config.json").read_text("ascii"))
    classes = {
        "AutoConfig": "configuration_bear.BearConfig",
        "AutoModelForCausalLM": "modeling_bear.BearForCausalLM",
    }
    config |= {"model_type": "bear", "auto_map": classes}
    (folder / "config.json").write_text(json.dumps(config), "ascii")
    (folder / "configuration_bear.py").write_text(CONFIGURING, "ascii")
    (folder / "modeling_bear.py").write_text(WRITING, "ascii")
    (folder / "growling.py").write_text(GROWLING.format(token=token), "ascii")


@pytest.fixture(scope="module")
def coded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    hub = tasking_hub(tmp_path_factory.mktemp("coded"))
    hub.write(lambda tx: admin.set_operator(tx.db, "ada", True))
    bring(hub, "bear", bear, "text-generation")
    with serving(hub) as running:
        yield running
    hub.db.close()


def ask(server: Server) -> httpx.Response:
    body = {"model": "ada/bear", "prompt": "honey", "max_tokens": 3, "temperature": 0}
    headers = {**ADA, "X-Wait-For-Model": "1"}
    return httpx.post(f"{server.url}/v1/completions", json=body, headers=headers, timeout=120)


def test_it_runs_only_at_a_commit_that_an_operator_allowed(coded: Server) -> None:
    refused = ask(coded)
    assert refused.status_code == 422
    assert "auto_map" in refused.json()["error"]["message"]
    door = f"{coded.url}/api/models/ada/bear/trust-code"
    assert httpx.post(door, json={}, headers=ADA).status_code == 200
    said = ask(coded)
    assert said.status_code == 200, said.text
    text = said.json()["choices"][0]["text"]
    assert len(text) == 3
    assert len(set(text)) == 1
    proposal = Proposal((Add("growling.py", GROWLING.format(token=9).encode()),), "Growl more")
    files.commit_now(coded.hub, person(coded.hub, "ada"), RepoKind.MODEL, "ada/bear", proposal)
    assert ask(coded).status_code == 422
    assert httpx.post(door, json={}, headers=ADA).status_code == 200
    assert set(ask(coded).json()["choices"][0]["text"]) != set(text)
