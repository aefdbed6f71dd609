"""Every door to what a model says, tried by whoever may not; and questions that are traps."""

import contextlib
import socket
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr

from bearhug.app import build_hub
from bearhug.config import Settings
from bearhug.inference.room import ADDRESS_BODIES
from bearhug.repos import service as repos
from bearhug.repos.model import RepoKind
from tests.conftest import Server, person, serving
from tests.inference.living import add_fine_token
from tests.inference.test_upstreams import Elsewhere, add_cards

TALK = {"model": "ada/far", "messages": [{"role": "user", "content": "Where is Paris?"}]}
HTML = {"Accept": "text/html"}
ADA, LINUS = ({"Authorization": f"Bearer hf_{name}"} for name in ("ada", "linus"))


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[Elsewhere]:
    server = Elsewhere()
    yield server
    server.close()


@pytest.fixture(scope="module")
def shut(tmp_path_factory: pytest.TempPathFactory, elsewhere: Elsewhere) -> Iterator[Server]:
    """ada/far answers, behind a gate; a run of it is shown to all who may ask it."""
    toml = f'[[upstream]]\nurl = "{elsewhere.url}"\nmodels = ["ada/*"]\nkey = "sesame-open"\n'
    folder: Path = tmp_path_factory.mktemp("shut")
    hub = build_hub(Settings(data_dir=folder / "data", upstreams=SecretStr(toml)))
    add_cards(hub)
    hub.write_as(
        person(hub, "ada"), repos.change_settings, RepoKind.MODEL, "ada/far", gated="manual"
    )
    add_fine_token(hub, "hf_reads_only", ["repo.content.read"])
    with serving(hub) as running:
        yield running
    hub.db.close()


def kept(shut: Server) -> str:
    answer = httpx.post(f"{shut.url}/v1/chat/completions", json=TALK, headers=ADA)
    assert answer.status_code == 200, answer.text
    run = {"id": answer.json()["id"], "public": True}
    return str(httpx.post(f"{shut.url}/runs", json=run, headers=ADA).json()["id"])


def test_a_gate_hides_what_its_model_said(shut: Server) -> None:
    run = kept(shut)
    for who in (LINUS, {}):
        listed = httpx.get(f"{shut.url}/runs?all", headers={**HTML, **who})
        assert listed.status_code == 200
        assert run not in listed.text
        assert "Where is Paris" not in listed.text
        assert httpx.get(f"{shut.url}/runs/{run}", headers={**HTML, **who}).status_code == 404
        assert httpx.get(f"{shut.url}/runs/{run}.png", headers=who).status_code == 404
    assert run in httpx.get(f"{shut.url}/runs?all", headers={**HTML, **ADA}).text


@pytest.mark.parametrize("who", [LINUS, {}], ids=["linus", "visitor"])
def test_nobody_asks_through_a_gate(
    shut: Server, elsewhere: Elsewhere, who: dict[str, str]
) -> None:
    before = len(elsewhere.asked)
    for path, body in (
        ("/v1/chat/completions", TALK),
        ("/v1/completions", {"model": "ada/far", "prompt": "a"}),
        ("/v1/responses", {"model": "ada/far", "input": "a"}),
        ("/hf-inference/models/ada/far", {"inputs": "a"}),
        ("/models/ada/far/v1/chat/completions", TALK),
    ):
        answer = httpx.post(shut.url + path, json=body, headers=who)
        assert answer.status_code in (401, 403), (path, answer.text)
    asked = httpx.post(
        f"{shut.url}/ada/far/try",
        data={"message": "a"},
        headers={**who, **HTML, "Origin": shut.url},
    )
    assert asked.status_code in (401, 403)
    for path in ("/v1/models", "/playground"):
        assert "ada/far" not in httpx.get(shut.url + path, headers={**who, **HTML}).text
    assert len(elsewhere.asked) == before


def test_a_token_that_may_not_ask_asks_by_no_form_either(
    shut: Server, elsewhere: Elsewhere
) -> None:
    before = len(elsewhere.asked)
    reads = {"Authorization": "Bearer hf_reads_only", **HTML}
    asked = httpx.post(f"{shut.url}/ada/far/try", data={"message": "a"}, headers=reads)
    assert asked.status_code == 403
    assert len(elsewhere.asked) == before


def test_a_key_of_a_server_is_told_to_nobody(shut: Server) -> None:
    run = kept(shut)
    for path in ("/ada/far", f"/runs/{run}", "/api/models/ada/far/placement", "/v1/models"):
        told = httpx.get(shut.url + path, headers={**ADA, **HTML}).text
        assert "sesame-open" not in told


@pytest.mark.parametrize(
    "path", ["/v1/chat/completions", "/v1/embeddings", "/hf-inference/models/ada/far", "/rerank"]
)
def test_a_question_of_countless_parts_is_not_read(shut: Server, path: str) -> None:
    bomb = b' {"model": "ada/far", "inputs": [' + b"[]," * 700_000 + b"[]]}"
    answer = httpx.post(
        shut.url + path, content=bomb, headers={**ADA, "Content-Type": "application/json"}
    )
    assert answer.status_code == 413, answer.text[:200]
    assert "parts" in answer.text


@pytest.mark.parametrize(
    "said",
    [{"data": 7}, {"data": [{"index": "a"}]}, {"data": [{"index": 0, "embedding": ["b"]}]}, {}],
)
def test_a_server_that_answers_nonsense_is_told_in_words(
    shut: Server, elsewhere: Elsewhere, said: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(elsewhere, "answer", lambda request: elsewhere.send(request, 200, said))
    points = {"model": "ada/points", "input": "a"}
    answer = httpx.post(f"{shut.url}/v1/embeddings", json=points, headers=ADA)
    assert answer.status_code == 424, answer.text


def test_large_questions_are_counted_before_they_are_read(shut: Server) -> None:
    """Else anybody could fill the memory with beginnings of questions."""
    host, _, port = shut.url.removeprefix("http://").partition(":")
    head = (
        b"POST /hf-inference/models/ada/far HTTP/1.1\r\nHost: a\r\nContent-Length: 9000000\r\n\r\n{"
    )
    with contextlib.ExitStack() as stack:
        for _ in range(ADDRESS_BODIES):
            begun = stack.enter_context(socket.create_connection((host, int(port))))
            begun.sendall(head)
        answer = httpx.Response(200)
        for _ in range(50):
            answer = httpx.post(f"{shut.url}/hf-inference/models/ada/far", content=bytes(5_000_000))
            if answer.status_code == 429:
                break
        assert answer.status_code == 429, answer.text
        small = httpx.post(f"{shut.url}/v1/chat/completions", json=TALK, headers=ADA)
        assert small.status_code == 200
    for _ in range(50):
        answer = httpx.post(f"{shut.url}/hf-inference/models/ada/far", content=bytes(5_000_000))
        if answer.status_code != 429:
            break
    assert answer.status_code != 429
