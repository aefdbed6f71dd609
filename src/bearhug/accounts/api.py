"""Accounts over JSON, as huggingface_hub calls them."""

from typing import Any

from fastapi import APIRouter

from bearhug.accounts import service
from bearhug.accounts.model import Account, Membership, Scope, Token, TokenRole
from bearhug.accounts.service import WhoAmI
from bearhug.hub import Permission
from bearhug.kit.wire import object_id, wire_time
from bearhug.web.call import Call, CallDep

router = APIRouter(prefix="/api", tags=["accounts"])


@router.get("/whoami-v2")
async def whoami(call: CallDep) -> dict[str, Any]:
    """Whoever asks, their organisations and their token. Client: HfApi.whoami."""
    found = await call.read(service.whoami)
    account = found.account
    return {
        "type": "user",
        "id": account.object_id,
        "name": account.name,
        "fullname": account.title,
        "email": account.email if found.tells("email") else None,
        "emailVerified": True,
        "canPay": False,
        "billingMode": "prepaid",
        "periodEnd": None,
        "isPro": False,
        "avatarUrl": avatar_url(call, account),
        "orgs": [_org(call, each) for each in found.orgs if found.knows_of(each.org.id)],
        "auth": _auth(found),
    }


@router.get("/users/{name:seg}/avatar")
async def user_avatar(call: CallDep, name: str) -> dict[str, str]:
    """Where a person's picture is."""
    return {"avatarUrl": avatar_url(call, await call.read(service.find_user, name))}


@router.get("/organizations/{name:seg}/avatar")
async def org_avatar(call: CallDep, name: str) -> dict[str, str]:
    """Where an organisation's picture is."""
    return {"avatarUrl": avatar_url(call, await call.read(service.find_org, name))}


@router.get("/agent-harnesses")
async def agent_harnesses() -> dict[str, Any]:
    """None. The client asks once a day and breaks on anything but an object."""
    return {"standardEnvVars": [], "harnesses": {}}


def avatar_url(call: Call, account: Account) -> str:
    """Everyone has one: a picture, or an initial on a colour."""
    return call.base_url + (account.avatar or f"/avatars/{account.name}")


def _org(call: Call, membership: Membership) -> dict[str, Any]:
    org = membership.org
    return {
        "type": "org",
        "id": org.object_id,
        "name": org.name,
        "fullname": org.title,
        "email": None,
        "canPay": False,
        "periodEnd": None,
        "isEnterprise": False,
        "avatarUrl": avatar_url(call, org),
        "roleInOrg": membership.role.wire,
    }


def _auth(found: WhoAmI) -> dict[str, Any]:
    token = found.token
    if found.delegation is not None:
        return {"type": "oauth", "expiresAt": wire_time(found.delegation.expires_at)}
    if token is None:
        return {"type": "session"}
    said: dict[str, Any] = {"type": "access_token", "accessToken": _token(token)}
    if token.expires_at is not None:
        said["expiresAt"] = wire_time(token.expires_at)
    return said


def _token(token: Token) -> dict[str, Any]:
    said: dict[str, Any] = {
        "displayName": token.name,
        "role": token.role,
        "createdAt": wire_time(token.created_at),
    }
    if token.role is TokenRole.FINE:
        said["fineGrained"] = _fine(token)
    return said


def _fine(token: Token) -> dict[str, Any]:
    everywhere = {p for scope in token.scopes if scope.kind == "global" for p in scope.permissions}
    return {
        "canReadGatedRepos": Permission.READ in everywhere,
        "global": sorted(everywhere),
        "scoped": [_scope(scope) for scope in token.scopes if scope.id is not None],
    }


def _scope(scope: Scope) -> dict[str, Any]:
    assert scope.id is not None
    of_repo = scope.kind == "repo"
    entity = {
        "_id": object_id("repos" if of_repo else "accounts", scope.id),
        "type": scope.repo_kind if of_repo else scope.kind,
        "name": scope.name,
    }
    return {"entity": entity, "permissions": sorted(scope.permissions)}


routes = router.routes
