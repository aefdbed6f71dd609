"""Who is here: people, organisations, and who belongs to which."""

from dataclasses import dataclass
from enum import StrEnum

from bearhug.errors import Unprocessable
from bearhug.hub import Role
from bearhug.kit.wire import Moment, object_id


class Kind(StrEnum):
    USER = "user"
    ORG = "org"


@dataclass(frozen=True)
class Account:
    """A person or an organisation. `email` is empty for the latter."""

    id: int
    kind: Kind
    name: str
    full_name: str
    email: str
    operator: bool
    about: str
    website: str
    default_private: bool
    avatar_sha256: str
    created_at: Moment
    wire_id: str = ""
    """What it is known by in the API, if it came from another hub."""

    @property
    def path(self) -> str:
        return f"/{self.name}"

    @property
    def title(self) -> str:
        """What to call it in words."""
        return self.full_name or self.name

    @property
    def is_org(self) -> bool:
        return self.kind is Kind.ORG

    @property
    def avatar(self) -> str | None:
        """Where its picture is; None where it has none. A new picture has a new address."""
        return avatar_path(self.name, self.avatar_sha256) if self.avatar_sha256 else None

    @property
    def object_id(self) -> str:
        return self.wire_id or object_id("accounts", self.id)


@dataclass(frozen=True)
class Member:
    """Somebody in an organisation."""

    account: Account
    role: Role
    since: Moment


@dataclass(frozen=True)
class Membership:
    """An organisation somebody is in. `members` and `admins` count all of its people."""

    org: Account
    role: Role
    members: int
    admins: int

    @property
    def sole_admin(self) -> bool:
        return self.role is Role.ADMIN and self.admins == 1


@dataclass(frozen=True)
class AccountCreated:
    """Announced once the account's row exists."""

    account: Account


@dataclass(frozen=True)
class AccountDeleted:
    """Announced while its rows, and those of its repos, are still there."""

    account: Account


@dataclass(frozen=True)
class MemberChanged:
    """Announced when somebody has come (`new`), has another role, or (None) has gone."""

    org: Account
    user: Account
    role: Role | None
    new: bool = False


class Refused(Unprocessable):
    """What was filled in cannot stand. `problems`: for each field why, and the remedy."""

    def __init__(self, **problems: str) -> None:
        super().__init__(" ".join(problems.values()), fields=problems)
        self.problems = problems


def avatar_path(name: str, sha256: str) -> str:
    return f"/avatars/{name}?{sha256[:8]}" if sha256 else f"/avatars/{name}"
