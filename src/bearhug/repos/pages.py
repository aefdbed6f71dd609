"""Repos as pages: their settings. Making one is with `files`: its first README is a commit."""

from starlette.requests import Request
from starlette.responses import Response

from bearhug.errors import BadName, Forbidden, NameTaken
from bearhug.hub import Transaction
from bearhug.repos import service as repos
from bearhug.repos.model import NAME_PATTERN, Access, Repo, RepoKind, Visibility
from bearhug.web.call import Call
from bearhug.web.doors import repo_routes

HOME = "/{owner:seg}/{name:seg}/settings"


async def show(request: Request) -> Response:
    return await _page(Call.of(request))


async def rename(request: Request) -> Response:
    """Another name, another owner, or both."""
    call = Call.of(request)
    kind, old = _named(request)
    form = await call.form()
    owner, name = call.text(form, "owner").strip(), call.text(form, "name").strip()
    try:
        repo = await call.write(repos.move, kind, old, f"{owner}/{name}")
    except (BadName, NameTaken, Forbidden) as refused:
        asked = {"owner": owner, "name": name}
        return await _page(call, status=refused.status, asked=asked, error=refused.message)
    said = f"It is {repo.name} now. {old} leads here." if str(repo.name) != old else "As it was."
    return call.redirect(f"{repo.path}/settings", flash=said)


async def set_visibility(request: Request) -> Response:
    call = Call.of(request)
    kind, name = _named(request)
    chosen = call.text(await call.form(), "visibility")
    if chosen not in list(Visibility):
        return await _page(call, status=422)
    visibility = Visibility(chosen)
    repo = await call.write(repos.change_settings, kind, name, visibility=visibility)
    return call.redirect(f"{repo.path}/settings", flash=f"It is {visibility} now.")


async def set_talk(request: Request) -> Response:
    """Open its discussions and pull requests, or close them."""
    call = Call.of(request)
    kind, name = _named(request)
    talk = "talk" in await call.form()
    repo = await call.write(repos.change_settings, kind, name, talk=talk)
    said = "open" if repo.talk else "closed"
    return call.redirect(f"{repo.path}/settings", flash=f"Its discussions are {said} now.")


async def delete(request: Request) -> Response:
    """Only once its whole name was typed."""
    call = Call.of(request)
    kind, name = _named(request)
    typed = call.text(await call.form(), "confirm").strip()
    if typed.lower() != name.lower():
        return await _page(call, status=422, unconfirmed=True)
    await call.write(repos.delete, kind, name)
    return call.redirect(f"/{name.partition('/')[0]}", flash=f"{name} is gone.")


async def _page(
    call: Call,
    *,
    status: int = 200,
    asked: dict[str, str] | None = None,
    error: str = "",
    unconfirmed: bool = False,
) -> Response:
    repo, owners = await call.read(_settings, *_named(call.request))
    return await call.page(
        "repos/settings.html",
        status=status,
        repo=repo,
        manages=True,
        place=repo.kind.plural,
        owners=[(each, each) for each in owners],
        asked=asked or {"owner": repo.name.owner, "name": repo.name.name},
        error=error,
        unconfirmed=unconfirmed,
        pattern=NAME_PATTERN,
        visibilities=_visibilities(repo.kind),
    )


def _settings(tx: Transaction, kind: RepoKind, name: str) -> tuple[Repo, list[str]]:
    """The repo, and the accounts it could belong to."""
    repo = repos.find(tx, kind, name, access=Access.ADMIN)
    return repo, list(dict.fromkeys([repo.name.owner, *repos.namespaces(tx)]))


def _visibilities(kind: RepoKind) -> list[Visibility]:
    spaces_only = {Visibility.PROTECTED} if kind is not RepoKind.SPACE else set()
    return [each for each in Visibility if each not in spaces_only]


def _named(request: Request) -> tuple[RepoKind, str]:
    params = request.path_params
    return RepoKind(params["kind"]), f"{params['owner']}/{params['name']}"


routes = [
    *repo_routes(HOME, show),
    *repo_routes(HOME + "/name", rename, ["POST"]),
    *repo_routes(HOME + "/visibility", set_visibility, ["POST"]),
    *repo_routes(HOME + "/discussions", set_talk, ["POST"]),
    *repo_routes(HOME + "/delete", delete, ["POST"]),
]
