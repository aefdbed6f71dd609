"""Asking a model: it is loaded if need be, answers in chunks, is heard and measured."""

import asyncio
import contextlib
import importlib.metadata
import time
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from bearhug.errors import HubError, Unavailable
from bearhug.hub import OPERATOR, Hub
from bearhug.inference import heard, service
from bearhug.inference.engines.base import Answerer, Chunk, ModelFile
from bearhug.inference.engines.believing import believed, seconds
from bearhug.inference.heard import Answer
from bearhug.inference.model import Loading, Placement, Said
from bearhug.inference.resident import WAITING, Stage
from bearhug.inference.room import Asker, ModelRoom
from bearhug.inference.service import Located
from bearhug.inference.service.measuring import Measured, machine
from bearhug.inference.tasks import Asked, told

HOLD_SECONDS = 10.0
WAIT_SECONDS = 60.0
"""How long a question is held while its model loads: by default, and for who asks to wait."""

READ_BYTES_PER_SECOND = 150_000_000
"""How fast weights are read from a disk nobody measured; for the guess of a first load."""

START_SECONDS = {"gguf": 1.0, "onnx": 2.0, "sklearn": 3.0}
LONGEST_START_SECONDS = 6.0
"""How long a runner takes before it reads weights, where none was measured; torch is slow."""

LATE = 0.25
"""What part of its time a load that takes longer than expected is said to take yet."""

STEADY_TOKENS = 16
"""A shorter answer says little of a model's speed."""

LEAST_HOLD_SECONDS = 1.0
"""JavaScript's client repeats a question that was answered 503 at once and for ever."""

PACKAGES = {
    "diffusers": "diffusers",
    "gguf": "xllamacpp",
    "onnx": "onnxruntime",
    "sentence": "sentence-transformers",
    "sklearn": "scikit-learn",
    "transformers": "transformers",
}
"""By which package each engine comes."""

# What a run's page repeats of a request, beside its text.
_NOT_PARAMETERS = frozenset({"messages", "prompt", "stream_options", "tools", "logprobs"})


@dataclass(frozen=True)
class Question:
    """What is asked of which model; `body` has the engine's fields (engines.runner.FIELDS)."""

    name: str
    """What the caller calls the model: answers give it back."""
    located: Located
    chat: bool
    body: Mapping[str, Any]
    asker: Asker
    hold_seconds: float = HOLD_SECONDS


@dataclass(frozen=True)
class Errand:
    """What another task than writing is asked of which model."""

    name: str
    located: Located
    task: str
    asked: Asked
    """`asked.parameters` as the engine takes them."""
    asker: Asker
    hold_seconds: float = HOLD_SECONDS


@dataclass(frozen=True)
class Inferred:
    """An engine's answer to an errand."""

    id: str
    """It can be saved by this for an hour."""
    output: Any
    seconds: float
    """How long the model worked."""
    tokens: int = 0
    """How many it read, if the engine tells."""


async def infer(room: ModelRoom, errand: Errand) -> Inferred:
    """One answer of any task but text generation. Cancelling it stops the work.

    Raises as `ask`.
    """
    with room.askers.one(errand.asker):
        async with contextlib.AsyncExitStack() as stack:
            runner, loaded = await _runner(room, errand, stack)
            try:
                found = await runner.infer(
                    errand.task, errand.asked.inputs, errand.asked.parameters
                )
            except HubError:
                room.metrics.answers.labels("failed").inc()
                raise
    with believed():
        timings = dict(found.get("timings") or {})
        took, tokens = seconds(timings.get("seconds")), int(seconds(timings.get("tokens")))
        said = _errand_said(room, errand, found["output"], loaded, took)
        id = room.heard.keep(said, errand.asker.user_id)
    room.metrics.answers.labels("stop").inc()
    room.metrics.tasks.labels(errand.task).observe(took)
    return Inferred(id, found["output"], took, tokens)


async def ask(room: ModelRoom, question: Question) -> tuple[Chunk, Answer]:
    """One whole answer in OpenAI's shape. Cancelling it stops the work.

    Raises Loading, DoesNotFit, EngineFailed, Busy, TooMany, BadRequest, TookTooLong.
    """
    async with _seated(room, question) as (runner, answer):
        asked = runner.chat if question.chat else runner.complete
        whole = await asked(question.body)
        answer.first = answer.began + whole.get("timings", {}).get("prompt_ms", 0.0) / 1000
        answer.hear(whole)
        return _shaped(whole, question, answer), answer


async def stream(room: ModelRoom, question: Question) -> AsyncGenerator[tuple[Chunk, Answer]]:
    """The answer in OpenAI's chunks, the first once it comes. Closing it stops the work.

    Raises as `ask`, in the middle too.
    """
    async with _seated(room, question) as (runner, answer):
        asked = runner.stream_chat if question.chat else runner.stream_complete
        async with contextlib.aclosing(asked(question.body)) as chunks:
            async for chunk in chunks:
                answer.hear(chunk)
                yield _shaped(chunk, question, answer), answer


@contextlib.asynccontextmanager
async def _seated(room: ModelRoom, question: Question) -> AsyncIterator[tuple[Answerer, Answer]]:
    """The model's runner, and an answer that is heard; measured when the block ends."""
    with room.askers.one(question.asker):
        async with contextlib.AsyncExitStack() as stack:
            runner, loaded = await _runner(room, question, stack)
            answer = _begin(room, question, loaded)
            try:
                yield runner, answer
            except HubError:
                answer.finish = "failed"
                raise
            finally:
                _note_answer(room, question.located.placement, answer)


