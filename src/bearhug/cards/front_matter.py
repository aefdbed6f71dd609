"""The metadata at the head of a README: YAML written by strangers.

Nothing here may break a push, so whatever is wrong becomes a warning beside what could be read.
"""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import yaml

MAX_BYTES = 64 * 1024
MAX_DEPTH = 20

# Blank lines may come first, as in huggingface_hub/repocard.py, REGEX_YAML_BLOCK.
_FENCED = re.compile(r"\A\ufeff?\s*---[ \t]*\r?\n(.*?)^---[ \t]*\r?$\n?", re.DOTALL | re.MULTILINE)
_UNKEPT = re.compile(r"[\0\ud800-\udfff]")

_Loader: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class Parsed:
    """A README in two: its metadata as plain JSON values, and the text below."""

    metadata: dict[str, Any] = field(default_factory=dict)
    body: str = ""
    warning: str = ""


class Unreadable(ValueError):
    """The metadata is not YAML we take; the message says why."""


def parse(readme: str) -> Parsed:
    """Split the README and read its metadata."""
    readme = clean(readme)
    fenced = _FENCED.match(readme)
    if fenced is None:
        return Parsed(body=readme)
    body = readme[fenced.end() :]
    try:
        return Parsed(load(fenced[1]), body)
    except Unreadable as error:
        return Parsed(body=body, warning=str(error))


def load(text: str) -> dict[str, Any]:
    """The mapping that this YAML writes down. Raises Unreadable."""
    plain = _loaded(text)
    if plain is None:
        return {}
    if not isinstance(plain, dict):
        raise Unreadable("The metadata is not a list of names and values.")
    return plain


def load_list(text: str) -> list[Any]:
    """The list that this YAML writes down; [] for anything else. Raises Unreadable."""
    plain = _loaded(text)
    return plain if isinstance(plain, list) else []


def _loaded(text: str) -> Any:
    if len(text.encode()) > MAX_BYTES:
        raise Unreadable(f"The metadata is longer than {MAX_BYTES // 1024} KiB.")
    try:
        _check(yaml.parse(text, Loader=_Loader))
        value = yaml.load(text, Loader=_Loader)
    except Unreadable:
        raise
    except yaml.MarkedYAMLError as error:
        raise Unreadable(_said(error)) from error
    except (yaml.YAMLError, ValueError, OverflowError, TypeError) as error:
        raise Unreadable("The metadata is not YAML.") from error
    return _plain(value)


def clean(text: str) -> str:
    """Without what no database takes as text."""
    return _UNKEPT.sub("\N{REPLACEMENT CHARACTER}", text)


def _check(events: Iterator[Any]) -> None:
    """Refuse aliases, of which a few lines can mean gigabytes, and absurd depth."""
    depth = 0
    for event in events:
        if isinstance(event, yaml.AliasEvent):
            raise Unreadable(f"{_line(event.start_mark)}aliases (*) are not taken.")
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > MAX_DEPTH:
            raise Unreadable(f"The metadata is nested more than {MAX_DEPTH} deep.")


def _said(error: yaml.MarkedYAMLError) -> str:
    return f"{_line(error.problem_mark)}{error.problem or 'the metadata is not YAML'}."


def _line(mark: Any) -> str:
    # It counts from the line under the dashes, people from the top of the file.
    return f"Line {mark.line + 2}: " if mark else ""


def _plain(value: Any) -> Any:
    """The same value in what JSON has: dates as text, keys as text."""
    if isinstance(value, dict):
        return {str(_key(key)): _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple | set):
        return [_plain(each) for each in value]
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, int) and abs(value) > 2**63:
        return str(value)
    if value is None or isinstance(value, str | int | float):
        return clean(value) if isinstance(value, str) else value
    return str(value)


def _key(key: Any) -> Any:
    # YAML 1.1 reads `no:` and `on:` as booleans; a card that has such keys means the words.
    return {True: "true", False: "false"}.get(key, key) if isinstance(key, bool) else _plain(key)
