"""The HTTP APIs with a real model: OpenAI's shapes, the Hub's task API, who may ask."""

import json
from typing import Any

import httpx
import pytest

from tests.conftest import Server
from tests.inference.living import add_fine_token, rests

pytestmark = pytest.mark.model

CAPITAL = [{"role": "user", "content": "What is the capital of France? One word."}]
CHAT = {"model": "ada/smol", "messages": CAPITAL, "max_tokens": 24, "temperature": 0}


def chat(ask: httpx.Client, **body: Any) -> httpx.Response:
    return ask.post("/v1/chat/completions", json={**CHAT, **body})


def events(response: httpx.Response) -> list[Any]:
    assert response.headers["content-type"].startswith("text/event-stream")
    assert response.headers["x-accel-buffering"] == "no"
    blocks = [block for block in response.text.split("\n\n") if block and block[0] != ":"]
    return [json.loads(each.removeprefix("data: ")) for each in blocks if each != "data: [DONE]"]


def test_a_chat_completion_has_openais_shape(ask: httpx.Client) -> None:
    answer = chat(ask).json()
    assert answer["id"].startswith("chatcmpl-")
    assert answer["object"] == "chat.completion"
    assert answer["model"] == "ada/smol"
    (choice,) = answer["choices"]
    assert "Paris" in choice["message"]["content"]
    assert choice["message"]["role"] == "assistant"
    assert (choice["index"], choice["logprobs"]) == (0, None)
    assert choice["finish_reason"] in ("stop", "length")
    usage = answer["usage"]
    assert usage["total_tokens"] == usage["prompt_tokens"] + usage["completion_tokens"]
    assert "timings" not in answer


def test_a_streamed_one_says_the_same_in_pieces(ask: httpx.Client) -> None:
    streamed = chat(ask, stream=True)
    chunks = events(streamed)
    assert streamed.text.endswith("data: [DONE]\n\n")
    assert chunks[0]["choices"][0]["delta"] == {"role": "assistant", "content": ""}
    said = "".join(chunk["choices"][0]["delta"].get("content") or "" for chunk in chunks)
    assert said == chat(ask).json()["choices"][0]["message"]["content"]
    assert {chunk["object"] for chunk in chunks} == {"chat.completion.chunk"}
    assert len({chunk["id"] for chunk in chunks}) == 1
    assert chunks[-1]["choices"][0]["finish_reason"] in ("stop", "length")
    assert not any("usage" in chunk or "timings" in chunk for chunk in chunks)


def test_usage_comes_last_if_asked_for(ask: httpx.Client) -> None:
    last = events(chat(ask, stream=True, stream_options={"include_usage": True}))[-1]
    assert last["choices"] == []
    assert last["usage"]["completion_tokens"] > 0


def test_a_completion_goes_on_from_its_prompt(ask: httpx.Client) -> None:
    asked = {"model": "ada/smol", "prompt": "The capital of France is", "max_tokens": 4}
    whole = ask.post("/v1/completions", json={**asked, "temperature": 0, "echo": True}).json()
    assert whole["object"] == "text_completion"
    assert whole["choices"][0]["text"].startswith("The capital of France is Paris")
    streamed = ask.post("/v1/completions", json={**asked, "temperature": 0, "stream": True})
    assert "Paris" in "".join(chunk["choices"][0]["text"] for chunk in events(streamed))


@pytest.mark.parametrize(
    "name",
    ["ada/smol", "ADA/Smol", "ada/smol@main", "ada/smol:fastest",
     "ada/smol:SmolLM2-135M-Instruct.Q4_1.gguf"],
)  # fmt: skip
def test_a_model_is_found_by_any_of_its_names(ask: httpx.Client, name: str) -> None:
    answer = chat(ask, model=name, max_tokens=1)
    assert answer.status_code == 200, answer.text
    assert answer.json()["model"] == name


