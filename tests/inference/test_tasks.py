"""What may be sent of each task, and the shape each client gets: no model is needed to see it."""

import base64
import math
import struct
from array import array
from typing import Any

import pytest

from bearhug.errors import BadRequest
from bearhug.inference.tasks import TASKS, Asked, Caller, Sent, does, told
from bearhug.inference.tasks.arrays import as_bytes, numbers
from bearhug.inference.tasks.media import MOST_PICTURE_BYTES, sniffed

PNG = b"\x89PNG\r\n\x1a\n" + bytes(8) + struct.pack(">II", 4, 4) + bytes(9)
WAV = b"RIFF\0\0\0\0WAVEfmt "
NEW, OLD = Caller(), Caller(dated=True)
SCRIPT = Caller(javascript=True)
PIECE = {"$bytes": base64.b64encode(PNG).decode(), "type": "image/png"}


def reads(task: str, fields: dict[str, Any] | None = None, data: bytes | None = None) -> Asked:
    return TASKS[task].reads(Sent(fields or {}, data))


def refused(task: str, fields: dict[str, Any] | None = None, data: bytes | None = None) -> str:
    with pytest.raises(BadRequest) as error:
        reads(task, fields, data)
    return error.value.message


@pytest.mark.parametrize(
    ("agent", "caller"),
    [
        ("unknown/None; hf_hub/2.4.0; python/3.11", NEW),
        ("unknown/None; hf_hub/1.2.0; python/3.11", NEW),
        ("unknown/None; hf_hub/1.1.7; python/3.11", OLD),
        ("unknown/None; hf_hub/0.36.0", OLD),
        ("@huggingface/inference/4.13.30 Node.js/22", SCRIPT),
        ("Mozilla/5.0 (X11; Linux x86_64)", SCRIPT),
        ("curl/8.0", NEW),
    ],
)
def test_clients_are_told_apart(agent: str, caller: Caller) -> None:
    assert Caller.of(agent) == caller


def test_the_old_door_speaks_the_old_way() -> None:
    assert Caller.of("curl/8.0", old_door=True).dated


@pytest.mark.parametrize(
    ("task", "fields", "words"),
    [
        ("text-classification", {}, "inputs: write a text, not nothing"),
        ("text-classification", {"inputs": 3}, "inputs: write a text, not a number"),
        ("text-classification", {"inputs": "  "}, "inputs: it is empty"),
        ("text-classification", {"inputs": []}, "inputs: it is empty"),
        ("text-classification", {"inputs": ["a", 3]}, "inputs.1: write a text"),
        ("text-classification", {"inputs": "x" * 400_001}, "may have 400000"),
        ("text-classification", {"inputs": ["x"] * 257}, "may be 256"),
        ("text-classification", {"inputs": "a", "parameters": []}, ""),
        ("text-classification", {"inputs": "a", "parameters": 3}, "parameters: write an object"),
        ("text-classification", {"inputs": "a", "parameters": {"top_k": 0}}, "parameters.top_k"),
        ("zero-shot-classification", {"inputs": "a"}, "parameters.candidate_labels"),
        (
            "zero-shot-classification",
            {"inputs": "a", "parameters": {"candidate_labels": ["x"] * 101}},
            "write 1 to 100",
        ),
        ("question-answering", {"inputs": "a"}, "question and context"),
        ("question-answering", {"inputs": {"question": "a"}}, "inputs.context"),
        ("sentence-similarity", {"inputs": {"source_sentence": "a"}}, "inputs.sentences"),
        ("translation", {"inputs": "a", "parameters": {"src_lang": "en"}}, "both src_lang"),
        ("summarization", {"inputs": "a", "parameters": {"generate_parameters": {"x": 1}}}, "x"),
        ("table-question-answering", {"inputs": {"query": "a", "table": {}}}, "inputs.table"),
        ("tabular-classification", {"table": {"a": [1], "b": [1, 2]}}, "different lengths"),
        ("image-classification", {"inputs": "http://10.0.0.1/x.png"}, "fetches nothing"),
        ("image-classification", {"inputs": "%%%"}, "no base64"),
        ("text-to-image", {"inputs": "x", "parameters": {"width": 9000}}, "parameters.width"),
        ("image-to-image", {"inputs": "", "parameters": {}}, "empty"),
    ],
)
def test_what_is_wrong_is_named(task: str, fields: dict[str, Any], words: str) -> None:
    if words:
        assert words in refused(task, fields)
    else:
        assert reads(task, fields).parameters == {}


