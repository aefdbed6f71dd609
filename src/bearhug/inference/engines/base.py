"""What an engine is, and the words the engines and their supervisor share.

An engine is one adapter file here and one program it starts, a *runner*. A runner
* is started in a folder of its own, with the model's files linked there as `model_names` says;
* writes lines of JSON to its output: `{"isolation": "in words"}`, `{"progress": 0.5}` as often as
  it likes, then `{"ready": true}`;
* answers HTTP on the Unix socket `runner.sock` there: OpenAI's `/v1/chat/completions` and
  `/v1/completions`, with llama.cpp's `timings` in the last chunk, or `/infer` for other tasks (see
  `engines.runner`); a client gone stops its work;
* ends when its input ends, or its parent does.
An engine whose models run elsewhere starts none: its `opened` gives what answers.
"""

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from bearhug.errors import HubError, TooMany
from bearhug.kit import gguf

SOCKET = "runner.sock"
MODEL = "model"
"""The folder, in a runner's own, where a repo's files lie under their own paths."""

Body = Mapping[str, Any]
Chunk = dict[str, Any]


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


class CannotLoad(ValueError):
    """Weights of its own kind that an engine will not load; the message says why, in sentences."""


class NeedsTrust(CannotLoad):
    """It brings code along that nobody allowed."""


@dataclass(frozen=True)
class RepoFile:
    """A file as its repo lists it; `size` in bytes."""

    path: str
    size: int


@dataclass(frozen=True)
class Upstream:
    """A server elsewhere that answers for some of the models here. The operator names it."""

    url: str
    """Its base address, without a trailing slash."""
    kind: str = "openai"
    """openai, tgi or hf-inference: which API it speaks."""
    models: tuple[str, ...] = ()
    """Names or patterns of models, "ada/*"; none for any."""
    tasks: tuple[str, ...] = ()
    """Tasks it answers; none for any its kind can."""
    named: str = ""
    """What it calls the model; "" for as it is called here."""
    key: str = field(default="", repr=False)
    """What it is sent as a bearer token."""

    @property
    def specific(self) -> bool:
        """Whether it was configured for models by name: it then goes before this machine."""
        return bool(self.models)


@dataclass(frozen=True)
class Contents:
    """What is known of a repo when an engine is asked whether it can load it."""

    files: tuple[RepoFile, ...]
    """All its files, or the weights alone in a listing, which does not read git."""
    task: str = ""
    """Its pipeline tag; "" where nobody knows."""
    library: str = ""
    config: Mapping[str, Any] = field(default_factory=dict)
    """Its config.json; in a listing, the part of it that cards keep."""
    facts: Mapping[str, Any] = field(default_factory=dict)
    """As `cards.model.Card.facts`: gguf, safetensors, …"""
    name: str = ""
    trusted: bool = False
    """Whether an operator lets it run code of its own, at this commit."""
    upstreams: tuple[Upstream, ...] = ()

    def paths(self) -> dict[str, RepoFile]:
        return {file.path: file for file in self.files}


@dataclass(frozen=True)
class Candidate:
    """What an engine would load of a repo."""

    engine: str
    files: tuple[RepoFile, ...]
    """The weights: one file, or all shards of one, in order."""
    quantisation: str
    """How a number is kept: "Q4_K_M", "BF16"."""
    beside: tuple[RepoFile, ...] = ()
    """What else it needs: configuration, tokenizer, code it is allowed. Unknown in a listing."""
    upstreams: tuple[Upstream, ...] = ()

    @property
    def size(self) -> int:
        """Bytes of the weights."""
        return sum(file.size for file in self.files)


@dataclass(frozen=True)
class ModelFile:
    """A model on this machine's disk, ready to be loaded."""

    name: str
    """What people call it, "ada/smol"; answers give it as `model`."""
    digest: str
    """The weights' sha256, or that of the shards' hashes: another one is another model."""
    engine: str
    paths: tuple[Path, ...]
    """The weights in order, then what lies beside them; they must not change."""
    size: int
    """Bytes of the weights."""
    header: gguf.Header | None = None
    """Of GGUF weights."""
    files: tuple[str, ...] = ()
    """Each path's own in the repo; empty where an engine names the files itself."""
    task: str = "text-generation"
    config: Mapping[str, Any] = field(default_factory=dict)
    """config.json"""
    tensors: Mapping[str, int] = field(default_factory=dict)
    """Numbers in safetensors by type, {"BF16": 134515008}; empty where unknown."""
    version: str = ""
    """A hash of all its files: what differs while the weights are the same is loaded anew."""
    trusted: bool = False
    """Whether code in the repo may run."""
    upstreams: tuple[Upstream, ...] = ()

    @property
    def key(self) -> str:
        return f"{self.name}@{self.digest}:{self.engine}"


@dataclass(frozen=True)
class Plan:
    """One way to load a model: answers at once, tokens each may use, memory it takes in bytes."""

    slots: int
    context: int
    memory_bytes: int
    dtype: str = ""
    """How numbers are kept in memory, "bfloat16"; "" as in the file."""


@dataclass(frozen=True)
class Timings:
    """How one answer went, by the engine's clock but for the first token, which is by ours."""

    prompt_tokens: int
    cached_tokens: int
    completion_tokens: int
    prompt_tokens_per_second: float
    tokens_per_second: float
    first_token_seconds: float


class Answerer(Protocol):
    """A model that may be asked: a runner here, or a server elsewhere.

    All methods raise Busy, BadRequest, EngineFailed and TookTooLong; cancelling one, or closing
    a generator, stops the work.
    """

    name: str
    timings: Timings | None
    """How the latest answer went."""
    waiting: int
    working: int

    async def chat(self, body: Body) -> Chunk:
        """One whole answer in OpenAI's shape, with llama.cpp's `timings`."""

    def stream_chat(self, body: Body) -> AsyncGenerator[Chunk, None]:
        """The answer in OpenAI's chunks; the last has `timings`."""

    async def complete(self, body: Body) -> Chunk:
        """As `chat`, for a bare `prompt`."""

    def stream_complete(self, body: Body) -> AsyncGenerator[Chunk, None]:
        """As `stream_chat`, for a bare `prompt`."""

    async def infer(self, task: str, inputs: Any, parameters: Body) -> dict[str, Any]:
        """{"output": …, "timings": {"seconds": …}} of any other task."""

    async def close(self) -> None: ...


class Engine(Protocol):
    """What the supervisor asks of an engine."""

    @property
    def name(self) -> str: ...

    @property
    def title(self) -> str:
        """What people call it: "llama.cpp"."""

    @property
    def tasks(self) -> frozenset[str]:
        """Pipeline tags it can serve."""

    def available(self) -> str | None:
        """None, or the sentence that says how to install what is missing."""

    def fits(self, contents: Contents, budget_bytes: int) -> Candidate | None:
        """The best of a repo's files for this much memory; the smallest if none fits.

        None for a repo that is not for this engine. Raises CannotLoad for one that would be.
        """

    def least_bytes(self, candidate: Candidate, contents: Contents) -> int:
        """The least memory it can take, as far as rows alone tell."""

    def plans(self, model: ModelFile) -> Sequence[Plan]:
        """Ways to load it, the roomiest first; never empty."""

    def command(self, model: ModelFile, plan: Plan, *, folder: Path, threads: int) -> list[str]:
        """The runner's argument vector."""

    def model_names(self, model: ModelFile) -> list[str]:
        """What the files must be called in the runner's folder, in order."""

    def opened(self, model: ModelFile) -> Answerer | None:
        """What answers without a runner; None where one is to be started."""
