"""The running hub, and one transaction of it: what every feature is handed instead of globals."""

import json
import logging
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import Any, Concatenate, ParamSpec, TypeVar

from bearhug.config import Settings
from bearhug.db import Connection, Database, adding
from bearhug.db.schema import jobs
from bearhug.errors import Forbidden, NotSignedIn
from bearhug.git.cache import GitCache
from bearhug.kit.wire import Moment
from bearhug.storage.objects import Objects

log = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")


class Role(IntEnum):
    """What a member may do in an organisation; each may do what the one before may.

    Rules as in the Hub's documentation, "Access control in organizations".
    """

    NO_ACCESS = 0
    READ = 1
    CONTRIBUTOR = 2  # makes repos, and writes in those only
    WRITE = 3
    ADMIN = 4

    @property
    def wire(self) -> str:
        return "no_access" if self is Role.NO_ACCESS else self.name.lower()


class Permission(StrEnum):
    """What a fine-grained token may be given, in the Hub's words."""

    READ = "repo.content.read"
    GATED = "repo.gated.read"  # what its holder has been let in to, and nothing private
    PUSH = "repo.content.write"  # change what a repo holds, not the repo
    CREATE = "repo.create"
    WRITE = "repo.write"
    DISCUSS = "discussion.write"
    COLLECTION_READ = "collection.read"
    COLLECTION_WRITE = "collection.write"
    WEBHOOKS = "user.webhooks.write"
    INFERENCE = "inference.serverless.write"
    JOBS = "job.write"
    ORG_WRITE = "org.write"


_READING = frozenset({Permission.READ, Permission.GATED, Permission.COLLECTION_READ})
_WHOLE = frozenset({Permission.WRITE})
_PUSHING = frozenset({Permission.PUSH, Permission.WRITE})
IMPLIED_BY: Mapping[Permission, frozenset[Permission]] = {
    Permission.GATED: frozenset({Permission.READ}) | _PUSHING,
    Permission.READ: _PUSHING,
    Permission.PUSH: _WHOLE,
    Permission.CREATE: _WHOLE,
    Permission.DISCUSS: _PUSHING,  # whoever may push to a repo may talk in it
    Permission.COLLECTION_READ: frozenset({Permission.COLLECTION_WRITE}),
}
"""What one permission is contained in. Within one account or repo, and not across them."""


@dataclass(frozen=True)
class Grant:
    """What the credential lets its holder do, of what its holder may.

    A session allows everything; a read token no writes; a fine-grained one what `accounts`
    (by account id) and `repos` (by repo id) say, and `everywhere` besides.
    """

    reads: bool = True
    writes: bool = True
    fine: bool = False
    everywhere: frozenset[Permission] = frozenset()
    accounts: Mapping[int, frozenset[Permission]] = field(default_factory=dict)
    repos: Mapping[int, frozenset[Permission]] = field(default_factory=dict)

    def allows(self, permission: Permission, *, account: int, repo: int | None = None) -> bool:
        """Whether it reaches this far into `account`'s things, or this one repo."""
        if not self.fine:
            return self.reads if permission in _READING else self.writes
        given = self.everywhere | self.accounts.get(account, frozenset())
        if repo is not None:
            given |= self.repos.get(repo, frozenset())
        return permission in given or bool(given & IMPLIED_BY.get(permission, frozenset()))


@dataclass(frozen=True)
class Delegation:
    """By what an app, or a program that proved who it is, acts for the user.

    `scopes` in OAuth's words, `orgs` the ids of the organisations the user let it into;
    `app_id` is None for a trusted publisher.
    """

    token_id: int
    app_id: int | None
    scopes: frozenset[str]
    orgs: frozenset[int]
    expires_at: Moment


@dataclass(frozen=True)
class Actor:
    """Who is asking. `user_id` is None for a visitor.

    `roles` maps account ids to what the user is there; one's own account is Role.ADMIN.
    `groups` does so for resource groups, by their ids; `admitted` are the gated repos whose
    owners let them in.
    """

    user_id: int | None = None
    name: str | None = None
    operator: bool = False
    roles: Mapping[int, Role] = field(default_factory=dict)
    groups: Mapping[int, Role] = field(default_factory=dict)
    admitted: frozenset[int] = frozenset()
    full_name: str = ""
    avatar: str = ""
    grant: Grant = Grant()
    session_id: int | None = None
    token_id: int | None = None
    delegation: Delegation | None = None

    def require_user(self) -> int:
        """The user's id. Raises NotSignedIn for a visitor."""
        if self.user_id is None:
            raise NotSignedIn("Sign in, or send a token, to do this.")
        return self.user_id

    def require_grant(
        self, permission: Permission, *, account: int, repo: int | None = None
    ) -> None:
        """Raises Forbidden if the credential does not reach so far, whoever holds it."""
        if not self.grant.allows(permission, account=account, repo=repo):
            raise Forbidden(f"This token does not allow it: it lacks the permission {permission}.")

    def role_in(self, account_id: int) -> Role:
        return self.roles.get(account_id, Role.NO_ACCESS)


