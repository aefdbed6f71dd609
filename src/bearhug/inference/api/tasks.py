"""The Hub's task API at a model's address. Clients: huggingface_hub, old and new; JavaScript's."""

import time
from dataclasses import replace
from typing import Any

from fastapi import APIRouter
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.responses import JSONResponse, Response

from bearhug.errors import BadRequest, NotFound
from bearhug.inference import asking
from bearhug.inference.api import generation, reading
from bearhug.inference.api.bodies import TaskRequest
from bearhug.inference.api.common import (
    FIRST_WORD_SECONDS,
    Roomy,
    asker_of,
    hold_seconds,
    located,
    require_task,
    room_of,
)
from bearhug.inference.asking import Errand, Inferred, Question
from bearhug.inference.engines.believing import believed
from bearhug.inference.model import ModelName, NotServed
from bearhug.inference.service import Located
from bearhug.inference.tasks import TASKS, Sent, Told
from bearhug.web.call import Call, CallDep
from bearhug.web.events import EventStream, unless_gone

router = APIRouter(tags=["inference"], route_class=Roomy)

DEFAULT_TOKENS = 100
"""As in TGI."""

WRITING = "text-generation"


@router.post("/hf-inference/models/{owner:seg}/{name:seg}", response_model=None)
@router.post("/api-inference/models/{owner:seg}/{name:seg}", response_model=None)
@router.post("/models/{owner:seg}/{name:seg}", response_model=None)
async def ask(call: CallDep, owner: str, name: str) -> Response:
    """The model's own task. Clients: InferenceClient's methods, and JavaScript's."""
    return await _ask(call, f"{owner}/{name}", "")


@router.post("/hf-inference/models/{owner:seg}/{name:seg}/pipeline/{task:seg}", response_model=None)
@router.post("/models/{owner:seg}/{name:seg}/pipeline/{task:seg}", response_model=None)
async def ask_for(call: CallDep, owner: str, name: str, task: str) -> Response:
    """The task named in the address. Clients: feature_extraction, sentence_similarity."""
    return await _ask(call, f"{owner}/{name}", task)


@router.post("/api-inference/pipeline/{task:seg}/{owner:seg}/{name:seg}", response_model=None)
@router.post("/pipeline/{task:seg}/{owner:seg}/{name:seg}", response_model=None)
async def ask_by_old_address(call: CallDep, task: str, owner: str, name: str) -> Response:
    """The same, as clients before Inference Providers spelled it."""
    return await _ask(call, f"{owner}/{name}", task)


@router.post("/hf-inference/models/{name:seg}", response_model=None)
@router.post("/api-inference/models/{name:seg}", response_model=None)
async def ask_without_owner(name: str) -> Response:
    """Models of the Hub's first days have no owner; here each has one."""
    raise NotFound(f"There is no model {name!r} here: write owner/name, as in its address.")


async def _ask(call: Call, name: str, task: str) -> Response:
    sent = await reading.sent(call.request)
    found = await located(call, ModelName.parse(name))
    task = task or found.placement.task
    require_task(found, task)
    if task == WRITING:
        return await _write(call, name, found, sent)
    if task not in TASKS:
        raise NotServed(
            f"{name} does {task}. Send messages to /hf-inference/models/{name}/v1/chat/completions."
        )
    if sent.fields.get("stream"):
        raise BadRequest("stream: only text generation is streamed.", field="stream")
    began = time.monotonic()
    inferred, told = await unless_gone(
        call.request.receive, answered(call, name, found, task, sent)
    )
    return _response(told, headers(call, found, inferred, time.monotonic() - began))


async def answered(
    call: Call, name: str, found: Located, task: str, sent: Sent
) -> tuple[Inferred, Told]:
    """What the model says, in its caller's shape. Raises BadRequest, and as asking.infer."""
    asked = await call.thread(TASKS[task].reads, sent)
    options = sent.fields.get("options") or {}
    wait = isinstance(options, dict) and options.get("wait_for_model") is True
    errand = Errand(
        name,
        found,
        task,
        asked,
        await asker_of(call),
        hold_seconds(call.request, wait=wait),
    )
    inferred = await asking.infer(room_of(call), errand)
    shape = TASKS[task].tells
    with believed():
        told = await call.thread(shape, inferred.output, asked, reading.caller(call.request))
    return inferred, told


def headers(
    call: Call, found: Located, inferred: Inferred | None, seconds: float
) -> dict[str, str]:
    """What the Inference API tells beside its answers; `x-answer-id` is ours, for saving a run."""
    told = {
        "x-compute-type": room_of(call).supervisor.status(found.model.key).device,
        "x-compute-time": f"{inferred.seconds if inferred else seconds:.3f}",
        "x-sha": found.placement.revision,
    }
    return {**told, "x-answer-id": inferred.id} if inferred else told


def _response(told: Told, sent_headers: dict[str, str]) -> Response:
    if told.data is not None:
        return Response(told.data, media_type=told.type, headers=sent_headers)
    with believed():  # a number may be too large for JSON
        return JSONResponse(told.value, headers=sent_headers)


async def _write(call: Call, name: str, found: Located, sent: Sent) -> Response:
    """Text generation, whole or streamed. Client: InferenceClient.text_generation."""
    asked = _writing(sent)
    if unused := asked.parameters.unused():
        # The client drops what is named here and asks again (inference/_client.py).
        raise BadRequest(f"The following `model_kwargs` are not used by the model: {unused}")
    if asked.stream and not isinstance(asked.inputs, str):
        raise BadRequest("inputs: only one text can be streamed.", field="inputs")
    question = Question(
        name=name,
        located=found,
        chat=False,
        body=asked.parameters.body(_texts(asked)[0], DEFAULT_TOKENS),
        asker=await asker_of(call),
        hold_seconds=hold_seconds(call.request, wait=asked.options.wait_for_model),
    )
    if asked.stream:
        return await EventStream.begin(
            call.request.receive,
            generation.streamed(room_of(call), question, asked.parameters),
            generation.failed,
            patience_seconds=FIRST_WORD_SECONDS + question.hold_seconds,
        )
    return await unless_gone(call.request.receive, _whole(call, question, asked))


def _writing(sent: Sent) -> TaskRequest:
    fields: Any = dict(sent.fields)
    if sent.data is not None:
        fields = {"inputs": sent.data.decode("utf-8", "replace")}
    try:
        return TaskRequest.model_validate(fields)
    except ValidationError as error:
        raise RequestValidationError(error.errors()) from error


async def _whole(call: Call, question: Question, asked: TaskRequest) -> Response:
    began = time.monotonic()
    found = []
    for text in _texts(asked):
        one = replace(question, body={**question.body, "prompt": text})
        chunk, answer = await asking.ask(room_of(call), one)
        found.append(generation.whole(answer, chunk, text, asked.parameters))
    told = headers(call, question.located, None, time.monotonic() - began)
    return JSONResponse(found, headers=told)


def _texts(asked: TaskRequest) -> list[str]:
    return [asked.inputs] if isinstance(asked.inputs, str) else asked.inputs


routes = router.routes
