"""What one was told of."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bearhug.discussions import service as talk
from bearhug.discussions.pages.common import ICONS
from bearhug.web.call import Call


async def show(request: Request) -> Response:
    """The newest of each discussion; `?all=1` for those read before, too."""
    call = Call.of(request)
    every = request.query_params.get("all") == "1"
    given = request.query_params.get("before", "")
    known = given.isascii() and given.isdecimal() and len(given) < 19
    start = {"before": int(given)} if known else {}
    found, more = await call.read_slow(talk.inbox, only_unread=not every, **start)
    following = f"/notifications?{'all=1&' if every else ''}before={more}" if more else ""
    return await call.page(
        "discussions/inbox.html", found=found, every=every, following=following, icons=ICONS
    )


async def read_all(request: Request) -> Response:
    call = Call.of(request)
    await call.write(talk.note_all_read)
    return call.redirect("/notifications", flash="All read.")


routes = [
    Route("/notifications", show, methods=["GET"]),
    Route("/notifications/read", read_all, methods=["POST"]),
]
