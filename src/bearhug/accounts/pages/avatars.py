"""Pictures of people and organisations, and taking one in."""

import hashlib
from html import escape

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from bearhug.accounts import service
from bearhug.accounts.model import Account, Refused, pictures
from bearhug.web.call import Call
from bearhug.web.templating import hue

# As in tokens.css: a picture stands alone, where no sheet of ours reaches.
DEGREES = {
    "text": 255,
    "vision": 155,
    "audio": 325,
    "tabular": 205,
    "multimodal": 25,
    "action": 110,
    "honey": 78,
}
ROOM_FOR_THE_FORM = 16 * 1024


async def show(request: Request) -> Response:
    """The picture; for whoever has none, their initial on their colour."""
    call = Call.of(request)
    found = await call.read_slow(service.avatar, request.path_params["name"])
    image = found.image if found.image is not None else _initial(found.account)
    tag = f'"{hashlib.sha256(image).hexdigest()[:32]}"'
    headers = {
        "ETag": tag,
        "Cache-Control": _keeping(found.account, request.url.query),
        # A stranger's bytes: whatever they are, they run nothing and reach nothing.
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    return Response(image, media_type=found.media_type or "image/svg+xml", headers=headers)


async def uploaded(call: Call) -> bytes:
    """The picture in the form. Raises Refused before reading what is far too long."""
    (await call.actor()).require_user()
    length = call.request.headers.get("content-length", "")
    if not length.isdigit() or int(length) > pictures.MOST_BYTES + ROOM_FOR_THE_FORM:
        raise Refused(avatar=pictures.TOO_LARGE)
    async with call.request.form() as form:
        sent = form.get("avatar")
        if not isinstance(sent, UploadFile):
            raise Refused(avatar=pictures.MISSING)
        return await sent.read(pictures.MOST_BYTES + 1)


def _keeping(account: Account, query: str) -> str:
    """An address that names the picture's bytes never changes its answer."""
    if query and account.avatar_sha256.startswith(query):
        return "public, max-age=31536000, immutable"
    return "public, no-cache"


def _initial(account: Account) -> bytes:
    degrees = DEGREES[hue(account.name)]
    corner = 28 if account.is_org else 48
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 96 96">'
        f'<rect width="96" height="96" rx="{corner}" fill="oklch(94.5% 0.03 {degrees})"/>'
        f'<text x="48" y="63" text-anchor="middle" fill="oklch(40% 0.085 {degrees})"'
        ' font-family="system-ui, sans-serif" font-size="42" font-weight="650">'
        f"{escape(account.name[:1].upper())}</text></svg>"
    ).encode()


routes: list[BaseRoute] = [Route("/avatars/{name:seg}", show, methods=["GET"])]
