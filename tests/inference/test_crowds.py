"""Many clients at once, through the front door: all are answered."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from bearhug.app import build_hub
from bearhug.config import Settings
from bearhug.inference import memory
from bearhug.inference.engines.base import ModelFile
from bearhug.repos.model import Visibility
from tests.conftest import Server, introduce, serving
from tests.inference import models
from tests.inference.living import CARD, add_model
from tests.inference.tasking import bring, tasking_hub

pytest.importorskip("torch")
pytestmark = pytest.mark.model

WAIT = {"X-Wait-For-Model": "1"}
TOKENS = ("hf_ada", "hf_grace", "hf_linus")


@pytest.fixture(scope="module")
def crowded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    hub = tasking_hub(tmp_path_factory.mktemp("crowded"))
    bring(hub, "first", models.sentiment, "text-classification")
    with serving(hub) as running:
        yield running
    hub.db.close()


def ask(url: str, name: str, number: int, *, tries: int = 20, **parameters: int) -> int:
    """The status at last; as clients do, one asks again while it is told to wait."""
    headers = {**WAIT, "Authorization": f"Bearer {TOKENS[number % 3]}"}
    address = f"{url}/hf-inference/models/ada/{name}"
    body = {"inputs": "honey", "parameters": parameters}
    for _ in range(tries):
        answer = httpx.post(address, json=body, headers=headers, timeout=120)
        if answer.status_code not in (429, 503):
            break
        threading.Event().wait(min(2.0, float(answer.headers["retry-after"])))
    return answer.status_code


def test_sixteen_clients_on_one_model(crowded: Server) -> None:
    with ThreadPoolExecutor(16) as crowd:
        asked = [crowd.submit(ask, crowded.url, "first", number) for number in range(16)]
        assert [each.result() for each in asked] == [200] * 16


NAMES = ("first", "second", "third")


@pytest.fixture
def narrow(tmp_path: Path, smollm: ModelFile) -> Iterator[Server]:
    """Three models, and memory for two of them."""
    assert smollm.header is not None
    least = memory.gguf_bytes(smollm.header, smollm.size, 1, 2048)
    settings = Settings(data_dir=tmp_path, model_threads=2, model_memory_bytes=least * 5 // 2)
    hub = build_hub(settings)
    hub.write(introduce)
    for name in NAMES:
        add_model(hub, name, CARD, smollm.paths[0], Visibility.PUBLIC)
    with serving(hub) as running:
        yield running
    hub.db.close()


def test_three_models_with_memory_for_two(narrow: Server) -> None:
    """Nine clients on them: each is answered, and no model is driven out more than needs be."""
    with ThreadPoolExecutor(9) as crowd:
        asked = [
            crowd.submit(ask, narrow.url, NAMES[number // 3], number, max_new_tokens=4)
            for number in range(9)
        ]
        assert [each.result() for each in asked] == [200] * 9
    registry = narrow.hub.rooms["metrics"].registry
    assert 1 <= registry.get_sample_value("bearhug_model_evictions_total") <= 2
