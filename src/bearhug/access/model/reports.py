"""What people complain of, and what operators do about it."""

from dataclasses import dataclass

from bearhug.kit.wire import Moment
from bearhug.repos.model import Repo

LEAST_REASON, MOST_REASON = 10, 4_000


@dataclass(frozen=True)
class Report:
    """A complaint about a repo or, with `discussion`, about what is said in one of its talks."""

    id: int
    repo: Repo
    discussion: int | None
    by: str
    reason: str
    reported_at: Moment
    handled_at: Moment | None
    handled_by: str


@dataclass(frozen=True)
class Suspension:
    """Why an operator has disabled a repo."""

    reason: str
    by: str
    since: Moment