def test_unknown_parameters_are_told_in_the_clients_words() -> None:
    said = refused("fill-mask", {"inputs": "a", "parameters": {"x": 1, "top_k": 2, "y": 1}})
    assert said == "The following `model_kwargs` are not used by the model: ['x', 'y']"


def test_pictures_come_in_every_way() -> None:
    encoded = base64.b64encode(PNG).decode()
    ways = [
        {"data": PNG},
        {"fields": {"inputs": encoded}},
        {"fields": {"inputs": f"data:image/png;base64,{encoded}"}},
        {"fields": {"inputs": {"image": encoded}}},
    ]
    assert all(reads("image-classification", **way).inputs == PIECE for way in ways)  # type: ignore[arg-type]
    root = {"question": "what?", "image": encoded, "inputs": encoded}
    inside = {"inputs": {"question": "what?", "image": encoded}}
    asked = [reads("visual-question-answering", each).inputs for each in (root, inside)]
    assert asked == [{"image": PIECE, "question": "what?"}] * 2


def test_a_picture_is_bounded_before_anything_opens_it() -> None:
    assert "may have" in refused("image-classification", data=PNG + bytes(MOST_PICTURE_BYTES))
    wide = PNG[:16] + struct.pack(">II", 100_000, 100_000)
    assert "10000000000 pixels" in refused("image-classification", data=wide)
    assert "it is audio/wav" in refused("image-classification", data=WAV)
    assert "it is image/png" in refused("automatic-speech-recognition", data=PNG)
    assert sniffed(b"\xff\xfb\x90\x00") == "audio/mpeg"


def test_a_table_comes_by_columns_or_by_rows() -> None:
    table = {"a": [1, 2], "b": ["x", None]}
    rows = [{"a": 1, "b": "x"}, {"a": 2}]
    ways: list[dict[str, Any]] = [
        {"table": table},
        {"inputs": {"data": table}},
        {"inputs": table},
        {"inputs": {"data": rows}},
    ]
    for way in ways:
        assert reads("tabular-regression", way).inputs == {"table": table}
    asked = reads("table-question-answering", {"inputs": {"query": "how?", "table": table}})
    assert asked.inputs["table"] == {"a": ["1", "2"], "b": ["x", ""]}


SCORED = [{"label": "A", "score": 0.9}, {"label": "B", "score": 0.1}]


def shaped(task: str, output: Any, caller: Caller = NEW, **asked: Any) -> Any:
    question = Asked(**{"inputs": ["a"], "parameters": {}, **asked})
    return TASKS[task].tells(output, question, caller).value


def test_answers_have_the_shapes_clients_insist_on() -> None:
    assert shaped("text-classification", [SCORED]) == [SCORED]
    assert shaped("zero-shot-classification", [SCORED]) == SCORED
    assert shaped("zero-shot-classification", [SCORED], OLD) == {
        "sequence": "a", "labels": ["A", "B"], "scores": [0.9, 0.1],
    }  # fmt: skip
    caption = [{"text": "a bear"}]
    assert shaped("image-to-text", caption) == [{"generated_text": "a bear"}]
    assert shaped("image-to-text", caption, SCRIPT) == {"generated_text": "a bear"}
    assert shaped("fill-mask", [[[1, 2]]]) == [1, 2]
    assert shaped("fill-mask", [[[1], [2]]]) == [[1], [2]]
    assert shaped("fill-mask", [[[1]], [[2]]], many=True) == [[1], [2]]
    answer = {"answer": "x", "score": 1.0, "start": 0, "end": 1}
    assert shaped("question-answering", [[answer]]) == answer
    assert shaped("question-answering", [[answer]], parameters={"top_k": 2}) == [answer]
    assert shaped("translation", caption) == [{"translation_text": "a bear"}]
    assert shaped("table-question-answering", {"answer": "x"})["aggregator"] == "NONE"
    mask = [{"label": "a", "score": 1, "mask": PIECE}]
    assert shaped("image-segmentation", mask)[0]["mask"] == PIECE["$bytes"]