async def _runner(
    room: ModelRoom, question: Question | Errand, stack: contextlib.AsyncExitStack
) -> tuple[Answerer, float]:
    """The runner, and the seconds its loading took; 0 if it was in memory."""
    async with _not_too_soon():
        model = await asyncio.to_thread(service.model_file, room.hub, question.located)
    cold = room.supervisor.status(model.key).stage is not Stage.READY
    try:
        async with asyncio.timeout(question.hold_seconds):
            runner = await stack.enter_async_context(room.supervisor.lease(model))
    except TimeoutError:
        raise Loading(model.name, _left(room, model, question.located.placement)) from None
    if not cold:
        return runner, 0.0
    status = room.supervisor.status(model.key)
    room.metrics.loading.observe(status.load_seconds)
    measured = Measured(model.digest, status.memory_bytes, status.load_seconds)
    room.later(_write(room.hub, measured))
    return runner, status.load_seconds


@contextlib.asynccontextmanager
async def _not_too_soon() -> AsyncIterator[None]:
    """Hold back a 503 for a second."""
    began = time.monotonic()
    try:
        yield
    except Unavailable:
        await asyncio.sleep(max(0.0, began + LEAST_HOLD_SECONDS - time.monotonic()))
        raise


def _left(room: ModelRoom, model: ModelFile, placement: Placement) -> float:
    """Seconds until it will have been loaded, as far as one can tell."""
    status = room.supervisor.status(model.key)
    start = room.supervisor.load_seconds(model.engine) or START_SECONDS.get(
        model.engine, LONGEST_START_SECONDS
    )
    whole = placement.load_seconds or start + placement.weight_bytes / READ_BYTES_PER_SECOND
    if status.phase == WAITING:
        return whole
    return max(1.0, whole * LATE, whole - status.since_seconds)


def _begin(room: ModelRoom, question: Question, loaded: float) -> Answer:
    placement, body = question.located.placement, question.body
    asked = (
        heard.turns(body["messages"]) if question.chat else heard.turns([_prompt(body["prompt"])])
    )
    status = room.supervisor.status(service.resident_file(question.located).key)
    engine = _engine_of(question.located)
    figures = heard.known(engine, placement.quantisation, placement.digest, machine())
    figures = replace(figures, memory_bytes=status.memory_bytes, load_seconds=round(loaded, 3))
    said = Said(
        question.located.repo.id,
        placement.revision,
        placement.file,
        "conversational" if question.chat else "text-generation",
        asked,
        "",
        {key: value for key, value in body.items() if key not in _NOT_PARAMETERS},
        figures,
    )
    return room.heard.begin(said, question.asker.user_id, chat=question.chat)


def _errand_said(
    room: ModelRoom, errand: Errand, output: Any, loaded: float, seconds: float
) -> Said:
    """What can be saved of an errand, the words for a list of runs among it."""
    placement, asked = errand.located.placement, errand.asked
    status = room.supervisor.status(service.resident_file(errand.located).key)
    figures = heard.known(
        _engine_of(errand.located), placement.quantisation, placement.digest, machine()
    )
    return Said(
        errand.located.repo.id,
        placement.revision,
        placement.file,
        errand.task,
        heard.turns([_prompt(asked.words)]),
        told(output),
        dict(asked.parameters),
        replace(
            figures,
            memory_bytes=status.memory_bytes,
            load_seconds=round(loaded, 3),
            seconds=round(seconds, 4),
            finish="stop",
        ),
        asked.inputs,
        output,
    )


def _note_answer(room: ModelRoom, placement: Placement, answer: Answer) -> None:
    figures = answer.figures()
    room.metrics.answers.labels(figures.finish).inc()
    room.metrics.tokens.inc(figures.completion_tokens)
    if answer.first is not None:
        room.metrics.first_token.observe(figures.first_token_seconds)
    if figures.completion_tokens >= STEADY_TOKENS and figures.tokens_per_second:
        speed = figures.tokens_per_second
        room.later(_write(room.hub, Measured(placement.digest, tokens_per_second=speed)))


async def _write(hub: Hub, measured: Measured) -> None:
    await hub.db.awrite(hub.bound_to(OPERATOR, [], service.note, measured))


def _shaped(chunk: Chunk, question: Question, answer: Answer) -> Chunk:
    """The chunk as OpenAI would send it: our id, the caller's name for the model, no timings."""
    shaped = {key: value for key, value in chunk.items() if key != "timings"}
    choices = [_choice(choice) for choice in chunk.get("choices", ())]
    return shaped | {"id": answer.id, "model": question.name, "choices": choices}


def _choice(choice: Mapping[str, Any]) -> dict[str, Any]:
    shaped = {"logprobs": None, **choice}
    delta = shaped.get("delta")
    if delta and delta.get("role") and delta.get("content") is None:
        shaped["delta"] = {**delta, "content": ""}
    return shaped


def _prompt(text: Any) -> dict[str, Any]:
    return {"role": "user", "content": text}


def _engine_of(located: Located) -> str:
    return _engine(located.engine.title, PACKAGES.get(located.engine.name, ""))


@cache
def _engine(title: str, package: str) -> str:
    """Its name and version, "llama.cpp, by xllamacpp 0.2"."""
    try:
        version = importlib.metadata.version(package) if package else ""
    except importlib.metadata.PackageNotFoundError:
        version = ""
    by = "" if package.lower() == title.lower() else f", by {package}"
    return f"{title}{by} {version}" if version else title
