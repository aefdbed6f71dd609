"""A Space's variables and secrets, for people: a page of its settings."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from bearhug.errors import Unprocessable
from bearhug.hub import Transaction
from bearhug.repos.model import Access, Repo
from bearhug.spaces import service as spaces
from bearhug.spaces.model import Entry
from bearhug.web.call import Call
from bearhug.web.doors import KindRoute

HOME = "/{owner:seg}/{name:seg}/settings/variables"


async def show(request: Request) -> Response:
    return await _page(Call.of(request))


async def put(request: Request) -> Response:
    """Set one; a value that is there already is replaced."""
    call = Call.of(request)
    form = await call.form()
    key, secret = call.text(form, "key").strip(), call.text(form, "kind") == "secret"
    said = call.text(form, "description", default="")
    try:
        value = call.text(form, "value").replace("\r\n", "\n")
        await call.write(spaces.put, _name(request), key, value, secret=secret, description=said)
    except Unprocessable as refused:
        asked = {"key": key, "kind": "secret" if secret else "variable", "description": said}
        return await _page(call, status=refused.status, asked=asked, error=refused.message)
    return call.redirect(call.raw_path, flash=f"{key} is set.")


async def drop(request: Request) -> Response:
    call = Call.of(request)
    form = await call.form()
    key, secret = call.text(form, "key"), call.text(form, "kind") == "secret"
    await call.write(spaces.drop, _name(request), key, secret=secret)
    return call.redirect(call.raw_path.removesuffix("/delete"), flash=f"{key} is gone.")


async def _page(
    call: Call, *, status: int = 200, asked: dict[str, str] | None = None, error: str = ""
) -> Response:
    repo, variables, secrets = await call.read(_listed, _name(call.request))
    return await call.page(
        "spaces/variables.html",
        status=status,
        repo=repo,
        manages=True,
        place="spaces",
        variables=variables,
        secrets=secrets,
        asked=asked or {"key": "", "kind": "variable", "description": ""},
        error=error,
    )


def _listed(tx: Transaction, name: str) -> tuple[Repo, list[Entry], list[Entry]]:
    repo = spaces.find(tx, name, Access.ADMIN)
    return repo, spaces.entries(tx, name, secret=False), spaces.entries(tx, name, secret=True)


def _name(request: Request) -> str:
    return f"{request.path_params['owner']}/{request.path_params['name']}"


routes: list[BaseRoute] = [
    KindRoute("space", HOME, show, ["GET"]),
    KindRoute("space", HOME, put, ["POST"]),
    KindRoute("space", HOME + "/delete", drop, ["POST"]),
]
