"""Xorbs and shards coming in (XET §6.2 to §6.4).

hf_xet ends a transfer at a 401, and at a 501 to a grant. It never shows the body of a 4xx: so
what is wrong with a shard is told in the stream of `/v2/shards`, where its user sees it.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from bearhug.cas import service as cas
from bearhug.cas.model import EVENTS
from bearhug.cas.wire.files import hash_of
from bearhug.cas.wire.tokens import ticket
from bearhug.errors import HubError, NotFound, TooLarge
from bearhug.kit.xet import shard
from bearhug.web.call import Call
from bearhug.web.receiving import pour
from bearhug.xet.incoming import IncomingXorb

HEARTBEAT_SECONDS = 15
TELEMETRY_BYTES = 1 << 20


async def grant(request: Request) -> Response:
    """200 if the xorb is here already; 404 sends the client to `xorb`, as ever."""
    call = Call.of(request)
    allowed = await ticket(request, writes=True)
    if await call.thread(call.hub.write, cas.has_xorb, allowed, hash_of(request)):
        return JSONResponse({})
    raise NotFound("Not here yet: POST it to /v1/xorbs.")


async def xorb(request: Request) -> Response:
    """One xorb, verified while it comes in. One that is here already is no error."""
    call = Call.of(request)
    allowed = await ticket(request, writes=True)
    async with call.hub.rooms["cas"].bodies:
        incoming = await call.thread(IncomingXorb, call.hub.objects, hash_of(request))
        try:
            await pour(request, incoming)
            new = await call.thread(cas.keep, call.hub, allowed, incoming)
        finally:
            await call.thread(incoming.close)
    return JSONResponse({"was_inserted": new})


async def first_shard(request: Request) -> Response:
    """A shard from an older client. Raises Unprocessable, saying what does not fit."""
    call, allowed = Call.of(request), await ticket(request, writes=True)
    async with call.hub.rooms["cas"].shards:
        body = await _shard(request)
        await call.thread(cas.land, call.hub, allowed, body)
    return JSONResponse({"result": 1})


async def second_shard(request: Request) -> Response:
    """Likewise, telling all the while how far it is."""
    call, allowed = Call.of(request), await ticket(request, writes=True)
    room = call.hub.rooms["cas"]
    await room.shards.acquire()
    try:
        body = await _shard(request)
    except BaseException:
        room.shards.release()
        raise
    told: dict[str, Any] = {"type": "validating", "verified": 0, "total": 0}

    def note(verified: int, total: int) -> None:
        told.update(verified=verified, total=total)

    # It goes on if the client leaves: what is checked is checked, and room is made when it ends.
    landing = asyncio.ensure_future(call.thread(cas.land, call.hub, allowed, body, note))
    landing.add_done_callback(lambda _: room.shards.release())
    return StreamingResponse(_watch(landing, told), media_type=EVENTS)


async def telemetry(request: Request) -> Response:
    """What hf_xet tells of itself is read and forgotten."""
    await ticket(request)
    await _body(request, TELEMETRY_BYTES)
    return JSONResponse({})


async def _watch(landing: "asyncio.Future[int]", told: dict[str, Any]) -> AsyncIterator[str]:
    """A line whenever one is due, and at the end how it went."""
    while not landing.done():
        await asyncio.wait({landing}, timeout=HEARTBEAT_SECONDS)
        yield _line(**told)
    try:
        landing.result()
    except HubError as error:
        yield _line(type="error", message=error.message, retryable=error.status >= 500)
    else:
        yield _line(type="committing", stage="syncing")
        yield _line(type="result", result=1)


def _line(**event: Any) -> str:
    return json.dumps(event) + "\n"


async def _shard(request: Request) -> bytes:
    return await _body(request, shard.MOST_BYTES)


async def _body(request: Request, limit: int) -> bytes:
    whole = _Whole(limit)
    await pour(request, whole)
    return bytes(whole.data)


class _Whole:
    """A body that is held in memory, up to a limit."""

    def __init__(self, limit: int) -> None:
        self.data = bytearray()
        self._limit = limit

    def check_length(self, declared: int | None) -> None:
        if declared is not None and declared > self._limit:
            raise TooLarge(f"At most {self._limit} bytes are taken here.", limit=self._limit)

    def feed(self, chunk: bytes | bytearray | memoryview) -> None:
        self.check_length(len(self.data) + len(chunk))
        self.data += chunk
