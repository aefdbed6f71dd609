"""Texts as callers send them: one, or a list; each of a length that a machine can bear."""

from collections.abc import Mapping, Sequence
from typing import Any

from bearhug.inference.tasks.base import Asked, Sent, checked, refused
from bearhug.inference.tasks.rules import Rule

MOST_TEXTS = 256
MOST_CHARACTERS = 400_000
"""Of one text, and of all texts of a question together."""

SHOWN = 2000


def text(value: Any, field_name: str) -> str:
    """A text with something in it. Raises BadRequest."""
    if not isinstance(value, str):
        raise refused(field_name, f"write a text, not {_kind(value)}.")
    if not value.strip():
        raise refused(field_name, "it is empty: write a text.")
    if len(value) > MOST_CHARACTERS:
        raise refused(
            field_name,
            f"it has {len(value)} characters and may have {MOST_CHARACTERS}: send it in parts.",
        )
    return value


def texts(value: Any, field_name: str, most: int = MOST_TEXTS) -> list[str]:
    """A list of such texts. Raises BadRequest."""
    if not isinstance(value, list):
        raise refused(field_name, f"write a list of texts, not {_kind(value)}.")
    count(value, field_name, most)
    found = [text(each, f"{field_name}.{number}") for number, each in enumerate(value)]
    together = sum(len(each) for each in found)
    if together > MOST_CHARACTERS:
        raise refused(
            field_name,
            f"they have {together} characters together and may have {MOST_CHARACTERS}: send fewer"
            " at a time.",
        )
    return found


def count(value: Sequence[Any], field_name: str, most: int) -> None:
    """Raises BadRequest unless there are 1 to `most` of them."""
    if not value:
        raise refused(field_name, "it is empty: send at least one.")
    if len(value) > most:
        raise refused(field_name, f"there are {len(value)}, and may be {most}: send fewer at once.")


def one_or_more(
    sent: Sent, rules: Mapping[str, Rule], *, most: int = MOST_TEXTS, rooted: bool = False
) -> Asked:
    """A task of texts: `inputs` is a text or a list of them."""
    value = sent.inputs
    if value is None and sent.data is not None:
        value = sent.data.decode("utf-8", "replace")
    many = isinstance(value, list)
    found = texts(value, "inputs", most) if many else [text(value, "inputs")]
    parameters = checked(sent.rooted(rules) if rooted else sent.parameters, rules)
    return Asked(found, parameters, many, shown("\n".join(found[:20])))


def mapping(value: Any, field_name: str, names: str) -> Mapping[str, Any]:
    """Raises BadRequest."""
    if not isinstance(value, dict):
        raise refused(field_name, f"write an object with {names}, not {_kind(value)}.")
    return value


def shown(words: str) -> str:
    """What a person is shown of a long text."""
    return words if len(words) <= SHOWN else words[:SHOWN] + " …"


def _kind(value: Any) -> str:
    names = {dict: "an object", list: "a list", bool: "true or false", type(None): "nothing"}
    return names.get(type(value), "a number" if isinstance(value, int | float) else "that")
