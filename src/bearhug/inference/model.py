"""The words this feature speaks. No I/O."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from bearhug.errors import BadRequest, NotFound, Unavailable, Unprocessable
from bearhug.kit.wire import Moment


class NotServed(Unprocessable):
    """No engine here answers for this model; the message says why and what would do."""

    code = "NotServed"


class BadUpstream(BadRequest):
    """What was written of a server elsewhere cannot be; the message names the field."""

    code = "BadUpstream"


class Loading(Unavailable):
    """The model is on its way into memory. Words and key as clients read them.

    Source: huggingface_hub and @huggingface/inference; `estimated_time` is in seconds.
    """

    code = "ModelLoading"

    def __init__(self, name: str, seconds: float) -> None:
        super().__init__(f"Model {name} is currently loading", estimated_time=round(seconds, 1))
        self.headers["Retry-After"] = str(max(1, round(seconds)))


class RunNotFound(NotFound):
    """No such run, or not for this caller: the same answer for both."""

    code = "RunNotFound"

    def __init__(self) -> None:
        super().__init__("Nothing here by that name, or nothing you may see.")


class PlacementStage(StrEnum):
    """What a model means on this machine."""

    NONE = "none"  # no engine here can load it
    CANNOT = "cannot"  # it does not fit
    CAN = "can"  # it will be loaded when asked
    BUSY = "busy"  # it is being loaded, or fits once others sleep
    ON = "on"  # it is in memory


@dataclass(frozen=True)
class Variant:
    """The same model in other files, which would run where this one does not."""

    repo: str
    file: str
    """"" where the repo's own choice is meant."""
    quantisation: str
    weight_bytes: int

    @property
    def path(self) -> str:
        return f"/{self.repo}"


@dataclass(frozen=True)
class Placement:
    """Where a model stands here, and what it costs; bytes and seconds, 0 where unknown."""

    stage: PlacementStage = PlacementStage.NONE
    words: str = ""
    """For a listing: "Warm", "Runs here"."""
    why: str = ""
    """Whole sentences: why not, and what would do."""
    task: str = ""
    """Its pipeline tag."""
    engine: str = ""
    file: str = ""
    quantisation: str = ""
    digest: str = ""
    """The weights' sha256."""
    revision: str = ""
    """The commit."""
    weight_bytes: int = 0
    memory_bytes: int = 0
    measured: bool = False
    """Whether `memory_bytes` was measured on this host, or computed from the header."""
    load_seconds: float = 0.0
    tokens_per_second: float = 0.0
    context: int = 0
    """Tokens the model was trained to look back over."""
    chat: bool = False
    """Whether one talks with it in turns."""
    speed_estimated: bool = False
    """Whether `tokens_per_second` was never measured: this machine's memory over its bytes."""
    install: str = ""
    """The command that would bring a missing engine."""
    needs_trust: bool = False
    """Whether an operator's leave to run its code is what is missing."""
    variants: tuple[Variant, ...] = ()
    """What would run instead; best first."""

    @property
    def answers(self) -> bool:
        """Whether it may be asked at all."""
        return self.stage not in (PlacementStage.NONE, PlacementStage.CANNOT)


@dataclass(frozen=True)
class ModelName:
    """What a caller calls a model: `owner/name`, `owner/name@revision`, `owner/name:file.gguf`.

    Other words after a colon choose between providers elsewhere (`:fastest`); here there is one.
    """

    repo: str
    revision: str = "main"
    file: str = ""

    @classmethod
    def parse(cls, text: str) -> "ModelName":
        """Raises BadRequest."""
        whole, _, suffix = text.strip().partition(":")
        repo, _, revision = whole.partition("@")
        if not re.fullmatch(r"[^/\s]+/[^/\s]+", repo):
            raise BadRequest(f"model: write owner/name, as in its address; got {text!r}.")
        file = suffix if suffix.lower().endswith(".gguf") else ""
        return cls(repo, revision or "main", file)


@dataclass(frozen=True)
class Figures:
    """How one answer went, measured by the hub."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    tokens_per_second: float = 0.0
    first_token_seconds: float = 0.0
    memory_bytes: int = 0
    load_seconds: float = 0.0
    """How long it had to be loaded for this answer; 0 if it was in memory."""
    machine: str = ""
    engine: str = ""
    quantisation: str = ""
    digest: str = ""
    finish: str = ""
    """stop, length, stopped (by the asker) or failed."""
    seconds: float = 0.0
    """How long the model worked on it; of tasks that write no tokens."""


@dataclass(frozen=True)
class Turn:
    """One message of a conversation. `heard` is False for an answer the model did not give here."""

    role: str
    content: str
    heard: bool = True


@dataclass(frozen=True)
class Said:
    """What was asked and what the model really said: what can be saved as a run."""

    repo_id: int
    revision: str
    file: str
    task: str
    turns: tuple[Turn, ...]
    output: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    figures: Figures = field(default_factory=Figures)
    inputs: Any = None
    """What a task's engine was given, None for text and chat. Bytes are {"$bytes": base64, "type"};
    in a saved run {"$object": sha256, "type", "size"}, or {"$gone": size, "type"} if too large."""
    answer: Any = None
    """What the engine gave back, in its own form (engines.base); bytes as in `inputs`."""


@dataclass(frozen=True)
class Run:
    """A saved run."""

    id: str
    said: Said
    about: str
    """What the model's card said of it then."""
    public: bool
    user_id: int | None
    author: str
    """Who saved it; "" once their account is gone."""
    created_at: Moment

    @property
    def path(self) -> str:
        return f"/runs/{self.id}"

    @property
    def asked(self) -> str:
        """The last thing asked: what a run is called by."""
        asked = [turn.content for turn in self.said.turns if turn.role == "user"]
        return (asked or [turn.content for turn in self.said.turns] or [""])[-1]
