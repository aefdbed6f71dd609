"""Asking at a gate, one's own requests, and what the pages of a repo show of its gate."""

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bearhug.access import service as access
from bearhug.access.model import Status
from bearhug.accounts import service as accounts
from bearhug.accounts.model import Refused
from bearhug.cards.render import Base, render
from bearhug.errors import BadRequest
from bearhug.hub import Transaction
from bearhug.repos import service as repos
from bearhug.repos.model import Repo, RepoKind
from bearhug.web.call import Call
from bearhug.web.doors import repo_routes

HOME = "/{owner:seg}/{name:seg}"
SAID = {
    Status.ACCEPTED: "You may read its files now.",
    Status.PENDING: "Your request is sent. Its authors decide.",
}


def around(tx: Transaction, repo: object) -> Mapping[str, Any]:
    """What every page of a repo may show: what stands before its files, or why it is shut."""
    if not isinstance(repo, Repo):
        return {}
    if repo.disabled:
        return {"gate": None, "suspension": access.suspension(tx, repo)}
    gate = access.gate(tx, repo)
    if gate is None:
        return {"gate": None}
    base = Base(repo.path)
    return {
        "gate": gate,
        "gate_prompt": Markup(render(gate.form.prompt, base)),
        "gate_description": Markup(render(gate.form.description, base)),
    }


async def ask(request: Request) -> Response:
    """Send what the gate asks for. A program may send it as JSON."""
    call = Call.of(request)
    kind, name = named(request)
    (await call.actor()).require_user()
    given = await _given(call)
    try:
        status = await call.write(access.ask, kind, name, given, call.address)
    except Refused as refused:
        return await _again(call, kind, name, given, refused.problems)
    repo = await call.read(repos.find, kind, name)
    return call.redirect(repo.path, flash=SAID[status])


async def cancel(request: Request) -> Response:
    """Take one's request back."""
    call = Call.of(request)
    repo = await call.write(access.cancel, *named(request))
    back = call.text(await call.form(), "back", default="")
    path = "/settings/gated-repos" if back == "own" else repo.path
    return call.redirect(path, flash=f"{repo.name}: your request is taken back.")


async def own(request: Request) -> Response:
    """All that one has asked for."""
    call = Call.of(request)
    return await call.page("access/own.html", requests=await call.read_slow(_own))


def named(request: Request) -> tuple[RepoKind, str]:
    params = request.path_params
    return RepoKind(params["kind"]), f"{params['owner']}/{params['name']}"


def _own(tx: Transaction) -> Any:
    accounts.require_in_person(tx.actor)
    return access.own(tx)


async def _again(
    call: Call, kind: RepoKind, name: str, given: Mapping[str, str], problems: Mapping[str, str]
) -> Response:
    repo = await call.read(repos.find, kind, name)
    return await call.page(
        "access/ask.html",
        status=422,
        repo=repo,
        manages=False,
        place=repo.kind.plural,
        given=given,
        problems=problems,
    )


async def _given(call: Call) -> dict[str, str]:
    """The answers by their fields' names: from a form, or from an object of texts."""
    if call.request.headers.get("content-type", "").startswith("application/json"):
        try:
            body = await call.request.json()
        except (ValueError, RecursionError) as error:
            raise BadRequest(f"The body is not JSON: {error}") from error
        if not isinstance(body, dict):
            raise BadRequest("The body must be a JSON object: an answer for each field.")
        return {str(key): "true" if value is True else str(value) for key, value in body.items()}
    return {key: value for key, value in (await call.form()).items() if isinstance(value, str)}


routes = [
    *repo_routes(HOME + "/ask-access", ask, ["POST"]),
    *repo_routes(HOME + "/ask-access/cancel", cancel, ["POST"]),
    Route("/settings/gated-repos", own, methods=["GET"]),
]