@pytest.mark.parametrize(
    ("body", "status", "param", "word"),
    [
        ({"temperature": 9}, 400, "temperature", "temperature"),
        ({"messages": []}, 400, "messages", "messages"),
        ({"messages": [{"role": "user", "content": [{"type": "image_url"}]}]}, 400, None, "text"),
        ({"model": None}, 400, None, "model"),
        ({"model": "gpt-4"}, 404, None, "gpt-4"),
        ({"model": "ada/empty"}, 422, None, "no weights"),
        ({"model": "ada/mute"}, 422, None, "inference: false"),
        ({"model": "ada/smol@nowhere"}, 404, None, "nowhere"),
        ({"model": "ada/smol:other.gguf"}, 404, None, "other.gguf"),
        ({"model": "ada/nothing"}, 401, None, ""),
        ({"model": "ada/secret"}, 401, None, ""),
    ],
)
def test_what_is_wrong_is_told_as_openai_does(
    ask: httpx.Client, body: dict[str, Any], status: int, param: str | None, word: str
) -> None:
    refused = chat(ask, **body)
    error = refused.json()["error"]
    assert refused.status_code == status, refused.text
    assert set(error) == {"message", "type", "param", "code"}
    assert word in error["message"]
    if param:
        assert error["param"] == param


def test_a_hidden_model_answers_its_owner_alone(
    ask: httpx.Client, as_ada: dict[str, str], as_linus: dict[str, str]
) -> None:
    asked = {**CHAT, "model": "ada/secret", "max_tokens": 1}
    for_ada = ask.post("/v1/chat/completions", json=asked, headers=as_ada)
    for_linus = ask.post("/v1/chat/completions", json=asked, headers=as_linus)
    missing = ask.post("/v1/chat/completions", json={**asked, "model": "ada/no"}, headers=as_linus)
    assert for_ada.status_code == 200
    assert (for_linus.status_code, for_linus.json()) == (404, missing.json())
    page = ask.post("/hf-inference/models/ada/secret", json={"inputs": "x"}, headers=as_linus)
    assert page.status_code == 404
    placed = ask.get("/api/models/ada/secret/placement", headers=as_linus)
    assert placed.status_code == 404


def test_a_fine_token_needs_leave_to_run_models(ask: httpx.Client, answering: Server) -> None:
    for secret, everywhere, status in (
        ("hf_fine_none", ["repo.content.read"], 403),
        ("hf_fine_runs", ["repo.content.read", "inference.serverless.write"], 200),
    ):
        add_fine_token(answering.hub, secret, everywhere)
        headers = {"Authorization": f"Bearer {secret}", "X-Wait-For-Model": "1"}
        answer = ask.post("/v1/chat/completions", json={**CHAT, "max_tokens": 1}, headers=headers)
        assert answer.status_code == status, answer.text


def test_models_that_answer_are_listed(ask: httpx.Client, as_ada: dict[str, str]) -> None:
    listed = ask.get("/v1/models").json()
    assert listed["object"] == "list"
    assert [model["id"] for model in listed["data"]] == ["ada/smol"]
    own = ask.get("/v1/models", headers=as_ada).json()["data"]
    assert {model["id"] for model in own} == {"ada/smol", "ada/secret"}
    for address in ("/v1/models/ada/smol", "/v1/models/ada%2Fsmol"):
        assert ask.get(address).json()["owned_by"] == "ada"


def test_the_address_decides_not_the_body(ask: httpx.Client) -> None:
    for model in ("dummy", "https://elsewhere.example/v1", None):
        body = {**CHAT, "model": model, "max_tokens": 1}
        answer = ask.post("/hf-inference/models/ada/smol/v1/chat/completions", json=body)
        assert answer.json()["model"] == "ada/smol"


@pytest.mark.parametrize("door", ["/hf-inference/models", "/models", "/api-inference/models"])
def test_text_generation_in_tgis_shape(ask: httpx.Client, door: str) -> None:
    parameters = {"max_new_tokens": 4, "details": True, "seed": 7, "return_full_text": True}
    body = {"inputs": "The capital of France is", "parameters": parameters}
    answer = ask.post(f"{door}/ada/smol", json=body)
    (found,) = answer.json()
    assert found["generated_text"].startswith("The capital of France is Paris")
    details = found["details"]
    assert (details["finish_reason"], details["generated_tokens"]) == ("length", 4)
    assert (details["seed"], details["prefill"]) == (7, [])
    assert details["tokens"][0]["text"] == " Paris"
    assert {"id", "text", "logprob", "special"} == set(details["tokens"][0])
    assert len(answer.headers["x-sha"]) == 40


