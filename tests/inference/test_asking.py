"""Asking: held while the model loads, heard for an hour, bounded per asker."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from bearhug.errors import TooMany
from bearhug.hub import Hub, Transaction
from bearhug.inference import asking, service
from bearhug.inference.asking import Question
from bearhug.inference.heard import KEPT_ANSWERS, KEPT_CHARACTERS, KEPT_SECONDS, Heard
from bearhug.inference.model import Loading, ModelName, Said, Turn
from bearhug.inference.room import Asker, Askers, opened
from bearhug.repos import service as repos
from bearhug.repos.model import RepoKind, Visibility
from tests.inference.living import CARD, add_model

SAID = Said(1, "0" * 40, "model.gguf", "conversational", (Turn("user", "Hello"),), "")


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.model
def test_a_question_is_held_and_then_told_how_long(hub: Hub, smollm_path: Path) -> None:
    add_model(hub, "smol", CARD, smollm_path, Visibility.PUBLIC)

    def find(tx: Transaction) -> service.Located:
        return service.locate(tx, repos.find(tx, RepoKind.MODEL, "ada/smol"))

    question = Question(
        "ada/smol",
        hub.read(find),
        True,
        {"messages": [{"role": "user", "content": "Hi"}], "max_tokens": 4},
        Asker(1, ""),
        hold_seconds=0.05,
    )

    async def test() -> None:
        async with opened(hub):
            room = hub.rooms["inference"]
            with pytest.raises(Loading) as told:
                await asking.ask(room, question)
            assert told.value.message == "Model ada/smol is currently loading"
            assert told.value.details["estimated_time"] >= 1
            assert int(told.value.headers["Retry-After"]) >= 1
            patient = replace(question, hold_seconds=60)
            whole, answer = await asking.ask(room, patient)
            assert whole["choices"][0]["message"]["content"] == answer.output
            assert answer.figures().memory_bytes > 98_000_000
            known = room.supervisor.statuses()
            assert len(known) == 1, "one load, for both"

    asyncio.run(test())
    found = hub.read(find).placement
    assert found.measured
    assert found.load_seconds > 0


def test_an_answer_is_remembered_for_an_hour() -> None:
    clock = Clock()
    heard = Heard(clock)
    answer = heard.begin(SAID, 1, chat=True)
    answer.hear({"choices": [{"delta": {"content": "Hello"}}]})
    clock.now += 2
    answer.hear({"choices": [{"delta": {"content": " you"}}]})
    assert heard.get(answer.id, 2) is None
    found = heard.get(answer.id, 1)
    assert found is not None
    said = found.said()
    assert said.output == "Hello you"
    assert (said.figures.completion_tokens, said.figures.finish) == (2, "stopped")
    assert said.figures.tokens_per_second == 0.5
    clock.now += KEPT_SECONDS + 1
    assert heard.get(answer.id, 1) is None


def test_what_a_visitor_heard_can_be_saved_once_signed_in() -> None:
    heard = Heard()
    answer = heard.begin(SAID, None, chat=False)
    assert answer.id.startswith("cmpl-")
    assert heard.get(answer.id, 7) is answer


def test_only_so_many_answers_are_remembered() -> None:
    heard = Heard()
    first = heard.begin(SAID, 1, chat=True)
    for _ in range(KEPT_ANSWERS):
        heard.begin(SAID, 1, chat=True)
    assert heard.get(first.id, 1) is None


def test_long_answers_make_room_sooner() -> None:
    heard = Heard()
    long = replace(SAID, turns=(Turn("user", "x" * (KEPT_CHARACTERS // 2 + 1)),))
    first, second = (heard.begin(long, 1, chat=True) for _ in range(2))
    assert heard.get(first.id, 1) is None
    assert heard.get(second.id, 1) is second


def test_nobody_has_all_the_answers() -> None:
    askers = Askers()
    visitor, person = Asker(None, "192.0.2.1"), Asker(3, "192.0.2.1")
    with askers.one(visitor), askers.one(visitor):
        with pytest.raises(TooMany, match="Sign in for more"), askers.one(visitor):
            pass
        with askers.one(person), askers.one(person), askers.one(person):
            pass
        with askers.one(Asker(None, "192.0.2.2")):
            pass
    with askers.one(visitor):
        pass


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("ada/smol", ModelName("ada/smol")),
        ("ada/smol@v1.0", ModelName("ada/smol", "v1.0")),
        ("ada/smol@refs/pr/1:q/a.gguf", ModelName("ada/smol", "refs/pr/1", "q/a.gguf")),
        ("ada/smol:fastest", ModelName("ada/smol")),
        (" ada/smol:b.GGUF", ModelName("ada/smol", "main", "b.GGUF")),
    ],
)
def test_names_of_models(text: str, name: ModelName) -> None:
    assert ModelName.parse(text) == name
