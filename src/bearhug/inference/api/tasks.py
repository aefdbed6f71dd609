"""The Hub's task API: POST a text to a model's address. Clients: huggingface_hub, old and new."""

import time
from typing import Any

from fastapi import APIRouter
from starlette.responses import JSONResponse, Response

from bearhug.errors import BadRequest
from bearhug.hub import Transaction
from bearhug.inference import asking, service
from bearhug.inference.api import generation
from bearhug.inference.api.bodies import TaskRequest
from bearhug.inference.api.common import (
    FIRST_WORD_SECONDS,
    Modest,
    asker_of,
    hold_seconds,
    located,
    room_of,
)
from bearhug.inference.asking import Question
from bearhug.inference.model import ModelName, NotServed, Placement, PlacementStage
from bearhug.repos import service as repos
from bearhug.repos.model import Access, RepoKind
from bearhug.web.call import Call, CallDep
from bearhug.web.events import EventStream, unless_gone

router = APIRouter(tags=["inference"], route_class=Modest)

DEFAULT_TOKENS = 100
"""As in TGI."""

STATES = {
    PlacementStage.NONE: "error",
    PlacementStage.CANNOT: "TooBig",
    PlacementStage.CAN: "Loadable",
    PlacementStage.BUSY: "Loadable",
    PlacementStage.ON: "Loaded",
}


@router.post("/hf-inference/models/{owner:seg}/{name:seg}", response_model=None)
@router.post("/api-inference/models/{owner:seg}/{name:seg}", response_model=None)
@router.post("/models/{owner:seg}/{name:seg}", response_model=None)
async def generate(call: CallDep, owner: str, name: str, asked: TaskRequest) -> Response:
    """Text generation. Client: InferenceClient.text_generation."""
    if unused := asked.parameters.unused():
        # The client drops what is named here and asks again (inference/_client.py).
        raise BadRequest(f"The following `model_kwargs` are not used by the model: {unused}")
    question = await _question(call, f"{owner}/{name}", asked)
    if asked.stream:
        return await EventStream.begin(
            call.request.receive,
            generation.streamed(room_of(call), question, asked.parameters),
            generation.failed,
            patience_seconds=FIRST_WORD_SECONDS + question.hold_seconds,
        )
    return await unless_gone(call.request.receive, _whole(call, question, asked))


@router.post("/hf-inference/models/{owner:seg}/{name:seg}/pipeline/{task:seg}", response_model=None)
async def generate_by_task(
    call: CallDep, owner: str, name: str, task: str, asked: TaskRequest
) -> Response:
    """The same, the task named in the address."""
    _only_generation(task)
    return await generate(call, owner, name, asked)


@router.post("/api-inference/pipeline/{task:seg}/{owner:seg}/{name:seg}", response_model=None)
async def generate_by_old_address(
    call: CallDep, task: str, owner: str, name: str, asked: TaskRequest
) -> Response:
    """The same, as clients before Inference Providers spelled it."""
    _only_generation(task)
    return await generate(call, owner, name, asked)


@router.get("/hf-inference/models/{owner:seg}/{name:seg}")
@router.get("/api-inference/status/{owner:seg}/{name:seg}")
async def state(call: CallDep, owner: str, name: str) -> dict[str, Any]:
    """Whether it is in memory; never loads it. Client: get_model_status, before 0.28."""
    placement = await _placed(call, f"{owner}/{name}")
    return {
        "id": f"{owner}/{name}",
        "loaded": placement.stage is PlacementStage.ON,
        "state": STATES[placement.stage],
        "compute_type": "cpu",
        "framework": placement.engine,
        "error": placement.why or None,
    }


@router.get("/hf-inference/models/{owner:seg}/{name:seg}/info")
async def info(call: CallDep, owner: str, name: str) -> dict[str, Any]:
    """What TGI says of itself. Client: InferenceClient.get_endpoint_info."""
    placement = await _placed(call, f"{owner}/{name}")
    return {
        "model_id": f"{owner}/{name}",
        "model_sha": placement.revision,
        "model_dtype": placement.quantisation,
        "model_device_type": "cpu",
        "model_pipeline_tag": "text-generation",
        "max_total_tokens": placement.context,
    }


async def _placed(call: Call, name: str) -> Placement:
    def find(tx: Transaction) -> Placement:
        repo = repos.find(tx, RepoKind.MODEL, name, access=Access.READ)
        return service.place(tx, repo)

    return await call.read_slow(find)


async def _question(call: Call, name: str, asked: TaskRequest) -> Question:
    inputs = asked.inputs
    if asked.stream and not isinstance(inputs, str):
        raise BadRequest("inputs: only one text can be streamed.")
    return Question(
        name=name,
        located=await located(call, ModelName.parse(name)),
        chat=False,
        body=asked.parameters.body(_texts(asked)[0], DEFAULT_TOKENS),
        asker=await asker_of(call),
        hold_seconds=hold_seconds(call.request, wait=asked.options.wait_for_model),
    )


async def _whole(call: Call, question: Question, asked: TaskRequest) -> Response:
    began = time.monotonic()
    found = []
    for text in _texts(asked):
        one = Question(
            question.name,
            question.located,
            False,
            {**question.body, "prompt": text},
            question.asker,
            question.hold_seconds,
        )
        chunk, answer = await asking.ask(room_of(call), one)
        found.append(generation.whole(answer, chunk, text, asked.parameters))
    headers = {
        "x-compute-type": "cpu",
        "x-compute-time": f"{time.monotonic() - began:.3f}",
        "x-sha": question.located.placement.revision,
    }
    return JSONResponse(found, headers=headers)


def _texts(asked: TaskRequest) -> list[str]:
    return [asked.inputs] if isinstance(asked.inputs, str) else asked.inputs


def _only_generation(task: str) -> None:
    if task != "text-generation":
        raise NotServed(f"No engine here does {task} yet.")


routes = router.routes