def test_text_generation_streamed(ask: httpx.Client) -> None:
    parameters = {"max_new_tokens": 4, "stop": ["Berlin"]}
    body = {"inputs": "The capital of France is", "parameters": parameters, "stream": True}
    told = events(ask.post("/hf-inference/models/ada/smol", json=body))
    assert [each["index"] for each in told] == [1, 2, 3, 4]
    assert [each["generated_text"] for each in told[:-1]] == [None] * 3
    assert told[-1]["generated_text"] == "".join(each["token"]["text"] for each in told)
    assert told[-1]["details"]["generated_tokens"] == 4


def test_a_batch_is_answered_one_by_one(ask: httpx.Client) -> None:
    body = {"inputs": ["One, two,", "Red, green,"], "parameters": {"max_new_tokens": 2}}
    assert len(ask.post("/hf-inference/models/ada/smol", json=body).json()) == 2


def test_what_is_not_done_here_is_named_in_the_clients_words(ask: httpx.Client) -> None:
    parameters = {"watermark": True, "best_of": 1, "grammar": {"type": "json"}}
    refused = ask.post(
        "/hf-inference/models/ada/smol", json={"inputs": "x", "parameters": parameters}
    )
    assert refused.status_code == 400
    assert refused.json()["error"] == (
        "The following `model_kwargs` are not used by the model: ['watermark', 'grammar']"
    )


def test_other_tasks_are_refused_with_the_reason(ask: httpx.Client) -> None:
    door = "/hf-inference/models/ada/smol/pipeline/feature-extraction"
    refused = ask.post(door, json={"inputs": "x"})
    assert (refused.status_code, refused.headers["x-error-code"]) == (422, "NotServed")


def test_how_it_stands(ask: httpx.Client) -> None:
    chat(ask, max_tokens=24, ignore_eos=True)
    placed = ask.get("/api/models/ada/smol/placement").json()
    assert (placed["stage"], placed["words"], placed["measured"]) == ("on", "Warm", True)
    assert placed["memory"] > 98_000_000
    assert placed["tokensPerSecond"] > 1
    assert 0 < placed["loadSeconds"] < 60
    assert ask.get("/hf-inference/models/ada/smol").json()["state"] == "Loaded"
    assert ask.get("/api-inference/status/ada/smol").json()["loaded"] is True
    told = events(ask.get("/api/models/ada/smol/placement/events"))
    assert told[-1]["words"] == "The model is awake."
    empty = ask.get("/api/models/ada/empty/placement").json()
    assert (empty["stage"], empty["why"]) == (
        "none",
        "There are no weights here yet. A GGUF or safetensors file would run.",
    )


def test_a_visitor_has_two_answers_at_once(ask: httpx.Client, answering: Server) -> None:
    story = [{"role": "user", "content": "Write a very long story."}]
    body = {**CHAT, "messages": story, "max_tokens": 2000, "stream": True, "ignore_eos": True}
    with (
        ask.stream("POST", "/v1/chat/completions", json=body) as first,
        ask.stream("POST", "/v1/chat/completions", json=body) as second,
    ):
        assert (first.status_code, second.status_code) == (200, 200)
        third = chat(ask)
        assert third.status_code == 429
        assert third.headers["retry-after"] == "5"
        assert third.json()["error"]["type"] == "rate_limit_error"
    assert rests(answering.hub)


def test_hanging_up_stops_the_work(ask: httpx.Client, answering: Server) -> None:
    story = [{"role": "user", "content": "Write a very long story."}]
    body = {**CHAT, "messages": story, "max_tokens": 4000, "ignore_eos": True}
    with ask.stream("POST", "/v1/chat/completions", json={**body, "stream": True}) as answer:
        next(answer.iter_raw())
    assert rests(answering.hub)
    with pytest.raises(httpx.ReadTimeout):
        ask.post("/v1/chat/completions", json=body, timeout=3)
    assert rests(answering.hub)


def test_an_operator_sees_what_was_written(ask: httpx.Client, answering: Server) -> None:
    chat(ask)
    registry = answering.hub.rooms["metrics"].registry
    assert registry.get_sample_value("bearhug_tokens_generated_total") > 0
    assert registry.get_sample_value("bearhug_first_token_seconds_count") > 0
