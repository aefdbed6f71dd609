"""The clients people have: huggingface_hub and openai, against a real model."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from huggingface_hub import InferenceClient, constants
from huggingface_hub.errors import HfHubHTTPError

from tests.conftest import Server

pytestmark = [pytest.mark.model, pytest.mark.client]

QUESTION = [{"role": "user", "content": "What is the capital of France? One word."}]


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "HF_HOME", str(tmp_path / "hf"))


@pytest.fixture
def chat(answering: Server) -> Iterator[InferenceClient]:
    with InferenceClient(base_url=f"{answering.url}/v1", api_key="hf_ada") as client:
        yield client


@pytest.fixture
def text(answering: Server) -> Iterator[InferenceClient]:
    address = f"{answering.url}/hf-inference/models/ada/smol"
    with InferenceClient(model=address, token="hf_ada") as client:
        yield client


def test_chat_completion(chat: InferenceClient) -> None:
    answer = chat.chat_completion(QUESTION, model="ada/smol", max_tokens=16, temperature=0)
    assert "Paris" in (answer.choices[0].message.content or "")
    assert answer.usage.completion_tokens <= 16


def test_chat_completion_streamed(chat: InferenceClient) -> None:
    told = chat.chat_completion(
        QUESTION, model="ada/smol", max_tokens=16, temperature=0, stream=True
    )
    said = "".join(chunk.choices[0].delta.content or "" for chunk in told)
    assert "Paris" in said


def test_a_refusal_has_its_words(chat: InferenceClient) -> None:
    with pytest.raises(HfHubHTTPError, match="no weights"):
        chat.chat_completion(QUESTION, model="ada/empty")


def test_text_generation(text: InferenceClient) -> None:
    said = text.text_generation("The capital of France is", max_new_tokens=4)
    assert said.startswith(" Paris")
    detailed = text.text_generation(
        "The capital of France is", max_new_tokens=4, details=True, return_full_text=True
    )
    assert detailed.generated_text.startswith("The capital of France is Paris")
    assert detailed.details is not None
    assert detailed.details.finish_reason == "length"
    assert len(detailed.details.tokens) == 4


def test_text_generation_streamed(text: InferenceClient) -> None:
    said = "".join(text.text_generation("The capital of France is", max_new_tokens=4, stream=True))
    assert said.startswith(" Paris")
    *_, last = text.text_generation(
        "The capital of France is", max_new_tokens=4, stream=True, details=True
    )
    assert last.generated_text == said
    assert last.details.generated_tokens == 4


def test_what_is_not_done_here_is_dropped_by_the_client(text: InferenceClient) -> None:
    with pytest.warns(UserWarning, match="Ignoring following parameters: watermark"):
        said = text.text_generation("The capital of France is", max_new_tokens=2, watermark=True)
    assert said.startswith(" Paris")


def test_the_model_may_stand_in_the_address_of_a_chat(text: InferenceClient) -> None:
    answer = text.chat_completion(QUESTION, max_tokens=16, temperature=0)
    assert "Paris" in (answer.choices[0].message.content or "")


def test_endpoint_info(answering: Server) -> None:
    address = f"{answering.url}/hf-inference/models/ada/smol"
    with InferenceClient(model=address, provider="hf-inference", token="hf_ada") as client:
        info = client.get_endpoint_info()
    assert info["model_id"] == "ada/smol"


def test_openais_own_client(answering: Server) -> None:
    openai = pytest.importorskip("openai")
    with openai.OpenAI(base_url=f"{answering.url}/v1", api_key="hf_ada") as client:
        asked = {"model": "ada/smol", "messages": QUESTION, "max_tokens": 16, "temperature": 0}
        whole = client.chat.completions.create(**asked)
        assert "Paris" in whole.choices[0].message.content
        chunks = list(
            client.chat.completions.create(
                **asked, stream=True, stream_options={"include_usage": True}
            )
        )
        said = "".join(choice.delta.content or "" for chunk in chunks for choice in chunk.choices)
        assert said == whole.choices[0].message.content
        assert chunks[-1].usage.completion_tokens > 0
        assert client.models.retrieve("ada/smol").owned_by == "ada"
        assert "ada/smol" in [model.id for model in client.models.list()]
        with pytest.raises(openai.NotFoundError) as refused:
            client.chat.completions.create(**{**asked, "model": "ada/nothing"})
        assert refused.value.code == "model_not_found"


def test_responses_by_openais_client(answering: Server) -> None:
    openai = pytest.importorskip("openai")
    with openai.OpenAI(base_url=f"{answering.url}/v1", api_key="hf_ada") as client:
        asked = {"model": "ada/smol", "input": QUESTION, "max_output_tokens": 16, "temperature": 0}
        whole = client.responses.create(**asked, instructions="Answer in one word.")
        assert whole.output_text
        assert whole.usage.output_tokens <= 16
        plain = client.responses.create(**asked)
        events = list(client.responses.create(**asked, stream=True))
        kinds = [event.type for event in events]
        assert kinds[:2] == ["response.created", "response.in_progress"]
        assert kinds[-1] in ("response.completed", "response.incomplete")
        assert [event.sequence_number for event in events] == list(range(len(events)))
        said = "".join(each.delta for each in events if each.type == "response.output_text.delta")
        assert said == plain.output_text == events[-1].response.output_text
        with pytest.raises(openai.BadRequestError) as refused:
            client.responses.create(**asked, previous_response_id="resp_1")
        assert refused.value.param == "previous_response_id"


BARE = """
import sys
from huggingface_hub import InferenceClient, constants
from huggingface_hub.inference import _providers

hub = sys.argv[1]
constants.INFERENCE_PROXY_TEMPLATE = hub + "/{provider}"
for helper in _providers.PROVIDERS["hf-inference"].values():
    helper.base_url = hub + "/hf-inference"
_providers.CONVERSATIONAL_AUTO_ROUTER.base_url = hub
question = [{"role": "user", "content": "What is the capital of France? One word."}]
client = InferenceClient(model="ada/smol", provider="hf-inference", token="hf_ada")
print(client.text_generation("The capital of France is", max_new_tokens=4))
for provider in ("hf-inference", "auto"):
    client = InferenceClient(model="ada/smol", provider=provider, token="hf_ada")
    answer = client.chat_completion(question, max_tokens=16, temperature=0)
    print(answer.choices[0].message.content)
"""
"""As docs/manual/inference-api.md has it."""


def test_bare_names_once_the_library_knows_its_router(answering: Server, tmp_path: Path) -> None:
    environment = {**os.environ, "HF_ENDPOINT": answering.url, "HF_HOME": str(tmp_path)}
    argv = [sys.executable, "-c", BARE, answering.url]
    ran = subprocess.run(argv, env=environment, capture_output=True, text=True, timeout=120)
    assert ran.stdout.count("Paris") == 3, ran.stderr
