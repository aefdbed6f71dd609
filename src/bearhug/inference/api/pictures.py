"""Pictures from words, as OpenAI's API has them. Source: its API reference, images."""

import re
import time
from dataclasses import replace
from typing import Annotated, Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field
from starlette.responses import JSONResponse, Response

from bearhug.errors import BadRequest
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
from bearhug.inference.room import ModelRoom
from bearhug.inference.tasks import TASKS, Sent
from bearhug.inference.tasks.media import bytes_of, piece, type_of
from bearhug.web.call import CallDep
from bearhug.web.events import unless_gone

router = APIRouter(tags=["inference"], route_class=OpenAi)

PAINTING = "text-to-image"
SIZE = re.compile(r"([1-9]\d{0,4})x([1-9]\d{0,4})")


class ImagesRequest(BaseModel):
    """POST /v1/images/generations."""

    model: str | None = None
    prompt: str
    n: Annotated[int, Field(ge=1, le=4)] | None = 1
    size: str | None = None
    response_format: Literal["b64_json", "url"] | None = "b64_json"
    seed: int | None = None
    negative_prompt: str | None = None
    num_inference_steps: int | None = None
    guidance_scale: float | None = None


@router.post("/v1/images/generations", response_model=None)
async def paint(call: CallDep, asked: ImagesRequest) -> Response:
    """Pictures of what the prompt says; a `url` is a data: URL. Client: images.generate."""
    found = await located(call, named(asked.model))
    require_task(found, PAINTING)
    question = TASKS[PAINTING].reads(Sent({"inputs": asked.prompt, "parameters": _given(asked)}))
    errand = Errand(
        asked.model or "",
        found,
        PAINTING,
        question,
        await asker_of(call),
        hold_seconds(call.request),
    )
    painted = _painted(room_of(call), errand, asked.n or 1)
    images = await unless_gone(call.request.receive, painted)
    with believed():
        told = [piece(data, type_of(data)) for data in map(bytes_of, images)]
    if asked.response_format == "url":
        data = [{"url": f"data:{each['type']};base64,{each['$bytes']}"} for each in told]
    else:
        data = [{"b64_json": each["$bytes"]} for each in told]
    return JSONResponse({"created": int(time.time()), "data": data})


async def _painted(room: ModelRoom, errand: Errand, count: int) -> list[dict[str, str]]:
    """One after the other, each with a seed of its own where one was named."""
    images = []
    for number in range(count):
        parameters = dict(errand.asked.parameters)
        if "seed" in parameters:
            parameters["seed"] += number
        one = replace(errand, asked=replace(errand.asked, parameters=parameters))
        output = (await infer(room, one)).output
        with believed():
            images.append(output["image"])
    return images


def _given(asked: ImagesRequest) -> dict[str, Any]:
    given: dict[str, Any] = {
        "seed": asked.seed,
        "negative_prompt": asked.negative_prompt,
        "num_inference_steps": asked.num_inference_steps,
        "guidance_scale": asked.guidance_scale,
    }
    if asked.size and asked.size != "auto":
        size = SIZE.fullmatch(asked.size)
        if size is None:
            raise BadRequest("size: write it as 512x512.", field="size")
        given |= {"width": int(size[1]), "height": int(size[2])}
    return given


routes = router.routes
