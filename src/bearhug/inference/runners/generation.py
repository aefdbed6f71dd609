"""Chat and completions in OpenAI's shapes by transformers, with llama.cpp's `timings`."""

import asyncio
import time
import uuid
from collections.abc import AsyncIterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import torch
from transformers import AutoModelForCausalLM, AutoModelForImageTextToText

from bearhug.inference.runners import loading, prompting, sampling, tool_calls
from bearhug.inference.runners.decoding import Decoding, Said
from bearhug.inference.runners.sampling import Sampling
from bearhug.inference.runners.task import BadInput, Generating, Parameters, Setup
from bearhug.inference.runners.turns import Turns

CHAT, COMPLETIONS = "/v1/chat/completions", "/v1/completions"
NO_SCHEMA = (
    "This model runs on transformers, which cannot hold an answer to JSON or to a schema; "
    "a GGUF version of it can."
)
# Of OpenAI's and llama.cpp's fields, what changes nothing here.
IDLE = ("model", "stream", "parallel_tool_calls", "reasoning_format", "return_progress", "user")


@dataclass(frozen=True)
class Question:
    """A request, read and checked."""

    inputs: Mapping[str, Any]
    prompt: str
    sampling: Sampling
    chat: bool
    tools: bool
    usage: bool
    """Whether a stream ends with a chunk of its usage."""
    echo: bool

    @property
    def special(self) -> bool:
        """Marks of tool calls are special tokens for some models: they must be seen."""
        return self.tools


