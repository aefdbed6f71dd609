"""A loaded model, as the hub talks to it: questions in, answers or streams of chunks out."""

import asyncio
import contextlib
import json
import os
import sys
import time
from collections.abc import AsyncGenerator, AsyncIterator
from pathlib import Path
from typing import Any

import httpx

from bearhug.errors import BadRequest
from bearhug.inference.engines.base import (
    SOCKET,
    Body,
    Busy,
    Chunk,
    EngineFailed,
    Plan,
    Timings,
    TookTooLong,
)
from bearhug.inference.engines.believing import as_chunk, believed, read, reason
from bearhug.inference.engines.events import events, finishes, says_something
from bearhug.inference.engines.process import Process

CHAT, COMPLETIONS, INFER = "/v1/chat/completions", "/v1/completions", "/infer"
MAX_ANSWER_BYTES = 256 * 1024**2
# A runner speaks at least every five seconds (sse_ping_interval); a silent one is stuck.
SILENCE_SECONDS = 60.0
WHY_SECONDS = 1.0
LONGEST_MESSAGE = 2000
LONGEST_ADDRESS = 100  # sun_path has 108 bytes on Linux, 104 on macOS

# What a request may ask of the engine: OpenAI's fields, and sampling that widgets offer. Others
# (a slot by number, an adapter, a file) are not for callers.
FIELDS = frozenset(
    {
        *("messages", "prompt", "suffix", "echo", "max_tokens", "max_completion_tokens", "n"),
        *("temperature", "top_p", "top_k", "min_p", "typical_p", "seed", "stop", "ignore_eos"),
        *("frequency_penalty", "presence_penalty", "repeat_penalty", "logit_bias"),
        *("logprobs", "top_logprobs", "response_format", "tools", "tool_choice"),
        *("parallel_tool_calls", "stream_options", "chat_template_kwargs", "reasoning_format"),
        *("reasoning_effort", "return_progress"),
    }
)


