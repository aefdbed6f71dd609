"""What a task is to its callers: what may be sent, what an engine is given, what comes back."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bearhug.errors import BadRequest
from bearhug.inference.tasks.rules import Rule

# What the envelope holds beside the inputs; clients put the rest there for their own use.
ENVELOPE = frozenset(
    {
        *("inputs", "parameters", "options", "stream", "model", "provider", "task"),
        *("endpointUrl", "accessToken", "extra_body", "extra_headers", "extra_query", "timeout"),
    }
)
_PYTHON = re.compile(r"hf_hub/(\d+)\.(\d+)")
LIST_FROM = (1, 2)
"""huggingface_hub read zero-shot answers as a dictionary before this version (its #3561)."""


@dataclass(frozen=True)
class Caller:
    """Which client asks, where clients want the same answer in different shapes."""

    javascript: bool = False
    """@huggingface/inference, or a browser."""
    dated: bool = False
    """huggingface_hub before 1.2, or one of the addresses that only older clients use."""
    accepts: str = ""

    @classmethod
    def of(cls, agent: str, accepts: str = "", *, old_door: bool = False) -> "Caller":
        """By its User-Agent; a browser does not let a script say another."""
        found = _PYTHON.search(agent)
        dated = found is not None and (int(found[1]), int(found[2])) < LIST_FROM
        script = "@huggingface/inference" in agent or agent.startswith("Mozilla/")
        return cls(script, dated or old_door, accepts)

    @property
    def wants_picture(self) -> bool:
        return self.accepts.startswith("image/")


@dataclass(frozen=True)
class Sent:
    """A request's body: JSON, or bytes as they came."""

    fields: Mapping[str, Any] = field(default_factory=dict)
    data: bytes | None = None

    @property
    def inputs(self) -> Any:
        return self.fields.get("inputs")

    @property
    def parameters(self) -> dict[str, Any]:
        """Raises BadRequest."""
        given = self.fields.get("parameters") or {}
        if not isinstance(given, dict):
            raise refused("parameters", "write an object, {…}, or leave it out.")
        return {name: value for name, value in given.items() if value is not None}

    def rooted(self, names: Mapping[str, Rule]) -> dict[str, Any]:
        """The parameters, with those at the root of the body that a task keeps there."""
        root = {name: self.fields[name] for name in names if self.fields.get(name) is not None}
        return root | self.parameters


@dataclass(frozen=True)
class Asked:
    """What an engine is asked."""

    inputs: Any
    """In the task's one form; bytes as {"$bytes": base64, "type"}."""
    parameters: Mapping[str, Any]
    many: bool = False
    """Whether a list was sent, so that a list of answers is wanted."""
    words: str = ""
    """What was asked, for a person."""
    shape: Mapping[str, Any] = field(default_factory=dict)
    """Parameters of the answer's shape, which engines do not know."""


@dataclass(frozen=True)
class Told:
    """The answer: JSON, or bytes of a type."""

    value: Any = None
    data: bytes | None = None
    type: str = "application/json"


@dataclass(frozen=True)
class Task:
    """One task. `reads` raises BadRequest; `tells` is given an engine's output."""

    name: str
    reads: Callable[[Sent], Asked]
    tells: Callable[[Any, Asked, Caller], Told]
    rules: Mapping[str, Rule] = field(default_factory=dict)
    """Its parameters."""
    takes: tuple[str, ...] = ("text",)
    gives: tuple[str, ...] = ("text",)
    """Modalities, as /v1/models tells them."""
    binary: bool = False
    """Whether a bare body is the input itself: a picture, a recording."""


def refused(field_name: str, words: str) -> BadRequest:
    """What is wrong with which field."""
    return BadRequest(f"{field_name}: {words}", field=field_name)


def checked(given: Mapping[str, Any], rules: Mapping[str, Rule]) -> dict[str, Any]:
    """The parameters as engines take them.

    Raises BadRequest; for unknown ones in the words that huggingface_hub reads, drops what they
    name and asks again by (inference/_client.py, text_generation).
    """
    if unknown := [name for name in given if name not in rules]:
        raise BadRequest(f"The following `model_kwargs` are not used by the model: {unknown}")
    found = {}
    for name, value in given.items():
        try:
            found[name] = rules[name](value)
        except (ValueError, TypeError) as error:
            raise refused(f"parameters.{name}", f"{error}") from error
    return found
