"""What a task is to the runner, and the words tasks share: a setup, a question, its refusal."""

import threading
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any


class BadInput(Exception):
    """The asker can mend it. `field` names what is wrong, where that is one field."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


class CannotLoad(Exception):
    """Why this model will not be served, in a sentence for its asker."""


@dataclass(frozen=True)
class Setup:
    """What a model is loaded with."""

    engine: str
    task: str
    name: str
    """What people call it, "ada/smol"."""
    folder: Path
    """The repo's files, under their own paths."""
    threads: int
    slots: int
    """Generations at once."""
    context: int
    """Tokens one generation may use."""
    trusted: bool = False
    """Whether the operator allowed this repo's own code."""
    sealed: bool = False
    """Whether no file and no network can be reached: pickles are loaded only then."""


class Parameters:
    """A question's parameters: each is read once, by its public name; `done` refuses the rest."""

    def __init__(self, given: Mapping[str, Any], gone: threading.Event | None = None) -> None:
        self._left = {name: value for name, value in given.items() if value is not None}
        self.gone = gone or threading.Event()
        """Set when the asker has gone: long work should look at it, and stop."""

    def number(
        self, name: str, default: float, least: float = 0.0, most: float = float("inf")
    ) -> float:
        value = self._left.pop(name, default)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise BadInput(f"`{name}` must be a number.", name)
        if not least <= value <= most:
            raise BadInput(f"`{name}` must lie between {least:g} and {most:g}.", name)
        return value

    def count(self, name: str, default: int, least: int = 1, most: int = 2**31) -> int:
        value = self.number(name, default, least, most)
        if value != int(value):
            raise BadInput(f"`{name}` must be a whole number.", name)
        return int(value)

    def flag(self, name: str, default: bool = False) -> bool:
        value = self._left.pop(name, default)
        if not isinstance(value, bool):
            raise BadInput(f"`{name}` must be true or false.", name)
        return value

    def word(self, name: str, default: str = "", choices: Sequence[str] = ()) -> str:
        value = self._left.pop(name, default)
        if not isinstance(value, str):
            raise BadInput(f"`{name}` must be text.", name)
        if choices and value not in choices:
            raise BadInput(f"`{name}` must be one of {', '.join(choices)}.", name)
        return value

    def words(self, name: str, default: Sequence[str] = ()) -> list[str]:
        """A list of texts; one text alone is a list of one."""
        value = self._left.pop(name, default)
        if isinstance(value, str):
            value = [value]
        if not isinstance(value, list | tuple) or not all(isinstance(one, str) for one in value):
            raise BadInput(f"`{name}` must be a list of texts.", name)
        return list(value)

    def mapping(self, name: str) -> dict[str, Any]:
        value = self._left.pop(name, {})
        if not isinstance(value, dict):
            raise BadInput(f"`{name}` must be an object.", name)
        return value

    def anything(self, name: str, default: Any = None) -> Any:
        """As it came, for whoever checks it further."""
        return self._left.pop(name, default)

    def raw(self, name: str) -> Any:
        """As it came: its reader checks it."""
        return self._left.pop(name)

    def has(self, name: str) -> bool:
        return name in self._left

    def done(self) -> None:
        """Refuse what nobody read, in transformers' own words (GenerationMixin)."""
        if self._left:
            unknown = sorted(self._left)
            raise BadInput(
                f"The following `model_kwargs` are not used by the model: {unknown}", unknown[0]
            )


@dataclass(frozen=True)
class Task:
    """A task that answers one question after the other."""

    load: Callable[[Setup], Any]
    run: Callable[[Any, Any, Parameters], Any]
    """(what `load` gave, canonical inputs, parameters) -> canonical output, or BadInput."""


@dataclass(frozen=True)
class Asked:
    """A question that was checked, taken apart into items that are computed one by one."""

    items: Sequence[Any]
    like: Hashable
    """Questions of which this is equal are computed together."""
    answer: Callable[[list[Any]], Any]
    """From one row per item to the output."""


@dataclass(frozen=True)
class Batched:
    """A task whose questions are gathered for a few milliseconds and computed together."""

    load: Callable[[Setup], Any]
    read: Callable[[Any, Any, Parameters], Asked]
    compute: Callable[[Any, Hashable, Sequence[Any]], Sequence[Any]]
    """(what `load` gave, `like`, items of several questions) -> a row for each item."""


@dataclass(frozen=True)
class Generating:
    """Text by tokens: chat and completions. `open` gives an object as `generation.Generator`."""

    open: Callable[[Setup], Any]


AnyTask = Task | Batched | Generating


def texts_of(inputs: Any, field: str = "inputs") -> list[str]:
    """Canonical inputs "[text]"; a bare text is one of them."""
    if isinstance(inputs, str):
        inputs = [inputs]
    if not isinstance(inputs, list) or not all(isinstance(text, str) for text in inputs):
        raise BadInput(f"`{field}` must be a text or a list of texts.", field)
    if not inputs:
        raise BadInput(f"`{field}` is empty.", field)
    return inputs


def template_of(parameters: Parameters, default: str) -> str:
    """`hypothesis_template`. Only a plain {} may stand in it: `str.format` would do much more
    than put a label there. Raises BadInput.
    """
    template = parameters.word("hypothesis_template", default)
    if template.count("{}") != 1 or template.count("{") != 1 or template.count("}") != 1:
        raise BadInput(
            "`hypothesis_template` must have {} once, where the label goes.", "hypothesis_template"
        )
    return template
