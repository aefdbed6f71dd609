"""What pages of other sites may read here: what whoever sends no cookie may.

An answer to another site's page never says that cookies may be sent along
(Access-Control-Allow-Credentials), so it holds no more than a visitor sees, or than a token that
the page was given by its user.
"""

from starlette.types import Message, Send

OPEN = (
    *("/api/", "/api-viewer/", "/v1/", "/hf-inference/", "/oauth/", "/.well-known/"),
    "/openapi.json",
)
EXPOSED = (
    "X-Repo-Commit,X-Revision,X-Request-Id,X-Error-Code,X-Error-Message,X-Total-Count,ETag,Link,"
    "Accept-Ranges,Content-Range,X-Linked-Size,X-Linked-ETag,X-Xet-Hash,RateLimit,"
    "RateLimit-Policy,Retry-After"
)
PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, HEAD, POST, PUT, PATCH, DELETE",
    # The star covers all but Authorization, and only where no cookie is sent: here, always.
    "Access-Control-Allow-Headers": "*, Authorization",
    "Access-Control-Max-Age": "86400",
}


def allowed(path: str, origin: str, origins: str) -> str:
    """What to say in Access-Control-Allow-Origin; "" for nothing.

    `origins` is the setting: a star, or origins with commas between.
    """
    doors = path.startswith(OPEN) or "/resolve/" in path or "/raw/" in path or ".git/" in path
    if not doors or not origins:
        return ""
    if origins.strip() == "*":
        return "*"
    return origin if origin and origin in [each.strip() for each in origins.split(",")] else ""


async def answer_preflight(send: Send, allow: str) -> None:
    """Tell a browser that the request it means to send is welcome."""
    headers = {"Access-Control-Allow-Origin": allow, "Vary": "Origin", **PREFLIGHT}
    encoded = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    start: Message = {"type": "http.response.start", "status": 204, "headers": encoded}
    await send(start)
    await send({"type": "http.response.body", "body": b""})
