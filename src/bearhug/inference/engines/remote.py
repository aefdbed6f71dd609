"""A model that answers on another server: tried in turn, and only before the first byte."""

import contextlib
import json
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

from bearhug.errors import BadRequest
from bearhug.inference.engines import dialects
from bearhug.inference.engines.base import (
    Body,
    Busy,
    Chunk,
    EngineFailed,
    Timings,
    TookTooLong,
    Upstream,
)
from bearhug.inference.engines.believing import as_chunk, believed, read, reason
from bearhug.inference.engines.events import events, finishes, says_something
from bearhug.inference.engines.runner import FIELDS, MAX_ANSWER_BYTES

CHAT, COMPLETIONS = "chat/completions", "completions"
LIMIT_SECONDS = 600.0
SILENCE_SECONDS = 120.0
CONNECT_SECONDS = 5.0
FAILURES = 3
"""In a row, after which a server is left alone for a while."""

REST_SECONDS = 5.0
LONGEST_REST_SECONDS = 300.0
REFUSED_KEY = (401, 403)


@dataclass
class Circuit:
    """How a server did lately. One that failed often is left alone, longer each time."""

    clock: Callable[[], float] = time.monotonic
    failures: int = 0
    closed_until: float = 0.0
    trouble: str = ""

    @property
    def rests(self) -> float:
        """Seconds until it is asked again; 0 if it may be."""
        return max(0.0, self.closed_until - self.clock())

    def failed(self, words: str) -> None:
        self.failures += 1
        self.trouble = words
        if self.failures >= FAILURES:
            rest = REST_SECONDS * 2 ** min(self.failures - FAILURES, 10)
            self.closed_until = self.clock() + min(LONGEST_REST_SECONDS, rest)

    def answered(self) -> None:
        self.failures, self.closed_until, self.trouble = 0, 0.0, ""


