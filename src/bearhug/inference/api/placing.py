"""Where a model stands on this machine, as the page asks it: once, or as it wakes."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, Field
from starlette.responses import Response

from bearhug.errors import HubError
from bearhug.hub import Transaction
from bearhug.inference import service, watching
from bearhug.inference.api.common import event, located, room_of
from bearhug.inference.model import ModelName, NotServed, Placement
from bearhug.inference.room import ModelRoom
from bearhug.inference.service import resident_file
from bearhug.repos import service as repos
from bearhug.repos.model import Access, RepoKind
from bearhug.web.call import CallDep
from bearhug.web.events import EventStream

router = APIRouter(prefix="/api", tags=["inference"])


class Trust(BaseModel):
    """Which commit's code is meant, by any name of it."""

    revision: str = Field("main", min_length=1, max_length=250)


@router.get("/models/{owner:seg}/{name:seg}/placement")
async def placement(call: CallDep, owner: str, name: str) -> dict[str, Any]:
    """What the model costs here and whether it is awake. Ours; no client of the Hub asks it."""
    model = ModelName.parse(f"{owner}/{name}")
    try:
        found = await located(call, model)
    except NotServed:
        return _info(await call.read_slow(_unplaced, model.repo), 0)
    sight = await watching.look(room_of(call), found)
    return _info(sight.placement, sight.status.progress)


@router.post("/models/{owner:seg}/{name:seg}/trust-code")
async def trust(call: CallDep, owner: str, name: str, asked: Trust) -> dict[str, str]:
    """Let the repo's own code run at the commit that `revision` names now. For operators."""

    def allow(tx: Transaction) -> str:
        repo = repos.find(tx, RepoKind.MODEL, f"{owner}/{name}", access=Access.READ)
        return service.trust(tx, repo, asked.revision)

    return {"commit": await call.write(allow)}


@router.delete("/models/{owner:seg}/{name:seg}/trust-code", status_code=204)
async def distrust(call: CallDep, owner: str, name: str) -> None:
    """Let none of its code run any more."""

    def forbid(tx: Transaction) -> None:
        repo = repos.find(tx, RepoKind.MODEL, f"{owner}/{name}", access=Access.READ)
        service.distrust(tx, repo)

    await call.write(forbid)


def _unplaced(tx: Transaction, name: str) -> Placement:
    return service.place(tx, repos.find(tx, RepoKind.MODEL, name, access=Access.READ))


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
        "task": placement.task,
        "engine": placement.engine,
        "install": placement.install,
        "needsTrust": placement.needs_trust,
        "variants": [
            {
                "id": each.repo,
                "file": each.file or None,
                "quantization": each.quantisation,
                "size": each.weight_bytes,
            }
            for each in placement.variants
        ],
        "size": placement.weight_bytes,
        "file": placement.file,
        "quantization": placement.quantisation,
        "memory": placement.memory_bytes,
        "measured": placement.measured,
        "tokensPerSecond": placement.tokens_per_second,
        "speedEstimated": placement.speed_estimated,
        "loadSeconds": placement.load_seconds,
        "contextLength": placement.context,
        "conversational": placement.chat,
        "progress": progress,
    }


routes = router.routes
