"""What an organisation's admins set by program. Shapes as in the Hub's OpenAPI document."""

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, Field

from bearhug.access import service as access
from bearhug.access.api.groups import Word
from bearhug.accounts import service as accounts
from bearhug.errors import NotImplementedHere
from bearhug.hub import Role
from bearhug.web.call import CallDep

router = APIRouter(prefix="/api", tags=["organizations"])
ORG = "/organizations/{org:seg}"

OPEN: dict[str, Any] = {
    "enforceAuth": False,
    "enforceIpRestriction": False,
    "highRateLimits": False,
    "ipRanges": [],
    "blockedContents": [],
    "allowedContents": [],
}
"""What holds here of the Hub's network security: none of it. A proxy in front may do it all."""


class GroupRole(BaseModel):
    id: str
    role: Word


class MemberRole(BaseModel):
    """Groups that are not named the member leaves, as on the Hub."""

    role: Word
    resourceGroups: list[GroupRole] = Field([], max_length=1000)


class NetworkSecurity(BaseModel):
    enforceAuth: bool | None = None
    enforceIpRestriction: bool | None = None
    highRateLimits: bool | None = None
    ipRanges: list[str] | None = None
    blockedContents: list[dict[str, str]] | None = None
    allowedContents: list[dict[str, str]] | None = None


class Leaked(BaseModel):
    token: str


@router.put(ORG + "/members/{user:seg}/role")
async def set_role(call: CallDep, org: str, user: str, asked: MemberRole) -> dict[str, bool]:
    """Another role for a member, in the organisation and in its resource groups."""
    roles = {each.id: Role[each.role.upper()] for each in asked.resourceGroups}
    await call.write(access.change_roles, org, user, Role[asked.role.upper()], roles)
    return {"success": True}


@router.get(ORG + "/settings/network-security")
async def network_security(call: CallDep, org: str) -> dict[str, Any]:
    """What holds, for admins: nothing beyond accounts and tokens."""
    await call.read(accounts.find_managed, org)
    return OPEN


@router.patch(ORG + "/settings/network-security")
async def set_network_security(call: CallDep, org: str, asked: NetworkSecurity) -> dict[str, Any]:
    """Refused in words where it asks for anything: what is not enforced is not promised."""
    await call.read(accounts.find_managed, org)
    wanted = asked.model_dump(exclude_none=True)
    other = [name for name, value in wanted.items() if value != OPEN[name]]
    if other:
        words = "This hub does not restrict organisations by network; its proxy may."
        raise NotImplementedHere(f"{', '.join(other)}: {words}")
    return OPEN


@router.post(ORG + "/settings/tokens/revoke")
async def refuse_token(call: CallDep, org: str, leaked: Leaked) -> dict[str, bool]:
    """Let a member's token reach nothing of the organisation; it works elsewhere."""
    await call.write(access.refuse_token, org, leaked.token)
    return {"success": True}
