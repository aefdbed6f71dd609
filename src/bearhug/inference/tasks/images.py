"""Tasks that see: classes, boxes, masks, depths, captions, questions about a picture."""

from typing import Any

from bearhug.inference.tasks.arrays import numbers
from bearhug.inference.tasks.base import Asked, Caller, Sent, Task, Told, checked, refused
from bearhug.inference.tasks.media import bytes_of, picture, type_of
from bearhug.inference.tasks.pairs import ANSWERS
from bearhug.inference.tasks.rules import (
    GENERATION,
    Rule,
    fields,
    number,
    text,
    texts,
    whole,
    word,
)
from bearhug.inference.tasks.sending import shown
from bearhug.inference.tasks.sending import text as one_text
from bearhug.inference.tasks.text import CLASSES

MOST_BOXES = 10_000

BOXES: dict[str, Rule] = {"threshold": number(0, 1)}
MASKS: dict[str, Rule] = {
    "mask_threshold": number(0, 1),
    "overlap_mask_area_threshold": number(0, 1),
    "subtask": word("instance", "panoptic", "semantic"),
    "threshold": number(0, 1),
}
CAPTIONS: dict[str, Rule] = {
    **GENERATION,
    "generation_parameters": fields(GENERATION),
    "prompt": text(4000),
}
LABELS: dict[str, Rule] = {
    "candidate_labels": texts(2, 200),
    "hypothesis_template": text(2000),
}
ASKED: dict[str, Rule] = {**GENERATION, "top_k": whole(1, 100)}


def _word_boxes(value: Any) -> list[Any]:
    if not isinstance(value, list) or len(value) > MOST_BOXES:
        raise ValueError("write a list of words and boxes.")
    return value


PAGES: dict[str, Rule] = {**ANSWERS, "lang": text(40), "word_boxes": _word_boxes}
SEARCHED: dict[str, Rule] = {
    "candidate_labels": texts(1, 200),
    "hypothesis_template": text(2000),
    "threshold": number(0, 1),
    "top_k": whole(1, 1000),
}
NOTHING: dict[str, Rule] = {}


def _seen(rules: dict[str, Rule]) -> Any:
    def read(sent: Sent) -> Asked:
        value = sent.inputs
        if isinstance(value, dict) and "image" in value:
            value = value["image"]
        found = picture(sent, value)
        return Asked(found, checked(sent.parameters, rules), words="A picture")

    return read


def _labelled(rules: dict[str, Rule]) -> Any:
    def read(sent: Sent) -> Asked:
        return _with_labels(sent, rules)

    return read


def _with_labels(sent: Sent, rules: dict[str, Rule]) -> Asked:
    given = sent.inputs if isinstance(sent.inputs, dict) else {}
    labels = sent.parameters.get("candidate_labels") or given.get("candidate_labels")
    if not labels:
        raise refused(
            "parameters.candidate_labels", 'name the labels to choose from, ["cat", "dog"].'
        )
    found = picture(sent, given.get("image"), "inputs.image" if given else "inputs")
    parameters = checked({**sent.parameters, "candidate_labels": labels}, rules)
    return Asked(
        found, parameters, words=f"A picture\n({', '.join(parameters['candidate_labels'])})"
    )


def _questioned(rules: dict[str, Rule]) -> Any:
    """`inputs` {image, question}; or both at the root, as Python's client sends them."""

    def read(sent: Sent) -> Asked:
        inside = isinstance(sent.inputs, dict)
        given = sent.inputs if inside else sent.fields
        where = "inputs." if inside else ""
        question = one_text(given.get("question"), f"{where}question")
        image = given.get("image", None if inside else sent.inputs)
        if image is None:
            raise refused(f"{where}image", "send a picture as base64.")
        inputs = {"image": picture(sent, image, f"{where}image"), "question": question}
        return Asked(inputs, checked(sent.parameters, rules), words=shown(question))

    return read


def _plain(output: Any, asked: Asked, caller: Caller) -> Told:
    return Told(output)


def _masks(output: Any, asked: Asked, caller: Caller) -> Told:
    listed = [{"label": "", **each, "mask": each["mask"]["$bytes"]} for each in output]
    return Told(listed)


def _features(output: Any, asked: Asked, caller: Caller) -> Told:
    return Told([numbers(each) for each in output["tokens"]])


def _depth(output: Any, asked: Asked, caller: Caller) -> Told:
    if caller.wants_picture:
        data = bytes_of(output["depth"])
        return Told(data=data, type=type_of(data))
    return Told({**output, "depth": output["depth"]["$bytes"]})


def _caption(output: Any, asked: Asked, caller: Caller) -> Told:
    """A list of one; but the bare object for JavaScript's client, which refuses a list."""
    told = [{"generated_text": each["text"]} for each in output]
    return Told(told[0] if caller.javascript else told)


_SEES = ("image",)
_ASKS = ("image", "text")

TASKS = (
    Task("image-classification", _seen(CLASSES), _plain, CLASSES, _SEES, ("classification",), True),
    Task("object-detection", _seen(BOXES), _plain, BOXES, _SEES, ("boxes",), True),
    Task("image-segmentation", _seen(MASKS), _masks, MASKS, _SEES, ("image",), True),
    Task("depth-estimation", _seen(NOTHING), _depth, NOTHING, _SEES, ("image",), True),
    Task("image-to-text", _seen(CAPTIONS), _caption, CAPTIONS, _SEES, binary=True),
    Task(
        "zero-shot-image-classification",
        _labelled(LABELS),
        _plain,
        LABELS,
        _ASKS,
        ("classification",),
        True,
    ),
    Task(
        "zero-shot-object-detection", _labelled(SEARCHED), _plain, SEARCHED, _ASKS, ("boxes",), True
    ),
    Task("mask-generation", _seen(NOTHING), _masks, NOTHING, _SEES, ("image",), True),
    Task(
        "image-feature-extraction", _seen(NOTHING), _features, NOTHING, _SEES, ("embeddings",), True
    ),
    Task("visual-question-answering", _questioned(ASKED), _plain, ASKED, _ASKS, binary=True),
    Task("document-question-answering", _questioned(PAGES), _plain, PAGES, _ASKS, binary=True),
)
