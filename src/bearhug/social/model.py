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
class Liker:
    """Somebody who likes a repo."""

    id: int
    name: str
    full_name: str
    avatar_sha256: str
    at: Moment
