"""Where a model stands on this machine, as the page asks it: once, or as it wakes."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from bearhug.errors import HubError
from bearhug.inference import watching
from bearhug.inference.api.common import event, located, room_of
from bearhug.inference.model import ModelName, NotServed, Placement
from bearhug.inference.room import ModelRoom
from bearhug.inference.service import resident_file
from bearhug.web.call import CallDep
from bearhug.web.events import EventStream

router = APIRouter(prefix="/api", tags=["inference"])


@router.get("/models/{owner:seg}/{name:seg}/placement")
async def placement(call: CallDep, owner: str, name: str) -> dict[str, Any]:
    """What the model costs here and whether it is awake. Ours; no client of the Hub asks it."""
    try:
        found = await located(call, ModelName.parse(f"{owner}/{name}"))
    except NotServed as reason:
        return _info(Placement(words="Not run here", why=reason.message), 0)
    sight = await watching.look(room_of(call), found)
    return _info(sight.placement, sight.status.progress)


@router.get("/models/{owner:seg}/{name:seg}/placement/events", response_model=None)
async def waking(call: CallDep, owner: str, name: str) -> Response:
    """The same as it changes, until the model is awake; watching does not wake it."""
    found = await located(call, ModelName.parse(f"{owner}/{name}"))
    return await EventStream.begin(
        call.request.receive,
        _events(room_of(call), resident_file(found).key),
        _failed,
        patience_seconds=1,
    )


async def _events(room: ModelRoom, key: str) -> AsyncGenerator[bytes, None]:
    async with aclosing(watching.waking(room, key)) as states:
        async for state in states:
            yield event(state)


def _failed(error: HubError) -> bytes:
    return event({"stage": "failed", "words": error.message})


def _info(placement: Placement, progress: float) -> dict[str, Any]:
    """Memory in bytes, times in seconds; 0 where nothing is known."""
    return {
        "stage": placement.stage,
        "words": placement.words,
        "why": placement.why,
        "file": placement.file,
        "quantization": placement.quantisation,
        "memory": placement.memory_bytes,
        "measured": placement.measured,
        "tokensPerSecond": placement.tokens_per_second,
        "loadSeconds": placement.load_seconds,
        "contextLength": placement.context,
        "conversational": placement.chat,
        "progress": progress,
    }


routes = router.routes
