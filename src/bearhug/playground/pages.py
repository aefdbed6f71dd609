"""The Playground as a page. Which models stand on it is in its address."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from bearhug.playground import service
from bearhug.web.call import Call


async def show(request: Request) -> Response:
    """`model` at the left, and `beside` it another, if one is named."""
    call = Call.of(request)
    known = await call.read_slow(service.talkers)
    asked = request.query_params
    model, beside = asked.get("model", ""), asked.get("beside", "")
    first, second = service.chosen(known, model, beside)
    missing = [
        name
        for name, found in ((model, first), (beside, second))
        if name and (found is None or found.name.lower() != name.lower())
    ]
    return await call.page(
        "playground/playground.html",
        known=known,
        first=first,
        second=second,
        missing=missing,
        place="playground",
    )


routes: list[BaseRoute] = [Route("/playground", show, methods=["GET"])]