def test_pictures_and_sounds_come_as_bytes() -> None:
    painted = TASKS["text-to-image"].tells({"image": PIECE}, Asked("a", {}), NEW)
    assert (painted.data, painted.type) == (PNG, "image/png")
    depth = TASKS["depth-estimation"].tells
    seen = depth({"depth": PIECE}, Asked("a", {}), Caller(accepts="image/png"))
    assert seen.data == PNG
    assert depth({"depth": PIECE}, Asked("a", {}), NEW).value == {"depth": PIECE["$bytes"]}


def test_vectors() -> None:
    given = {"$array": base64.b64encode(array("f", range(6)).tobytes()).decode(), "shape": [3, 2]}
    assert numbers(given) == [[0, 1], [2, 3], [4, 5]]
    assert shaped("feature-extraction", {"embeddings": given}) == [0, 1]
    assert shaped("feature-extraction", {"embeddings": given}, many=True)[2] == [4, 5]
    assert shaped("feature-extraction", {"tokens": [given]}) == [[[0, 1], [2, 3], [4, 5]]]
    assert base64.b64decode(as_bytes([math.pi])) == struct.pack("<f", math.pi)
    with pytest.raises(ValueError, match="do not make"):
        numbers({**given, "shape": [2, 2]})


def test_ranks_come_best_first() -> None:
    fields = {"query": "q", "texts": ["a", {"text": "b"}, "c"], "top_k": 2, "return_text": True}
    asked = reads("text-ranking", fields)
    assert asked.inputs == {"query": "q", "texts": ["a", "b", "c"]}
    assert asked.parameters == {}
    found = TASKS["text-ranking"].tells([0.1, 0.9, 0.5], asked, NEW).value
    assert found == [
        {"index": 1, "score": 0.9, "text": "b"}, {"index": 2, "score": 0.5, "text": "c"},
    ]  # fmt: skip


def test_embeddings_take_their_parameters_at_the_root() -> None:
    asked = reads("feature-extraction", {"inputs": "a", "normalize": True, "truncate": None})
    assert asked.parameters == {"normalize": True}
    side = {"inputs": "a", "truncation_direction": "Left"}
    assert reads("feature-extraction", side).parameters == {"truncation_direction": "left"}


def test_a_model_may_be_asked_what_its_weights_can_do() -> None:
    assert does("sentence-similarity", "feature-extraction")
    assert does("summarization", "translation")
    assert not does("text-classification", "fill-mask")


@pytest.mark.parametrize(
    ("output", "words"),
    [
        ([SCORED], "A 90.0 %\nB 10.0 %"),
        ([{"word": "Ada", "entity_group": "PER", "score": 0.5}], "Ada: PER 50.0 %"),
        ([{"text": "short"}], "short"),
        ({"answer": "Paris", "cells": []}, "Paris"),
        ({"embeddings": {"$array": "", "shape": [1, 384]}}, "1 × 384 numbers"),
        ({"image": PIECE}, "A picture"),
        ([0.5, 0.25], "0.5, 0.25"),
        ({"predictions": ["cat", "dog"]}, "cat\ndog"),
    ],
)
def test_an_answer_in_words(output: Any, words: str) -> None:
    assert told(output) == words
