"""A person or an organisation in a few figures. Clients: HfApi.get_user_overview, …."""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bearhug.accounts import service as accounts
from bearhug.accounts.model import Account, Membership
from bearhug.accounts.model.account import avatar_path
from bearhug.catalog import service as catalog
from bearhug.hub import Transaction
from bearhug.repos.model import RepoKind
from bearhug.social import service as social
from bearhug.web.call import Call

Figures = dict[RepoKind, int]


async def user(request: Request) -> Response:
    call = Call.of(request)
    found, figures, orgs, likes = await call.read_slow(_user, request.path_params["name"])
    return JSONResponse(
        {
            "_id": found.object_id,
            "type": "user",
            "user": found.name,
            "fullname": found.title,
            "avatarUrl": call.base_url + avatar_path(found.name, found.avatar_sha256),
            "isPro": False,
            "isFollowing": False,
            "details": found.about,
            **_counts(figures),
            "numDiscussions": 0,
            "numPapers": 0,
            "numUpvotes": 0,
            "numLikes": likes,
            "numFollowing": 0,
            "numFollowers": 0,
            "orgs": [_org(call, each) for each in orgs],
        }
    )


async def organization(request: Request) -> Response:
    call = Call.of(request)
    found, figures, members = await call.read_slow(_organization, request.path_params["name"])
    return JSONResponse(
        {
            "_id": found.object_id,
            "type": "org",
            "name": found.name,
            "fullname": found.title,
            "avatarUrl": call.base_url + avatar_path(found.name, found.avatar_sha256),
            "details": found.about,
            "isVerified": False,
            "isFollowing": False,
            "numUsers": members,
            **_counts(figures),
            "numFollowers": 0,
            "numPapers": 0,
            "plan": None,
        }
    )


def _user(tx: Transaction, name: str) -> tuple[Account, Figures, list[Membership], int]:
    found = accounts.find_user(tx, name)
    orgs = list(accounts.organisations(tx, found))
    return found, _figures(tx, found), orgs, social.count_liked(tx, found.id)


def _organization(tx: Transaction, name: str) -> tuple[Account, Figures, int]:
    found = accounts.find_org(tx, name)
    return found, _figures(tx, found), len(accounts.members(tx, found))


def _figures(tx: Transaction, account: Account) -> Figures:
    return {kind: catalog.count(tx, kind, author=account.name) for kind in RepoKind}


def _counts(figures: Figures) -> dict[str, int]:
    return {f"num{kind.plural.capitalize()}": number for kind, number in figures.items()}


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
