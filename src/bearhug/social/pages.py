"""The like and follow buttons: forms, so that they work without a script."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bearhug.repos.model import RepoKind
from bearhug.social import service as social
from bearhug.web.call import Call
from bearhug.web.doors import repo_routes


async def like(request: Request) -> Response:
    """Like or no longer like; a component asks for the button alone (`Fragment: like`)."""
    call = Call.of(request)
    params = request.path_params
    kind, name = RepoKind(params["kind"]), f"{params['owner']}/{params['name']}"
    on = call.text(await call.form(), "on") == "1"
    repo = await call.write(social.like if on else social.unlike, kind, name)
    if "fragment" in request.headers:
        return await call.page("social/like.html", repo=repo, liked=on)
    return call.redirect(repo.path)


async def follow(request: Request) -> Response:
    """Follow or no longer follow; likewise."""
    call = Call.of(request)
    name = request.path_params["owner"]
    on = call.text(await call.form(), "on") == "1"
    account = await call.write(social.follow if on else social.unfollow, name)
    if "fragment" in request.headers:
        standing = await call.read(social.standing, account)
        return await call.page("social/follow.html", account=account, standing=standing)
    return call.redirect(account.path)


routes = [
    *repo_routes("/{owner:seg}/{name:seg}/like", like, ["POST"]),
    Route("/{owner:seg}/-/follow", follow, methods=["POST"]),
]
