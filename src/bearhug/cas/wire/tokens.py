"""The Hub's side: where a client learns how to speak to the CAS, and for whom it does."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bearhug.cas import service as cas
from bearhug.cas.model import Ticket
from bearhug.errors import NotSignedIn
from bearhug.repos.model import RepoKind
from bearhug.web.call import Call


async def read_token(request: Request) -> Response:
    """A token to read. Clients: hf_xet (JSON), huggingface_hub (headers), hub.js."""
    call = Call.of(request)
    return _answer(call, await call.read(cas.read_access, *_named(request)))


async def write_token(request: Request) -> Response:
    """A token to add files; `create_pr` says that they are for a pull request to come."""
    call = Call.of(request)
    proposing = request.query_params.get("create_pr", "") not in ("", "0", "false")
    revision = request.path_params["rev"]
    access = await call.read(cas.write_access, *_named(request), revision, proposing=proposing)
    return _answer(call, access)


async def ticket(request: Request, *, writes: bool = False) -> Ticket:
    """What a request to the CAS may do. Raises NotSignedIn, and as `cas.ticket_of`."""
    call = Call.of(request)
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        raise NotSignedIn("Send the token of xet-read-token or xet-write-token as Bearer.")
    return await call.thread(cas.ticket_of, call.hub, token.strip(), writes=writes)


def _named(request: Request) -> tuple[RepoKind, str]:
    given = request.path_params
    return RepoKind(given["kind"]), f"{given['owner']}/{given['name']}"


def _answer(call: Call, access: cas.Access) -> Response:
    """In JSON for hf_xet, in headers for older clients."""
    url = call.base_url + access.path
    found = {"accessToken": access.token, "exp": access.expires, "casUrl": url}
    headers = access.headers(call.base_url) | {"Cache-Control": "no-store"}
    return JSONResponse(found, headers=headers)
