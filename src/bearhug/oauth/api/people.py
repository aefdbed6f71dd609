"""Who the holder of a token is."""

from starlette.requests import Request
from starlette.responses import Response

from bearhug.errors import BadCredentials
from bearhug.oauth import service
from bearhug.oauth.api.asking import answer, program_route
from bearhug.web.call import Call


async def userinfo(request: Request) -> Response:
    """What the token lets be told of them (OpenID Connect Core §5.3)."""
    call = Call.of(request)
    try:
        if not request.headers.get("authorization", "").lower().startswith("bearer "):
            raise BadCredentials  # a cookie would tell any site's script
        told = await call.read(service.about_me)
    except BadCredentials as refused:
        refused.headers["WWW-Authenticate"] = 'Bearer error="invalid_token"'
        raise
    return answer(service.userinfo(told, call.base_url))


routes = [program_route("/oauth/userinfo", userinfo, ["GET", "POST"])]
