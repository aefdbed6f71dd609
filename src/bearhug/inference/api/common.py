"""What every door to a model does: find it, ask it, shape what went wrong."""

import json
import re
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bearhug.errors import BadRequest, HubError, Moved, NotFound, TooLarge
from bearhug.hub import Transaction
from bearhug.inference import service
from bearhug.inference.asking import HOLD_SECONDS, WAIT_SECONDS, Question
from bearhug.inference.model import ModelName, NotServed, Placement
from bearhug.inference.room import Asker, LargeBodies, ModelRoom
from bearhug.inference.service import Located
from bearhug.inference.tasks import does
from bearhug.kit.wire import ascii_header
from bearhug.repos import service as repos
from bearhug.repos.model import Access, Repo, RepoKind
from bearhug.web.call import Call
from bearhug.web.explain import as_hub_error

MOST_BODY_BYTES = 48 * 1024**2
"""Of a body, with a picture or a recording in it, which base64 makes a third longer."""

LARGE_BODY_BYTES = 4 * 1024**2
MOST_PARTS = 1_000_000
"""Values of a body in JSON, about: a table may have a tenth of that."""

JSON = re.compile(rb"\s*[\[{]")

FIRST_WORD_SECONDS = 20.0
"""How long a stream may take to its first word before the answer begins without it."""

TYPES = {401: "authentication_error", 403: "permission_error", 429: "rate_limit_error"}

Handler = Callable[[Request], Awaitable[Response]]


class Roomy(APIRoute):
    """A route whose body may hold a picture or a recording."""

    def get_route_handler(self) -> Any:
        answer = super().get_route_handler()

        async def roomily(request: Request) -> Response:
            request.scope["bearhug.body_limit"] = MOST_BODY_BYTES
            with _counted(request):
                await _read(request)
                return await answer(request)

        return roomily


class OpenAi(Roomy):
    """A route that tells errors as OpenAI does: {"error": {message, type, param, code}}."""

    def get_route_handler(self) -> Any:
        answer = super().get_route_handler()

        async def explained(request: Request) -> Response:
            try:
                response: Response = await answer(request)
            except (HubError, RequestValidationError, HTTPException) as error:
                return _refusal(error)
            return response

        return explained


def openai_error(error: HubError, param: str | None = None) -> dict[str, Any]:
    """The error as OpenAI's clients read it."""
    kind = "server_error" if error.status >= 500 else "invalid_request_error"
    code = "model_not_found" if error.status == 404 else _snake(error.code)
    told = {"message": error.message, "type": TYPES.get(error.status, kind)}
    return {"error": {**told, "param": param, "code": code}, **error.details}


def named(model: Any) -> ModelName:
    """The model that a body names. Raises BadRequest, or NotFound for a name of another kind."""
    if not model:
        raise BadRequest("model: name one, as owner/name.")
    try:
        return ModelName.parse(str(model))
    except BadRequest as error:
        raise NotFound(f"There is no model {model!r} here. {error.message}") from error


def room_of(call: Call) -> ModelRoom:
    room: ModelRoom = call.hub.rooms["inference"]
    return room


async def asker_of(call: Call) -> Asker:
    return Asker((await call.actor()).user_id, call.address)


async def located(call: Call, name: ModelName) -> Located:
    """The model by that name, for whoever may read it. A former name leads to the new one.

    Whoever may read the weights may ask the model; a fine-grained token besides needs the
    permission to; visitors ask public models.
    Raises RepoNotFound, GatedRepo, RevisionNotFound, EntryNotFound, NotServed, Forbidden.
    """

    def find(tx: Transaction) -> Located:
        service.require_leave(tx.actor)
        try:
            repo = repos.find(tx, RepoKind.MODEL, name.repo, access=Access.READ)
        except Moved as moved:
            repo = repos.find(tx, RepoKind.MODEL, moved.new, access=Access.READ)
        return service.locate(tx, repo, name.revision, name.file)

    return await call.read_slow(find)


async def placed(call: Call, name: ModelName) -> tuple[Repo, Placement]:
    """The model and where it stands, answering or not. Raises as `located`, but for NotServed."""

    def find(tx: Transaction) -> tuple[Repo, Placement]:
        repo = repos.find(tx, RepoKind.MODEL, name.repo, access=Access.READ)
        return repo, service.place(tx, repo, name.revision, name.file)

    return await call.read_slow(find)


def require_task(found: Located, wanted: str) -> None:
    """Raises NotServed, naming the task it does, for a model that does not do `wanted`."""
    own = found.placement.task
    if not does(own, wanted):
        raise NotServed(
            f"{found.repo.name} does {own}, not {wanted}. GET /v1/models lists what does what.",
            task=own,
        )


def hold_seconds(request: Request, *, wait: bool = False) -> float:
    """How long to hold the question while its model loads."""
    asked = request.headers.get("x-wait-for-model", "").lower() in ("1", "true")
    return WAIT_SECONDS if wait or asked else HOLD_SECONDS


async def question_for(
    call: Call,
    name: ModelName,
    body: Mapping[str, Any],
    *,
    chat: bool,
    as_named: str,
    wait: bool = False,
) -> Question:
    """The question, its model found. Raises as `located`."""
    return Question(
        name=as_named,
        located=await located(call, name),
        chat=chat,
        body=body,
        asker=await asker_of(call),
        hold_seconds=hold_seconds(call.request, wait=wait),
    )


def event(data: object) -> bytes:
    return b"data: " + json.dumps(data, separators=(",", ":")).encode() + b"\n\n"


def _refusal(error: Exception) -> Response:
    known = as_hub_error(error)
    assert known is not None
    if isinstance(known, Moved):
        raise known
    field = known.details.get("field")
    param = field if isinstance(field, str) else None
    if isinstance(error, RequestValidationError):
        where = error.errors()[0]["loc"]
        param = ".".join(str(part) for part in where if part != "body") or None
    headers = {
        "X-Error-Code": known.code,
        "X-Error-Message": ascii_header(known.message),
        **known.headers,
    }
    return JSONResponse(openai_error(known, param), known.status, headers)


def _counted(request: Request) -> AbstractContextManager[None]:
    """A large body counts, before it is known whose it is. Raises TooMany."""
    length = request.headers.get("content-length", "")
    if not length.isdigit() or int(length) < LARGE_BODY_BYTES:
        return nullcontext()
    call = Call.of(request)
    large: LargeBodies = call.hub.rooms.setdefault("large_questions", LargeBodies())
    return large.one(call.address)


async def _read(request: Request) -> None:
    """Read the body, which FastAPI would read at any length. Raises TooLarge."""
    length = request.headers.get("content-length")
    if length is None and request.method in ("POST", "PUT"):
        raise BadRequest("Say how long the body is (Content-Length).")
    if length is not None and (not length.isdigit() or int(length) > MOST_BODY_BYTES):
        raise TooLarge(f"A question may have {MOST_BODY_BYTES} bytes; send a smaller one.")
    if length is None or int(length) <= MOST_PARTS:
        return
    if not request.headers.get("content-type", "").startswith("multipart/"):
        _check_parts(await request.body())


def _check_parts(body: bytes) -> None:
    """Raises TooLarge for JSON that would take the hub many times its length, and everyone's time:
    a picture or a recording is one part.
    """
    if JSON.match(body) and sum(map(body.count, (b"[", b"{", b","))) > MOST_PARTS:
        raise TooLarge(f"A question may have {MOST_PARTS} parts; send a smaller one.")


def _snake(code: str) -> str:
    """ "TooMany" as "too_many"."""
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in code)[1:]
