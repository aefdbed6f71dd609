"""Likes, follows and members as JSON. Clients: HfApi.unlike, list_repo_likers, …, hub.js."""

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse

from bearhug.accounts import service as accounts
from bearhug.accounts.model.account import avatar_path
from bearhug.errors import BadRequest
from bearhug.hub import Transaction
from bearhug.kit.wire import Moment, object_id, wire_time
from bearhug.repos.model import RepoKind
from bearhug.social import service as social
from bearhug.social.model import Person
from bearhug.web.call import Call, CallDep

router = APIRouter(prefix="/api", tags=["likes and follows"])

LIKE = "/{kind:kind}/{owner:seg}/{name:seg}/like"
USER = "/users/{user:seg}"
ORG = "/organizations/{org:seg}"


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


@router.delete("/{kind:kind}/{name:seg}/like", response_class=PlainTextResponse)
async def unlike_bare(call: CallDep, kind: RepoKind, name: str) -> str:
    """Of a name without an owner, which no repo here has: RepoNotFound, as clients expect."""
    await call.write(social.unlike, kind, name)
    return "OK"


@router.get("/{kind:kind}/{owner:seg}/{name:seg}/likers")
async def likers(
    call: CallDep, request: Request, response: Response, kind: RepoKind, owner: str, name: str
) -> list[dict[str, Any]]:
    """Who likes a repo, newest first. Client: HfApi.list_repo_likers."""
    found = await call.read_slow(social.likers, kind, f"{owner}/{name}", _before(request))
    return _newest(call, response, found)


@router.get(USER + "/likes")
async def liked(
    call: CallDep, request: Request, response: Response, user: str
) -> list[dict[str, Any]]:
    """What somebody likes, newest first. Client: HfApi.list_liked_repos."""
    found = await call.read_slow(social.liked_by, user, _before(request))
    if len(found) == social.PAGE:
        _link(call, response, f"{found[-1].at}-{found[-1].repo.id}")
    return [
        {
            "createdAt": wire_time(each.at),
            "repo": {"name": str(each.repo.name), "type": each.repo.kind.value},
        }
        for each in found
    ]


@router.post(USER + "/follow")
async def follow_user(call: CallDep, user: str) -> dict[str, bool]:
    """Follow a person; again changes nothing."""
    await call.write(social.follow, user, org=False)
    return {"isFollowing": True}


@router.delete(USER + "/follow")
async def unfollow_user(call: CallDep, user: str) -> dict[str, bool]:
    """No longer follow a person."""
    await call.write(social.unfollow, user, org=False)
    return {"isFollowing": False}


@router.post(ORG + "/follow")
async def follow_org(call: CallDep, org: str) -> dict[str, bool]:
    """Follow an organisation; again changes nothing."""
    await call.write(social.follow, org, org=True)
    return {"isFollowing": True}


@router.delete(ORG + "/follow")
async def unfollow_org(call: CallDep, org: str) -> dict[str, bool]:
    """No longer follow an organisation."""
    await call.write(social.unfollow, org, org=True)
    return {"isFollowing": False}


@router.get(USER + "/followers")
async def user_followers(
    call: CallDep, request: Request, response: Response, user: str
) -> list[dict[str, Any]]:
    """Who follows a person. Client: HfApi.list_user_followers."""
    before = _before(request)
    found = await call.read_slow(_of(accounts.find_user, social.followers), user, before)
    return _newest(call, response, found)


@router.get(USER + "/following")
async def user_following(
    call: CallDep, request: Request, response: Response, user: str
) -> list[dict[str, Any]]:
    """Which people a person follows. Client: HfApi.list_user_following."""
    before = _before(request)
    found = await call.read_slow(_of(accounts.find_user, social.following), user, before)
    return _newest(call, response, found)


@router.get(ORG + "/followers")
async def org_followers(
    call: CallDep, request: Request, response: Response, org: str
) -> list[dict[str, Any]]:
    """Who follows an organisation. Client: HfApi.list_organization_followers."""
    before = _before(request)
    found = await call.read_slow(_of(accounts.find_org, social.followers), org, before)
    return _newest(call, response, found)


@router.get(ORG + "/members")
async def org_members(
    call: CallDep, request: Request, response: Response, org: str
) -> list[dict[str, Any]]:
    """Who is in an organisation. Client: HfApi.list_organization_members.

    `role` is there for its members; `email` finds one member, for its admins.
    """
    params = request.query_params
    limit, after = params.get("limit", ""), params.get("cursor", "")
    page = _whole(limit, "limit") if limit else social.PAGE
    if not 1 <= page <= social.PAGE:
        raise BadRequest(f"limit: from 1 to {social.PAGE}.")
    since = _whole(after, "cursor") if after else 0
    email = params.get("email", "")

    def members(tx: Transaction) -> list[Person]:
        return social.members(tx, accounts.find_org(tx, org), since, page, email=email)

    found = await call.read_slow(members)
    if len(found) == page and not email:
        _link(call, response, str(found[-1].id), f"&limit={page}")
    return [_person(call, each) for each in found]


def _of(find: Callable[..., Any], ask: Callable[..., list[Person]]) -> Callable[..., list[Person]]:
    """`ask` of the account that `find` finds by its name."""
    return lambda tx, name, before: ask(tx, find(tx, name), before)


def _newest(call: Call, response: Response, found: list[Person]) -> list[dict[str, Any]]:
    if len(found) == social.PAGE:
        _link(call, response, f"{found[-1].at}-{found[-1].id}")
    return [_person(call, each) for each in found]


def _person(call: Call, person: Person) -> dict[str, Any]:
    said = {
        "_id": object_id("accounts", person.id),
        "type": "user",
        "user": person.name,
        "fullname": person.title,
        "avatarUrl": call.base_url + avatar_path(person.name, person.avatar_sha256),
        "isPro": False,
        "isFollowing": person.followed,
    }
    return said if person.role is None else {**said, "role": person.role}


def _before(request: Request) -> tuple[Moment, int]:
    """Where a `next` link of ours left off; from the start, if it is none."""
    at, _, id = request.query_params.get("cursor", "").partition("-")
    known = at.isdecimal() and id.isdecimal() and len(at) < 19 and len(id) < 19
    return (int(at), int(id)) if known else social.NEWEST


def _whole(text: str, name: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 19):
        raise BadRequest(f"{name}: send a whole number.")
    return int(text)


def _link(call: Call, response: Response, cursor: str, more: str = "") -> None:
    url = f"{call.base_url}{call.raw_path}?cursor={cursor}{more}"
    response.headers["Link"] = f'<{url}>; rel="next"'


routes = router.routes
