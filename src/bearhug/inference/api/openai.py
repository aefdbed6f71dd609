"""OpenAI's API: chat completions, completions, models. Clients: openai, huggingface_hub."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from typing import Any

from fastapi import APIRouter
from starlette.responses import JSONResponse, Response

from bearhug.errors import HubError
from bearhug.hub import Transaction
from bearhug.inference import asking, service
from bearhug.inference.api.bodies import ChatRequest, CompletionRequest
from bearhug.inference.api.common import (
    FIRST_WORD_SECONDS,
    OpenAi,
    event,
    named,
    openai_error,
    question_for,
    room_of,
)
from bearhug.inference.asking import Question
from bearhug.inference.model import ModelName, NotServed, Placement, PlacementStage
from bearhug.inference.room import ModelRoom
from bearhug.inference.tasks import GENERATIVE, TASKS
from bearhug.repos import service as repos
from bearhug.repos.model import Access, Repo, RepoKind
from bearhug.web.call import Call, CallDep
from bearhug.web.events import EventStream, unless_gone

router = APIRouter(tags=["inference"], route_class=OpenAi)
AT_ONE = "/hf-inference/models/{owner:seg}/{name:seg}/v1"


@router.post("/v1/chat/completions", response_model=None)
async def chat(call: CallDep, asked: ChatRequest) -> Response:
    """A conversation's next message, whole or streamed. Client: chat.completions.create."""
    return await _chat(call, asked, named(asked.model), asked.model or "")


@router.post("/v1/completions", response_model=None)
async def complete(call: CallDep, asked: CompletionRequest) -> Response:
    """What follows a prompt, whole or streamed. Client: completions.create."""
    return await _complete(call, asked, named(asked.model), asked.model or "")


@router.post(AT_ONE + "/chat/completions", response_model=None)
@router.post("/models/{owner:seg}/{name:seg}/v1/chat/completions", response_model=None)
@router.post(
    "/api-inference/models/{owner:seg}/{name:seg}/v1/chat/completions", response_model=None
)
async def chat_with(call: CallDep, owner: str, name: str, asked: ChatRequest) -> Response:
    """The same with the model in the address; what the body calls it is ignored.

    Clients put an address or a word of their own there.
    """
    model = f"{owner}/{name}"
    return await _chat(call, asked, ModelName.parse(model), model)


@router.post(AT_ONE + "/completions", response_model=None)
async def complete_with(call: CallDep, owner: str, name: str, asked: CompletionRequest) -> Response:
    """The same with the model in the address. Client: @huggingface/inference, textGeneration."""
    model = f"{owner}/{name}"
    return await _complete(call, asked, ModelName.parse(model), model)


@router.get("/v1/models")
async def models(call: CallDep) -> dict[str, Any]:
    """The models that answer here, for this caller. Client: models.list."""
    served = await call.read_slow(service.served)
    return {"object": "list", "data": [_model(repo, placement) for repo, placement in served]}


@router.get("/v1/models/{model:rest}")
async def model(call: CallDep, model: str) -> dict[str, Any]:
    """One of them; its slash may come encoded or not. Client: models.retrieve."""
    name = ModelName.parse(model)

    def find(tx: Transaction) -> tuple[Repo, Placement]:
        repo = repos.find(tx, RepoKind.MODEL, name.repo, access=Access.READ)
        return repo, service.place(tx, repo, name.revision, name.file)

    repo, placement = await call.read_slow(find)
    if not placement.answers:
        raise NotServed(placement.why)
    return _model(repo, placement)


async def _chat(call: Call, asked: ChatRequest, name: ModelName, as_named: str) -> Response:
    shows = any(message.shows for message in asked.messages)
    question = await chat_question(call, asked.body(), name, as_named, shows=shows)
    return await _answer(call, question, streams=asked.stream)


async def chat_question(
    call: Call, body: Mapping[str, Any], name: ModelName, as_named: str, *, shows: bool
) -> Question:
    """A question to a model that talks, and sees if it is shown pictures. Raises NotServed."""
    question = await question_for(call, name, body, chat=True, as_named=as_named)
    placement = question.located.placement
    _require_writing(name, placement)
    if not placement.chat and placement.engine == "gguf":
        raise NotServed(f"{name.repo} has no chat template. Send a prompt to /v1/completions.")
    if shows and placement.task != "image-text-to-text":
        raise NotServed(f"{name.repo} reads text alone. Leave the pictures out.")
    return question


def _require_writing(name: ModelName, placement: Placement) -> None:
    if placement.task not in GENERATIVE:
        raise NotServed(
            f"{name.repo} does {placement.task}: it neither chats nor goes on from a prompt."
            f" Send it to /hf-inference/models/{name.repo}.",
            task=placement.task,
        )


async def _complete(
    call: Call, asked: CompletionRequest, name: ModelName, as_named: str
) -> Response:
    question = await question_for(call, name, asked.body(), chat=False, as_named=as_named)
    _require_writing(name, question.located.placement)
    before = asked.text if asked.echo else ""
    return await _answer(call, question, streams=asked.stream, before=before)


async def _answer(call: Call, question: Question, *, streams: bool, before: str = "") -> Response:
    room, receive = room_of(call), call.request.receive
    if streams:
        events = _events(room, question, before)
        return await EventStream.begin(
            receive, events, _failed, patience_seconds=FIRST_WORD_SECONDS + question.hold_seconds
        )
    whole, _ = await unless_gone(receive, asking.ask(room, question))
    return JSONResponse(_echoed(whole, before))


async def _events(room: ModelRoom, question: Question, before: str) -> AsyncGenerator[bytes, None]:
    wants_usage = question.body.get("stream_options", {}).get("include_usage", False)
    async with aclosing(asking.stream(room, question)) as chunks:
        async for chunk, _ in chunks:
            if not wants_usage:
                chunk.pop("usage", None)
            yield event(_echoed(chunk, before))
            before = ""
    yield b"data: [DONE]\n\n"


def _echoed(chunk: dict[str, Any], before: str) -> dict[str, Any]:
    if not before:
        return chunk
    choices = [{**choice, "text": before + choice["text"]} for choice in chunk["choices"]]
    return {**chunk, "choices": choices}


def _failed(error: HubError) -> bytes:
    return event(openai_error(error))


def _model(repo: Repo, placement: Placement) -> dict[str, Any]:
    """OpenAI's model object, with what the Hub's router adds."""
    awake = placement.stage is PlacementStage.ON
    return {
        "id": str(repo.name),
        "object": "model",
        "created": repo.created_at // 1000,
        "owned_by": repo.name.owner,
        "task": placement.task,
        "architecture": _modalities(placement.task),
        "providers": [
            {
                "provider": "hf-inference",
                "status": "live" if awake else "staging",
                "context_length": placement.context,
                "supports_tools": placement.chat,
            }
        ],
    }


def _modalities(task: str) -> dict[str, list[str]]:
    known = TASKS.get(task)
    takes = known.takes if known else ("text", "image")[: 1 + (task == "image-text-to-text")]
    gives = known.gives if known else ("text",)
    return {"input_modalities": list(takes), "output_modalities": list(gives)}


routes = router.routes
