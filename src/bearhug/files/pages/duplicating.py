"""A copy of a repo in one's own name, with all of its history."""

from starlette.requests import Request
from starlette.responses import Response

from bearhug.errors import BadName, Forbidden, NameTaken
from bearhug.files import service as files
from bearhug.hub import Transaction
from bearhug.repos import service as repos
from bearhug.repos.model import NAME_PATTERN, Access, Repo, RepoKind, Visibility
from bearhug.web.call import Call
from bearhug.web.doors import repo_routes

HOME = "/{owner:seg}/{name:seg}/duplicate"
REFUSED = (BadName, Forbidden, NameTaken)


async def show(request: Request) -> Response:
    return await _page(Call.of(request))


async def make(request: Request) -> Response:
    call = Call.of(request)
    kind, source = _named(request)
    form = await call.form()
    owner, name = call.text(form, "owner").strip(), call.text(form, "name").strip()
    private = call.text(form, "visibility", default="public") == Visibility.PRIVATE
    visibility = Visibility.PRIVATE if private else Visibility.PUBLIC
    try:
        repo = await call.write(
            files.duplicate, kind, source, f"{owner}/{name}", visibility=visibility
        )
    except REFUSED as refused:
        asked = {"owner": owner, "name": name, "visibility": str(visibility)}
        return await _page(call, status=refused.status, asked=asked, error=refused.message)
    return call.redirect(repo.path, flash=f"{repo.name} has all of {source}.")


async def _page(
    call: Call, *, status: int = 200, asked: dict[str, str] | None = None, error: str = ""
) -> Response:
    repo, owners, manages = await call.read(_found, *_named(call.request))
    if asked is None:
        shown = Visibility.PRIVATE if repo.private else Visibility.PUBLIC
        name = repo.name.name if owners[0] != repo.name.owner else f"{repo.name.name}-copy"
        asked = {"owner": owners[0], "name": name, "visibility": str(shown)}
    return await call.page(
        "files/duplicate.html",
        status=status,
        repo=repo,
        manages=manages,
        place=repo.kind.plural,
        owners=[(each, each) for each in owners],
        asked=asked,
        error=error,
        pattern=NAME_PATTERN,
    )


def _found(tx: Transaction, kind: RepoKind, name: str) -> tuple[Repo, list[str], bool]:
    """Raises as `repos.find` does, NotSignedIn, and Forbidden for who may make no repos."""
    repo = repos.find(tx, kind, name, access=Access.READ)
    tx.actor.require_user()
    owners = repos.namespaces(tx)
    if not owners:
        raise Forbidden("You may not make repos here.")
    return repo, owners, repos.can(tx.actor, repo, Access.ADMIN)


def _named(request: Request) -> tuple[RepoKind, str]:
    params = request.path_params
    return RepoKind(params["kind"]), f"{params['owner']}/{params['name']}"


routes = [
    *repo_routes(HOME, show),
    *repo_routes(HOME, make, ["POST"]),
]