@dataclass(eq=False)
class Remote:
    """An `Answerer` by servers elsewhere, the first that answers of those that are well."""

    name: str
    upstreams: Sequence[Upstream]
    circuits: Mapping[str, Circuit]
    """By address: shared by all models of a server."""
    timings: Timings | None = None
    waiting: int = 0
    working: int = 0
    client: httpx.AsyncClient = field(
        default_factory=lambda: httpx.AsyncClient(
            timeout=httpx.Timeout(SILENCE_SECONDS, connect=CONNECT_SECONDS), trust_env=False
        )
    )

    async def chat(self, body: Body) -> Chunk:
        return await self._ask(CHAT, body)

    def stream_chat(self, body: Body) -> AsyncGenerator[Chunk, None]:
        return self._stream(CHAT, body)

    async def complete(self, body: Body) -> Chunk:
        return await self._ask(COMPLETIONS, body)

    def stream_complete(self, body: Body) -> AsyncGenerator[Chunk, None]:
        return self._stream(COMPLETIONS, body)

    async def infer(self, task: str, inputs: Any, parameters: Body) -> dict[str, Any]:
        """As a runner's. Raises BadRequest for a task its kind of server does not have."""
        began = time.monotonic()
        with believed():
            output = await _Task(self, task, parameters).answer(inputs)
        return {"output": output, "timings": {"seconds": time.monotonic() - began}}

    async def close(self) -> None:
        await self.client.aclose()

    async def post(self, paths: Mapping[str, str], **sent: Any) -> tuple[Upstream, httpx.Response]:
        """The whole answer to a question; `paths` gives the address by kind of server."""
        async with self._opened(paths, **sent) as (upstream, response):
            said = bytearray()
            async for part in response.aiter_bytes():
                said += part
                if len(said) > MAX_ANSWER_BYTES:
                    raise EngineFailed("The server sent an endless answer.")
        whole = httpx.Response(200, headers=response.headers, content=bytes(said))
        whole.headers.pop("content-encoding", None)
        return upstream, whole

    def named(self, upstream: Upstream) -> str:
        """What that server calls the model."""
        return upstream.named or self.name

    async def _ask(self, path: str, body: Body) -> Chunk:
        began = time.monotonic()
        _, response = await self.post(_generating(path), json=_allowed(body, stream=False))
        answer = as_chunk(_object(response))
        return self._timed(answer, began, began, answer.get("usage") or {})

    async def _stream(self, path: str, body: Body) -> AsyncGenerator[Chunk, None]:
        began, first, count, finished = time.monotonic(), 0.0, 0, False
        question = _allowed(body, stream=True)
        async with (
            self._opened(_generating(path), json=question) as (_, response),
            contextlib.aclosing(events(response, began + LIMIT_SECONDS)) as chunks,
        ):
            async for chunk in chunks:
                if says_something(chunk):
                    first, count = first or time.monotonic(), count + 1
                if finishes(chunk):
                    finished = True
                    used = chunk.get("usage") or {"completion_tokens": count}
                    chunk = self._timed(chunk, began, first or time.monotonic(), used)
                yield chunk
            if not finished:
                raise httpx.RemoteProtocolError("the answer has no end")

    @contextlib.asynccontextmanager
    async def _opened(
        self, paths: Mapping[str, str], **sent: Any
    ) -> AsyncIterator[tuple[Upstream, httpx.Response]]:
        """The first server's response that is one; closing it stops the work there."""
        self.working += 1
        try:
            upstream, response = await self._first(paths, sent)
            try:
                yield upstream, response
            except httpx.ReadTimeout:
                raise TookTooLong(f"{_host(upstream)} was silent for too long.") from None
            except httpx.TransportError as error:
                self.circuits[upstream.url].failed(type(error).__name__)
                raise EngineFailed(
                    f"{_host(upstream)} broke off in the middle of its answer."
                ) from error
            finally:
                await response.aclose()
        finally:
            self.working -= 1

    async def _first(
        self, paths: Mapping[str, str], sent: Mapping[str, Any]
    ) -> tuple[Upstream, httpx.Response]:
        reasons = []
        for upstream in self.upstreams:
            circuit = self.circuits[upstream.url]
            if upstream.kind not in paths:
                reasons.append(f"{_host(upstream)} does not do this")
            elif circuit.rests:
                reasons.append(
                    f"{_host(upstream)} failed ({circuit.trouble}) and is asked again "
                    f"in {circuit.rests:.0f} s"
                )
            else:
                found = await self._try(upstream, paths[upstream.kind], sent)
                if isinstance(found, httpx.Response):
                    circuit.answered()
                    return upstream, found
                circuit.failed(found)
                reasons.append(f"{_host(upstream)}: {found}")
        raise EngineFailed(f"No server answers for {self.name}: {'; '.join(reasons)}.")

    async def _try(
        self, upstream: Upstream, path: str, sent: Mapping[str, Any]
    ) -> httpx.Response | str:
        """Its response, or why there is none. Raises BadRequest and Busy, as it says."""
        address = _address(upstream, path, self.named(upstream))
        headers = {"Accept-Encoding": "identity"}
        if upstream.key:
            headers["Authorization"] = f"Bearer {upstream.key}"
        content = dict(sent)
        if "json" in content and path.startswith("v1/"):
            content["json"] = {"model": self.named(upstream), **content["json"]}
        if "data" in content:
            content["data"] = {"model": self.named(upstream), **content["data"]}
        try:
            request = self.client.build_request("POST", address, headers=headers, **content)
            response = await self.client.send(request, stream=True)
            if response.is_success:
                return response
            words = _message(await reason(response), response.status_code)
            await response.aclose()
        except httpx.TransportError as error:
            return f"no connection ({type(error).__name__})"
        return _refused(upstream, response.status_code, words)

    def _timed(self, chunk: Chunk, began: float, first: float, used: Mapping[str, Any]) -> Chunk:
        """The chunk with llama.cpp's timings, ours if the server gives none."""
        given = chunk.get("timings")
        if not isinstance(given, dict):
            written = int(used.get("completion_tokens") or 0)
            took = max(1e-6, time.monotonic() - first)
            given = {
                "prompt_n": int(used.get("prompt_tokens") or 0),
                "prompt_ms": (first - began) * 1000,
                "predicted_n": written,
                "predicted_per_second": written / took,
            }
        self.timings = Timings(
            given.get("prompt_n", 0),
            given.get("cache_n", 0),
            given.get("predicted_n", 0),
            given.get("prompt_per_second", 0.0),
            given.get("predicted_per_second", 0.0),
            first - began,
        )
        return {**chunk, "timings": given}


