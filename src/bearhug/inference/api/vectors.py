"""Texts as vectors and in order: OpenAI's embeddings; ranks as TEI and as Jina tell them.

Sources: OpenAI's API reference, embeddings; text-embeddings-inference, /rerank; Jina's reranker.
"""

import math
from typing import Annotated, Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field
from starlette.responses import JSONResponse, Response

from bearhug.inference.api.common import (
    OpenAi,
    asker_of,
    hold_seconds,
    located,
    named,
    require_task,
    room_of,
)
from bearhug.inference.asking import Errand, infer
from bearhug.inference.engines.believing import believed
from bearhug.inference.model import ModelName, NotServed
from bearhug.inference.tasks import TASKS, Asked, Sent
from bearhug.inference.tasks.arrays import as_bytes, numbers
from bearhug.inference.tasks.pairs import ranks
from bearhug.web.call import Call, CallDep
from bearhug.web.events import unless_gone

router = APIRouter(tags=["inference"], route_class=OpenAi)

EMBEDDING, RANKING = "feature-extraction", "text-ranking"
AT_ONE = "/hf-inference/models/{owner:seg}/{name:seg}"


class EmbeddingsRequest(BaseModel):
    """POST /v1/embeddings."""

    model: str | None = None
    input: str | list[Any]
    encoding_format: Literal["float", "base64"] = "float"
    dimensions: Annotated[int, Field(ge=1, le=100_000)] | None = None


class RankRequest(BaseModel):
    """POST /v1/rerank: `documents` as Jina and Cohere call them, or `texts` as TEI does."""

    model: str | None = None
    query: str
    documents: list[Any] | None = None
    texts: list[Any] | None = None
    top_n: Annotated[int, Field(ge=1)] | None = None
    return_documents: bool = False
    return_text: bool = False
    raw_scores: bool = False
    truncate: bool = True


@router.post("/v1/embeddings", response_model=None)
async def embeddings(call: CallDep, asked: EmbeddingsRequest) -> Response:
    """A vector a text. Client: embeddings.create."""
    return await _embed(call, asked, named(asked.model), asked.model or "")


@router.post(AT_ONE + "/v1/embeddings", response_model=None)
async def embeddings_with(
    call: CallDep, owner: str, name: str, asked: EmbeddingsRequest
) -> Response:
    """The same with the model in the address."""
    model = f"{owner}/{name}"
    return await _embed(call, asked, ModelName.parse(model), model)


@router.post("/v1/rerank", response_model=None)
@router.post("/rerank", response_model=None)
async def rerank(call: CallDep, asked: RankRequest) -> Response:
    """Which texts answer a query best, the best first."""
    return await _rank(call, asked, named(asked.model), asked.model or "")


@router.post(AT_ONE + "/rerank", response_model=None)
@router.post(AT_ONE + "/v1/rerank", response_model=None)
async def rerank_with(call: CallDep, owner: str, name: str, asked: RankRequest) -> Response:
    """The same with the model in the address, as a server of that model alone would do it."""
    model = f"{owner}/{name}"
    return await _rank(call, asked, ModelName.parse(model), model)


async def _embed(call: Call, asked: EmbeddingsRequest, name: ModelName, as_named: str) -> Response:
    sent = Sent({"inputs": asked.input})
    output, tokens = await _infer(call, name, as_named, EMBEDDING, sent)
    with believed():
        vectors = await call.thread(_vectors, output, asked.dimensions)
    data = [
        {
            "object": "embedding",
            "index": index,
            "embedding": as_bytes(each) if asked.encoding_format == "base64" else each,
        }
        for index, each in enumerate(vectors)
    ]
    usage = {"prompt_tokens": tokens, "total_tokens": tokens}
    return JSONResponse({"object": "list", "data": data, "model": as_named, "usage": usage})


async def _rank(call: Call, asked: RankRequest, name: ModelName, as_named: str) -> Response:
    listed = asked.documents if asked.documents is not None else asked.texts
    fields = {"query": asked.query, "texts": listed}
    parameters = {"raw_scores": asked.raw_scores or None}
    sent = Sent({"inputs": fields, "parameters": parameters})
    question = TASKS[RANKING].reads(sent)
    scores, tokens = await _infer(call, name, as_named, RANKING, sent)
    keeps: dict[str, Any] = {"return_text": asked.return_text or asked.return_documents}
    if asked.top_n:
        keeps["top_k"] = asked.top_n
    with believed():
        found = ranks(scores, Asked(question.inputs, {}, shape=keeps))
    if asked.documents is None:
        return JSONResponse(found)
    results = [_result(each) for each in found]
    usage = {"total_tokens": tokens, "prompt_tokens": tokens}
    told = {"model": as_named, "object": "list", "results": results, "usage": usage}
    return JSONResponse(told)


def _result(rank: dict[str, Any]) -> dict[str, Any]:
    document = {"document": {"text": rank["text"]}} if "text" in rank else {}
    return {"index": rank["index"], "relevance_score": rank["score"], **document}


async def _infer(
    call: Call, name: ModelName, as_named: str, task: str, sent: Sent
) -> tuple[Any, int]:
    """The engine's output, and how many tokens it read if it tells."""
    found = await located(call, name)
    require_task(found, task)
    asked = await call.thread(TASKS[task].reads, sent)
    errand = Errand(as_named, found, task, asked, await asker_of(call), hold_seconds(call.request))
    inferred = await unless_gone(call.request.receive, infer(room_of(call), errand))
    return inferred.output, inferred.tokens


def _vectors(output: Any, dimensions: int | None) -> list[list[float]]:
    """One a text: of a plain encoder the mean of its tokens. Cut ones are made of length 1 again,
    as OpenAI's are. Raises NotServed for more dimensions than there are."""
    if "embeddings" in output:
        vectors = numbers(output["embeddings"])
    else:
        vectors = [_mean(numbers(tokens)) for tokens in output["tokens"]]
    if dimensions is None:
        return vectors
    if vectors and dimensions > len(vectors[0]):
        raise NotServed(f"dimensions: this model's vectors have {len(vectors[0])}.")
    return [_unit(each[:dimensions]) for each in vectors]


def _mean(rows: list[list[float]]) -> list[float]:
    return [sum(column) / len(rows) for column in zip(*rows, strict=True)]


def _unit(vector: list[float]) -> list[float]:
    length = math.hypot(*vector)
    return [each / length for each in vector] if length else vector


routes = router.routes
