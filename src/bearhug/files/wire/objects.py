"""LFS objects themselves, on their way in and out, by signed addresses."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from bearhug.files.model import Form
from bearhug.files.service import objects as lfs
from bearhug.files.service.objects import Ticket
from bearhug.storage import Incoming
from bearhug.web.call import Call
from bearhug.web.receiving import receive
from bearhug.web.sending import FileResponse, ObjectResponse

UPLOAD, DOWNLOAD = "lfs-upload", "lfs-download"


async def put_object(request: Request) -> Response:
    """The object itself; the address is the permission, and says what must come."""
    call = Call.of(request)
    ticket = await _ticket(call)
    incoming = await call.thread(
        Incoming,
        call.hub.objects.scratch,
        expected_sha256=ticket.sha256,
        expected_size=ticket.size,
        limit=call.hub.settings.max_file_bytes,
    )
    received = await receive(request, incoming)
    await call.thread(lfs.receive_object, call.hub, ticket, received.path)
    return Response(status_code=200, headers={"ETag": f'"{ticket.sha256}"'})


async def put_part(request: Request) -> Response:
    """One part of a multipart upload, by its number from 1."""
    call = Call.of(request)
    ticket = await _ticket(call)
    number = request.path_params["number"]
    parts = await call.thread(lfs.parts_of, call.hub, ticket)
    expected = parts.part_size(number)
    scratch = call.hub.objects.scratch
    incoming = await call.thread(Incoming, scratch, expected_size=expected)
    received = await receive(request, incoming)
    await call.thread(parts.write, number, received.path)
    return Response(status_code=200, headers={"ETag": f'"{received.sha256}"'})


async def complete(request: Request) -> Response:
    """All parts have been sent: make them one object."""
    call = Call.of(request)
    ticket = await _ticket(call)
    await call.thread(lfs.finish_upload, call.hub, ticket)
    return JSONResponse({"oid": ticket.sha256, "size": ticket.size})


async def get_object(request: Request) -> Response:
    """An object by a signed address, as git-lfs was given it."""
    call = Call.of(request)
    ticket = lfs.ticket_of(call.hub, request.path_params["ticket"], DOWNLOAD)
    form = await call.thread(lfs.lent, call.hub, ticket)
    return object_response(call, form, ticket.sha256, inline=False)


def object_response(call: Call, form: Form, filename: str, inline: bool) -> FileResponse:
    """A whole file, by the shortest way there is for the form in which it is kept.

    Out of chunks only the hub itself can put it together: no proxy is shown the way, and no
    cloud.
    """
    objects = call.hub.objects
    return ObjectResponse(
        objects,
        form.key,
        size=form.size,
        filename=filename,
        etag=form.sha256,
        inline=inline,
        redirect=form.raw and not objects.local,
        accel_prefix=call.hub.settings.accel_prefix if form.raw else "",
    )


async def _ticket(call: Call) -> Ticket:
    """What may be sent to this address, if whoever it was made for may still do so."""
    ticket = lfs.ticket_of(call.hub, call.request.path_params["ticket"], UPLOAD)
    await call.thread(lfs.check_ticket, call.hub, ticket)
    return ticket


routes: list[BaseRoute] = [
    Route("/lfs/upload/{ticket:seg}", put_object, methods=["PUT"]),
    Route("/lfs/upload/{ticket:seg}/complete", complete, methods=["POST"]),
    Route("/lfs/upload/{ticket:seg}/{number:int}", put_part, methods=["PUT"]),
    Route("/lfs/object/{ticket:seg}", get_object, methods=["GET", "HEAD"]),
]
