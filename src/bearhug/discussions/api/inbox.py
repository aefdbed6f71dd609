"""What the caller was told of."""

from typing import Any

from fastapi import APIRouter, Response

from bearhug.discussions import service as talk
from bearhug.discussions.api import shapes
from bearhug.kit.wire import wire_time
from bearhug.web.call import CallDep

router = APIRouter(prefix="/api", tags=["discussions"])


@router.get("/notifications")
async def notifications(call: CallDep, response: Response) -> dict[str, Any]:
    """The newest of each discussion, newest first, by pages; `readStatus=unread` for those."""
    query = call.request.query_params
    cursor = query.get("cursor", "")
    known = cursor.isdecimal() and cursor.isascii() and len(cursor) < 19
    status = "unread" if query.get("readStatus") == "unread" else "all"
    start = {"before": int(cursor)} if known else {}
    found, more = await call.read_slow(talk.inbox, only_unread=status == "unread", **start)
    if more is not None:
        url = f"{call.base_url}/api/notifications?readStatus={status}&cursor={more}"
        response.headers["Link"] = f'<{url}>; rel="next"'
    return {
        "count": {"unread": await call.read(talk.unread)},
        "notifications": [
            {
                "type": "repo",
                "read": each.read,
                "reason": each.reason,
                "updatedAt": wire_time(each.at),
                "repo": {"name": str(each.repo.name), "type": each.repo.kind.value},
                "discussion": shapes.discussion(call, each.repo, each.discussion),
            }
            for each in found
        ],
    }


@router.post("/notifications/mark-as-read")
async def mark_as_read(call: CallDep) -> dict[str, bool]:
    """All of them."""
    await call.write(talk.note_all_read)
    return {"success": True}
