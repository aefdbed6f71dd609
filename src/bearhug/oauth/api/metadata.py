"""What this provider can (OpenID Connect Discovery, RFC 8414), and the keys it signs with."""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bearhug.oauth import service
from bearhug.oauth.api.asking import program_route
from bearhug.oauth.model import SCOPES
from bearhug.web.call import Call

AUTHENTICATIONS = ["none", "client_secret_basic", "client_secret_post"]
FOR_A_WHILE = {"Cache-Control": "public, max-age=300"}
GRANTS = [
    "authorization_code",
    "refresh_token",
    "urn:ietf:params:oauth:grant-type:device_code",
    "urn:ietf:params:oauth:grant-type:token-exchange",
]
CLAIMS = [
    *("sub", "iss", "aud", "exp", "iat", "nonce", "name", "preferred_username", "profile"),
    *("picture", "website", "email", "email_verified", "isPro", "canPay", "orgs"),
]


async def configuration(request: Request) -> Response:
    call = Call.of(request)
    return JSONResponse(
        about(call.base_url, registers=call.hub.settings.oauth_registration),
        headers=FOR_A_WHILE,
    )


async def keys(request: Request) -> Response:
    call = Call.of(request)
    published = await call.thread(service.published, call.hub)
    return JSONResponse(published, headers=FOR_A_WHILE)


def about(base_url: str, *, registers: bool) -> dict[str, Any]:
    said: dict[str, Any] = {
        "issuer": base_url,
        "authorization_endpoint": f"{base_url}/oauth/authorize",
        "token_endpoint": f"{base_url}/oauth/token",
        "userinfo_endpoint": f"{base_url}/oauth/userinfo",
        "jwks_uri": f"{base_url}/oauth/jwks",
        "device_authorization_endpoint": f"{base_url}/oauth/device",
        "revocation_endpoint": f"{base_url}/oauth/revoke",
        "scopes_supported": list(SCOPES),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": GRANTS,
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": [service.ALGORITHM],
        "token_endpoint_auth_methods_supported": AUTHENTICATIONS,
        "revocation_endpoint_auth_methods_supported": AUTHENTICATIONS,
        "code_challenge_methods_supported": ["S256"],
        "claims_supported": CLAIMS,
        "prompt_values_supported": ["none", "login", "consent", "select_account"],
        "authorization_response_iss_parameter_supported": True,
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
    }
    if registers:
        said["registration_endpoint"] = f"{base_url}/oauth/register"
    return said


routes = [
    program_route("/.well-known/openid-configuration", configuration, ["GET"]),
    program_route("/.well-known/oauth-authorization-server", configuration, ["GET"]),
    program_route("/oauth/jwks", keys, ["GET"]),
]
