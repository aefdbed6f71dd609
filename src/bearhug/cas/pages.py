"""What a repo and an account take up, for those who look after them."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from bearhug.accounts import service as accounts
from bearhug.accounts.model import Account
from bearhug.cas.model import Figures
from bearhug.cas.service import figures
from bearhug.hub import Transaction
from bearhug.repos import service as repos
from bearhug.repos.model import Access, Repo, RepoKind
from bearhug.web.call import Call
from bearhug.web.doors import repo_routes


async def of_repo(request: Request) -> Response:
    """For whoever may delete it."""
    params = request.path_params
    kind, name = RepoKind(params["kind"]), f"{params['owner']}/{params['name']}"

    def look(tx: Transaction) -> tuple[Repo, Figures]:
        repo = repos.find(tx, kind, name, access=Access.ADMIN)
        return repo, figures.of_repo(tx, repo)

    call = Call.of(request)
    repo, found = await call.read_slow(look)
    return await call.page(
        "cas/repo.html", repo=repo, manages=True, place=repo.kind.plural, figures=found
    )


async def own(request: Request) -> Response:
    """Of all that is one's own."""

    def look(tx: Transaction) -> Figures:
        return figures.of_account(tx, tx.actor.require_user())

    call = Call.of(request)
    return await call.page("cas/own.html", figures=await call.read_slow(look))


async def of_org(request: Request) -> Response:
    """For its admins."""

    def look(tx: Transaction) -> tuple[Account, Figures]:
        org = accounts.find_managed(tx, request.path_params["org"])
        return org, figures.of_account(tx, org.id)

    call = Call.of(request)
    org, found = await call.read_slow(look)
    return await call.page("cas/org.html", account=org, figures=found)


routes: list[BaseRoute] = [
    *repo_routes("/{owner:seg}/{name:seg}/settings/storage", of_repo),
    Route("/settings/storage", own, methods=["GET"]),
    Route("/organizations/{org:seg}/settings/storage", of_org, methods=["GET"]),
]
