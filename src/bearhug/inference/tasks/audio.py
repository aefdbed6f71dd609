"""Tasks that hear and speak."""

from typing import Any

from bearhug.inference.tasks.base import Asked, Caller, Sent, Task, Told, checked
from bearhug.inference.tasks.media import bytes_of, sound, type_of
from bearhug.inference.tasks.rules import (
    GENERATION,
    Rule,
    either,
    fields,
    flag,
    number,
    text,
    whole,
    word,
)
from bearhug.inference.tasks.sending import shown
from bearhug.inference.tasks.sending import text as one_text
from bearhug.inference.tasks.text import CLASSES

MOST_SPOKEN = 5000
"""Characters: some minutes of speech."""

HEARD: dict[str, Rule] = {
    **GENERATION,
    "generation_parameters": fields(
        {**GENERATION, "language": text(40), "task": word("transcribe", "translate")}
    ),
    "language": text(40),
    "return_timestamps": either(flag, word("word", "char")),
    "task": word("transcribe", "translate"),
}
SPOKEN: dict[str, Rule] = {
    **GENERATION,
    "generation_parameters": fields(GENERATION),
    "language": text(40),
    "speed": number(0.25, 4),
    "voice": text(200),
    "speaker_id": whole(0, 100_000),
}


def _heard(rules: dict[str, Rule]) -> Any:
    def read(sent: Sent) -> Asked:
        return Asked(sound(sent), checked(sent.parameters, rules), words="A recording")

    return read


def _said(sent: Sent) -> Asked:
    value = sent.inputs if sent.inputs is not None else sent.fields.get("text")
    found = one_text(value, "inputs")
    text_rule = text(MOST_SPOKEN)
    checked({"inputs": found}, {"inputs": text_rule})
    return Asked(found, checked(sent.parameters, SPOKEN), words=shown(found))


def _plain(output: Any, asked: Asked, caller: Caller) -> Told:
    return Told(output)


def _sound(output: Any, asked: Asked, caller: Caller) -> Told:
    data = bytes_of(output["audio"])
    return Told(data=data, type=type_of(data))


_HEARS = ("audio",)

TASKS = (
    Task("automatic-speech-recognition", _heard(HEARD), _plain, HEARD, _HEARS, binary=True),
    Task(
        "audio-classification", _heard(CLASSES), _plain, CLASSES, _HEARS, ("classification",), True
    ),
    Task("text-to-speech", _said, _sound, SPOKEN, gives=("audio",)),
    Task("text-to-audio", _said, _sound, SPOKEN, gives=("audio",)),
)
