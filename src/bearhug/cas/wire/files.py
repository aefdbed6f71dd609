"""Reconstructions, and the questions whether a chunk is known (XET §6.1 and §6.5)."""

import re
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bearhug.cas import service as cas
from bearhug.cas.model import Part, Reconstruction, Span, term
from bearhug.cas.wire.tokens import ticket
from bearhug.errors import BadRequest, NotFound
from bearhug.kit.xet import hashes
from bearhug.web.call import Call

RANGE = re.compile(r"bytes=(\d{1,20})-(\d{1,20})?", re.ASCII)


async def reconstruction(request: Request) -> Response:
    """How to put a file, or a range of it, together. Version 2 wherever it is asked for."""
    call, allowed = Call.of(request), await ticket(request)
    start, stop = _range(request.headers.get("range"))
    hash = hash_of(request)
    found = await call.thread(cas.reconstruction, call.hub, allowed, hash, start, stop)
    newer = request.path_params["version"] == "v2"
    return JSONResponse(_second(call, found) if newer else _first(call, found))


async def first_reconstruction(request: Request) -> Response:
    """Likewise where older clients ask, who know version 1 only."""
    request.path_params["version"] = "v1"
    return await reconstruction(request)


async def size(request: Request) -> Response:
    """How long a file is: the length of what HEAD answers."""
    call, allowed = Call.of(request), await ticket(request)
    file = await call.thread(call.hub.read, cas.file_of, allowed, hash_of(request))
    if request.method == "GET":
        return JSONResponse({"size": file.size})
    return Response(headers={"Content-Length": str(file.size)})


async def chunk(request: Request) -> Response:
    """A shard of what is known around a chunk, or 404: it is asked for every file there is."""
    call = Call.of(request)
    allowed = await ticket(request)
    found = await call.thread(cas.answer, call.hub, allowed, hash_of(request))
    if found is None:
        raise NotFound("Nobody here has this chunk.")
    return Response(found, media_type="application/octet-stream")


def hash_of(request: Request) -> bytes:
    """Of the address. Raises BadRequest."""
    try:
        return hashes.parse(request.path_params["hash"])
    except ValueError as error:
        raise BadRequest(f"{error}.") from error


def _range(header: str | None) -> tuple[int, int | None]:
    """[start, stop) of a Range header. Raises BadRequest."""
    if header is None:
        return 0, None
    found = RANGE.fullmatch(header)
    if found is None:
        raise BadRequest("Range: write bytes=FIRST-LAST.")
    return int(found[1]), int(found[2]) + 1 if found[2] else None


def _second(call: Call, found: Reconstruction) -> dict[str, Any]:
    return _terms(found) | {
        "xorbs": {
            part.hash: [
                {
                    "url": _address(call, part),
                    "ranges": [
                        {"chunks": _chunks(span), "bytes": _bytes(span)} for span in part.spans
                    ],
                }
            ]
            for part in found.parts
        }
    }


def _first(call: Call, found: Reconstruction) -> dict[str, Any]:
    """Each range has an address of its own, or hf_xet 1.2 takes what is on its way for one to be
    another that begins meanwhile.
    """
    return _terms(found) | {
        "fetch_info": {
            part.hash: [
                {
                    "range": _chunks(span),
                    "url": f"{_address(call, part)}?bytes={span.first_byte}-{span.end_byte - 1}",
                    "url_range": _bytes(span),
                }
                for span in part.spans
            ]
            for part in found.parts
        }
    }


def _terms(found: Reconstruction) -> dict[str, Any]:
    terms = [term(piece) for piece in found.terms]
    return {"offset_into_first_range": found.offset, "terms": terms}


def _address(call: Call, part: Part) -> str:
    return f"{call.base_url}/cas/data/{part.key}"


def _chunks(span: Span) -> dict[str, int]:
    """The end is exclusive."""
    return {"start": span.start, "end": span.stop}


def _bytes(span: Span) -> dict[str, int]:
    """The end is inclusive."""
    return {"start": span.first_byte, "end": span.end_byte - 1}
