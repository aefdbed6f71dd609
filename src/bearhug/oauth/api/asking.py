"""Reading a request of a program: its fields, and which app sends it."""

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Concatenate, ParamSpec, TypeVar
from urllib.parse import unquote_plus

from starlette.formparsers import MultiPartException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bearhug.errors import HubError
from bearhug.hub import VISITOR, Hub, Transaction
from bearhug.kit.wire import ascii_header
from bearhug.oauth.model import OAuthError
from bearhug.web.call import Call

P = ParamSpec("P")
T = TypeVar("T")
Endpoint = Callable[[Request], Any]

MOST_BYTES = 64 * 1024
NOT_KEPT = {"Cache-Control": "no-store", "Pragma": "no-cache"}


@dataclass(frozen=True)
class Client:
    """Who says to ask: not yet proved. `secret` is None where none was sent."""

    id: str
    secret: str | None


async def fields(request: Request) -> Mapping[str, str]:
    """A form's fields, or a JSON object's texts. Raises OAuthError (invalid_request)."""
    request.scope["bearhug.body_limit"] = MOST_BYTES
    if request.headers.get("content-type", "").partition(";")[0].strip() == "application/json":
        said = await document(request)
        return {name: value for name, value in said.items() if isinstance(value, str)}
    try:
        form = await request.form(max_files=0, max_fields=100)
    except MultiPartException as error:
        raise OAuthError("invalid_request", f"The form cannot be read: {error.message}") from error
    pairs = form.multi_items()
    if len({name for name, _ in pairs}) < len(pairs):
        raise OAuthError("invalid_request", "Send each parameter once.")
    return {name: value for name, value in pairs if isinstance(value, str)}


async def document(request: Request) -> Mapping[str, Any]:
    """A JSON object. Raises OAuthError (invalid_request)."""
    request.scope["bearhug.body_limit"] = MOST_BYTES
    try:
        said = json.loads(await request.body())
    except (ValueError, RecursionError) as error:
        raise OAuthError("invalid_request", "The body is no JSON.") from error
    if not isinstance(said, dict):
        raise OAuthError("invalid_request", "The body is no JSON object.")
    return said


def client_of(request: Request, said: Mapping[str, str]) -> Client:
    """By Basic authentication, or in the body (RFC 6749 §2.3.1). Raises OAuthError."""
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    secret = said.get("client_secret") or None
    if scheme.lower() != "basic":
        return Client(said.get("client_id", ""), secret)
    if secret is not None:
        raise OAuthError("invalid_request", "Send the client's secret in one way, not in two.")
    try:
        decoded = base64.b64decode(value.strip(), validate=True).decode()
    except ValueError as error:
        raise OAuthError("invalid_client", "The header cannot be read.", status=401) from error
    name, _, password = decoded.partition(":")
    known = said.get("client_id", unquote_plus(name))
    if known != unquote_plus(name):
        raise OAuthError("invalid_request", "client_id: the header names another.")
    return Client(known, unquote_plus(password) or None)


async def write(
    request: Request,
    work: Callable[Concatenate[Transaction, P], T],
    *args: P.args,
    **kwargs: P.kwargs,
) -> T:
    """`work(tx, …)` for nobody: a cookie that came along counts for nothing here."""
    call = Call.of(request)
    return await call.thread(_write, call.hub, work, args, kwargs)


def answer(said: Mapping[str, Any], status: int = 200) -> Response:
    """JSON that no cache keeps."""
    return JSONResponse(dict(said), status, headers=NOT_KEPT)


def program_route(path: str, endpoint: Endpoint, methods: list[str]) -> Route:
    """The endpoint, its errors as JSON whatever the caller accepts."""

    async def answered(request: Request) -> Response:
        try:
            response: Response = await endpoint(request)
        except HubError as refused:
            return _refusal(refused)
        return response

    return Route(path, answered, methods=methods, name=endpoint.__name__)


def _refusal(refused: HubError) -> Response:
    told = {"error": refused.message, **refused.details}
    said = {"X-Error-Code": refused.code, "X-Error-Message": ascii_header(refused.message)}
    return JSONResponse(told, refused.status, headers={**NOT_KEPT, **said, **refused.headers})


def _write(hub: Hub, work: Callable[..., T], args: Any, kwargs: Any) -> T:
    return hub.write_as(VISITOR, work, *args, **kwargs)