class Runner:
    """One loaded model. At most `slots` answers at once; `queue` more may wait their turn."""

    def __init__(
        self,
        process: Process,
        plan: Plan,
        *,
        name: str,
        queue: int,
        limit_seconds: float,
    ) -> None:
        self.name = name
        self.plan = plan
        self.isolation = process.isolation
        self.timings: Timings | None = None
        """How the latest answer went."""
        self.answers = 0
        self.waiting = 0
        self.working = 0
        self._process = process
        self._queue = queue
        self._limit = limit_seconds
        self._slots = asyncio.Semaphore(plan.slots)
        self._folder = os.open(process.folder, os.O_RDONLY)
        self._client = httpx.AsyncClient(
            # llama.cpp hangs up on a connection that rested a few seconds, perhaps just as the
            # next question is written to it; a new one on a Unix socket costs nothing.
            transport=httpx.AsyncHTTPTransport(
                uds=self._address(process.folder), limits=httpx.Limits(max_keepalive_connections=0)
            ),
            base_url="http://runner",
            timeout=httpx.Timeout(None, connect=5, read=SILENCE_SECONDS),
            trust_env=False,
        )

    async def chat(self, body: Body) -> dict[str, Any]:
        """One whole answer in OpenAI's shape, with llama.cpp's `timings`.

        Raises Busy, BadRequest, EngineFailed, TookTooLong. Cancelling it stops the work.
        """
        return await self._ask(CHAT, body)

    def stream_chat(self, body: Body) -> AsyncGenerator[Chunk, None]:
        """The answer in OpenAI's chunks; the last has `timings`. Errors as for `chat`.

        Closing the generator (`aclose`, or leaving `contextlib.aclosing`) stops the work.
        """
        return self._stream(CHAT, body)

    async def complete(self, body: Body) -> dict[str, Any]:
        """As `chat`, for a bare `prompt`."""
        return await self._ask(COMPLETIONS, body)

    def stream_complete(self, body: Body) -> AsyncGenerator[Chunk, None]:
        """As `stream_chat`, for a bare `prompt`."""
        return self._stream(COMPLETIONS, body)

    async def infer(self, task: str, inputs: Any, parameters: Body) -> dict[str, Any]:
        """Any other task: {"output": …, "timings": {"seconds": …}}, as its runner gives them.

        Bytes are {"$bytes": base64, "type": "image/png"}, both ways; arrays of numbers come as
        {"$array": base64 of little-endian float32, "shape": [n, d]}. Raises as `chat`; BadRequest
        has the runner's `field` among its details. Cancelling it stops the work.
        """
        question = {"task": task, "inputs": inputs, "parameters": dict(parameters)}
        async with self._turn(), self._explained():
            answer = read(await self._answer(INFER, question))
            self.answers += 1
            return answer

    async def close(self) -> None:
        await self._client.aclose()
        os.close(self._folder)

    async def _ask(self, path: str, body: Body) -> dict[str, Any]:
        async with self._turn(), self._explained():
            started = time.monotonic()
            said = await self._answer(path, self._request(body, stream=False))
            answer = as_chunk(read(said))
            self._note(answer, started, None)
            return answer

    async def _answer(self, path: str, question: Body) -> bytes:
        """The whole answer, no longer than any could be."""
        said = bytearray()
        request = self._client.build_request("POST", path, json=question, timeout=None)
        try:
            async with asyncio.timeout(self._limit):
                response = await self._client.send(request, stream=True)
                try:
                    async for part in response.aiter_raw():
                        said += part
                        if len(said) > MAX_ANSWER_BYTES:
                            raise EngineFailed("The engine sent an endless answer.")
                finally:
                    await response.aclose()  # the runner sees it, and stops
        except TimeoutError:
            raise TookTooLong(f"The answer took longer than {self._limit:.0f} s.") from None
        _check(response.status_code, bytes(said))
        return bytes(said)

    async def _stream(self, path: str, body: Body) -> AsyncGenerator[Chunk, None]:
        request = self._client.build_request("POST", path, json=self._request(body, stream=True))
        async with self._turn(), self._explained():
            started, first, finished = time.monotonic(), None, False
            response = await self._client.send(request, stream=True)
            try:
                if response.status_code != httpx.codes.OK:
                    _check(response.status_code, await reason(response))
                async with contextlib.aclosing(events(response, started + self._limit)) as chunks:
                    async for chunk in chunks:
                        if first is None and says_something(chunk):
                            first = time.monotonic()
                        finished = finished or finishes(chunk)
                        self._note(chunk, started, first)
                        yield chunk
                if not finished:  # a process that is killed may leave what looks like an end
                    raise httpx.RemoteProtocolError("the answer has no end")
            finally:
                await response.aclose()  # llama.cpp sees it, and stops

    @contextlib.asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        if self._slots.locked() and self.waiting >= self._queue:
            raise Busy(f"{self.name} is answering others; its queue is full.", seconds=5)
        self.waiting += 1
        try:
            await self._slots.acquire()
        finally:
            self.waiting -= 1
        self.working += 1
        try:
            yield
        finally:
            self.working -= 1
            self._slots.release()

    @contextlib.asynccontextmanager
    async def _explained(self) -> AsyncIterator[None]:
        """Say why the runner is gone, if that is why it does not answer."""
        try:
            yield
        except httpx.ReadTimeout:
            raise TookTooLong(f"The model was silent for {SILENCE_SECONDS:.0f} s.") from None
        except httpx.TransportError as error:
            why = f"it broke off ({type(error).__name__})"
            with contextlib.suppress(TimeoutError):
                why = await asyncio.wait_for(asyncio.shield(self._process.ended), WHY_SECONDS)
            raise EngineFailed(f"The model stopped in the middle of its answer: {why}.") from error

    def _request(self, body: Body, *, stream: bool) -> dict[str, Any]:
        allowed = {key: value for key, value in body.items() if key in FIELDS}
        return {**allowed, "model": self.name, "stream": stream}

    def _note(self, chunk: Chunk, started: float, first: float | None) -> None:
        given = chunk.get("timings")
        if not isinstance(given, dict):
            return
        self.answers += 1
        with believed():
            self.timings = Timings(
                prompt_tokens=int(given.get("prompt_n", 0)) + int(given.get("cache_n", 0)),
                cached_tokens=int(given.get("cache_n", 0)),
                completion_tokens=int(given.get("predicted_n", 0)),
                prompt_tokens_per_second=float(given.get("prompt_per_second", 0.0)),
                tokens_per_second=float(given.get("predicted_per_second", 0.0)),
                first_token_seconds=float(given.get("prompt_ms", 0.0)) / 1000
                if first is None
                else first - started,
            )

    def _address(self, folder: Path) -> str:
        """The socket's path. One too long for the system is reached through the open folder."""
        path = str(folder.absolute() / SOCKET)
        if len(path) > LONGEST_ADDRESS and sys.platform == "linux":
            return f"/proc/self/fd/{self._folder}/{SOCKET}"
        return path


def _check(status: int, said: bytes) -> None:
    """Raise what the engine's refusal means: {"error": {"message", "field"?}}."""
    if status == httpx.codes.OK:
        return
    details = {}
    try:
        error = json.loads(said)["error"]
        message = str(error["message"])[:LONGEST_MESSAGE]
        details = {"field": str(error["field"])[:100]} if "field" in error else {}
    except (ValueError, KeyError, TypeError, RecursionError):
        message = f"The engine answered {status}."
    if httpx.codes.is_client_error(status):
        raise BadRequest(message, **details)
    raise EngineFailed(message)
