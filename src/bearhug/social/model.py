"""The words this feature speaks. No I/O."""

from dataclasses import dataclass

from bearhug.kit.wire import Moment
from bearhug.repos.model import Repo

LIKE_WEIGHT = 1.0
"""What a like adds to a repo's `trending`, which fades day by day (catalog.service.downloads)."""


@dataclass(frozen=True)
class Like:
    """A repo somebody likes, and since when."""

    repo: Repo
    at: Moment


@dataclass(frozen=True)
class Person:
    """Somebody who likes or follows, or is followed: `at` is since when.

    `followed` is whether whoever asks follows them; `role` what they are in an organisation,
    where that was asked for and may be seen.
    """

    id: int
    name: str
    full_name: str
    avatar_sha256: str
    org: bool = False
    at: Moment = 0
    followed: bool = False
    role: str | None = None

    @property
    def title(self) -> str:
        return self.full_name or self.name

    @property
    def path(self) -> str:
        return f"/{self.name}"


@dataclass(frozen=True)
class Following:
    """How an account stands with others; `followed` is whether whoever asks follows it.

    `people` are the persons it follows, `orgs` the organisations.
    """

    followers: int = 0
    people: int = 0
    orgs: int = 0
    followed: bool = False
