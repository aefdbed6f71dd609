"""Codes for devices without a browser, and apps that register themselves."""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from bearhug.hub import Transaction
from bearhug.oauth import service
from bearhug.oauth.api.asking import (
    Client,
    answer,
    client_of,
    document,
    fields,
    program_route,
    write,
)
from bearhug.oauth.model import App
from bearhug.oauth.model.apps import HF_CLI
from bearhug.oauth.model.scopes import parse
from bearhug.oauth.service import Begun
from bearhug.web.call import Call


async def begin(request: Request) -> Response:
    """What a device shows, and where (RFC 8628 §3.2)."""
    said = await fields(request)
    begun = await write(request, _begin, client_of(request, said), said.get("scope", ""))
    page = f"{Call.of(request).base_url}/oauth/device"
    return answer(
        {
            "device_code": begun.device_code,
            "user_code": begun.user_code,
            "verification_uri": page,
            "verification_uri_complete": f"{page}?user_code={begun.user_code}",
            "interval": begun.interval_seconds,
            "expires_in": begun.seconds,
        }
    )


async def register(request: Request) -> Response:
    """Make an app of what it says of itself (RFC 7591 §3)."""
    said = await document(request)
    app, secret = await write(request, service.register, said, Call.of(request).address)
    return answer(_registered(app, secret, said), 201)


def _begin(tx: Transaction, client: Client, scope: str) -> Begun:
    if client.id == HF_CLI:
        service.command_line(tx)
    return service.begin(tx, service.authenticate(tx, client.id, client.secret), parse(scope))


def _registered(app: App, secret: str, said: Mapping[str, Any]) -> dict[str, Any]:
    method = said.get("token_endpoint_auth_method", "client_secret_basic")
    told: dict[str, Any] = {
        "client_id": app.client_id,
        "client_id_issued_at": app.created_at // 1000,
        "client_name": app.name,
        "redirect_uris": list(app.redirect_uris),
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "token_endpoint_auth_method": method,
        "scope": " ".join(app.scopes),
    }
    if app.website:
        told["client_uri"] = app.website
    return {**told, "client_secret": secret, "client_secret_expires_at": 0} if secret else told


routes = [
    program_route("/oauth/device", begin, ["POST"]),
    program_route("/oauth/register", register, ["POST"]),
]
