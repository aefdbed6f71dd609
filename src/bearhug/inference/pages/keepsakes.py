"""A saved run of a task, as its page draws it: the public API's shape, with files as links.

The page's script draws it as the widget did (js/components/task-answer.js).
"""

import base64
import json
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bearhug.inference.model import Run, Said
from bearhug.inference.pages.forms import Form, form_of
from bearhug.inference.task_snippets import FILE

MOST_NUMBERS = 16_384
"""Of a vector that is drawn; more are told by their count."""

Address = Callable[[Mapping[str, Any]], Any]
"""Where a kept file ({"$object": sha256}) can be got; "" where it is not kept."""

_RESHAPED: Mapping[str, Callable[[Any], Any]] = {
    "entities": lambda answer: _flat(answer),
    "words": lambda answer: answer[0] if answer and isinstance(answer[0], list) else answer,
    "vector": lambda answer: answer.get("embeddings", answer.get("tokens")),
    "ranks": lambda answer: [{"index": at, "score": each} for at, each in enumerate(answer)],
    "drawn": lambda answer: answer.get("image"),
    "sound": lambda answer: answer.get("audio"),
}


_PICTURES = ("image/png", "image/jpeg", "image/webp", "image/gif")
_BARRED = frozenset({"labels", "words", "answers", "boxes"})


@dataclass(frozen=True)
class Keepsake:
    """What <task-answer> is given; `answer` and `body` as JSON, `file` an address or ""."""

    kind: str
    answer: str
    body: str
    file: str = ""
    file_type: str = ""
    question: str = ""
    """What was asked of a picture or a sound."""


def address(run: Run, kept: Mapping[str, Any]) -> str:
    """Where a file of the run's lies; "" for one that was too large to be kept."""
    return f"{run.path}/files/{kept['$object']}" if "$object" in kept else ""


def keepsake(said: Said, place: Address) -> Keepsake | None:
    """None for text and chat, whose answers are words, and for what is kept no more."""
    form = form_of(said.task)
    if said.answer is None or form is None or form.answer == "talk":
        return None
    reshape = _RESHAPED.get(form.answer)
    answer = _plain(reshape(said.answer) if reshape else said.answer, place)
    file = _file(said.inputs)
    body = {"inputs": _asked(form.answer, said.inputs, place), "parameters": {}}
    if answer is None or (file and not place(file)):
        return None
    return Keepsake(
        form.answer,
        json.dumps(answer, ensure_ascii=False),
        json.dumps(body, ensure_ascii=False),
        place(file) if file else "",
        str(file.get("type", "")) if file else "",
        _question(said.inputs),
    )


def bars_of(said: Said) -> list[tuple[str, float]]:
    """The labels of an answer with their shares; [] where it has none, or scores that are none."""
    form = form_of(said.task)
    if form is None or form.answer not in _BARRED:
        return []
    listed = _flat(_flat(said.answer))
    named = [each for each in listed if isinstance(each, dict) and "score" in each]
    found = [(_named(each), float(each["score"])) for each in named]
    return found if all(0 <= share <= 1 for _, share in found) else []


def image_of(said: Said) -> Mapping[str, Any] | None:
    """The picture that was made or, without one, that was asked about."""
    for each in (said.answer, said.inputs):
        file = _file(each) if isinstance(each, Mapping) else None
        if file is not None and file.get("type") in _PICTURES:
            return file
    return None


def body_of_run(said: Said) -> dict[str, Any]:
    """What the public API was asked, with names for files: for the code beside it."""
    form = form_of(said.task)
    names = {"image": "picture.png", "audio": "sound.wav"}
    kind = next((each.kind for each in form.fields if each.kind in names), "") if form else ""

    def named(kept: Mapping[str, Any]) -> Any:
        return {FILE: names.get(kind, "file.bin")}

    inputs = _asked(form.answer if form else "", said.inputs, named)
    return {"inputs": inputs} | ({"parameters": dict(said.parameters)} if said.parameters else {})


def fills_of(form: Form, said: Said, place: Address) -> dict[str, Any]:
    """The run's question as the form's fields hold it: to ask it again."""
    inputs = _asked(form.answer, said.inputs, lambda kept: {"src": place(kept), "name": "file"})
    names = [each.name for each in (*form.fields, *form.settings)]
    found = {name: _held(name, inputs, said.parameters) for name in names}
    return {name: value for name, value in found.items() if value not in ("", None)}


def _held(name: str, inputs: Any, parameters: Mapping[str, Any]) -> Any:
    """What a field of this name holds of the question."""
    way, _, last = name.rpartition(".")
    parts = inputs if isinstance(inputs, dict) and "src" not in inputs else {}
    if name == "inputs":
        return parts.get("image", inputs)
    if way == "inputs" or last in parts:
        return parts.get(last, "")
    return parameters.get(last, "")


def settings_told(said: Said) -> list[tuple[str, str]]:
    """The settings in the words of the widget's fields."""
    form = form_of(said.task)
    fields = (*form.fields, *form.settings) if form else ()
    words = {each.name.rpartition(".")[2]: each.label for each in fields}
    return [
        (
            words.get(name, name),
            ", ".join(map(str, value)) if isinstance(value, list) else str(value),
        )
        for name, value in said.parameters.items()
    ]


def _asked(kind: str, inputs: Any, place: Address) -> Any:
    """The question, one of each: engines are given lists where callers send one text."""
    plain = _plain(inputs, place)
    one = plain[0] if isinstance(plain, list) and len(plain) == 1 else plain
    return {"data": one["table"]} if kind == "predicted" and isinstance(one, dict) else one


def _plain(value: Any, place: Address) -> Any:
    if isinstance(value, list):
        return [_plain(each, place) for each in value]
    if not isinstance(value, dict):
        return value
    if "$array" in value:
        return _numbers(value)
    if _is_file(value):
        return place(value)
    return {name: _plain(each, place) for name, each in value.items()}


def _numbers(array: Mapping[str, Any]) -> Any:
    """The floats as lists, by their shape: n × d."""
    data = base64.b64decode(array["$array"])
    count, width = len(data) // 4, int(array["shape"][-1])
    if count > MOST_NUMBERS or not width:
        return None
    found = [round(each, 5) for each in struct.unpack(f"<{count}f", data)]
    return [found[at : at + width] for at in range(0, count, width)]


def _flat(answer: Any) -> list[Any]:
    listed = answer if isinstance(answer, list) else [answer]
    return [one for each in listed for one in (each if isinstance(each, list) else [each])]


def _file(value: Any) -> Mapping[str, Any] | None:
    """The first file among what was asked."""
    if isinstance(value, Mapping):
        if _is_file(value):
            return value
        return next((found for each in value.values() if (found := _file(each))), None)
    return None


def _named(found: Mapping[str, Any]) -> str:
    name = next((found[key] for key in ("label", "token_str", "answer") if key in found), "")
    return str(name).strip()


def _question(inputs: Any) -> str:
    if not isinstance(inputs, Mapping):
        return ""
    return str(inputs.get("question") or inputs.get("prompt") or "")


def _is_file(value: Mapping[str, Any]) -> bool:
    return any(name in value for name in ("$bytes", "$object", "$gone"))