class Generator:
    """One model that writes. As many answers at once as it is asked; the hub asks for `slots`."""

    def __init__(self, setup: Setup) -> None:
        self._name = setup.name
        self._pictures = setup.task == "image-text-to-text"
        self._templated = loading.processor(setup) if self._pictures else loading.tokenizer(setup)
        self._tokenizer = getattr(self._templated, "tokenizer", self._templated)
        auto = AutoModelForImageTextToText if self._pictures else AutoModelForCausalLM
        self._model = loading.model(setup, auto, decoding=True)
        self._context = min(setup.context, _positions(self._model.config) or setup.context)
        self._decoding = Decoding(self._model, self._tokenizer, Turns())
        # Templates are rendered one by one: the guard against endless ones is the process's.
        self._reading = ThreadPoolExecutor(1)

    async def answer(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        question = await self._question(path, body)
        choices, last = [], []
        for index in range(question.sampling.choices):
            said = [one async for one in self._said(question, index)]
            choices.append(_whole(question, index, said))
            last.append(said[-1])
        return {
            **self._head(question, "text_completion" if not question.chat else "chat.completion"),
            "choices": choices,
            **_used(last),
        }

    async def stream(self, path: str, body: dict[str, Any]) -> AsyncIterator[dict[str, Any]]:
        question = await self._question(path, body)
        kind = "chat.completion.chunk" if question.chat else "text_completion"
        head, last = self._head(question, kind), []
        for index in range(question.sampling.choices):
            if question.chat:
                yield {**head, "choices": [_choice(index, {"role": "assistant", "content": ""})]}
            if question.echo:
                yield {**head, "choices": [_text(index, question.prompt)]}
            async for choice, said in _chunks(question, index, self._said(question, index)):
                if choice is not None:
                    ended = choice["finish_reason"] and index == question.sampling.choices - 1
                    if said is not None:
                        last.append(said)
                    end = _used(last) if ended and not question.usage else {}
                    yield {**head, "choices": [choice], **end}
        if question.usage:
            yield {**head, "choices": [], **_used(last)}

    def _said(self, question: Question, index: int) -> AsyncIterator[Said]:
        seed = question.sampling.seed
        return self._decoding.say(
            question.inputs,
            question.sampling,
            None if seed is None else seed + index,
            special=question.special,
        )

    def _head(self, question: Question, kind: str) -> dict[str, Any]:
        number = uuid.uuid4().hex[:24]
        return {
            "id": f"{'chatcmpl' if question.chat else 'cmpl'}-{number}",
            "object": kind,
            "created": int(time.time()),
            "model": self._name,
            "system_fingerprint": None,
        }

    async def _question(self, path: str, body: dict[str, Any]) -> Question:
        if path not in (CHAT, COMPLETIONS):
            raise LookupError(f"There is no {path} for a model that writes.")
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._reading, self._read, body, path == CHAT)

    def _read(self, body: dict[str, Any], chat: bool) -> Question:
        body = {name: value for name, value in body.items() if name not in IDLE}
        parameters = Parameters(body)
        _formatted(parameters)
        usage = bool(parameters.mapping("stream_options").get("include_usage"))
        settings = sampling.read(parameters, self._model, chat=chat)
        echo = not chat and parameters.flag("echo")
        if not chat and parameters.word("suffix"):
            raise BadInput("This model cannot fill in before a `suffix`.", "suffix")
        tools = _tools(parameters) if chat else None
        if chat:
            prompt, inputs = self._conversation(parameters, tools)
        else:
            prompt, inputs = self._bare(parameters)
        parameters.done()
        count = inputs["input_ids"].shape[-1]
        settings = self._bounded(settings, count)
        return Question(inputs, prompt, settings, chat, bool(tools), usage, echo)

    def _conversation(
        self, parameters: Parameters, tools: list[Any] | None
    ) -> tuple[str, Mapping[str, Any]]:
        messages = prompting.messages_of(
            parameters.raw("messages") if parameters.has("messages") else None,
            pictures=self._pictures,
        )
        options = parameters.mapping("chat_template_kwargs")
        if effort := parameters.word("reasoning_effort"):
            options = {**options, "reasoning_effort": effort}
        text = prompting.rendered(self._templated, messages, tools=tools, options=options)
        if not self._pictures:
            # The template has written the special tokens it wants; a text without one has none.
            return text, self._encoded(text)
        shown = [part["image"] for one in messages for part in one["content"] if "image" in part]
        encoded = self._templated(text=text, images=shown or None, return_tensors="pt")
        return text, self._placed(encoded)

    def _bare(self, parameters: Parameters) -> tuple[str, Mapping[str, Any]]:
        prompt = parameters.raw("prompt") if parameters.has("prompt") else None
        if isinstance(prompt, list) and len(prompt) == 1:
            prompt = prompt[0]
        if isinstance(prompt, list) and prompt and all(type(one) is int for one in prompt):
            if not 0 <= min(prompt) <= max(prompt) < len(self._tokenizer):
                raise BadInput("`prompt` has a token this model does not know.", "prompt")
            numbers = torch.tensor([prompt])
            inputs = {"input_ids": numbers, "attention_mask": torch.ones_like(numbers)}
            return self._tokenizer.decode(prompt), self._placed(inputs)
        if not isinstance(prompt, str) or not prompt:
            raise BadInput("`prompt` must be a text, and not empty.", "prompt")
        return prompt, self._encoded(prompt, add_special_tokens=True)

    def _encoded(self, text: str, *, add_special_tokens: bool = False) -> Mapping[str, Any]:
        encoded = self._tokenizer(
            text,
            return_tensors="pt",
            add_special_tokens=add_special_tokens,
            return_token_type_ids=False,
        )
        if not encoded["input_ids"].shape[-1]:
            raise BadInput("There is nothing to answer: the prompt is empty.", "messages")
        return self._placed(encoded)

    def _placed(self, encoded: Mapping[str, Any]) -> Mapping[str, Any]:
        """On the model's device, pictures in its kind of numbers."""
        placed = {name: value.to(self._model.device) for name, value in encoded.items()}
        return {
            name: value.to(self._model.dtype) if value.is_floating_point() else value
            for name, value in placed.items()
        }

    def _bounded(self, settings: Sampling, count: int) -> Sampling:
        room = self._context - count
        if room < 1:
            raise BadInput(
                f"The prompt has {count} tokens; this model's context here has {self._context}."
            )
        most = room if settings.most is None else max(1, min(settings.most, room))
        settings.config.max_new_tokens = most
        if settings.config.pad_token_id is None:
            found = sampling.ends(self._model)
            settings.config.pad_token_id = found[0] if found else 0
        return replace(settings, most=most)


def _positions(config: Any) -> int | None:
    found = getattr(config.get_text_config(), "max_position_embeddings", None)
    return found or getattr(config.get_text_config(), "n_positions", None)


def _formatted(parameters: Parameters) -> None:
    wanted = parameters.mapping("response_format").get("type", "text")
    for name in ("grammar", "json_schema"):
        if parameters.has(name):
            raise BadInput(NO_SCHEMA, name)
    if wanted != "text":
        raise BadInput(NO_SCHEMA, "response_format")


