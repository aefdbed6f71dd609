"""What a model means on this machine, from rows and headers alone: no runner is started."""

import time
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from bearhug.app import Application
from bearhug.config import Settings
from bearhug.files import service as files
from bearhug.files.model import Add, Proposal
from bearhug.hub import Hub, Transaction
from bearhug.inference import service
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
        deadline = time.monotonic() + 20
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


def test_a_page_and_the_api_say_that_it_does_not_fit(placing: Hub) -> None:
    if not crowded(placing):
        pytest.skip("it fits")
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
        ("model.safetensors", "No engine here loads safetensors yet."),
        ("pytorch_model.bin", "Pickled weights are never loaded here: they may run code."),
        ("model.onnx", "No engine here loads this format yet."),
        ("notes.txt", "There are no weights here yet."),
        ("broken.gguf", "broken.gguf cannot be read."),
    ],
)
def test_what_cannot_be_loaded_says_why(hub: Hub, name: str, words: str) -> None:
    ada = person(hub, "ada")
    hub.write_as(ada, repos.create, RepoKind.MODEL, "other")
    proposal = Proposal((Add(name, b"not much"),), "Add it")
    files.commit_now(hub, ada, RepoKind.MODEL, "ada/other", proposal)
    found = placed(hub, "ada/other")
    assert found.stage is PlacementStage.NONE
    assert found.why.startswith(words)
    assert not found.answers
