"""A saved run of a task, as its page draws it: the answer in the public API's shape, files as links.

The page's script draws it as the widget did (js/components/task-answer.js).
"""

import base64
import json
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bearhug.inference.model import Said
from bearhug.inference.pages.forms import form_of

MOST_NUMBERS = 16_384
"""Of a vector that is drawn; more are told by their count."""

Address = Callable[[Mapping[str, Any]], str]
"""Where a kept file ({"$object"} or {"$bytes"}) can be got; "" where it is not kept."""

_RESHAPED: Mapping[str, Callable[[Any], Any]] = {
    "entities": lambda answer: _flat(answer),
    "words": lambda answer: answer[0] if answer and isinstance(answer[0], list) else answer,
    "vector": lambda answer: answer.get("embeddings", answer.get("tokens")),
    "ranks": lambda answer: [{"index": at, "score": each} for at, each in enumerate(answer)],
    "drawn": lambda answer: answer.get("image"),
    "sound": lambda answer: answer.get("audio"),
}


@dataclass(frozen=True)
class Keepsake:
    """What <task-answer> is given; `answer` and `body` as JSON, `file` an address or ""."""

    kind: str
    answer: str
    body: str
    file: str = ""
    file_type: str = ""


def keepsake(said: Said, address: Address) -> Keepsake | None:
    """None for text and chat, whose answers are words, and for what is kept no more."""
    form = form_of(said.task)
    if said.answer is None or form is None or form.answer == "talk":
        return None
    reshape = _RESHAPED.get(form.answer)
    answer = _plain(reshape(said.answer) if reshape else said.answer, address)
    file = _file(said.inputs)
    body = {"inputs": _asked(form.answer, said.inputs, address), "parameters": {}}
    if answer is None or (file and not address(file)):
        return None
    return Keepsake(
        form.answer,
        json.dumps(answer, ensure_ascii=False),
        json.dumps(body, ensure_ascii=False),
        address(file) if file else "",
        str(file.get("type", "")) if file else "",
    )


def _asked(kind: str, inputs: Any, address: Address) -> Any:
    """The question, one of each: engines are given lists where callers send one text."""
    plain = _plain(inputs, address)
    one = plain[0] if isinstance(plain, list) and len(plain) == 1 else plain
    return {"data": one["table"]} if kind == "predicted" and isinstance(one, dict) else one


def _plain(value: Any, address: Address) -> Any:
    if isinstance(value, list):
        return [_plain(each, address) for each in value]
    if not isinstance(value, dict):
        return value
    if "$array" in value:
        return _numbers(value)
    if _is_file(value):
        return address(value)
    return {name: _plain(each, address) for name, each in value.items()}


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


def _is_file(value: Mapping[str, Any]) -> bool:
    return any(name in value for name in ("$bytes", "$object", "$gone"))
