"""Resource groups as JSON. Shapes as in the Hub's OpenAPI document."""

from typing import Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from bearhug.access import service as access
from bearhug.access.model import Group
from bearhug.hub import Role, Transaction
from bearhug.repos import service as repos
from bearhug.repos.model import Repo, RepoKind
from bearhug.web.call import Call, CallDep

router = APIRouter(prefix="/api", tags=["resource-groups"])
ALL = "/organizations/{org:seg}/resource-groups"
ONE = ALL + "/{id:seg}"

Word = Literal["admin", "write", "contributor", "read", "no_access"]


class Named(BaseModel):
    user: str
    role: Word


class Contained(BaseModel):
    name: str
    type: RepoKind


class AutoJoin(BaseModel):
    """Whether whoever joins the organisation is in the group too, and as what."""

    enabled: bool
    role: Word = "read"

    @property
    def given(self) -> Role | None:
        return Role[self.role.upper()] if self.enabled else None


class NewGroup(BaseModel):
    name: str
    description: str = ""
    users: list[Named] = Field([], max_length=1000)
    repos: list[Contained] = Field([], max_length=1000)
    autoJoin: AutoJoin | None = None


class GroupChange(BaseModel):
    name: str | None = None
    description: str | None = None


class GroupSettings(BaseModel):
    autoJoin: AutoJoin


class NewMembers(BaseModel):
    users: list[Named] = Field(max_length=1000)


class NewRole(BaseModel):
    role: Word


class Placement(BaseModel):
    """Null takes the repo out of its group."""

    resourceGroupId: str | None


@router.get(ALL)
async def groups(call: CallDep, org: str) -> list[dict[str, Any]]:
    """The groups one is in, or manages."""
    return [told(call, group) for group in await call.read_slow(access.groups, org)]


@router.post(ALL)
async def create(call: CallDep, org: str, new: NewGroup) -> dict[str, Any]:
    """Make one, with people and repos in it."""
    group = await call.write(
        access.create_group,
        org,
        new.name,
        description=new.description,
        auto_join=new.autoJoin.given if new.autoJoin else None,
        users=_roles(new.users),
        contents=[(each.type, each.name) for each in new.repos],
    )
    return told(call, group)


@router.get(ONE)
async def show(call: CallDep, org: str, id: str) -> dict[str, Any]:
    return told(call, await call.read_slow(access.group_of, org, id))


@router.patch(ONE)
async def change(call: CallDep, org: str, id: str, asked: GroupChange) -> dict[str, Any]:
    group = await call.write(
        access.change_group, org, id, name=asked.name, description=asked.description
    )
    return told(call, group)


@router.delete(ONE)
async def delete(call: CallDep, org: str, id: str) -> dict[str, bool]:
    """Its repos stay, open again to all members."""
    await call.write(access.delete_group, org, id)
    return {"success": True}


@router.post(ONE + "/settings")
async def settings(call: CallDep, org: str, id: str, asked: GroupSettings) -> dict[str, Any]:
    return told(call, await call.write(access.set_auto_join, org, id, asked.autoJoin.given))


@router.post(ONE + "/users")
async def add_members(call: CallDep, org: str, id: str, asked: NewMembers) -> dict[str, Any]:
    return told(call, await call.write(access.add_members, org, id, _roles(asked.users)))


@router.patch(ONE + "/users/{user:seg}")
async def change_member(
    call: CallDep, org: str, id: str, user: str, asked: NewRole
) -> dict[str, Any]:
    role = Role[asked.role.upper()]
    return told(call, await call.write(access.change_member, org, id, user, role))


@router.delete(ONE + "/users/{user:seg}")
async def remove_member(call: CallDep, org: str, id: str, user: str) -> dict[str, Any]:
    return told(call, await call.write(access.remove_group_member, org, id, user))


@router.get("/{kind:kind}/{owner:seg}/{name:seg}/resource-group")
async def group_of_repo(call: CallDep, kind: RepoKind, owner: str, name: str) -> Any:
    """The group a repo is in, for its people; null for none."""

    def find(tx: Transaction) -> Group | None:
        return access.place(tx, repos.find(tx, kind, f"{owner}/{name}"))

    group = await call.read(find)
    return brief(group) if group else None


@router.post("/{kind:kind}/{owner:seg}/{name:seg}/resource-group")
async def move_repo(
    call: CallDep, kind: RepoKind, owner: str, name: str, asked: Placement
) -> dict[str, bool]:
    """Put a repo into a group, or into none."""
    await call.write(access.move_repo, kind, f"{owner}/{name}", asked.resourceGroupId)
    return {"success": True}


def brief(group: Group) -> dict[str, Any]:
    return {"id": group.object_id, "name": group.name}


def told(call: Call, group: Group) -> dict[str, Any]:
    return {
        **brief(group),
        "description": group.description or None,
        "autoJoin": _auto_join(group),
        "users": [
            {
                "type": "user",
                "_id": member.user.object_id,
                "fullname": member.user.title,
                "name": member.user.name,
                "avatarUrl": call.base_url + (member.user.avatar or f"/avatars/{member.user.name}"),
                "role": member.role.wire,
            }
            for member in group.members
        ],
        "repos": [_contained(repo) for repo in group.repos],
    }


def _contained(repo: Repo) -> dict[str, Any]:
    return {"name": str(repo.name), "type": repo.kind, "private": repo.private}


def _auto_join(group: Group) -> dict[str, Any]:
    if group.auto_join is None:
        return {"enabled": False}
    return {"enabled": True, "role": group.auto_join.wire}


def _roles(users: list[Named]) -> dict[str, Role]:
    return {each.user: Role[each.role.upper()] for each in users}
