"""Errors, told the way their reader understands: JSON to programs, a page to people."""

from urllib.parse import unquote

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response

from bearhug.errors import BadRequest, GatedRepo, HubError, Moved, NotFound, RepoNotFound
from bearhug.hub import VISITOR, Actor
from bearhug.kit.wire import ascii_header
from bearhug.web.call import Call

PROGRAMS = ("/api/", "/api-viewer/", "/v1/", "/v2/", "/hf-inference/", "/api-inference/", "/models/")
"""Addresses below which an answer is JSON whoever asks."""

GIT = ("/info/refs", "/git-upload-pack", "/git-receive-pack")


async def explain(request: Request, error: HubError) -> Response:
    """The answer to a request that ended in `error`."""
    if isinstance(error, Moved):
        target = _moved(request, error)
        if target is not None:
            return target
        # The old name came in a body: there is no other address, and no repo of that name.
        error = _gone(error)
    if isinstance(error, GatedRepo) and error.status == 403:
        where = f"{Call.of(request).base_url}{error.path}"
        error.message += f" Visit {where} to ask for access."
    # It may quote half a character out of somebody's JSON, which no answer can hold.
    error.message = error.message.encode("utf-8", "replace").decode()
    headers = {
        "X-Error-Code": error.code,
        "X-Error-Message": ascii_header(error.message),
        "Vary": "Accept, Cookie",
        **error.headers,
    }
    if wants_page(request):
        return await _page(request, error, headers)
    if error.status == 401 and _is_git(request):
        headers["WWW-Authenticate"] = 'Basic realm="Bearhug: any name, a token as the password"'
    return _told(request, error, headers)


def _told(request: Request, error: HubError, headers: dict[str, str]) -> Response:
    """Git prints plain text, git-lfs a `message`; the Hub's clients read `error`."""
    path = str(request.scope["path"])
    if path.endswith(GIT):
        return PlainTextResponse(f"{error.message}\n", error.status, headers)
    body = {"error": error.message, **error.details}
    if "/info/lfs/" in path:
        body["message"] = error.message
    return JSONResponse(body, error.status, headers)


def as_hub_error(error: Exception) -> HubError | None:
    """What FastAPI and Starlette refuse, in our words; None for a bug."""
    if isinstance(error, HubError):
        return error
    if isinstance(error, RequestValidationError):
        return BadRequest("; ".join(map(_field, error.errors())) or "The request is malformed.")
    if isinstance(error, HTTPException):
        known = NotFound if error.status_code == 404 else BadRequest
        refused = known(str(error.detail))
        refused.status = error.status_code
        return refused
    if isinstance(error, MultiPartException):
        return BadRequest(f"The form cannot be read: {error.message}")
    if isinstance(error, UnicodeEncodeError) and error.reason == "surrogates not allowed":
        # JSON can spell half a character ("\\ud800"), and Python reads it; nothing can write it.
        return BadRequest("A text of this request has half a character in it.")
    return None


def wants_page(request: Request) -> bool:
    """Whether a person in a browser asks, and not for a program's address."""
    path = str(request.scope["path"])
    if path.startswith(PROGRAMS) or _is_git(request):
        return False
    return "text/html" in request.headers.get("accept", "")


def _is_git(request: Request) -> bool:
    path = str(request.scope["path"])
    return ".git/" in path or path.endswith(GIT)


async def _page(request: Request, error: HubError, headers: dict[str, str]) -> Response:
    call = Call.of(request)
    actor = await _asking(call, error)
    asks = request.method == "GET" and "authorization" not in request.headers  # else for ever
    if error.status == 401 and actor.user_id is None and asks:
        return call.redirect(f"/login?next={call.raw_path}")
    return call.page_for(actor, "error.html", status=error.status, headers=headers, error=error)


async def _asking(call: Call, error: HubError) -> Actor:
    """Whoever asks, for the top of the page; a visitor where telling is what failed."""
    if error.status >= 500:  # the database may be what broke
        return VISITOR
    try:
        return await call.actor()
    except HubError:
        return VISITOR


def _moved(request: Request, error: Moved) -> Response | None:
    """To the same page under the new name; None if the old one is not in the address."""
    segments = Call.of(request).raw_path.split("/")
    known = [unquote(segment).removesuffix(".git").lower() for segment in segments]
    old = error.old.lower().split("/")
    places = [at for at in range(len(known)) if known[at : at + len(old)] == old]
    if not places:
        return None
    at, git = places[0], ".git" if segments[places[0] + 1].endswith(".git") else ""
    target = "/".join((*segments[:at], error.new + git, *segments[at + 2 :]))
    if request.url.query:
        target += f"?{request.url.query}"
    # Relative: huggingface_hub follows no other on HEAD (file_download.py, _httpx_follow_relative).
    return RedirectResponse(target, 307, {"X-Error-Code": error.code})


def _gone(moved: Moved) -> RepoNotFound:
    gone = RepoNotFound()
    gone.message = f"{gone.message}: {moved.message}"
    return gone


def _field(problem: dict[str, object]) -> str:
    where = problem["loc"]
    assert isinstance(where, (tuple, list))
    names = [str(part) for part in where if part not in ("body", "query", "path")]
    return f"{'.'.join(names) or 'the body'}: {problem['msg']}"
