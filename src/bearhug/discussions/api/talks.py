"""Lists of discussions, one with its story, and what is done to it."""

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel

from bearhug.discussions import service as talk
from bearhug.discussions.api import shapes
from bearhug.discussions.model import Event, Filter, Status, Wish
from bearhug.discussions.service import Spot
from bearhug.errors import BadRequest
from bearhug.files.service.committing import MAIN
from bearhug.hub import Transaction
from bearhug.repos.model import Repo, RepoKind
from bearhug.web.call import Call, CallDep

router = APIRouter(prefix="/api", tags=["discussions"])
HOME = "/{kind:kind}/{owner:seg}/{name:seg}/discussions"
ONE = HOME + "/{num:int}"
COMMENT = ONE + "/comment/{comment:seg}"
KINDS = ("all", "discussion", "pull_request")
STATUSES = ("all", "open", "closed")
MOST_A_PAGE = 100
Acted = Callable[[Transaction], tuple[Repo, Event]]


class NewDiscussion(BaseModel):
    title: str
    description: str = ""
    pullRequest: bool = False


class NewComment(BaseModel):
    comment: str


class NewContent(BaseModel):
    content: str


class NewTitle(BaseModel):
    title: str


class NewStatus(BaseModel):
    status: Status
    comment: str | None = None


class Merge(BaseModel):
    comment: str | None = None


class Pin(BaseModel):
    pinned: bool = True


class Lock(BaseModel):
    locked: bool = True


class NewReaction(BaseModel):
    reaction: str


@router.get(HOME)
async def discussions(call: CallDep, kind: RepoKind, owner: str, name: str) -> dict[str, Any]:
    """A page of them, newest first, counted from `p=0`. Client: HfApi.get_repo_discussions."""
    query = call.request.query_params
    wanted = Filter(
        _one_of("type", query.get("type"), KINDS),
        _one_of("status", query.get("status"), STATUSES),
        query.get("author", ""),
        query.get("search", "").strip(),
    )
    page = _number(query.get("p"), "p", 0)
    limit = min(max(_number(query.get("limit"), "limit", talk.PAGE), 1), MOST_A_PAGE)
    repo, found, count = await call.read_slow(
        talk.listing, kind, f"{owner}/{name}", wanted, page=page, limit=limit
    )
    shown = [shapes.discussion(call, repo, each) for each in found]
    return {"discussions": shown, "count": count, "start": page * limit}


@router.post(HOME)
async def create(
    call: CallDep, kind: RepoKind, owner: str, name: str, new: NewDiscussion
) -> dict[str, Any]:
    """Open a discussion, or a draft of a pull request. Client: HfApi.create_discussion."""
    wish = Wish(
        new.title, new.description, base=MAIN if new.pullRequest else "", draft=new.pullRequest
    )
    repo, opened = await call.write(talk.open_discussion, kind, f"{owner}/{name}", wish)
    url = call.base_url + opened.path(repo)
    return {**shapes.discussion(call, repo, opened), "id": opened.object_id, "url": url}


@router.get(ONE)
async def details(call: CallDep, kind: RepoKind, owner: str, name: str, num: int) -> dict[str, Any]:
    """With its whole story; `diff=1` for the text of it. Client: HfApi.get_discussion_details."""
    diff = call.request.query_params.get("diff", "").lower() in ("1", "true")
    spot = Spot(kind, f"{owner}/{name}", num)
    return shapes.details(call, await call.read_slow(talk.thread, spot, diff=diff))


@router.post(ONE + "/comment")
async def comment(
    call: CallDep, kind: RepoKind, owner: str, name: str, num: int, new: NewComment
) -> dict[str, Any]:
    """Client: HfApi.comment_discussion."""
    spot = Spot(kind, f"{owner}/{name}", num)
    said = await call.write(talk.comment, spot, new.comment)
    return {"newMessage": await _told(call, said)}


@router.post(COMMENT + "/edit")
async def edit_comment(
    call: CallDep, kind: RepoKind, owner: str, name: str, num: int, comment: str, new: NewContent
) -> dict[str, Any]:
    """Client: HfApi.edit_discussion_comment."""
    spot = Spot(kind, f"{owner}/{name}", num)
    edited = await call.write(talk.edit_comment, spot, comment, new.content)
    return {"updatedComment": await _told(call, edited)}


