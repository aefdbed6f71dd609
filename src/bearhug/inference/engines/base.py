"""What an engine is, and the words the engines and their supervisor share.

An engine is one adapter file here and one program it starts, a *runner*. A runner
* is started in a folder of its own, with the model's files linked there as `model_names` says;
* writes lines of JSON to its output: `{"isolation": "in words"}`, then `{"ready": true}`;
* answers HTTP on the Unix socket `runner.sock` there: OpenAI's `/v1/chat/completions` and
  `/v1/completions`, with llama.cpp's `timings` in the last chunk; a client gone stops its work;
* ends when its input ends, or its parent does.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from bearhug.errors import HubError, TooMany
from bearhug.kit import gguf

SOCKET = "runner.sock"


class DoesNotFit(HubError):
    """Too little memory. 507 and not 503, which JavaScript clients repeat at once, for ever."""

    status, code = 507, "DoesNotFit"


class EngineFailed(HubError):
    """The engine could not load the model, or stopped in the middle of an answer."""

    status, code = 424, "EngineFailed"


class TookTooLong(HubError):
    """An answer reached its limit of time."""

    status, code = 504, "TookTooLong"


class Busy(TooMany):
    """Every slot is at work and the queue is full."""

    code = "Busy"


@dataclass(frozen=True)
class RepoFile:
    """A file as its repo lists it; `size` in bytes."""

    path: str
    size: int


@dataclass(frozen=True)
class Candidate:
    """What an engine would load of a repo: one file, or all shards of one, in order."""

    engine: str
    files: tuple[RepoFile, ...]
    quantisation: str

    @property
    def size(self) -> int:
        return sum(file.size for file in self.files)


@dataclass(frozen=True)
class ModelFile:
    """A model on this machine's disk, ready to be loaded."""

    name: str
    """What people call it, "ada/smol"; answers give it as `model`."""
    digest: str
    """The file's sha256, or the commit: another one is another model."""
    engine: str
    paths: tuple[Path, ...]
    """The shards in order, whatever they are called; they must not change."""
    size: int
    """Bytes of all shards together."""
    header: gguf.Header

    @property
    def key(self) -> str:
        return f"{self.name}@{self.digest}:{self.engine}"


@dataclass(frozen=True)
class Plan:
    """One way to load a model: answers at once, tokens each may use, memory it takes in bytes."""

    slots: int
    context: int
    memory_bytes: int


@dataclass(frozen=True)
class Timings:
    """How one answer went, by the engine's clock but for the first token, which is by ours."""

    prompt_tokens: int
    cached_tokens: int
    completion_tokens: int
    prompt_tokens_per_second: float
    tokens_per_second: float
    first_token_seconds: float


class Engine(Protocol):
    """What the supervisor asks of an engine."""

    @property
    def name(self) -> str: ...

    @property
    def tasks(self) -> frozenset[str]:
        """Pipeline tags it can serve."""

    def available(self) -> str | None:
        """None, or the sentence that says how to install what is missing."""

    def fits(self, files: Sequence[RepoFile], budget_bytes: int) -> Candidate | None:
        """The best of a repo's files for this much memory; the smallest if none fits."""

    def plans(self, model: ModelFile) -> Sequence[Plan]:
        """Ways to load it, the roomiest first; never empty."""

    def command(self, model: ModelFile, plan: Plan, *, folder: Path, threads: int) -> list[str]:
        """The runner's argument vector."""

    def model_names(self, model: ModelFile) -> list[str]:
        """What the shards must be called in the runner's folder, in order."""