@dataclass(frozen=True)
class _Task:
    """One question of any other task, in each server's dialect."""

    remote: Remote
    task: str
    parameters: Body

    async def answer(self, inputs: Any) -> Any:
        kind = self.remote.upstreams[0].kind
        if kind == "hf-inference":
            return await self._by_inference(inputs)
        asked = {
            "feature-extraction": self._embedded,
            "sentence-similarity": self._similar,
            "text-ranking": self._ranked,
            "automatic-speech-recognition": self._heard,
            "text-to-speech": self._spoken,
            "text-to-image": self._drawn,
        }.get(self.task)
        if asked is None:
            raise BadRequest(f"The server that answers for {self.remote.name} has no {self.task}.")
        return await asked(inputs)

    async def _embedded(self, inputs: Any) -> Any:
        return {"embeddings": dialects.packed(await self._points(inputs))}

    async def _similar(self, inputs: Any) -> Any:
        source, *others = await self._points([inputs["source_sentence"], *inputs["sentences"]])
        return [dialects.alike(source, other) for other in others]

    async def _points(self, texts: Sequence[str]) -> list[list[float]]:
        paths = {"openai": "v1/embeddings", "tgi": "v1/embeddings"}
        _, response = await self.remote.post(paths, json={"input": list(texts)})
        rows = sorted(_object(response)["data"], key=lambda row: int(row["index"]))
        return [[float(number) for number in row["embedding"]] for row in rows]

    async def _ranked(self, inputs: Any) -> Any:
        question = {"query": inputs["query"], "texts": inputs["texts"]}
        _, response = await self.remote.post({"tgi": "rerank"}, json=question)
        return dialects.understood(self.task, response.json())

    async def _heard(self, inputs: Any) -> Any:
        data, media_type = dialects.data_of(inputs)
        file = {"file": ("speech", data, media_type)}
        paths = {"openai": "v1/audio/transcriptions"}
        _, response = await self.remote.post(paths, files=file, data={"response_format": "json"})
        return {"text": str(_object(response).get("text", ""))}

    async def _spoken(self, inputs: Any) -> Any:
        wanted = {"voice": "alloy", **self.parameters}
        question = {**wanted, "input": inputs, "response_format": "wav"}
        _, response = await self.remote.post({"openai": "v1/audio/speech"}, json=question)
        return dialects.of_file(self.task, response.content, "audio/wav")

    async def _drawn(self, inputs: Any) -> Any:
        question = {**self.parameters, "prompt": inputs, "response_format": "b64_json"}
        _, response = await self.remote.post({"openai": "v1/images/generations"}, json=question)
        return {"image": {"$bytes": _object(response)["data"][0]["b64_json"], "type": "image/png"}}

    async def _by_inference(self, inputs: Any) -> Any:
        if self.task not in dialects.TEXTS:
            return await self._one(inputs)
        answers = [await self._one(each) for each in inputs]
        if self.task == "feature-extraction":
            return {"embeddings": dialects.packed(answers)}
        return answers

    async def _one(self, inputs: Any) -> Any:
        question = {"inputs": dialects.sent(inputs), "parameters": dict(self.parameters)}
        _, response = await self.remote.post(
            {"hf-inference": f"pipeline/{self.task}"}, json=question
        )
        media_type = response.headers.get("content-type", "").partition(";")[0]
        if media_type.startswith(("image/", "audio/")):
            return dialects.of_file(self.task, response.content, media_type)
        return dialects.understood(self.task, response.json())


def _generating(path: str) -> dict[str, str]:
    return dict.fromkeys(("openai", "tgi", "hf-inference"), f"v1/{path}")


def _address(upstream: Upstream, path: str, model: str) -> str:
    """The address may end in /v1 already, as clients write it."""
    base = upstream.url.rstrip("/")
    if upstream.kind == "hf-inference":
        return f"{base}/models/{model}/{path}"
    return f"{base.removesuffix('/v1')}/{path}"


def _allowed(body: Body, *, stream: bool) -> dict[str, Any]:
    return {**{key: value for key, value in body.items() if key in FIELDS}, "stream": stream}


def _object(response: httpx.Response) -> dict[str, Any]:
    return read(response.content)


def _message(said: bytes, status: int) -> str:
    """What a refusal says: {"error": {"message"}}, {"error": "…"}, {"message"} or {"detail"}."""
    try:
        told = json.loads(said)
        error = told.get("error") or told.get("message") or told.get("detail")
        words = error.get("message") if isinstance(error, dict) else error
    except (ValueError, AttributeError, RecursionError):
        words = None
    return str(words)[:500] if words else f"it answered {status}"


def _refused(upstream: Upstream, status: int, words: str) -> str:
    """Why another server may be asked. Raises BadRequest and Busy, which another would too."""
    if status in REFUSED_KEY:
        return "it refuses this hub's key"
    if status == httpx.codes.TOO_MANY_REQUESTS:
        raise Busy(f"{_host(upstream)} is busy: {words}", seconds=5)
    if httpx.codes.is_client_error(status):
        raise BadRequest(words)
    return words


def _host(upstream: Upstream) -> str:
    return httpx.URL(upstream.url).netloc.decode("ascii", "replace")
