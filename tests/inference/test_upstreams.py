"""Servers elsewhere answer for models here: a small HTTP server, and another hub."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.testclient import TestClient

from bearhug.app import Application, build_hub
from bearhug.config import Settings
from bearhug.files import service as files
from bearhug.files.model import Add, Proposal
from bearhug.hub import Hub
from bearhug.inference.engines.remote import Circuit
from bearhug.inference.model import BadUpstream
from bearhug.inference.service.upstreams import parse, upstreams
from bearhug.repos import service as repos
from bearhug.repos.model import RepoKind
from tests.conftest import Server, introduce, person, serving
from tests.inference.living import session_of
from tests.inference.test_placing import OPERATES


class Elsewhere:
    """A server in OpenAI's shapes, as vLLM, SGLang, llama-server and Ollama are."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, Any], str]] = []
        self.failing = 0
        """So many questions are answered 503 before one is answered well."""
        self.breaks_off = False
        elsewhere = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                elsewhere.answer(self)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        length = int(request.headers.get("content-length", 0))
        body = json.loads(request.rfile.read(length))
        self.asked.append((request.path, body, request.headers.get("authorization", "")))
        if self.failing:
            self.failing -= 1
            return self.send(request, 503, {"error": {"message": "still loading"}})
        if body.get("temperature") == 1.75:
            return self.send(request, 400, {"error": {"message": "temperature: too hot"}})
        if request.path.endswith("/embeddings"):
            data = [
                {"index": place, "embedding": [float(len(text)), 1.0]}
                for place, text in enumerate(body["input"])
            ]
            return self.send(request, 200, {"data": data})
        if body.get("stream"):
            return self.stream(request)
        choice = {"index": 0, "message": {"role": "assistant", "content": "Paris."}}
        choice["finish_reason"] = "stop"
        usage = {"prompt_tokens": 7, "completion_tokens": 2, "total_tokens": 9}
        return self.send(request, 200, {"id": "x", "choices": [choice], "usage": usage})

    def stream(self, request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("content-type", "text/event-stream")
        request.end_headers()
        for word in ("Pa", "ris", "."):
            chunk = {"choices": [{"index": 0, "delta": {"content": word}, "finish_reason": None}]}
            request.wfile.write(b"data: " + json.dumps(chunk).encode() + b"\n\n")
        if self.breaks_off:
            request.connection.close()
            return
        last = {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}
        request.wfile.write(b"data: " + json.dumps(last).encode() + b"\n\ndata: [DONE]\n\n")

    def send(self, request: BaseHTTPRequestHandler, status: int, body: object) -> None:
        data = json.dumps(body).encode()
        request.send_response(status)
        request.send_header("content-type", "application/json")
        request.send_header("content-length", str(len(data)))
        request.end_headers()
        request.wfile.write(data)


@pytest.fixture
def elsewhere() -> Iterator[Elsewhere]:
    server = Elsewhere()
    yield server
    server.close()


def add_cards(hub: Hub) -> None:
    """ada/far writes, ada/points embeds; neither has weights here."""
    hub.write(introduce)
    for name, task in (("far", "text-generation"), ("points", "feature-extraction")):
        ada = person(hub, "ada")
        hub.write_as(ada, repos.create, RepoKind.MODEL, name)
        card = f"---\npipeline_tag: {task}\ntags: [conversational]\n---\n# {name}\n"
        proposal = Proposal((Add("README.md", card.encode()),), "Say what it is")
        files.commit_now(hub, ada, RepoKind.MODEL, f"ada/{name}", proposal)


@pytest.fixture
def near(tmp_path: Path, elsewhere: Elsewhere) -> Iterator[Server]:
    """A hub that lets that server answer for ada's models."""
    dead = "http://127.0.0.1:9"
    toml = f"""
        [[upstream]]
        url = "{dead}/v1"
        models = ["ada/far"]

        [[upstream]]
        url = "{elsewhere.url}/v1"
        models = ["ada/*"]
        named = "paris-7b"
        key = "sesame"
    """
    hub = build_hub(Settings(data_dir=tmp_path / "near", upstreams=toml))
    add_cards(hub)
    with serving(hub) as running:
        yield running
    hub.db.close()


@pytest.fixture
def ask(near: Server) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=near.url, timeout=60) as client:
        yield client


QUESTION = {"model": "ada/far", "messages": [{"role": "user", "content": "Capital of France?"}]}


def test_a_server_elsewhere_answers_by_the_models_own_name(
    ask: httpx.Client, elsewhere: Elsewhere
) -> None:
    answer = ask.post("/v1/chat/completions", json=QUESTION)
    assert answer.status_code == 200, answer.text
    assert answer.json()["choices"][0]["message"]["content"] == "Paris."
    assert answer.json()["model"] == "ada/far"
    assert answer.json()["usage"]["completion_tokens"] == 2
    path, body, key = elsewhere.asked[-1]
    assert (path, body["model"], key) == ("/v1/chat/completions", "paris-7b", "Bearer sesame")


def test_its_words_are_streamed(ask: httpx.Client) -> None:
    answer = ask.post("/v1/chat/completions", json={**QUESTION, "stream": True})
    events = [line[6:] for line in answer.text.split("\n") if line.startswith("data: {")]
    deltas = [json.loads(event)["choices"][0]["delta"] for event in events]
    assert "".join(delta.get("content", "") for delta in deltas) == "Paris."
    assert answer.text.rstrip().endswith("data: [DONE]")


