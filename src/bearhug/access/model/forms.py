"""What an owner asks of whoever wants in: the `extra_gated_…` keys of a card.

Names, types and defaults as in the Hub's documentation, "Gated models".
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from bearhug.accounts.model import Refused

KINDS = ("text", "checkbox", "date_picker", "country", "select", "ip_location")
HEADING = "You need to agree to share your contact information to access this {kind}"
BUTTON = "Agree and send request to access repo"
MOST_FIELDS, MOST_OPTIONS = 50, 500
LONGEST_NAME, LONGEST_ANSWER, LONGEST_WORDS = 300, 2_000, 20_000


@dataclass(frozen=True)
class Field:
    """One question. `options` are (value, words), of a select or of countries."""

    name: str
    kind: str
    options: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Form:
    """All that stands on a gate. `prompt` and `description` are Markdown."""

    heading: str
    prompt: str
    description: str
    button: str
    fields: tuple[Field, ...]

    def checked(self, given: Mapping[str, str], address: str) -> dict[str, str]:
        """The answers, by the fields' names. `address` is where the asker is.

        Raises Refused with what is missing.
        """
        answers: dict[str, str] = {}
        problems: dict[str, str] = {}
        for field in self.fields:
            answer = " ".join(given.get(field.name, "").split())[:LONGEST_ANSWER]
            if field.kind == "ip_location":
                answer = address
            if problem := _problem(field, answer):
                problems[field.name] = problem
            answers[field.name] = "true" if field.kind == "checkbox" else answer
        if problems:
            raise Refused(**problems)
        return answers


def form_of(metadata: Mapping[str, Any], kind: str) -> Form:
    """What a card's metadata asks; what is malformed in it is left out."""
    asked = metadata.get("extra_gated_fields")
    fields = _fields(asked) if isinstance(asked, Mapping) else []
    return Form(
        _words(metadata, "extra_gated_heading")[:LONGEST_NAME] or HEADING.format(kind=kind),
        _words(metadata, "extra_gated_prompt"),
        _words(metadata, "extra_gated_description"),
        _words(metadata, "extra_gated_button_content")[:LONGEST_NAME] or BUTTON,
        tuple(fields),
    )


@cache
def countries() -> tuple[tuple[str, str], ...]:
    """(code, name) of ISO 3166-1 alpha-2, by name."""
    text = (files(__package__) / "countries.json").read_text(encoding="utf-8")
    return tuple(json.loads(text).items())


def _problem(field: Field, answer: str) -> str:
    if not answer:
        return "Tick this to go on." if field.kind == "checkbox" else "This is asked of everybody."
    if field.options and answer not in {value for value, _ in field.options}:
        return "Choose one of the list."
    if field.kind == "date_picker" and not _is_date(answer):
        return "Write a date as 2026-01-31."
    return ""


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _fields(asked: Mapping[Any, Any]) -> Iterable[Field]:
    for name, value in list(asked.items())[:MOST_FIELDS]:
        about = value if isinstance(value, Mapping) else {"type": value}
        kind = about.get("type")
        if not isinstance(name, str) or not name.strip() or kind not in KINDS:
            continue
        options: tuple[tuple[str, str], ...] = ()
        if kind == "country":
            options = countries()
        elif kind == "select":
            options = tuple(_options(about.get("options")))
            if not options:
                continue
        yield Field(name.strip()[:LONGEST_NAME], str(kind), options)


def _options(listed: Any) -> Iterable[tuple[str, str]]:
    for each in listed[:MOST_OPTIONS] if isinstance(listed, list) else ():
        if isinstance(each, Mapping):
            value = each.get("value", each.get("label"))
            yield str(value), str(each.get("label", value))
        elif isinstance(each, str | int | float):
            yield str(each), str(each)


def _words(metadata: Mapping[str, Any], key: str) -> str:
    value = metadata.get(key)
    return value.strip()[:LONGEST_WORDS] if isinstance(value, str) else ""
