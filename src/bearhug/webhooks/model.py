"""The words this feature speaks. No I/O."""

from dataclasses import dataclass
from enum import StrEnum

from bearhug.kit.wire import Moment, object_id

VERSION = 3
DOMAINS = ("repo", "discussion")
SAME_DOMAIN = {"repo": "repo", "discussion": "discussion", "discussions": "discussion"}
"""The client's documentation says discussions, the Hub's own API discussion: both are taken."""

MOST_HOOKS, MOST_WATCHED = 100, 200
URL_CHARS, SECRET_CHARS = 2048, 512
ANSWER_BYTES = 4096
"""How much is kept of an answer."""

RETRY_SECONDS = (10, 60, 600)
"""How long to wait before each further attempt; after the last one it has failed."""

LEASE_SECONDS = 180
"""Whoever takes a delivery has so long to say how it went; then another may take it."""

PATIENCE_DAYS, PATIENCE_FAILURES = 3, 10
"""A webhook that failed so often, and for so long without one success, is switched off."""

KEPT_DELIVERIES = 1000
"""Of each webhook, at most; no fewer than a day may bring."""

DAY_MS = 24 * 3600 * 1000


class Watchable(StrEnum):
    """What may be watched: everything of an account, or one repo."""

    USER = "user"
    ORG = "org"
    MODEL = "model"
    DATASET = "dataset"
    SPACE = "space"

    @property
    def is_account(self) -> bool:
        return self in (Watchable.USER, Watchable.ORG)


@dataclass(frozen=True)
class Watched:
    """Something watched, by its name: it need not be there yet."""

    kind: Watchable
    name: str

    @property
    def path(self) -> str:
        """Where it is, if it is there."""
        folder = {Watchable.DATASET: "datasets/", Watchable.SPACE: "spaces/"}.get(self.kind, "")
        return f"/{folder}{self.name}"


@dataclass(frozen=True)
class Webhook:
    id: int
    user_id: int
    url: str
    hub_url: str
    """Where its owner reaches this hub: what links in its payloads begin with."""
    sealed: str
    """Its secret, as only this hub can read it; "" if it has none."""
    domains: tuple[str, ...]
    watched: tuple[Watched, ...]
    public_only: bool
    """Whether it hears of public repos alone: an app, or a narrow token, made it."""
    disabled: bool
    trouble: str
    """Why the hub itself disabled it, or ""."""
    failures: int
    failing_since: Moment | None
    created_at: Moment
    updated_at: Moment

    @property
    def object_id(self) -> str:
        return object_id("webhooks", self.id)

    @property
    def path(self) -> str:
        return f"/settings/webhooks/{self.object_id}"

    @property
    def host(self) -> str:
        return self.url.partition("://")[2].partition("/")[0].rpartition("@")[2]


@dataclass(frozen=True)
class Wish:
    """What a webhook is to be. None leaves a field as it is, or at its default.

    `hub_url` is where whoever asks reaches this hub.
    """

    hub_url: str

    url: str | None = None
    watched: tuple[Watched, ...] | None = None
    domains: tuple[str, ...] | None = None
    secret: str | None = None
    public_only: bool = False


@dataclass(frozen=True)
class Delivery:
    """One event on its way to one webhook, or what became of it."""

    id: int
    webhook_id: int
    action: str
    scope: str
    payload: str
    due_at: Moment | None
    attempts: int
    sent_at: Moment | None
    status: int | None
    answer: str
    failure: str
    milliseconds: int | None
    replay_of: int | None
    created_at: Moment

    @property
    def arrived(self) -> bool:
        return self.status is not None and 200 <= self.status < 300

    @property
    def waiting(self) -> bool:
        return self.due_at is not None


@dataclass(frozen=True)
class About:
    """What a delivery is about, for asking who may know.

    `repo_id` is None once the repo is gone; the others are its owner's and its resource group's,
    None for one that was public.
    """

    repo_id: int | None
    owner_id: int | None = None
    group_id: int | None = None


@dataclass(frozen=True)
class Sending:
    """What a courier needs to send one."""

    delivery_id: int
    webhook_id: int
    attempt: int
    url: str
    secret: str
    payload: str


@dataclass(frozen=True)
class Outcome:
    """How an attempt went: an answer, or the reason there is none."""

    milliseconds: int
    status: int | None = None
    answer: str = ""
    failure: str = ""
    hopeless: bool = False
    """Whether trying again would change nothing."""

    @property
    def arrived(self) -> bool:
        return self.status is not None and 200 <= self.status < 300
