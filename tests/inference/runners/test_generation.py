"""A model of transformers that writes, in a process of its own: chat, completions, streams."""

import base64
import io
import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import torch
from PIL import Image
from transformers import AutoModelForCausalLM, AutoTokenizer

from tests.inference import models
from tests.inference.runners.running import Running, runner

pytestmark = pytest.mark.model

CHAT, COMPLETIONS = "/v1/chat/completions", "/v1/completions"
GREEDY = {"temperature": 0, "ignore_eos": True}


@pytest.fixture(scope="module")
def dialogue(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As DialoGPT: pickled weights, no chat template."""
    return models.gpt2(tmp_path_factory.mktemp("models") / "dialogue", pickled=True)


@pytest.fixture(scope="module")
def writer(dialogue: Path) -> Iterator[Running]:
    with runner(dialogue, "text-generation", context=400) as running:
        assert running.ready(), running.log()
        yield running


def library_says(folder: Path, prompt: str, count: int) -> str:
    model: Any = AutoModelForCausalLM.from_pretrained(folder)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    numbers = tokenizer(prompt, return_tensors="pt")["input_ids"]
    with torch.inference_mode():
        for _ in range(count):
            scores = model(numbers).logits[0, -1]
            scores[tokenizer.eos_token_id] = -torch.inf
            numbers = torch.cat([numbers, scores.argmax().reshape(1, 1)], dim=1)
    return str(tokenizer.decode(numbers[0]))[len(prompt) :]


def test_a_dialogue_model_without_template_chats(writer: Running, dialogue: Path) -> None:
    """Its turns are joined by the token that ends a text, as DialoGPT learned."""
    turns = [
        {"role": "user", "content": "hello"},
        {"role": "assistant", "content": "hi"},
        {"role": "user", "content": "who are you"},
    ]
    answer = writer.client.post(CHAT, json={"messages": turns, "max_tokens": 12, **GREEDY}).json()
    end = "<|endoftext|>"
    expected = library_says(dialogue, f"hello{end}hi{end}who are you{end}", 12)
    assert answer["choices"][0]["message"] == {"role": "assistant", "content": expected}
    assert answer["usage"] == {"prompt_tokens": 21, "completion_tokens": 12, "total_tokens": 33}
    assert answer["model"] == "ada/model"
    assert answer["timings"]["predicted_n"] == 12


def test_a_stream_says_what_a_whole_answer_says(writer: Running) -> None:
    asked = {"messages": [{"role": "user", "content": "a story"}], "max_tokens": 40, **GREEDY}
    whole = writer.client.post(CHAT, json=asked).json()
    chunks = writer.stream(CHAT, **asked, stream_options={"include_usage": True})
    said = [chunk["choices"][0] for chunk in chunks if chunk["choices"]]
    assert said[0]["delta"]["role"] == "assistant"
    text = "".join(choice["delta"].get("content") or "" for choice in said)
    assert text == whole["choices"][0]["message"]["content"]
    assert said[-1]["finish_reason"] == "length"
    assert chunks[-1]["choices"] == []
    assert chunks[-1]["usage"] == whole["usage"]
    assert [bool(chunk.get("timings")) for chunk in chunks].count(True) == 1


def test_a_completion_and_its_probabilities(writer: Running, dialogue: Path) -> None:
    asked = {"prompt": "the bear", "max_tokens": 6, "logprobs": 2, "echo": True, **GREEDY}
    [choice] = writer.client.post(COMPLETIONS, json=asked).json()["choices"]
    assert choice["text"] == "the bear" + library_says(dialogue, "the bear", 6)
    assert len(choice["logprobs"]["tokens"]) == 6
    assert all(len(one) <= 2 for one in choice["logprobs"]["top_logprobs"])
    assert all(one <= 0 for one in choice["logprobs"]["token_logprobs"])
    streamed = writer.stream(COMPLETIONS, **{**asked, "echo": False})
    said = "".join(chunk["choices"][0]["text"] for chunk in streamed if chunk["choices"])
    assert "the bear" + said == choice["text"]


def test_a_seed_gives_the_same_words_again_whoever_else_asks(writer: Running) -> None:
    asked = {"prompt": "once", "max_tokens": 30, "temperature": 1.5, "seed": 7}
    alone = writer.client.post(COMPLETIONS, json=asked).json()["choices"][0]["text"]
    said: list[str] = []

    def ask(seed: int) -> None:
        answer = writer.client.post(COMPLETIONS, json={**asked, "seed": seed}).json()
        said.append(f"{seed}: {answer['choices'][0]['text']}")

    threads = [threading.Thread(target=ask, args=(seed,)) for seed in (7, 8, 7)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert said.count(f"7: {alone}") == 2
    two = writer.client.post(COMPLETIONS, json={**asked, "n": 2}).json()["choices"]
    assert [one["index"] for one in two] == [0, 1]
    assert two[0]["text"] == alone != two[1]["text"]


def test_a_stop_string_ends_the_answer_and_is_not_shown(writer: Running) -> None:
    asked = {"prompt": "the bear", "max_tokens": 60, **GREEDY}
    text = writer.client.post(COMPLETIONS, json=asked).json()["choices"][0]["text"]
    stop = text[10:13]
    expected = text[: text.index(stop)]
    [choice] = writer.client.post(COMPLETIONS, json={**asked, "stop": [stop]}).json()["choices"]
    assert (choice["text"], choice["finish_reason"]) == (expected, "stop")
    chunks = writer.stream(COMPLETIONS, **asked, stop=stop)
    assert "".join(one["choices"][0]["text"] for one in chunks) == expected


def test_penalties_and_biases_change_the_words(writer: Running) -> None:
    asked = {"prompt": "the bear", "max_tokens": 20, **GREEDY}
    plain = writer.client.post(COMPLETIONS, json=asked).json()["choices"][0]["text"]
    for change in (
        {"frequency_penalty": 2, "presence_penalty": 2},
        {"repeat_penalty": 3},
        {"logit_bias": {"65": 100}},
    ):
        other = writer.client.post(COMPLETIONS, json={**asked, **change}).json()
        assert other["choices"][0]["text"] != plain, change


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ({"messages": []}, "messages"),
        ({"messages": [{"role": "bear", "content": "x"}]}, "role"),
        ({"messages": [{"role": "user", "content": 3}]}, "content"),
        ({"messages": [{"role": "user", "content": "x " * 900}]}, "context"),
        ({"temperature": -1}, "temperature"),
        ({"temperature": "hot"}, "temperature"),
        ({"response_format": {"type": "json_object"}}, "GGUF"),
        ({"tools": [{"type": "function", "function": {"name": "f"}}]}, "chat template"),
        ({"tool_choice": "required"}, "tool"),
        ({"honey": 1}, "honey"),
        ({"n": 100}, "`n`"),
        ({"logit_bias": {"9999": 1}}, "logit_bias"),
    ],
)
def test_what_cannot_be_done_is_said(writer: Running, body: dict[str, object], word: str) -> None:
    asked = {"messages": [{"role": "user", "content": "hi"}], "max_tokens": 4, **body}
    for stream in (False, True):
        answer = writer.client.post(CHAT, json={**asked, "stream": stream})
        assert answer.status_code == 400
        assert word in answer.json()["error"]["message"]


def test_pictures_are_not_for_a_model_that_reads_text(writer: Running) -> None:
    data = io.BytesIO()
    Image.new("RGB", (4, 4)).save(data, "PNG")
    url = "data:image/png;base64," + base64.b64encode(data.getvalue()).decode()
    answer = writer.chat([{"type": "image_url", "image_url": {"url": url}}])
    assert answer.status_code == 400
    assert "no pictures" in answer.json()["error"]["message"]
    answer = writer.chat([{"type": "image_url", "image_url": {"url": "http://127.0.0.1/x.png"}}])
    assert "data: URL" in answer.json()["error"]["message"]


def test_several_streams_take_turns(writer: Running) -> None:
    """The second begins before the first has ended."""
    times: dict[int, list[float]] = {0: [], 1: []}

    def ask(number: int) -> None:
        body = {"prompt": f"story {number}", "max_tokens": 300, "stream": True, **GREEDY}
        with writer.client.stream("POST", COMPLETIONS, json=body) as answer:
            times[number] += [time.monotonic() for line in answer.iter_lines() if line]

    threads = [threading.Thread(target=ask, args=(number,)) for number in times]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert times[1][0] < times[0][-1]
    assert times[0][0] < times[1][-1]


def test_who_hangs_up_stops_the_work(writer: Running) -> None:
    body = {"messages": [{"role": "user", "content": "x"}], "stream": True, "n": 8, **GREEDY}
    with writer.client.stream("POST", CHAT, json=body) as answer:
        lines = answer.iter_lines()
        for _ in range(6):
            next(lines)
    time.sleep(1)
    before = writer.cpu_seconds()
    time.sleep(0.5)
    assert writer.cpu_seconds() - before < 0.1


def test_it_says_how_it_is_confined(writer: Running) -> None:
    assert "without network" in writer.isolation
    assert "unable to start programs" in writer.isolation


def test_it_tells_its_health_and_nothing_it_does_not_know(writer: Running) -> None:
    assert writer.client.get("/health").json() == {"status": "ok"}
    assert writer.client.post("/infer", json={"inputs": "x"}).status_code == 404
    assert writer.client.post(CHAT, content=b"{").status_code == 400
    assert writer.client.post(CHAT, content=b"[" * 100_000).status_code == 400


TEMPLATE = (
    "{%- if tools %}<tools>{{ tools | tojson }}</tools>{% endif %}"
    "{%- for message in messages %}{% if message.content == 'loop' %}"
    "{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}"
    "{% elif message.content == 'escape' %}{{ ''.__class__.__mro__[1].__subclasses__() }}"
    "{% elif message.content == 'power' %}{% set n = 5 %}{{ n ** (n ** (n + 8)) }}"
    "{% elif message.content == 'refuse' %}{{ raise_exception('Bears only.') }}"
    "{% endif %}<{{ message.role }}>{{ message.content }}{% endfor %}<assistant>"
)


@pytest.fixture(scope="module")
def templated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    model = models.gpt2(tmp_path_factory.mktemp("models") / "templated", template=TEMPLATE)
    with runner(model, "text-generation", context=400) as running:
        assert running.ready(), running.log()
        yield running


def test_a_template_is_held_in_its_sandbox(templated: Running) -> None:
    refused = templated.chat("refuse")
    assert (refused.status_code, refused.json()["error"]["message"]) == (400, "Bears only.")
    escaping = templated.chat("escape")
    assert escaping.status_code == 500
    assert "unsafe" in escaping.json()["error"]["message"]
    began = time.monotonic()
    looping = templated.chat("loop")
    assert "too long" in looping.json()["error"]["message"]
    assert time.monotonic() - began < 9
    assert templated.chat("hello", max_tokens=2).status_code == 200


def test_tools_are_shown_to_the_model(templated: Running) -> None:
    plain = templated.chat("x", max_tokens=1, **GREEDY).json()["usage"]["prompt_tokens"]
    tools = [{"type": "function", "function": {"name": "weather", "parameters": {}}}]
    answer = templated.chat("x", max_tokens=1, tools=tools, **GREEDY)
    shown = len(json.dumps(tools))
    assert answer.json()["usage"]["prompt_tokens"] >= plain + shown


def test_a_template_that_never_returns_ends_its_process_alone(templated: Running) -> None:
    """Last of its module: a step in C that holds the interpreter can be ended in no other way."""
    with pytest.raises(httpx.TransportError):
        templated.chat("power")
    assert templated.process.wait(5) < 0
