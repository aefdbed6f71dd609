"""What operators say of models: which servers elsewhere answer, and whose own code may run."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from bearhug.cards.tasks import TASKS
from bearhug.hub import Transaction
from bearhug.inference import service
from bearhug.inference.engines.base import Upstream
from bearhug.inference.engines.upstream import OF_KIND
from bearhug.inference.model import BadUpstream
from bearhug.inference.service import upstreams
from bearhug.repos import service as repos
from bearhug.repos.model import Access, RepoKind
from bearhug.web.call import Call

PATH = "/admin/upstreams"
NOTHING = Upstream("", "openai")


async def show(request: Request) -> Response:
    """The servers that answer for models here, and a form for another."""
    return await _page(Call.of(request), NOTHING)


async def add(request: Request) -> Response:
    """Let one more answer."""
    call = Call.of(request)
    form = await call.form()
    written = Upstream(
        call.text(form, "url"),
        call.text(form, "kind") or "openai",
        tuple(call.text(form, "models").split()),
        tuple(call.text(form, "tasks").split()),
        call.text(form, "named"),
        call.text(form, "key"),
    )
    try:
        await call.write(upstreams.add, written)
    except BadUpstream as error:
        return await _page(call, written, error=error.message, status=400)
    return call.redirect(PATH, flash="It may answer now.")


async def remove(request: Request) -> Response:
    """Let it answer no more."""
    call = Call.of(request)
    await call.write(upstreams.remove, request.path_params["id"])
    return call.redirect(PATH, flash="It answers no more.")


async def trust(request: Request) -> Response:
    """Let a model's own code run, at the commit that main is at."""
    call = Call.of(request)
    name = f"{request.path_params['owner']}/{request.path_params['name']}"

    def allow(tx: Transaction) -> str:
        repo = repos.find(tx, RepoKind.MODEL, name, access=Access.READ)
        return service.trust(tx, repo)

    commit = await call.write(allow)
    return call.redirect(f"/{name}", flash=f"Its code may run, as it is at {commit[:7]}.")


async def _page(call: Call, written: Upstream, *, error: str = "", status: int = 200) -> Response:
    listed = await call.read_slow(upstreams.listed)
    return await call.page(
        "inference/upstreams.html",
        status=status,
        listed=listed,
        written=written,
        error=error,
        kinds=list(OF_KIND),
        tasks=sorted(TASKS),
    )


routes: list[BaseRoute] = [
    Route(PATH, show, methods=["GET"]),
    Route(PATH, add, methods=["POST"]),
    Route(PATH + "/{id:int}/remove", remove, methods=["POST"]),
    Route("/{owner:seg}/{name:seg}/trust-code", trust, methods=["POST"]),
]
