"""What a card proposes to try: its `widget` list and its parameters, as typed values.

Keys as in specs, INFERENCE.md §7.
"""

from typing import Any

from bearhug.cards.model import Card, Example, Message, Scalar

MANY = 50


def examples(card: Card) -> list[Example]:
    """The card's `widget` list, as far as it makes sense; wrong entries are left out."""
    listed = card.metadata.get("widget")
    if not isinstance(listed, list):
        return []
    found = [_example(each, at) for at, each in enumerate(listed[:MANY], start=1)]
    return [each for each in found if each]


def parameters(card: Card) -> dict[str, Scalar]:
    """What the card would have a run set: its `inference.parameters`."""
    asked = card.metadata.get("inference")
    return _scalars(asked.get("parameters")) if isinstance(asked, dict) else {}


def refuses_inference(card: Card) -> bool:
    """Whether its maker wants no widget and no API for it: `inference: false`."""
    return card.metadata.get("inference") is False


def _example(value: Any, at: int) -> Example | None:
    if isinstance(value, str):
        value = {"text": value}
    if not isinstance(value, dict):
        return None
    messages = _messages(value.get("messages"))
    text, src = _text(value.get("text")), _text(value.get("src"))
    known = {"example_title", "group", "text", "src", "messages", "parameters"}
    fields = {key: each for key, each in value.items() if key not in known}
    if not (text or src or messages or fields):
        return None
    title = _text(value.get("example_title")) or f"Example {at}"
    given = _scalars(value.get("parameters"))
    return Example(title, _text(value.get("group")), text, src, messages, given, fields)


def _messages(value: Any) -> tuple[Message, ...]:
    listed = value if isinstance(value, list) else []
    found = [
        Message(_text(each.get("role")), _text(each.get("content")))
        for each in listed
        if isinstance(each, dict)
    ]
    return tuple(each for each in found if each.role and each.content)


def _scalars(value: Any) -> dict[str, Scalar]:
    given = value if isinstance(value, dict) else {}
    return {key: each for key, each in given.items() if isinstance(each, str | int | float)}


def _text(value: Any) -> str:
    return str(value) if isinstance(value, str | int | float) else ""
