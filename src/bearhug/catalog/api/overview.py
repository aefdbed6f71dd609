"""A person or an organisation in a few figures. Clients: HfApi.get_user_overview, ….

Each figure counts what the caller may see. Nobody is known here to have written a paper, so
`numPapers` is 0; `numUpvotes` are those others gave to one's collections.
"""

from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bearhug.accounts import service as accounts
from bearhug.accounts.model import Account, Membership
from bearhug.accounts.model.account import avatar_path
from bearhug.catalog import service as catalog
from bearhug.collections import service as collections
from bearhug.hub import Transaction
from bearhug.kit.wire import wire_time
from bearhug.repos.model import RepoKind
from bearhug.social import service as social
from bearhug.social.model import Following
from bearhug.web.call import Call


@dataclass(frozen=True)
class Overview:
    """`repos` by kind; `members` of an organisation, `orgs` of a person."""

    account: Account
    repos: dict[RepoKind, int]
    standing: Following
    collections: int
    upvotes: int
    discussions: int = 0
    likes: int = 0
    members: int = 0
    orgs: tuple[Membership, ...] = ()


async def user(request: Request) -> Response:
    call = Call.of(request)
    found = await call.read_slow(_user, request.path_params["name"])
    return JSONResponse(
        {
            **_both(call, found),
            "type": "user",
            "user": found.account.name,
            "isPro": False,
            "numDiscussions": found.discussions,
            "numLikes": found.likes,
            "numFollowing": found.standing.people,
            "orgs": [_org(call, each) for each in found.orgs],
        }
    )


async def organization(request: Request) -> Response:
    call = Call.of(request)
    found = await call.read_slow(_organization, request.path_params["name"])
    return JSONResponse(
        {
            **_both(call, found),
            "type": "org",
            "name": found.account.name,
            "isVerified": False,
            "numUsers": found.members,
            "plan": None,
        }
    )


def _both(call: Call, found: Overview) -> dict[str, Any]:
    account = found.account
    figures = {f"num{k.plural.capitalize()}": number for k, number in found.repos.items()}
    return {
        "_id": account.object_id,
        "fullname": account.title,
        "avatarUrl": call.base_url + avatar_path(account.name, account.avatar_sha256),
        "details": account.about,
        "isFollowing": found.standing.followed,
        **figures,
        "numCollections": found.collections,
        "numPapers": 0,
        "numUpvotes": found.upvotes,
        "numFollowers": found.standing.followers,
        "createdAt": wire_time(account.created_at),
    }


def _user(tx: Transaction, name: str) -> Overview:
    found = accounts.find_user(tx, name)
    return Overview(
        **_figures(tx, found),
        discussions=catalog.count_opened(tx, found),
        likes=social.count_liked(tx, found.id),
        orgs=tuple(accounts.organisations(tx, found)),
    )


def _organization(tx: Transaction, name: str) -> Overview:
    found = accounts.find_org(tx, name)
    return Overview(**_figures(tx, found), members=len(accounts.members(tx, found)))


def _figures(tx: Transaction, account: Account) -> dict[str, Any]:
    return {
        "account": account,
        "repos": {kind: catalog.count(tx, kind, author=account.name) for kind in RepoKind},
        "standing": social.standing(tx, account),
        "collections": len(collections.of_owner(tx, account.name)),
        "upvotes": collections.upvotes_of(tx, account.id),
    }


def _org(call: Call, membership: Membership) -> dict[str, Any]:
    org = membership.org
    return {
        "id": org.object_id,
        "name": org.name,
        "fullname": org.title,
        "avatarUrl": call.base_url + avatar_path(org.name, org.avatar_sha256),
    }


routes = [
    Route("/api/users/{name:seg}/overview", user),
    Route("/api/organizations/{name:seg}/overview", organization),
]