VISITOR = Actor(grant=Grant(writes=False))
Listeners = Mapping[type, Sequence[Callable[["Transaction", Any], None]]]

_LATER = adding(jobs, "name", "args", "due_at", "created_at")


@dataclass(frozen=True)
class Transaction:
    """One actor's unit of work: all of it happens, or none."""

    hub: "Hub"
    db: Connection
    actor: Actor
    now: Moment
    afterwards: list[Callable[[], None]] = field(default_factory=list)

    def announce(self, event: object) -> None:
        """Tell whoever `app.LISTENERS` names for this kind of event; they join this transaction."""
        for listener in self.hub.listeners.get(type(event), ()):
            listener(self, event)

    def later(self, job: str, *, delay_seconds: int = 0, **args: str | int | None) -> None:
        """Run a job after this transaction commits; never, if it rolls back."""
        due_at = self.now + delay_seconds * 1000
        self.db.run(_LATER, name=job, args=json.dumps(args), due_at=due_at, created_at=self.now)
        self.after(self.hub.wake_worker)

    def after(self, act: Callable[[], None]) -> None:
        """Call this once the transaction is durable. It must not raise: nothing can be undone."""
        self.afterwards.append(act)


def wall_clock() -> Moment:
    return time.time_ns() // 1_000_000


@dataclass(frozen=True)
class Hub:
    """Everything that lives as long as the process. Built once, by `app.build_hub`."""

    settings: Settings
    db: Database
    objects: Objects
    git: GitCache
    secret: bytes
    listeners: Listeners
    clock: Callable[[], Moment] = wall_clock
    rooms: dict[str, Any] = field(default_factory=dict)
    """What a feature keeps for the life of the process, under its own name."""

    def wake_worker(self) -> None:
        """Tell this process's worker, if it has one, that a job is waiting."""
        wake = self.rooms.get("wake_worker")
        if wake is not None:
            wake()

    def read(
        self,
        work: Callable[Concatenate[Transaction, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Run `work(tx, …)` as a visitor, in this thread, changing nothing."""
        return self.db.read(self.bound(VISITOR, work, *args, **kwargs))

    def write(
        self,
        work: Callable[Concatenate[Transaction, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Run `work(tx, …)` for the hub itself and return once it is durable."""
        return self.write_as(OPERATOR, work, *args, **kwargs)

    def write_as(
        self,
        actor: Actor,
        work: Callable[Concatenate[Transaction, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Run `work(tx, …)` for this actor and return once it is durable."""
        afterwards: list[Callable[[], None]] = []
        done = self.db.write(self.bound_to(actor, afterwards, work, *args, **kwargs))
        follow_up(afterwards)
        return done

    def read_as(
        self,
        actor: Actor,
        work: Callable[Concatenate[Transaction, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Run `work(tx, …)` for this actor, changing nothing."""
        return self.db.read(self.bound(actor, work, *args, **kwargs))

    def bound(
        self,
        actor: Actor,
        work: Callable[Concatenate[Transaction, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> Callable[[Connection], T]:
        """`work` with all but its connection, for the database to run."""
        return lambda db: work(Transaction(self, db, actor, self.clock()), *args, **kwargs)

    def bound_to(
        self,
        actor: Actor,
        afterwards: list[Callable[[], None]],
        work: Callable[Concatenate[Transaction, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> Callable[[Connection], T]:
        """Likewise for a write, which may be run again: what is to follow is told once."""

        def run(db: Connection) -> T:
            afterwards.clear()
            tx = Transaction(self, db, actor, self.clock(), afterwards)
            return work(tx, *args, **kwargs)

        return run


OPERATOR = Actor(name=None, operator=True)
"""The hub acting for itself: from the command line, or from a job."""


def follow_up(afterwards: Iterable[Callable[[], None]]) -> None:
    """What was to come after a commit. It undoes nothing: a full disk is told to the log only."""
    for act in afterwards:
        try:
            act()
        except OSError:
            log.exception("what follows a commit failed")
