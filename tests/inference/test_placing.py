"""What a model means on this machine, from rows and headers alone: no runner is started."""

import json
import struct
import time
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import bindparam, update
from starlette.testclient import TestClient

from bearhug.app import Application
from bearhug.config import Settings
from bearhug.db import statement
from bearhug.db.schema import accounts
from bearhug.files import service as files
from bearhug.files.model import Add, Proposal
from bearhug.hub import Hub, Transaction
from bearhug.inference import service
from bearhug.inference.engines.transformers import TransformersEngine
from bearhug.inference.model import Placement, PlacementStage
from bearhug.inference.service.measuring import Measured
from bearhug.repos import service as repos
from bearhug.repos.model import RepoKind, Visibility
from tests.conftest import person
from tests.inference.living import CARD, FILE, add_model


@pytest.fixture(params=[0, 150_000_000], ids=["roomy", "crowded"])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path / "data", model_memory_bytes=request.param)


@pytest.fixture
def placing(hub: Hub, smollm_path: Path) -> Hub:
    """A hub with ada/smol, on a machine with room, or without."""
    add_model(hub, "smol", CARD, smollm_path, Visibility.PUBLIC)
    return hub


def placed(hub: Hub, name: str = "ada/smol") -> Placement:
    return hub.read(lambda tx: service.place(tx, repos.find(tx, RepoKind.MODEL, name)))


def listed(hub: Hub, name: str = "ada/smol") -> Placement:
    def read(tx: Transaction) -> Placement:
        repo = repos.find(tx, RepoKind.MODEL, name)
        return service.placements(tx, [repo])[repo.id]

    return hub.read(read)


def read_weights(hub: Hub) -> None:
    """Let the jobs that a push left do their work."""
    with TestClient(Application(hub)):
        deadline = time.monotonic() + 120
        while not listed(hub).memory_bytes and time.monotonic() < deadline:
            time.sleep(0.05)


def crowded(hub: Hub) -> bool:
    return hub.settings.model_memory_bytes > 0


def test_a_model_fits_or_does_not(placing: Hub) -> None:
    found = placed(placing)
    assert (found.file, found.quantisation, found.chat) == (FILE, "Q4_1", True)
    assert found.memory_bytes > found.weight_bytes > 98_000_000
    assert not found.measured
    if crowded(placing):
        assert found.stage is PlacementStage.CANNOT
        assert found.why.startswith("Needs ")
        assert found.why.endswith("models may have 150 MB here.")
    else:
        assert (found.stage, found.words) == (PlacementStage.CAN, "Runs here")


@pytest.mark.parametrize("settings", [150_000_000], ids=["crowded"], indirect=True)
def test_a_page_and_the_api_say_that_it_does_not_fit(placing: Hub) -> None:
    with TestClient(Application(placing), base_url="http://hub.test") as client:
        shown = client.get("/ada/smol").text
        assert "Does not fit" in shown
        assert 'id="try"' not in shown
        asked = {"model": "ada/smol", "messages": [{"role": "user", "content": "x"}]}
        refused = client.post("/v1/chat/completions", json=asked)
        assert refused.status_code == 507
        assert refused.json()["error"]["message"].startswith("Needs ")
        assert client.get("/v1/models").json()["data"] == []
        assert client.get("/hf-inference/models/ada/smol").json()["state"] == "TooBig"


def test_a_listing_says_the_same_without_reading_git(placing: Hub) -> None:
    read_weights(placing)
    page, line = placed(placing), listed(placing)
    assert line.memory_bytes == page.memory_bytes
    assert replace(line, why="") == replace(page, why="")


def test_what_was_measured_is_told(placing: Hub) -> None:
    digest = placed(placing).digest
    placing.write(service.note, Measured(digest, 271_000_000, 1.9, 60.0))
    placing.write(service.note, Measured(digest, tokens_per_second=50.0))
    found = placed(placing)
    assert (found.memory_bytes, found.measured, found.load_seconds) == (271_000_000, True, 1.9)
    assert 50 < found.tokens_per_second < 60


def test_clients_are_told_who_serves_it(placing: Hub) -> None:
    read_weights(placing)

    def mapping(tx: Transaction) -> dict[str, dict[str, str]]:
        return service.provider_mapping(tx, repos.find(tx, RepoKind.MODEL, "ada/smol"))

    told = {"status": "live", "providerId": "ada/smol", "task": "conversational"}
    assert placing.read(mapping) == ({} if crowded(placing) else {"hf-inference": told})


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("model.safetensors", "Nothing here says what this model does."),
        ("pytorch_model.bin", "Nothing here says what this model does."),
        ("notes.txt", "There are no weights here yet."),
        ("broken.gguf", "broken.gguf cannot be read."),
    ],
)
def test_what_cannot_be_loaded_says_why(hub: Hub, name: str, words: str) -> None:
    add_files(hub, "other", {name: b"not much"})
    found = placed(hub, "ada/other")
    assert found.stage is PlacementStage.NONE
    assert found.why.startswith(words)
    assert not found.answers


TAGGED = b"---\npipeline_tag: text-generation\n---\n# Other\n"
CONFIG = {"model_type": "llama", "architectures": ["LlamaForCausalLM"]}


