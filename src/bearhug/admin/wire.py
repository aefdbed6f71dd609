"""What machines ask of the hub itself: is it alive, is it ready, how busy is it."""

from typing import Any

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from bearhug import __version__
from bearhug.admin import service as admin
from bearhug.admin.model import Health
from bearhug.web.call import Call
from bearhug.web.openapi import document


async def alive(request: Request) -> Response:
    """200 while the process answers at all."""
    return PlainTextResponse("ok\n")


async def ready(request: Request) -> Response:
    """200 when rows and objects answer, else 503 with what does not."""
    call = Call.of(request)
    findings = await call.thread(admin.readiness, call.hub)
    well = all(finding.health is Health.GOOD for finding in findings)
    said = {finding.subject: finding.words for finding in findings}
    return JSONResponse({"ready": well, **said}, 200 if well else 503)


async def metrics(request: Request) -> Response:
    """In Prometheus' text form."""
    call = Call.of(request)
    text = generate_latest(call.hub.rooms["metrics"].registry)
    return Response(text, media_type=CONTENT_TYPE_LATEST)


async def openapi(request: Request) -> Response:
    """What programs may call, told to programs."""
    call = Call.of(request)
    made: dict[str, Any] | None = call.hub.rooms.get("openapi")
    if made is None:
        title, routes = call.hub.settings.site_name, call.hub.rooms["routes"]
        made = await call.thread(document, routes, title=title, version=__version__)
        call.hub.rooms["openapi"] = made
    return JSONResponse(made)


routes: list[BaseRoute] = [
    Route("/openapi.json", openapi),
    Route("/.well-known/openapi.json", openapi),
    Route("/healthz", alive),
    Route("/readyz", ready),
    Route("/metrics", metrics),
]
