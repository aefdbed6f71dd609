"""OpenAI's Responses: a chat completion told as items and as typed events."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

from fastapi import APIRouter
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.responses import JSONResponse, Response

from bearhug.errors import HubError, NotFound
from bearhug.inference import asking
from bearhug.inference.api.bodies import ChatRequest
from bearhug.inference.api.common import (
    FIRST_WORD_SECONDS,
    OpenAi,
    event,
    named,
    openai_error,
    room_of,
)
from bearhug.inference.api.openai import chat_question
from bearhug.inference.api.turning import (
    ResponsesRequest,
    chat_fields,
    function_call,
    message,
    response,
    text_part,
)
from bearhug.inference.asking import Question
from bearhug.inference.room import ModelRoom
from bearhug.web.call import CallDep
from bearhug.web.events import EventStream, unless_gone

router = APIRouter(tags=["inference"], route_class=OpenAi)


@router.post("/v1/responses", response_model=None)
async def respond(call: CallDep, asked: ResponsesRequest) -> Response:
    """A conversation's next items, whole or as events. Client: responses.create."""
    try:
        chat = ChatRequest.model_validate(chat_fields(asked))
    except ValidationError as error:
        raise RequestValidationError(error.errors()) from error
    shows = any(each.shows for each in chat.messages)
    name = named(asked.model)
    question = await chat_question(call, chat.body(), name, asked.model or "", shows=shows)
    receive, room = call.request.receive, room_of(call)
    if asked.stream:
        return await EventStream.begin(
            receive,
            _events(room, question, asked),
            _failed,
            patience_seconds=FIRST_WORD_SECONDS + question.hold_seconds,
        )
    whole, _ = await unless_gone(receive, asking.ask(room, question))
    return JSONResponse(_whole(whole, asked))


@router.get("/v1/responses/{id:seg}", response_model=None)
async def kept(id: str) -> Response:
    """Responses are not kept: each is told once."""
    raise NotFound(f"There is no response {id!r}: this hub keeps none.")


def _whole(answer: Mapping[str, Any], asked: ResponsesRequest) -> dict[str, Any]:
    choice = answer["choices"][0]
    id = _id(answer)
    output = []
    if choice["message"].get("content"):
        output.append(message(id, choice["message"]["content"]))
    for number, each in enumerate(choice["message"].get("tool_calls") or ()):
        output.append(function_call(f"{id}{number}", each))
    return response(
        f"resp_{id}", asked, _status(choice.get("finish_reason")), output, answer.get("usage")
    )


@dataclass
class _Telling:
    """A stream of typed events, made from chunks as they come."""

    asked: ResponsesRequest
    id: str = ""
    said: str = ""
    calls: dict[int, dict[str, Any]] = field(default_factory=dict)
    finish: str | None = None
    usage: Mapping[str, Any] | None = None
    number: int = -1

    def event(self, kind: str, **fields: Any) -> bytes:
        self.number += 1
        return _typed({"type": kind, "sequence_number": self.number, **fields})

    def begin(self, chunk: Mapping[str, Any]) -> list[bytes]:
        self.id = _id(chunk)
        started = response(f"resp_{self.id}", self.asked, "in_progress", [], None)
        return [
            self.event("response.created", response=started),
            self.event("response.in_progress", response=started),
        ]

    def hear(self, chunk: Mapping[str, Any]) -> list[bytes]:
        self.usage = chunk.get("usage") or self.usage
        told: list[bytes] = []
        for choice in chunk.get("choices", ())[:1]:
            delta = choice.get("delta") or {}
            self.finish = choice.get("finish_reason") or self.finish
            for call in delta.get("tool_calls") or ():
                self._called(call)
            if text := delta.get("content"):
                told += self._says(text)
        return told

    def end(self) -> list[bytes]:
        output = []
        told: list[bytes] = []
        if self.said:
            item = message(self.id, self.said)
            output.append(item)
            part = text_part(self.said)
            at = self._at()
            told += [
                self.event("response.output_text.done", **at, text=self.said, logprobs=[]),
                self.event("response.content_part.done", **at, part=part),
                self.event("response.output_item.done", output_index=0, item=item),
            ]
        for index, call in sorted(self.calls.items()):
            item = function_call(f"{self.id}{index}", call)
            told += self._tells_call(item, len(output))
            output.append(item)
        status = _status(self.finish)
        done = response(f"resp_{self.id}", self.asked, status, output, self.usage or {})
        return [*told, self.event(f"response.{status}", response=done)]

    def _says(self, text: str) -> list[bytes]:
        told = []
        if not self.said:
            item = message(self.id, "", "in_progress")
            told = [
                self.event("response.output_item.added", output_index=0, item=item),
                self.event("response.content_part.added", **self._at(), part=text_part("")),
            ]
        self.said += text
        return [
            *told,
            self.event("response.output_text.delta", **self._at(), delta=text, logprobs=[]),
        ]

    def _called(self, call: Mapping[str, Any]) -> None:
        """Gather a call that comes in pieces: its name first, then its arguments."""
        known = self.calls.setdefault(call.get("index", 0), {"function": {}})
        known["id"] = call.get("id") or known.get("id")
        for name, piece in (call.get("function") or {}).items():
            known["function"][name] = known["function"].get(name, "") + (piece or "")

    def _tells_call(self, item: dict[str, Any], index: int) -> list[bytes]:
        at = {"output_index": index, "item_id": item["id"]}
        arguments = item["arguments"]
        started = {**item, "arguments": "", "status": "in_progress"}
        return [
            self.event("response.output_item.added", output_index=index, item=started),
            self.event("response.function_call_arguments.delta", **at, delta=arguments),
            self.event(
                "response.function_call_arguments.done",
                **at,
                arguments=arguments,
                name=item["name"],
            ),
            self.event("response.output_item.done", output_index=index, item=item),
        ]

    def _at(self) -> dict[str, Any]:
        return {"item_id": f"msg_{self.id}", "output_index": 0, "content_index": 0}


async def _events(
    room: ModelRoom, question: Question, asked: ResponsesRequest
) -> AsyncGenerator[bytes, None]:
    telling = _Telling(asked)
    async with aclosing(asking.stream(room, question)) as chunks:
        async for chunk, _ in chunks:
            for told in [*([] if telling.id else telling.begin(chunk)), *telling.hear(chunk)]:
                yield told
    for told in telling.end():
        yield told


def _failed(error: HubError) -> bytes:
    told = openai_error(error)["error"]
    fields = {"code": told["code"], "message": told["message"], "param": told["param"]}
    return _typed({"type": "error", "sequence_number": 0, **fields})


def _typed(fields: dict[str, Any]) -> bytes:
    kind: str = fields["type"]
    return b"event: " + kind.encode() + b"\n" + event(fields)


def _id(chunk: Mapping[str, Any]) -> str:
    return str(chunk["id"]).partition("-")[2]


def _status(finish: str | None) -> str:
    return "incomplete" if finish == "length" else "completed"


routes = router.routes