@pytest.mark.parametrize(
    ("config", "name", "words"),
    [
        ({**CONFIG, "auto_map": {"AutoModel": "x.Y"}}, "model.safetensors", "It needs Python code"),
        (
            {**CONFIG, "quantization_config": {"quant_method": "gptq"}},
            "model.safetensors",
            "Its weights are packed by gptq",
        ),
        (CONFIG, "adapter_model.safetensors", "It is an adapter for its base model"),
        (CONFIG, "flax_model.msgpack", "Its weights are for TensorFlow or Flax alone."),
        ({}, "model.safetensors", "There is no config.json here"),
    ],
)
def test_what_transformers_will_not_load_says_why(
    hub: Hub, config: dict[str, object], name: str, words: str
) -> None:
    held = {"README.md": TAGGED, name: b"not much"}
    add_files(hub, "other", held | ({"config.json": json.dumps(config).encode()} if config else {}))
    found = placed(hub, "ada/other")
    assert found.why.startswith(words)
    assert found.needs_trust == ("auto_map" in config)
    assert listed(hub, "ada/other").why == found.why


def test_a_checkpoint_takes_what_it_needs_and_no_more(hub: Hub) -> None:
    taken = {
        "config.json": json.dumps(CONFIG | {"hidden_size": 8, "vocab_size": 10}).encode(),
        "tokenizer.json": b"{}",
        "chat_template.jinja": b"x",
        "model.safetensors": tensors(1000),
    }
    left = ("model.fp16.safetensors", "pytorch_model.bin", "onnx/config.json", "code.py", "a.png")
    add_files(hub, "bear", {"README.md": TAGGED, **taken, **dict.fromkeys(left, b"left")})

    def look(tx: Transaction) -> service.Located:
        return service.locate(tx, repos.find(tx, RepoKind.MODEL, "ada/bear"))

    assert TransformersEngine().available() is None
    found = hub.read(look)
    assert {shard.path for shard in found.shards} == set(taken)
    assert found.model.tensors == {"F32": 1000}
    assert (found.placement.engine, found.task) == ("transformers", "text-generation")
    assert found.placement.memory_bytes > 500_000_000


def test_an_operator_lets_code_run_at_one_commit(hub: Hub) -> None:
    config = json.dumps({**CONFIG, "auto_map": {"AutoModel": "x.Y"}}).encode()
    held = {"README.md": TAGGED, "config.json": config, "model.safetensors": tensors(10)}
    add_files(hub, "coded", {**held, "x.py": b"print(1)"})
    path = "/api/models/ada/coded/trust-code"
    with TestClient(Application(hub), base_url="http://hub.test") as client:
        for token, status in (("hf_grace", 403), ("hf_linus", 403), ("", 401)):
            headers = {"Authorization": f"Bearer {token}"} if token else {}
            assert client.post(path, json={}, headers=headers).status_code == status
        ada = {"Authorization": "Bearer hf_ada"}
        hub.write(lambda tx: tx.db.run(OPERATES, name="ada"))
        told = client.get("/api/models/ada/coded/placement", headers=ada).json()
        assert told["needsTrust"] is True
        answer = client.post(path, json={}, headers=ada)
        assert answer.status_code == 200, answer.text
        assert placed(hub, "ada/coded").needs_trust is False
        add_more(hub, "coded", {"x.py": b"print(2)"})
        assert placed(hub, "ada/coded").needs_trust is True
        assert client.delete(path, headers=ada).status_code == 204


def test_what_would_run_instead_is_named(hub: Hub, smollm_path: Path) -> None:
    add_files(hub, "base", {"README.md": TAGGED, "model.h5": b"keras"})
    card = CARD.replace(
        "license:", "base_model: ada/base\nbase_model_relation: quantized\nlicense:"
    )
    add_model(hub, "small", card, smollm_path, Visibility.PUBLIC)
    found = placed(hub, "ada/base")
    assert not found.answers
    named = [(each.repo, each.quantisation) for each in found.variants]
    assert named == ([] if crowded(hub) else [("ada/small", "Q4_1")])


def test_speed_is_guessed_before_it_is_measured(placing: Hub) -> None:
    found = placed(placing)
    assert found.speed_estimated
    assert 0 < found.tokens_per_second < 10_000  # a busy machine copies memory slowly


OPERATES = statement(
    update(accounts).where(accounts.c.name == bindparam("name")).values(operator=True)
)


def add_files(hub: Hub, name: str, held: dict[str, bytes]) -> None:
    hub.write_as(person(hub, "ada"), repos.create, RepoKind.MODEL, name)
    add_more(hub, name, held)


def add_more(hub: Hub, name: str, held: dict[str, bytes]) -> None:
    proposal = Proposal(tuple(Add(path, data) for path, data in held.items()), "Add it")
    files.commit_now(hub, person(hub, "ada"), RepoKind.MODEL, f"ada/{name}", proposal)


def tensors(count: int) -> bytes:
    """A safetensors file of so many zeros."""
    entry = {"dtype": "F32", "shape": [count], "data_offsets": [0, 4 * count]}
    head = json.dumps({"a": entry}).encode()
    return struct.pack("<Q", len(head)) + head + bytes(4 * count)
