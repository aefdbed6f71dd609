"""Many clients at once, through the front door: all are answered."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.conftest import Server, serving
from tests.inference import models
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


def ask(url: str, name: str, number: int, *, tries: int = 20) -> int:
    """The status at last; as clients do, one asks again while it is told to wait."""
    headers = {**WAIT, "Authorization": f"Bearer {TOKENS[number % 3]}"}
    address = f"{url}/hf-inference/models/ada/{name}"
    for _ in range(tries):
        answer = httpx.post(address, json={"inputs": "honey"}, headers=headers, timeout=120)
        if answer.status_code not in (429, 503):
            break
        threading.Event().wait(min(2.0, float(answer.headers["retry-after"])))
    return answer.status_code


def test_sixteen_clients_on_one_model(crowded: Server) -> None:
    with ThreadPoolExecutor(16) as crowd:
        asked = [crowd.submit(ask, crowded.url, "first", number) for number in range(16)]
        assert [each.result() for each in asked] == [200] * 16
