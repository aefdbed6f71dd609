"""Requests for what is behind a gate. Clients: HfApi.list_pending_access_requests and the like."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from bearhug.access import service as access
from bearhug.access.model import Request, Status
from bearhug.access.model.gates import MOST_REASON
from bearhug.errors import HubError
from bearhug.hub import Transaction
from bearhug.kit.wire import wire_time
from bearhug.repos.model import RepoKind
from bearhug.web.call import Call, CallDep

router = APIRouter(prefix="/api", tags=["access"])
AT = "/{kind:kind}/{owner:seg}/{name:seg}/user-access-request"
MOST_BATCH = 100


class Granted(BaseModel):
    user: str


class Named(BaseModel):
    """Whose request: one of the two."""

    user: str = ""
    requestId: str = ""


class Decision(Named):
    status: Status
    rejectionReason: str | None = Field(None, max_length=MOST_REASON)


class Batch(BaseModel):
    """One decision about several people."""

    status: Status
    rejectionReason: str | None = Field(None, max_length=MOST_REASON)
    requests: list[Named] = Field(min_length=1, max_length=MOST_BATCH)


Cursor = Annotated[str, Query(max_length=50)]
Limit = Annotated[int, Query(ge=1, le=1000)]


@router.get(AT + "/{status:seg}")
async def list_requests(
    call: CallDep,
    response: Response,
    kind: RepoKind,
    owner: str,
    name: str,
    status: Status,
    cursor: Cursor = "",
    limit: Limit = access.PAGE,
) -> list[dict[str, Any]]:
    """A repo's requests of one status, newest first, for whoever may write to it."""
    at, _, id = cursor.partition("-")
    known = at.isdecimal() and id.isdecimal() and len(at) < 19 and len(id) < 19
    before = (int(at), int(id)) if known else access.NEWEST
    step = await call.read_slow(
        access.browse, kind, f"{owner}/{name}", status, before=before, limit=limit
    )
    if step.more is not None:
        query = f"cursor={step.more[0]}-{step.more[1]}&limit={limit}"
        response.headers["Link"] = f'<{call.base_url}{call.raw_path}?{query}>; rel="next"'
    return [told(call, request) for request in step.requests]


@router.post(AT + "/handle")
async def handle(
    call: CallDep, kind: RepoKind, owner: str, name: str, asked: Decision
) -> dict[str, bool]:
    """Accept, reject or put back a request. Client: HfApi.accept_access_request."""
    reason = asked.rejectionReason or ""
    await call.write(
        access.handle,
        kind,
        f"{owner}/{name}",
        asked.user,
        asked.status,
        reason=reason,
        request_id=asked.requestId,
    )
    return {"success": True}


@router.post(AT + "/batch")
async def handle_many(
    call: CallDep, kind: RepoKind, owner: str, name: str, asked: Batch
) -> list[dict[str, Any]]:
    """The same decision for up to a hundred people; what came of each, in their order."""

    def decide(tx: Transaction) -> list[dict[str, Any]]:
        access.browse(tx, kind, f"{owner}/{name}", Status.PENDING, limit=1)  # may one at all?
        return [_decided(tx, kind, f"{owner}/{name}", each, asked) for each in asked.requests]

    return await call.write(decide)


@router.post(AT + "/grant")
async def grant(
    call: CallDep, kind: RepoKind, owner: str, name: str, asked: Granted
) -> dict[str, Any]:
    """Let somebody in who did not ask. Client: HfApi.grant_access."""
    account = await call.write(access.grant, kind, f"{owner}/{name}", asked.user)
    return {"user": account.name, "status": Status.ACCEPTED}


@router.post(AT + "/cancel")
async def cancel(call: CallDep, kind: RepoKind, owner: str, name: str) -> dict[str, bool]:
    """Take back one's own request."""
    await call.write(access.cancel, kind, f"{owner}/{name}")
    return {"success": True}


def told(call: Call, request: Request) -> dict[str, Any]:
    """As HfApi reads it. No e-mail address of whoever did not agree to share it."""
    user = {
        "_id": request.user.object_id,
        "user": request.user.name,
        "fullname": request.user.title,
        "avatarUrl": call.base_url + (request.user.avatar or f"/avatars/{request.user.name}"),
        "type": "user",
        "isPro": False,
    }
    if request.email:
        user["email"] = request.email
    said: dict[str, Any] = {
        "requestId": request.id,
        "user": user,
        "status": request.status,
        "timestamp": wire_time(request.asked_at),
    }
    if request.decided_at is not None and request.decided_by:
        said["reviewedAt"] = wire_time(request.decided_at)
        said["grantedBy"] = {"user": request.decided_by}
    if request.fields:
        said["fields"] = dict(request.fields)
    if request.reason:
        said["rejectionReason"] = request.reason
    return said


def _decided(
    tx: Transaction, kind: RepoKind, name: str, whose: Named, asked: Batch
) -> dict[str, Any]:
    said = whose.model_dump(exclude_defaults=True)
    reason = asked.rejectionReason or ""
    try:
        access.handle(
            tx, kind, name, whose.user, asked.status, reason=reason, request_id=whose.requestId
        )
    except HubError as refused:
        return {**said, "success": False, "error": refused.message}
    return {**said, "success": True, "status": asked.status}