def _tools(parameters: Parameters) -> list[Any] | None:
    given = parameters.raw("tools") if parameters.has("tools") else None
    choice = parameters.raw("tool_choice") if parameters.has("tool_choice") else "auto"
    if choice not in ("auto", "none"):
        raise BadInput("This model cannot be made to call a tool; `auto` lets it.", "tool_choice")
    if given is not None and not isinstance(given, list):
        raise BadInput("`tools` must be a list.", "tools")
    return given if given and choice == "auto" else None


def _choice(index: int, delta: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
    return {"index": index, "delta": delta, "finish_reason": finish, "logprobs": None}


def _text(index: int, text: str, finish: str | None = None) -> dict[str, Any]:
    return {"index": index, "text": text, "finish_reason": finish, "logprobs": None}


def _whole(question: Question, index: int, said: list[Said]) -> dict[str, Any]:
    text = "".join(one.text for one in said)
    tokens = [token for one in said for token in one.tokens]
    finish = said[-1].finish
    logprobs = _logprobs(question, tokens)
    if not question.chat:
        text = question.prompt + text if question.echo else text
        return {"index": index, "text": text, "finish_reason": finish, "logprobs": logprobs}
    content, calls = tool_calls.found(text) if question.tools else (text, [])
    message: dict[str, Any] = {"role": "assistant", "content": content or (None if calls else "")}
    if calls:
        message["tool_calls"], finish = calls, "tool_calls"
    return {"index": index, "message": message, "finish_reason": finish, "logprobs": logprobs}


async def _chunks(
    question: Question, index: int, said: AsyncIterator[Said]
) -> AsyncIterator[tuple[dict[str, Any] | None, Said | None]]:
    """Choices of chunks; with the last the figures. What may be a tool call waits for its end."""
    whole, shown = "", 0
    async for one in said:
        whole += one.text
        new = one.text
        if question.tools:
            start = tool_calls.begins(whole)
            new = whole[shown : start if start is not None else len(whole)]
        shown += len(new)
        if new or one.tokens:
            yield _piece(question, index, new, one), None
        if one.finish:
            for choice in _end(question, index, whole, shown, one.finish):
                yield choice, one if choice["finish_reason"] else None


def _piece(question: Question, index: int, text: str, said: Said) -> dict[str, Any]:
    choice = _choice(index, {"content": text}) if question.chat else _text(index, text)
    return {**choice, "logprobs": _logprobs(question, said.tokens)}


def _end(
    question: Question, index: int, whole: str, shown: int, finish: str
) -> list[dict[str, Any]]:
    if not question.chat:
        return [_text(index, "", finish)]
    if not question.tools:
        return [_choice(index, {}, finish)]
    _, calls = tool_calls.found(whole)
    if calls:
        numbered = [{"index": number, **call} for number, call in enumerate(calls)]
        return [_choice(index, {"tool_calls": numbered}), _choice(index, {}, "tool_calls")]
    rest = whole[shown:]
    return [_choice(index, {"content": rest})] * bool(rest) + [_choice(index, {}, finish)]


def _logprobs(question: Question, tokens: list[dict[str, Any]]) -> dict[str, Any] | None:
    if question.sampling.logprobs is None:
        return None
    if question.chat:
        return {"content": tokens}
    return {
        "tokens": [one["token"] for one in tokens],
        "token_logprobs": [one["logprob"] for one in tokens],
        "top_logprobs": [
            {other["token"]: other["logprob"] for other in one["top_logprobs"]} for one in tokens
        ],
    }


def _used(last: list[Said]) -> dict[str, Any]:
    """OpenAI's usage and llama.cpp's timings, of all choices together."""
    prompt = last[0].prompt_tokens if last else 0
    said = sum(one.completion_tokens for one in last)
    reading = last[0].prompt_seconds if last else 0.0
    writing = sum(one.seconds for one in last)
    return {
        "usage": {
            "prompt_tokens": prompt,
            "completion_tokens": said,
            "total_tokens": prompt + said,
        },
        "timings": {
            "prompt_n": prompt,
            "cache_n": 0,
            "prompt_ms": reading * 1000,
            "prompt_per_second": prompt / reading if reading else 0.0,
            "predicted_n": said,
            "predicted_ms": writing * 1000,
            "predicted_per_second": (said - len(last)) / writing if writing else 0.0,
        },
    }


TASKS = {
    "text-generation": Generating(Generator),
    "image-text-to-text": Generating(Generator),
}