def test_a_server_that_breaks_off_is_told_as_an_event(
    ask: httpx.Client, elsewhere: Elsewhere
) -> None:
    elsewhere.breaks_off = True
    asked = len(elsewhere.asked)
    answer = ask.post("/v1/chat/completions", json={**QUESTION, "stream": True})
    assert "Pa" in answer.text
    assert "broke off in the middle of its answer" in answer.text
    assert len(elsewhere.asked) == asked + 1, "no second try after the first byte"


def test_what_it_refuses_is_the_askers_matter(ask: httpx.Client) -> None:
    refused = ask.post("/v1/chat/completions", json={**QUESTION, "temperature": 1.75})
    assert refused.status_code == 400
    assert refused.json()["error"]["message"] == "temperature: too hot"


def test_one_that_fails_often_is_left_alone_for_a_while(
    ask: httpx.Client, elsewhere: Elsewhere
) -> None:
    elsewhere.failing = 3
    for _ in range(3):
        failed = ask.post("/v1/chat/completions", json=QUESTION)
        assert failed.status_code == 424
        assert "still loading" in failed.json()["error"]["message"]
    before = len(elsewhere.asked)
    rested = ask.post("/v1/chat/completions", json=QUESTION)
    assert "is asked again in" in rested.json()["error"]["message"]
    assert len(elsewhere.asked) == before


def test_a_circuit_closes_again_by_itself() -> None:
    now = [0.0]
    circuit = Circuit(lambda: now[0])
    for _ in range(3):
        circuit.failed("down")
    assert circuit.rests == 5
    now[0] = 6.0
    assert circuit.rests == 0
    circuit.failed("down")
    assert circuit.rests == 10
    circuit.answered()
    assert circuit.rests == 0


def test_embeddings_come_from_there(ask: httpx.Client) -> None:
    body = {"model": "ada/points", "input": ["a", "bear"]}
    answer = ask.post("/v1/embeddings", json=body)
    assert answer.status_code == 200, answer.text
    rows = [row["embedding"] for row in answer.json()["data"]]
    assert rows == [[1.0, 1.0], [4.0, 1.0]]
    like = {"inputs": {"source_sentence": "aa", "sentences": ["bb", "cccccc"]}}
    path = "/hf-inference/models/ada/points/pipeline/sentence-similarity"
    scores = ask.post(path, json=like).json()
    assert scores[0] == pytest.approx(1.0)
    assert 0.9 < scores[1] < 1.0


def test_its_placement_and_listings_say_so(ask: httpx.Client) -> None:
    told = ask.get("/api/models/ada/far/placement").json()
    assert (told["stage"], told["words"]) == ("on", "Runs elsewhere")
    assert [one["id"] for one in ask.get("/v1/models").json()["data"]] == ["ada/points", "ada/far"]


@pytest.mark.model
def test_another_hub_is_an_upstream(tmp_path: Path, answering: Server) -> None:
    toml = f'[[upstream]]\nurl = "{answering.url}/v1"\nmodels = ["ada/far"]\nnamed = "ada/smol"\n'
    hub = build_hub(Settings(data_dir=tmp_path / "near", upstreams=toml))
    add_cards(hub)
    with serving(hub) as running, httpx.Client(base_url=running.url, timeout=120) as client:
        words = [{"role": "user", "content": "What is the capital of France? One word."}]
        body = {"model": "ada/far", "messages": words, "max_tokens": 24, "temperature": 0}
        answer = client.post("/v1/chat/completions", json=body, headers={"x-wait-for-model": "1"})
        assert answer.status_code == 200, answer.text
        assert "Paris" in answer.json()["choices"][0]["message"]["content"]
    hub.db.close()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('[[upstream]]\nurl = "gpu:8000"\nmodels = ["a/b"]', "url: write http"),
        ('[[upstream]]\nurl = "http://gpu"\nkind = "x"\nmodels = ["a/b"]', "kind: choose"),
        ('[[upstream]]\nurl = "http://gpu"', "models: name some"),
        ('[[upstream]]\nurl = "http://gpu"\nmodel = "a/b"', "no meaning, model"),
        ('[[upstream]]\nurl = "http://gpu"\ntasks = ["dancing"]', "dancing is no task"),
        ("[[upstream]", "cannot be read"),
        ("/nowhere/at/all.toml", "cannot be read"),
    ],
)
def test_a_wrong_configuration_says_what_is_wrong(text: str, says: str) -> None:
    with pytest.raises(BadUpstream, match=says):
        parse(text)


def test_operators_add_servers_on_a_page_and_keys_are_never_shown(hub: Hub) -> None:
    hub.write(lambda tx: tx.db.run(OPERATES, name="ada"))
    same_site = {"Origin": "http://hub.test", "Sec-Fetch-Site": "same-origin"}
    given = {"url": "http://gpu:1/v1", "kind": "openai", "models": "ada/*", "key": "sesame"}
    with TestClient(Application(hub), base_url="http://hub.test", headers=same_site) as client:
        assert client.get("/admin/upstreams").status_code == 401
        client.cookies.set("bearhug_session", session_of(hub, "grace"))
        assert client.get("/admin/upstreams").status_code == 404
        assert client.post("/admin/upstreams", data=given).status_code == 404
        client.cookies.set("bearhug_session", session_of(hub, "ada"))
        wrong = client.post("/admin/upstreams", data={**given, "url": "gpu:1"})
        assert (wrong.status_code, "url: write http" in wrong.text) == (400, True)
        shown = client.post("/admin/upstreams", data=given).text
        assert "http://gpu:1/v1" in shown
        assert "sesame" not in shown
        assert hub.read(upstreams)[0].key == "sesame"
        gone = client.post("/admin/upstreams/1/remove").text
        assert "http://gpu:1/v1" not in gone
