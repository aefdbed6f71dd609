"""Requests for what is behind a gate."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from bearhug.access.model.forms import Form
from bearhug.accounts.model import Account
from bearhug.kit.wire import Moment, object_id
from bearhug.repos.model import Repo

MOST_REASON = 200
"""Characters an owner may say on refusing, as on the Hub."""


class Status(StrEnum):
    PENDING = "pending"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


@dataclass(frozen=True)
class Request:
    """One person's request for one repo. `email` is "" where access was given unasked.

    `id` names it on the wire.
    """

    id: str
    user: Account
    email: str
    status: Status
    fields: Mapping[str, str]
    reason: str
    asked_at: Moment
    decided_at: Moment | None
    decided_by: str


def request_id(repo_id: int, user_id: int) -> str:
    """What a request is called on the wire."""
    return object_id(f"access_requests/{repo_id}", user_id)


@dataclass(frozen=True)
class OwnRequest:
    """A request of one's own."""

    repo: Repo
    status: Status
    reason: str
    asked_at: Moment


@dataclass(frozen=True)
class Gate:
    """What stands before a repo's files for whoever may not pass; `status` of their request."""

    repo: Repo
    form: Form
    status: Status | None
    reason: str = ""


@dataclass(frozen=True)
class AccessAsked:
    """Announced when somebody has asked; `status` is accepted where the gate opens by itself."""

    repo: Repo
    user_id: int
    status: Status


@dataclass(frozen=True)
class AccessDecided:
    """Announced when an owner has let somebody in, refused them, or taken it back."""

    repo: Repo
    user_id: int
    status: Status
