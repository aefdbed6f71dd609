"""How a model stands, in the words of the servers that clients know: never loads it."""

from typing import Any

from fastapi import APIRouter
from starlette.responses import JSONResponse, Response

from bearhug.inference.api.common import placed
from bearhug.inference.model import ModelName, PlacementStage
from bearhug.web.call import CallDep

router = APIRouter(tags=["inference"])

STATES = {
    PlacementStage.NONE: "error",
    PlacementStage.CANNOT: "TooBig",
    PlacementStage.CAN: "Loadable",
    PlacementStage.BUSY: "Loadable",
    PlacementStage.ON: "Loaded",
}
MOST_AT_ONCE = 8


@router.get("/hf-inference/models/{owner:seg}/{name:seg}")
@router.get("/api-inference/models/{owner:seg}/{name:seg}")
@router.get("/api-inference/status/{owner:seg}/{name:seg}")
async def state(call: CallDep, owner: str, name: str) -> dict[str, Any]:
    """Whether it is in memory. Client: get_model_status, before huggingface_hub 0.28."""
    _, placement = await placed(call, ModelName.parse(f"{owner}/{name}"))
    return {
        "id": f"{owner}/{name}",
        "loaded": placement.stage is PlacementStage.ON,
        "state": STATES[placement.stage],
        "compute_type": "cpu",
        "framework": placement.engine,
        "task": placement.task or None,
        "error": placement.why or None,
    }


@router.get("/hf-inference/models/{owner:seg}/{name:seg}/info")
@router.get("/models/{owner:seg}/{name:seg}/info")
async def info(call: CallDep, owner: str, name: str) -> dict[str, Any]:
    """What TGI and TEI say of themselves. Client: InferenceClient.get_endpoint_info."""
    _, placement = await placed(call, ModelName.parse(f"{owner}/{name}"))
    return {
        "model_id": f"{owner}/{name}",
        "model_sha": placement.revision,
        "model_dtype": placement.quantisation,
        "model_device_type": "cpu",
        "model_pipeline_tag": placement.task,
        "max_concurrent_requests": MOST_AT_ONCE,
        "max_input_length": placement.context,
        "max_total_tokens": placement.context,
        "version": "bearhug",
    }


@router.get("/hf-inference/models/{owner:seg}/{name:seg}/health", response_model=None)
async def health(call: CallDep, owner: str, name: str) -> Response:
    """200 if it would answer, else 503. Client: InferenceClient.health_check."""
    _, placement = await placed(call, ModelName.parse(f"{owner}/{name}"))
    if placement.answers:
        return JSONResponse({"status": "ok"})
    return JSONResponse({"status": "error", "error": placement.why}, 503)


routes = router.routes
