"""Resource groups: some repos of an organisation, for some of its people."""

from collections.abc import Sequence
from dataclasses import dataclass

from bearhug.accounts.model import Account
from bearhug.hub import Role
from bearhug.kit.wire import object_id
from bearhug.repos.model import Repo

MOST_NAME, MOST_DESCRIPTION = 200, 500


@dataclass(frozen=True)
class GroupMember:
    user: Account
    role: Role


@dataclass(frozen=True)
class Group:
    """`auto_join` is the role that new members of the organisation get in it; None for none."""

    id: int
    org_id: int
    name: str
    description: str
    auto_join: Role | None
    members: Sequence[GroupMember] = ()
    repos: Sequence[Repo] = ()

    @property
    def object_id(self) -> str:
        return object_id("resource_groups", self.id)


@dataclass(frozen=True)
class Placed:
    """A repo of an organisation, and the group it is in, by name; "" for none."""

    repo: Repo
    group: str
