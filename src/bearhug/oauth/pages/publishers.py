"""Which CI jobs may act without a secret: for a repo, and for oneself."""

from collections.abc import Sequence
from typing import Any

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from bearhug.accounts.model import Refused
from bearhug.hub import Transaction
from bearhug.oauth import service
from bearhug.oauth.model import Provider, Publisher
from bearhug.oauth.model.publishers import GITHUB, GITLAB
from bearhug.oauth.pages.asked import Problems, told
from bearhug.oauth.service import NewPublisher
from bearhug.repos import service as repos
from bearhug.repos.model import Access, Repo, RepoKind
from bearhug.web.call import Call
from bearhug.web.doors import repo_routes

MINE = "/settings/ci-cd"
OF_REPO = "/{owner:seg}/{name:seg}/settings/publishers"
ISSUERS = {Provider.GITHUB: GITHUB, Provider.GITLAB: GITLAB, Provider.OTHER: ""}


async def mine(request: Request) -> Response:
    return await _my_page(Call.of(request), FormData(request.query_params))


async def trust_in_mine(request: Request) -> Response:
    call = Call.of(request)
    form = await call.form()
    try:
        await call.write(service.trust_in_mine, _wanted(call, form))
    except Refused as refused:
        return await _my_page(call, form, refused.problems)
    return call.redirect(MINE, flash="Its jobs may come for a token.")


async def distrust_in_mine(request: Request) -> Response:
    call = Call.of(request)
    await call.write(service.distrust_in_mine, request.path_params["id"])
    return call.redirect(MINE, flash="Its jobs are refused from now on.")


async def of_repo(request: Request) -> Response:
    return await _repo_page(Call.of(request), FormData(request.query_params))


async def trust_in_repo(request: Request) -> Response:
    call = Call.of(request)
    form = await call.form()
    try:
        repo = await call.write(service.trust_in_repo, *_named(request), _wanted(call, form))
    except Refused as refused:
        return await _repo_page(call, form, refused.problems)
    return call.redirect(f"{repo.path}/settings/publishers", flash="Its jobs may come for a token.")


async def distrust_in_repo(request: Request) -> Response:
    call = Call.of(request)
    publisher_id = request.path_params["id"]
    repo = await call.write(service.distrust_in_repo, *_named(request), publisher_id)
    return call.redirect(
        f"{repo.path}/settings/publishers", flash="Its jobs are refused from now on."
    )


def _wanted(call: Call, form: FormData) -> NewPublisher:
    provider = call.text(form, "provider")
    fields = Provider(provider).fields if provider in list(Provider) else ()
    return NewPublisher(
        provider,
        call.text(form, "issuer"),
        {name: call.text(form, name) for name in fields},
        call.text(form, "others"),
        "also" in form,
    )


async def _my_page(call: Call, given: FormData, problems: Problems = None) -> Response:
    held = await call.read(service.of_mine)
    return await _page(call, "oauth/my_publishers.html", held, given, problems)


async def _repo_page(call: Call, given: FormData, problems: Problems = None) -> Response:
    def gather(tx: Transaction) -> tuple[Repo, list[Publisher], bool]:
        repo, held = service.of_repo(tx, *_named(call.request))
        return repo, held, repos.can(tx.actor, repo, Access.ADMIN)

    repo, held, manages = await call.read(gather)
    return await _page(
        call,
        "oauth/repo_publishers.html",
        held,
        given,
        problems,
        repo=repo,
        manages=manages,
        place=repo.kind.plural,
    )


async def _page(
    call: Call,
    template: str,
    held: Sequence[Publisher],
    given: FormData,
    problems: Problems,
    **context: Any,
) -> Response:
    asked = given.get("provider")
    provider = Provider(asked) if asked in list(Provider) else Provider.GITHUB
    return await call.page(
        template,
        status=422 if problems else 200,
        publishers=held,
        provider=provider,
        providers=list(Provider),
        usual_issuer=ISSUERS[provider],
        given=given,
        problems=told(problems),
        **context,
    )


def _named(request: Request) -> tuple[RepoKind, str]:
    params = request.path_params
    return RepoKind(params["kind"]), f"{params['owner']}/{params['name']}"


routes: list[BaseRoute] = [
    Route(MINE, mine, methods=["GET"]),
    Route(MINE, trust_in_mine, methods=["POST"]),
    Route(MINE + "/{id:int}/remove", distrust_in_mine, methods=["POST"]),
    *repo_routes(OF_REPO, of_repo),
    *repo_routes(OF_REPO, trust_in_repo, ["POST"]),
    *repo_routes(OF_REPO + "/{id:int}/remove", distrust_in_repo, ["POST"]),
]
