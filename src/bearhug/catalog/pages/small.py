"""What browsers and crawlers ask for, and the design kit."""

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from bearhug.web.call import Call

ROBOTS = """User-agent: *
Disallow: /api/
Disallow: /settings/
Disallow: /*/resolve/
Disallow: /*?
"""


async def robots(request: Request) -> Response:
    return PlainTextResponse(ROBOTS)


async def favicon(request: Request) -> Response:
    """For those who do not read the page's own link."""
    static = Call.of(request).hub.rooms["templates"].globals["static"]
    return RedirectResponse(f"{static}/img/logo.svg", 302)


async def kit(request: Request) -> Response:
    """Each component once."""
    return await Call.of(request).page("kit.html")


routes = [
    Route("/robots.txt", robots),
    Route("/favicon.ico", favicon),
    Route("/-/kit", kit),
]
