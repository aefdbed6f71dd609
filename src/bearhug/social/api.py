"""Likes as JSON. Clients: HfApi.unlike, list_repo_likers, list_liked_repos."""

from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse

from bearhug.accounts.model.account import avatar_path
from bearhug.kit.wire import Moment, wire_time
from bearhug.repos.model import RepoKind
from bearhug.social import service as social
from bearhug.web.call import Call, CallDep

router = APIRouter(prefix="/api", tags=["likes"])

LIKE = "/{kind:kind}/{owner:seg}/{name:seg}/like"


@router.post(LIKE, response_class=PlainTextResponse)
async def like(call: CallDep, kind: RepoKind, owner: str, name: str) -> str:
    """Like a repo; again changes nothing."""
    await call.write(social.like, kind, f"{owner}/{name}")
    return "OK"


@router.delete(LIKE, response_class=PlainTextResponse)
async def unlike(call: CallDep, kind: RepoKind, owner: str, name: str) -> str:
    """No longer like it. Client: HfApi.unlike."""
    await call.write(social.unlike, kind, f"{owner}/{name}")
    return "OK"


@router.get("/{kind:kind}/{owner:seg}/{name:seg}/likers")
async def likers(
    call: CallDep,
    request: Request,
    response: Response,
    kind: RepoKind,
    owner: str,
    name: str,
) -> list[dict[str, Any]]:
    """Who likes a repo, newest first. Client: HfApi.list_repo_likers."""
    before = _before(request)
    found = await call.read_slow(social.likers, kind, f"{owner}/{name}", before)
    if len(found) == social.PAGE:
        _link(call, response, found[-1].at, found[-1].id)
    return [
        {
            "_id": f"{each.id:024x}",
            "user": each.name,
            "fullname": each.full_name or each.name,
            "avatarUrl": call.base_url + avatar_path(each.name, each.avatar_sha256),
            "type": "user",
            "isPro": False,
        }
        for each in found
    ]


@router.get("/users/{user:seg}/likes")
async def liked(
    call: CallDep, request: Request, response: Response, user: str
) -> list[dict[str, Any]]:
    """What somebody likes, newest first. Client: HfApi.list_liked_repos."""
    found = await call.read_slow(social.liked_by, user, _before(request))
    if len(found) == social.PAGE:
        _link(call, response, found[-1].at, found[-1].repo.id)
    return [
        {
            "createdAt": wire_time(each.at),
            "repo": {"name": str(each.repo.name), "type": each.repo.kind.value},
        }
        for each in found
    ]


def _before(request: Request) -> tuple[Moment, int]:
    """Where a `next` link of ours left off; from the start, if it is none."""
    at, _, id = request.query_params.get("cursor", "").partition("-")
    known = at.isdecimal() and id.isdecimal() and len(at) < 19 and len(id) < 19
    return (int(at), int(id)) if known else social.NEWEST


def _link(call: Call, response: Response, at: Moment, id: int) -> None:
    url = f"{call.base_url}{call.raw_path}?cursor={at}-{id}"
    response.headers["Link"] = f'<{url}>; rel="next"'


routes = router.routes
