"""Answers that are always the same: what clients ask in passing, and what this hub has not.

Clients ask again after 500 and 503, and give up at once at 501 (huggingface_hub/utils/_http.py).
"""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from bearhug.errors import NotFound, NotImplementedHere
from bearhug.web.call import Call
from bearhug.web.doors import LastResort

EVERY_METHOD = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]
ABSENT = {
    "buckets": "This hub has no buckets. Keep files in a model, dataset or Space.",
    "jobs": "This hub runs no jobs.",
    "scheduled-jobs": "This hub runs no jobs, on a schedule or otherwise.",
}
"""Families of the Hub's API that are not here, and what is said of each."""


async def absent(request: Request) -> Response:
    """Raises NotImplementedHere in words for a family that is not here, else NotFound.

    Without this, /api/x would be taken for a model x of somebody called api.
    """
    await Call.of(request).actor()
    family = str(request.scope["path"]).removeprefix("/api").split("/")[1]
    if family in ABSENT:
        raise NotImplementedHere(ABSENT[family])
    raise NotFound("This hub's API has nothing at this address.")


async def telemetry(request: Request) -> Response:
    """Nobody is counted. Client: huggingface_hub/utils/_telemetry.py."""
    return Response(status_code=204)


async def agent_harnesses(request: Request) -> Response:
    """By which variables a client tells that an agent runs it: none are asked for here."""
    return JSONResponse({"standardEnvVars": [], "harnesses": {}})


async def job_hardware(request: Request) -> Response:
    """What jobs can run on: nothing. Client: HfApi.list_jobs_hardware."""
    await Call.of(request).actor()
    return JSONResponse([])


routes: list[BaseRoute] = [
    Route("/api/telemetry/{path:rest}", telemetry, methods=["HEAD", "GET", "POST"]),
    Route("/api/agent-harnesses", agent_harnesses),
    Route("/api/jobs/hardware", job_hardware),
    LastResort("/api/{path:rest}", absent, methods=EVERY_METHOD),
    Route("/buckets/{path:rest}", absent, methods=EVERY_METHOD),
]