@router.post(COMMENT + "/hide")
async def hide_comment(
    call: CallDep, kind: RepoKind, owner: str, name: str, num: int, comment: str
) -> dict[str, Any]:
    """For good. Client: HfApi.hide_discussion_comment."""
    spot = Spot(kind, f"{owner}/{name}", num)
    hidden = await call.write(talk.hide_comment, spot, comment)
    return {"updatedComment": await _told(call, hidden)}


@router.post(COMMENT + "/reaction")
async def react(
    call: CallDep, kind: RepoKind, owner: str, name: str, num: int, comment: str, new: NewReaction
) -> dict[str, Any]:
    """React with one of twelve emoji, or take it back."""
    spot = Spot(kind, f"{owner}/{name}", num)
    changed = await call.write(talk.react, spot, comment, new.reaction)
    return {"updatedComment": await _told(call, changed)}


@router.post(ONE + "/title")
async def rename(
    call: CallDep, kind: RepoKind, owner: str, name: str, num: int, new: NewTitle
) -> dict[str, Any]:
    """Client: HfApi.rename_discussion."""
    renamed = await call.write(talk.rename, Spot(kind, f"{owner}/{name}", num), new.title)
    return {"newTitle": await _told(call, renamed)}


@router.post(ONE + "/status")
async def set_status(
    call: CallDep, kind: RepoKind, owner: str, name: str, num: int, new: NewStatus
) -> dict[str, Any]:
    """Open, close, or back to a draft. Client: HfApi.change_discussion_status."""
    spot = Spot(kind, f"{owner}/{name}", num)
    changed = await call.write(talk.set_status, spot, new.status, new.comment or "")
    return {"newStatus": await _told(call, changed)}


@router.post(ONE + "/merge")
async def merge(
    call: CallDep, kind: RepoKind, owner: str, name: str, num: int, new: Merge | None = None
) -> dict[str, Any]:
    """Client: HfApi.merge_pull_request."""
    spot = Spot(kind, f"{owner}/{name}", num)
    actor = await call.actor()
    said = (new.comment if new else None) or ""
    oid = await call.thread(talk.merge_now, call.hub, actor, spot, said)
    return {"success": True, "mergeCommitId": oid}


@router.post(ONE + "/pin")
async def pin(
    call: CallDep, kind: RepoKind, owner: str, name: str, num: int, new: Pin | None = None
) -> dict[str, bool]:
    """Keep it at the top of the list, or no longer."""
    pinned = new.pinned if new else True
    await call.write(talk.set_pinned, Spot(kind, f"{owner}/{name}", num), pinned)
    return {"pinned": pinned}


@router.post(ONE + "/lock")
async def lock(
    call: CallDep, kind: RepoKind, owner: str, name: str, num: int, new: Lock | None = None
) -> dict[str, bool]:
    """Let only the repo's writers go on, or everyone again."""
    locked = new.locked if new else True
    await call.write(talk.set_locked, Spot(kind, f"{owner}/{name}", num), locked)
    return {"locked": locked}


@router.post(ONE + "/delete-ref")
async def delete_ref(
    call: CallDep, kind: RepoKind, owner: str, name: str, num: int
) -> dict[str, bool]:
    """Delete `refs/pr/N` once the pull request is over."""
    await call.write(talk.delete_ref, Spot(kind, f"{owner}/{name}", num))
    return {"success": True}


@router.post(ONE + "/restore-ref")
async def restore_ref(
    call: CallDep, kind: RepoKind, owner: str, name: str, num: int
) -> dict[str, bool]:
    """Bring a deleted `refs/pr/N` back, where it was."""
    await call.write(talk.restore_ref, Spot(kind, f"{owner}/{name}", num))
    return {"success": True}


async def _told(call: Call, happened: tuple[Repo, Event]) -> dict[str, Any]:
    """The event as later details have it: rendered after the write, which renders nothing."""
    repo, event = happened
    return shapes.event(call, await call.read_slow(talk.dress, repo, event))


def _one_of(field: str, given: str | None, known: tuple[str, ...]) -> str:
    if given is None:
        return known[0]
    if given not in known:
        raise BadRequest(f"{field}: use {', '.join(known)}; got {given!r}.")
    return given


def _number(given: str | None, field: str, default: int) -> int:
    if given is None:
        return default
    if not given.isdecimal() or not given.isascii() or len(given) > 9:
        raise BadRequest(f"{field}: {given!r} is not a number.")
    return int(given)
