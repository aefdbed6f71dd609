"""Calls of tools found in what a model said, in the forms that templates teach.

`<tool_call>{…}</tool_call>` (Hermes, Qwen, SmolLM3), `[TOOL_CALLS][…]` (Mistral),
`<|python_tag|>{…}` and bare `{"name": …, "parameters": …}` (Llama 3).
"""

import json
import uuid
from typing import Any

MARKS = ("<tool_call>", "[TOOL_CALLS]", "<|python_tag|>")


def begins(said: str) -> int | None:
    """Where a call may begin: from there on text is no longer shown as it comes."""
    if said.lstrip().startswith(("{", "[{")):
        return 0
    places = [place for mark in MARKS if (place := said.find(mark)) >= 0]
    return min(places, default=None)


def found(said: str) -> tuple[str, list[dict[str, Any]]]:
    """(what is not a call, the calls in OpenAI's shape). Text that only looks like one stays."""
    start = begins(said)
    if start is None:
        return said, []
    calls = [call for value in _values(said[start:]) if (call := _call(value))]
    return (said[:start].strip(), calls) if calls else (said, [])


def _values(text: str) -> list[Any]:
    """Every JSON value in the text, lists taken apart."""
    decoder, values, place = json.JSONDecoder(), [], 0
    while (
        place := min(
            (p for p in (text.find("{", place), text.find("[{", place)) if p >= 0), default=-1
        )
    ) >= 0:
        try:
            value, place = decoder.raw_decode(text, place)
        except (ValueError, RecursionError):
            place += 1
            continue
        values += value if isinstance(value, list) else [value]
    return values


def _call(value: Any) -> dict[str, Any] | None:
    if not isinstance(value, dict):
        return None
    value = value.get("function") if isinstance(value.get("function"), dict) else value
    arguments = value.get("arguments", value.get("parameters", {}))
    if not isinstance(value.get("name"), str) or not isinstance(arguments, dict | str):
        return None
    written = arguments if isinstance(arguments, str) else json.dumps(arguments, ensure_ascii=False)
    return {
        "id": f"call_{uuid.uuid4().hex[:24]}",
        "type": "function",
        "function": {"name": value["name"], "arguments": written},
    }
