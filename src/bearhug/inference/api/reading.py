"""The body of a task's request: JSON in the Hub's envelope, or the bytes of a picture or sound."""

import json
from typing import Any

from starlette.requests import Request

from bearhug.errors import BadRequest
from bearhug.inference.tasks import Caller, Sent
from bearhug.inference.tasks.media import sniffed

OLD_DOOR = "/api-inference/"


async def sent(request: Request) -> Sent:
    """What was sent; clients often name no type for bytes, so the bytes themselves tell.

    Raises BadRequest for what claims to be JSON and is not.
    """
    body = await request.body()
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json" and (sniffed(body) or body[:1] not in (b"{", b"[", b'"')):
        return Sent(data=body)
    try:
        value: Any = json.loads(body)
    except (ValueError, RecursionError) as error:
        if kind != "application/json":
            return Sent(data=body)
        raise BadRequest(f"The body is no JSON: {error}.") from error
    return Sent(value if isinstance(value, dict) else {"inputs": value})


def caller(request: Request) -> Caller:
    """Which client asks, for the shapes they do not agree on."""
    return Caller.of(
        request.headers.get("user-agent", ""),
        request.headers.get("accept", ""),
        old_door=request.url.path.startswith(OLD_DOOR),
    )
