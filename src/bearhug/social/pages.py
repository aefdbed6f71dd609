"""The like button: a form, so that it works without a script."""

from starlette.requests import Request
from starlette.responses import Response

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


routes = repo_routes("/{owner:seg}/{name:seg}/like", like, ["POST"])
