"""Talking to a model without a chat template, as to DialoGPT: a person's first model."""

import base64
import io
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from huggingface_hub import HfApi, InferenceClient, constants
from PIL import Image

from tests.conftest import Server, serving
from tests.inference import models
from tests.inference.tasking import bring, tasking_hub

pytest.importorskip("torch")
pytestmark = [pytest.mark.model, pytest.mark.client]

CARD = "---\ntags:\n- conversational\nlicense: mit\n---\n# DialoGPT\n\nA tiny one.\n"
WAIT = {"X-Wait-For-Model": "1"}
TURNS = [
    {"role": "user", "content": "Does money buy happiness?"},
    {"role": "assistant", "content": "It can."},
    {"role": "user", "content": "How?"},
]


@pytest.fixture(scope="module")
def talking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    hub = tasking_hub(tmp_path_factory.mktemp("talking"))
    with serving(hub) as running:
        for name, card in (("dialog", CARD), ("old", OLD), ("writer", BARE)):
            folder = models.gpt2(tmp_path_factory.mktemp(name), pickled=True)
            (folder / "README.md").write_text(card, "ascii")
            api = HfApi(endpoint=running.url, token="hf_ada")
            api.create_repo(f"ada/{name}")
            api.upload_folder(repo_id=f"ada/{name}", folder_path=folder)
        yield running
    hub.db.close()


OLD = "---\npipeline_tag: conversational\n---\n# As cards said once\n"
BARE = "---\nlicense: mit\n---\n# Just GPT-2\n"


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "HF_HOME", str(tmp_path / "hf"))


def test_it_is_talked_to_in_turns(talking: Server) -> None:
    address = f"{talking.url}/hf-inference/models/ada/dialog"
    with InferenceClient(model=address, token="hf_ada", headers=WAIT) as client:
        answer = client.chat_completion(TURNS, max_tokens=8, temperature=0)
        said = answer.choices[0].message.content
        assert said
        pieces = client.chat_completion(TURNS, max_tokens=8, temperature=0, stream=True)
        assert "".join(each.choices[0].delta.content or "" for each in pieces) == said
        joined = "".join(f"{turn['content']}<|endoftext|>" for turn in TURNS)
        assert client.text_generation(joined, max_new_tokens=8, do_sample=False) == said


def test_openais_client_talks_to_it_too(talking: Server) -> None:
    openai = pytest.importorskip("openai")
    with openai.OpenAI(base_url=f"{talking.url}/v1", api_key="hf_ada") as client:
        asked = {"model": "ada/dialog", "max_tokens": 8, "temperature": 0}
        first = client.chat.completions.create(**asked, messages=TURNS[:1])
        whole = client.chat.completions.create(**asked, messages=TURNS)
        assert whole.usage.prompt_tokens > first.usage.prompt_tokens
        assert whole.choices[0].message.content


@pytest.mark.parametrize(
    ("name", "words"), [("dialog", "Talk to it"), ("old", "Talk to it"), ("writer", "Let it write")]
)
def test_its_page_says_what_it_is_for(talking: Server, name: str, words: str) -> None:
    assert words in httpx.get(f"{talking.url}/ada/{name}").text


def test_a_model_that_only_writes_is_answered_by_as_well(talking: Server) -> None:
    body = {"model": "ada/writer", "messages": TURNS, "max_tokens": 4}
    answer = httpx.post(f"{talking.url}/v1/chat/completions", json=body, headers=WAIT, timeout=90)
    assert answer.status_code == 200, answer.text
    assert answer.json()["choices"][0]["message"]["role"] == "assistant"


def test_a_picture_is_talked_about(talking: Server) -> None:
    bring(talking.hub, "seer", models.llava, "image-text-to-text")
    said = []
    for colour in ("black", "white"):
        drawn = io.BytesIO()
        Image.new("RGB", (40, 30), colour).save(drawn, "PNG")
        url = "data:image/png;base64," + base64.b64encode(drawn.getvalue()).decode()
        shown = {"type": "image_url", "image_url": {"url": url}}
        turn = {"role": "user", "content": [shown, {"type": "text", "text": "What is it?"}]}
        with InferenceClient(
            base_url=f"{talking.url}/v1", api_key="hf_ada", headers=WAIT
        ) as client:
            answer = client.chat_completion(
                [turn], model="ada/seer", max_tokens=8, temperature=0, logprobs=True
            )
        assert answer.usage.prompt_tokens > 10
        said.append([token.logprob for token in answer.choices[0].logprobs.content])
    assert said[0] != said[1]
