"""POST /oauth/token, in its four ways, and /oauth/revoke."""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from bearhug.hub import Hub, Transaction
from bearhug.oauth import issuers, service
from bearhug.oauth.api.asking import Client, answer, client_of, fields, program_route, write
from bearhug.oauth.model import App, Issued, OAuthError, Resource
from bearhug.oauth.model.scopes import parse
from bearhug.web.call import Call

URN = "urn:ietf:params:oauth"
DEVICE, EXCHANGE = f"{URN}:grant-type:device_code", f"{URN}:grant-type:token-exchange"
ID_TOKEN, ACCESS_TOKEN = f"{URN}:token-type:id_token", f"{URN}:token-type:access_token"

Said = Mapping[str, str]


async def token(request: Request) -> Response:
    """A token, for whatever proves that one may be had."""
    said = await fields(request)
    grant = _needed(said, "grant_type")
    if grant == EXCHANGE:
        return await _exchange(request, said)
    ways = {"authorization_code": _redeem, "refresh_token": _refresh, DEVICE: _poll}
    if grant not in ways:
        raise OAuthError("unsupported_grant_type", f"This hub knows no grant {grant[:80]!r}.")
    issued = await write(request, ways[grant], client_of(request, said), said)
    if isinstance(issued, OAuthError):
        raise issued
    call = Call.of(request)
    return answer(await call.thread(_told, call.hub, issued, call.base_url))


async def revoke(request: Request) -> Response:
    """End a token: the same answer whether it was one or not (RFC 7009)."""
    said = await fields(request)
    await write(request, _revoke, client_of(request, said), _needed(said, "token"))
    return answer({})


def _redeem(tx: Transaction, client: Client, said: Said) -> Issued | OAuthError:
    # @huggingface/hub, in a browser, sends no client id: the code knows whose it is.
    app = _app(tx, client) if client.id else None
    return service.redeem(
        tx,
        app,
        _needed(said, "code"),
        redirect_uri=said.get("redirect_uri"),
        verifier=said.get("code_verifier", ""),
    )


def _refresh(tx: Transaction, client: Client, said: Said) -> Issued | OAuthError:
    scope = parse(said.get("scope", ""))
    return service.refresh(tx, _app(tx, client), _needed(said, "refresh_token"), scope)


def _poll(tx: Transaction, client: Client, said: Said) -> Issued | OAuthError:
    return service.poll(tx, _app(tx, client), _needed(said, "device_code"))


def _revoke(tx: Transaction, client: Client, token: str) -> None:
    service.revoke(tx, _app(tx, client), token)


def _app(tx: Transaction, client: Client) -> App:
    return service.authenticate(tx, client.id, client.secret)


async def _exchange(request: Request, said: Said) -> Response:
    """A CI job's id token for one of ours (RFC 8693; HUB_API §18)."""
    if said.get("subject_token_type") != ID_TOKEN:
        raise OAuthError("invalid_request", f"subject_token_type: use {ID_TOKEN}.")
    if said.get("requested_token_type", ACCESS_TOKEN) != ACCESS_TOKEN:
        raise OAuthError("invalid_request", f"requested_token_type: use {ACCESS_TOKEN}.")
    subject, resource = _needed(said, "subject_token"), Resource.parse(_needed(said, "resource"))
    call = Call.of(request)
    issuer = issuers.issuer_of(subject)
    await call.thread(call.hub.read, service.candidates, resource, issuer)
    claims = await issuers.verified(call.hub, subject, issuer, call.base_url)
    issued = await write(request, service.exchange, resource, issuer, claims)
    return answer({**_plain(issued), "issued_token_type": ACCESS_TOKEN})


def _told(hub: Hub, issued: Issued, base_url: str) -> dict[str, Any]:
    """The answer, with an id token for whom asked who it is."""
    said = {**_plain(issued), "scope": " ".join(issued.scopes)}
    if issued.refresh_token:
        said["refresh_token"] = issued.refresh_token
    if "openid" in issued.scopes:
        claims = service.of_token(issued, base_url, hub.clock() // 1000)
        said["id_token"] = service.sign(hub, claims)
    return said


def _plain(issued: Issued) -> dict[str, Any]:
    return {
        "access_token": issued.access_token,
        "token_type": "bearer",
        "expires_in": issued.seconds,
    }


def _needed(said: Said, name: str) -> str:
    if not said.get(name):
        raise OAuthError("invalid_request", f"{name} is missing.")
    return said[name]


routes = [
    program_route("/oauth/token", token, ["POST"]),
    program_route("/oauth/revoke", revoke, ["POST"]),
]
