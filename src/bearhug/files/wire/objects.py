"""LFS objects themselves, on their way in and out, by signed addresses."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from bearhug.files.service import objects as lfs
from bearhug.files.service.objects import Ticket
from bearhug.repos.model import Access
from bearhug.storage import Incoming, lfs_key
from bearhug.web.call import Call
from bearhug.web.receiving import receive
from bearhug.web.sending import FileResponse, ObjectResponse

UPLOAD, DOWNLOAD = "lfs-upload", "lfs-download"


async def put_object(request: Request) -> Response:
    """The object itself; the address is the permission, and says what must come."""
    call = Call.of(request)
    ticket = await _ticket(call, UPLOAD, Access.WRITE)
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
    ticket = await _ticket(call, UPLOAD, Access.WRITE)
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
    ticket = await _ticket(call, UPLOAD, Access.WRITE)
    await call.thread(lfs.finish_upload, call.hub, ticket)
    return JSONResponse({"oid": ticket.sha256, "size": ticket.size})


async def get_object(request: Request) -> Response:
    """An object by a signed address, as git-lfs was given it."""
    call = Call.of(request)
    ticket = await _ticket(call, DOWNLOAD, Access.READ)
    return object_response(call, ticket.sha256, ticket.size, ticket.sha256, inline=False)


def object_response(
    call: Call, sha256: str, size: int, filename: str, inline: bool
) -> FileResponse:
    settings = call.hub.settings
    return ObjectResponse(
        call.hub.objects,
        lfs_key(sha256),
        size=size,
        filename=filename,
        etag=sha256,
        inline=inline,
        redirect=not call.hub.objects.local,
        accel_prefix=settings.accel_prefix,
    )


async def _ticket(call: Call, purpose: str, access: Access) -> Ticket:
    """What the address stands for, if whoever it was made for may still use it."""
    ticket = lfs.ticket_of(call.hub, call.request.path_params["ticket"], purpose)
    await call.thread(lfs.check_ticket, call.hub, ticket, access)
    return ticket


routes: list[BaseRoute] = [
    Route("/lfs/upload/{ticket:seg}", put_object, methods=["PUT"]),
    Route("/lfs/upload/{ticket:seg}/complete", complete, methods=["POST"]),
    Route("/lfs/upload/{ticket:seg}/{number:int}", put_part, methods=["PUT"]),
    Route("/lfs/object/{ticket:seg}", get_object, methods=["GET", "HEAD"]),
]
