"""A model whose code runs says what it likes: the hub answers in words, and goes on."""

import json
import pickle
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from bearhug.errors import BadRequest
from bearhug.inference.engines.base import EngineFailed
from bearhug.inference.engines.believing import MOST_PARTS, as_chunk, read
from bearhug.inference.tasks import TASKS, Asked, Caller, Sent
from bearhug.inference.tasks.media import piece
from tests.conftest import Server, serving
from tests.inference.tasking import bring, tasking_hub

ADA = {"Authorization": "Bearer hf_ada", "X-Wait-For-Model": "1"}

# Once it is loaded it is part of the runner, and writes its answers as it likes.
LIAR = """
import sys
def predict(self, frame):
    said = str(frame[0][0])
    sys.modules["bearhug.inference.runners.server"].dumped = lambda value: SAID[said]
    return frame
SAID = {
    "honest": b'{"output": {"predictions": [1]}, "timings": {"seconds": 0.1}}',
    "bare": b"[1]",
    "words": b"nonsense",
    "without output": b'{"timings": {"seconds": 0.1}}',
    "strange timings": b'{"output": {"predictions": [1]}, "timings": [1]}',
    "endless time": b'{"output": {"predictions": [1]}, "timings": {"seconds": 1e999}}',
    "no number": b'{"output": {"predictions": [NaN, Infinity]}, "timings": {}}',
    "too large": b'{"output": {"predictions": [1e999]}, "timings": {}}',
    "other output": b'{"output": [1], "timings": {}}',
    "deep": b'{"output": {"predictions": ' + b"[" * 900 + b"]" * 900 + b'}, "timings": {}}',
    "deeper": b'{"output": {"predictions": ' + b"[" * 90000 + b"]" * 90000 + b"}}",
    "many": b'{"output": {"predictions": [' + b"[]," * 4_000_000 + b"[]]}}",
    "a file": b'{"output": {"predictions": [{"$bytes": "=", "type": "a"}, {"$object": "f00"}]},'
    b' "timings": {}}',
}
"""


class Code:
    """Pickled, it becomes an object of the class whose methods the code defines."""

    def __init__(self, code: str) -> None:
        self.code = code

    def __reduce__(self) -> tuple[Any, ...]:
        made = f"(lambda given: (exec({self.code!r}, given), type('Liar', (), given)())[1])(dict())"
        return (eval, (made,))


def liar(folder: Path) -> None:
    (folder / "model.pkl").write_bytes(pickle.dumps(Code(LIAR)))


def shouter(folder: Path) -> None:
    """It writes to the hub's own ear, whichever number that has, and never ends."""
    code = """
import os, time
for each in range(3, 64):
    try:
        os.write(each, b"[" * 60000 + b"\\n")
    except OSError:
        pass
time.sleep(300)
"""
    (folder / "model.pkl").write_bytes(pickle.dumps(Code(code)))


@pytest.fixture(scope="module")
def lying(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    hub = tasking_hub(tmp_path_factory.mktemp("lying"))
    bring(hub, "liar", liar, "tabular-regression", library="sklearn")
    bring(hub, "shouter", shouter, "tabular-regression", library="sklearn")
    with serving(hub) as running:
        yield running
    hub.db.close()


def told(lying: Server, said: str, name: str = "liar") -> httpx.Response:
    body = {"inputs": {"data": {"said": [said]}}}
    url = f"{lying.url}/hf-inference/models/ada/{name}"
    return httpx.post(url, json=body, headers=ADA, timeout=120)


@pytest.mark.model
def test_an_answer_of_no_form_is_told_in_words(lying: Server) -> None:
    honest = told(lying, "honest")
    assert honest.status_code == 200, honest.text
    for said in ("bare", "words", "without output", "strange timings", "other output", "deeper",
                 "many", "too large"):  # fmt: skip
        answer = told(lying, said)
        assert (said, answer.status_code) == (said, 424), answer.text[:300]
        assert "answer" in answer.json()["error"]
    for said in ("endless time", "no number", "deep", "a file"):
        assert told(lying, said).status_code in (200, 424), said
    assert told(lying, "no number").json() == [None, None]
    assert told(lying, "honest").json() == [1]


@pytest.mark.model
def test_what_a_model_calls_kept_is_not(lying: Server) -> None:
    id = told(lying, "a file").headers["x-answer-id"]
    kept = httpx.post(f"{lying.url}/runs", json={"id": id, "public": True}, headers=ADA)
    assert kept.status_code == 201, kept.text
    file = httpx.get(f"{kept.json()['url']}/files/f00", headers=ADA)
    assert file.status_code == 404


@pytest.mark.model
def test_a_model_that_shouts_at_the_hub_is_ended(lying: Server) -> None:
    answer = told(lying, "honest", "shouter")
    assert answer.status_code == 424, answer.text
    residents = lying.hub.rooms["supervisor"]._residents.values()
    loud = next(each for each in residents if each.model.name == "ada/shouter")
    assert loud.plan is None
    assert not loud.process.alive


@pytest.mark.parametrize(
    "said",
    [
        {"choices": {}},
        {"choices": ["a"]},
        {"choices": [{"delta": "a"}]},
        {"choices": [{"delta": {"content": {"a": 1}}}]},
        {"choices": [{"text": 7}]},
        {"choices": [{"logprobs": [1]}]},
        {"choices": [], "timings": [1]},
        {"choices": [], "timings": {"predicted_n": "many"}},
        {"choices": [], "timings": {"predicted_n": 10**400}},
        {"choices": [], "timings": {"predicted_n": float("inf")}},
    ],
)
def test_a_chunk_of_no_form_is_refused(said: dict[str, Any]) -> None:
    with pytest.raises(EngineFailed):
        as_chunk(read(json.dumps(said).encode()))


def test_an_answer_of_too_many_parts_is_not_even_read() -> None:
    with pytest.raises(EngineFailed, match="too many parts"):
        read(b'{"a": [' + b"[]," * (MOST_PARTS // 2) + b"[]]}")


@pytest.mark.parametrize(
    ("task", "output"),
    [
        ("text-to-image", {"image": piece(b"<svg onload=alert(1)>", "image/svg+xml")}),
        ("text-to-speech", {"audio": piece(b"<script>", "text/html\r\nSet-Cookie: a=b")}),
        ("depth-estimation", {"depth": piece(b"<html>", "text/html")}),
    ],
)
def test_what_a_model_made_is_announced_as_what_it_is(task: str, output: Any) -> None:
    caller = Caller.of("", "image/png")
    made = TASKS[task].tells(output, Asked("", {}), caller)
    assert made.type == "application/octet-stream"


def test_columns_are_not_called_as_files_are() -> None:
    with pytest.raises(BadRequest, match=r"\$bytes"):
        TASKS["tabular-regression"].reads(Sent({"inputs": {"data": {"$bytes": [1], "b": [2]}}}))
