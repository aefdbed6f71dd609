"""Stored bytes of xorbs by signed addresses: one range, or several in one answer (XET §6.6)."""

import re
from collections.abc import Iterator, Sequence
from secrets import token_hex

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from bearhug.cas import service as cas
from bearhug.errors import Forbidden
from bearhug.kit.xet.hashes import text
from bearhug.storage.objects import Objects
from bearhug.web.call import Call
from bearhug.web.sending import ObjectResponse, send_blocks

RANGES = re.compile(r"bytes=\d{1,15}-\d{1,15}(?:, *\d{1,15}-\d{1,15}){0,9999}", re.ASCII)
KIND = "application/octet-stream"


async def data(request: Request) -> Response:
    """What the address opens of a xorb, and no byte more; without a Range all of it in parts."""
    call = Call.of(request)
    xorb, open_to = await call.thread(cas.xorb_at, call.hub, request.path_params["key"])
    wanted = _asked(request.headers.get("range", ""), open_to)
    objects, size = call.hub.objects, xorb.layout.stored_bytes
    if len(wanted) > 1:
        return SeveralRanges(objects, xorb.key, wanted, size)
    return ObjectResponse(
        objects,
        xorb.key,
        size=size,
        filename="xorb",
        etag=text(xorb.layout.hash),
        content_type=KIND,
        accel_prefix=call.hub.settings.accel_prefix if _only(request, wanted[0]) else "",
        headers={"Cache-Control": "private, max-age=3600"},
    )


def _only(request: Request, wanted: tuple[int, int]) -> bool:
    """See to it that this range is sent and never the whole, whatever else the request says.

    False if the request itself would have a proxy in front do otherwise: without a Range, or by
    an If-Range that does not hold, it would send what belongs to other repos.
    """
    headers = request.scope["headers"]
    asked = [value for name, value in headers if name in (b"range", b"if-range")]
    plain = f"bytes={wanted[0]}-{wanted[1] - 1}".encode()
    kept = [pair for pair in headers if pair[0] not in (b"range", b"if-range")]
    request.scope["headers"] = [*kept, (b"range", plain)]
    return asked == [plain]


def _asked(header: str, open_to: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The ranges [start, stop) that are asked for. Raises Forbidden for what is not open."""
    if not header:
        return list(open_to)
    if not RANGES.fullmatch(header):
        raise Forbidden("Ask by Range for the bytes that the reconstruction names.")
    pairs = (part.strip().split("-") for part in header.removeprefix("bytes=").split(","))
    wanted = [(int(first), int(last) + 1) for first, last in pairs]
    for start, stop in wanted:
        if not any(low <= start < stop <= high for low, high in open_to):
            raise Forbidden("This address opens other bytes than these.")
    if _bytes(wanted) > _bytes(open_to):
        raise Forbidden("Ask for each byte once.")
    return wanted


def _bytes(ranges: Sequence[tuple[int, int]]) -> int:
    return sum(stop - start for start, stop in ranges)


class SeveralRanges(Response):
    """206 with multipart/byteranges (RFC 9110, 15.3.7.2). hub.js asks so."""

    def __init__(
        self, objects: Objects, key: str, ranges: Sequence[tuple[int, int]], size: int
    ) -> None:
        boundary = token_hex(12)
        self._objects, self._key = objects, key
        self._parts = [
            (
                f"--{boundary}\r\nContent-Type: {KIND}\r\n"
                f"Content-Range: bytes {start}-{stop - 1}/{size}\r\n\r\n".encode(),
                start,
                stop,
            )
            for start, stop in ranges
        ]
        self._end = f"--{boundary}--\r\n".encode()
        length = sum(len(head) + stop - start + 2 for head, start, stop in self._parts)
        super().__init__(status_code=206, media_type=f"multipart/byteranges; boundary={boundary}")
        self.headers["content-length"] = str(length + len(self._end))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        start = {"type": "http.response.start", "status": 206, "headers": self.raw_headers}
        await send_blocks(self._blocks(), start, receive, send)

    def _blocks(self) -> Iterator[bytes]:
        for head, start, stop in self._parts:
            yield head
            yield from self._objects.read(self._key, start, stop)
            yield b"\r\n"
        yield self._end
