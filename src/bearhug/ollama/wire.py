"""Ollama's registry over HTTP. Client: ollama (server/images.go, server/download.go)."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from bearhug.files.service import objects as lfs
from bearhug.ollama import service
from bearhug.ollama.model import MANIFEST_TYPE
from bearhug.ollama.service import Blob
from bearhug.web.call import Call
from bearhug.web.sending import BytesResponse, ObjectResponse

DOWNLOAD = "lfs-download"
VERSION = {"Docker-Distribution-Api-Version": "registry/2.0"}


async def base(request: Request) -> Response:
    """Whether a registry is here."""
    return JSONResponse({}, headers=VERSION)


async def manifest(request: Request) -> Response:
    """What a tag stands for."""
    call = Call.of(request)
    found = await call.read_slow(service.manifest, _name(request), request.path_params["tag"])
    headers = {"Docker-Content-Digest": found.digest, "Cache-Control": "no-cache", **VERSION}
    llama = request.headers.get("user-agent", "").startswith("llama-cpp")
    if llama:
        return Response(found.for_llama, media_type="application/json", headers=VERSION)
    return Response(found.content, media_type=MANIFEST_TYPE, headers=headers)


async def blob(request: Request) -> Response:
    """A layer. The `Location` is where its parts are had without a token: Ollama looks for one,
    and asks there for sixteen ranges at a time.
    """
    call = Call.of(request)
    found = await call.read_slow(service.blob, _name(request), request.path_params["digest"])
    response = _content(call, found)
    response.headers["Docker-Content-Digest"] = found.layer.digest
    response.headers["Location"] = _location(call, found)
    response.headers.update(VERSION)
    downloads = call.hub.rooms.get("downloads")
    wanted = request.method == "GET" and "range" not in request.headers
    if downloads is not None and wanted and found.layer.path:
        downloads.note(found.repo.id, found.layer.path)
    return response


def _content(call: Call, found: Blob) -> Response:
    form = found.form
    if form is None:
        return BytesResponse(
            found.content or b"",
            filename=found.layer.sha256,
            content_type="application/octet-stream",
            etag=found.layer.sha256,
        )
    objects = call.hub.objects
    return ObjectResponse(
        objects,
        form.key,
        size=form.size,
        filename=found.layer.sha256,
        etag=form.sha256,
        redirect=form.raw and not objects.local,
        accel_prefix=call.hub.settings.accel_prefix if form.raw else "",
    )


def _location(call: Call, found: Blob) -> str:
    if found.ticket is None:
        return f"{call.base_url}/v2/{found.repo.name}/blobs/{found.layer.digest}"
    signed = lfs.ticket_for(call.hub, found.ticket, DOWNLOAD, lfs.DOWNLOAD_SECONDS)
    return f"{call.base_url}/lfs/object/{signed}"


def _name(request: Request) -> str:
    return f"{request.path_params['owner']}/{request.path_params['name']}"


_REPO = "/v2/{owner:seg}/{name:seg}"
routes: list[BaseRoute] = [
    Route("/v2", base, methods=["GET", "HEAD"]),
    Route(_REPO + "/manifests/{tag:seg}", manifest, methods=["GET", "HEAD"]),
    Route(_REPO + "/blobs/{digest:seg}", blob, methods=["GET", "HEAD"]),
]
