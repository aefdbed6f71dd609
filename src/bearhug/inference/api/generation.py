"""Text generation in TGI's shape: what huggingface_hub's text_generation reads.

Source: huggingface_hub, inference/_generated/types/text_generation.py.
"""

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from typing import Any

from bearhug.errors import HubError
from bearhug.inference import asking
from bearhug.inference.api.bodies import GenerationParameters
from bearhug.inference.api.common import event
from bearhug.inference.asking import Question
from bearhug.inference.heard import Answer
from bearhug.inference.room import ModelRoom

Token = dict[str, Any]

ERROR_TYPES = {429: "overloaded", 503: "overloaded", 400: "validation", 422: "validation"}


def whole(
    answer: Answer, chunk: Mapping[str, Any], prompt: str, parameters: GenerationParameters
) -> dict[str, Any]:
    """One generated text, with details if they were asked for."""
    said = (prompt if parameters.return_full_text else "") + answer.output
    if not parameters.details:
        return {"generated_text": said}
    tokens = _tokens(chunk)
    count = max(len(tokens), answer.figures().completion_tokens)
    details = {**_details(answer, parameters, count), "prefill": [], "tokens": tokens}
    return {"generated_text": said, "details": details}


async def streamed(
    room: ModelRoom, question: Question, parameters: GenerationParameters
) -> AsyncGenerator[bytes, None]:
    """One event a token; the last token's has the whole text and the details."""
    index, held = 0, _token("", special=True)
    heard: Answer | None = None
    async with aclosing(asking.stream(room, question)) as chunks:
        async for chunk, answer in chunks:
            heard = answer
            for token in _tokens(chunk):
                if index:
                    yield _event(index, held)
                index, held = index + 1, token
    assert heard is not None  # a stream without any chunk has raised
    prompt = str(question.body["prompt"]) if parameters.return_full_text else ""
    details = _details(heard, parameters, index)
    details["input_length"] = heard.figures().prompt_tokens
    yield _event(max(1, index), held, prompt + heard.output, details)


def failed(error: HubError) -> bytes:
    """An error in the middle of a stream."""
    kind = ERROR_TYPES.get(error.status, "generation")
    return event({"error": error.message, "error_type": kind})


def _event(
    index: int, token: Token, text: str | None = None, details: dict[str, Any] | None = None
) -> bytes:
    return event({"index": index, "token": token, "generated_text": text, "details": details})


def _details(answer: Answer, parameters: GenerationParameters, tokens: int) -> dict[str, Any]:
    return {
        "finish_reason": _reason(answer, parameters),
        "generated_tokens": tokens,
        "seed": parameters.seed,
    }


def _reason(answer: Answer, parameters: GenerationParameters) -> str:
    """The engine does not say which stop it was; with stop words given, most likely one of them."""
    if answer.finish == "length":
        return "length"
    return "stop_sequence" if parameters.stop or parameters.stop_sequences else "eos_token"


def _tokens(chunk: Mapping[str, Any]) -> list[Token]:
    found = []
    for choice in chunk.get("choices", ()):
        entries = (choice.get("logprobs") or {}).get("content") or ()
        if not entries and choice.get("text"):  # an engine that tells no probabilities
            found.append(_token(choice["text"]))
        for entry in entries:
            found.append(_token(entry["token"], entry.get("id", 0), entry.get("logprob", 0.0)))
    return found


def _token(text: str, id: int = 0, logprob: float = 0.0, *, special: bool = False) -> Token:
    return {"id": id, "text": text, "logprob": logprob, "special": special}
