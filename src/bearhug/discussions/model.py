"""The words this feature speaks. No I/O."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from bearhug.errors import Conflict, Forbidden
from bearhug.kit.wire import Moment, object_id
from bearhug.repos.model import Repo

PR_PREFIX = "refs/pr/"
TITLE_CHARS = (3, 200)
COMMENT_CHARS = 65_536
EMOJI = ("👍", "❤️", "🔥", "🚀", "👀", "🤗", "😎", "➕", "🧠", "🤝", "😔", "🤯")  # noqa: RUF001
"""What one may answer a comment with; the Hub's own twelve."""


class Status(StrEnum):
    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"
    MERGED = "merged"

    @property
    def is_open(self) -> bool:
        return self in (Status.DRAFT, Status.OPEN)


class EventKind(StrEnum):
    """What happened, in the Hub's words."""

    COMMENT = "comment"
    STATUS = "status-change"
    TITLE = "title-change"
    COMMIT = "commit"
    PIN = "pinning-change"
    LOCK = "locking-change"
    REF = "reference-change"
    """The ref of an ended pull request was deleted, or is back. Ours: the Hub tells no one."""


class Reason(StrEnum):
    """Why somebody is told."""

    MENTION = "mention"
    AUTHOR = "author"
    TAKING_PART = "taking part"
    OWNER = "owner"


@dataclass(frozen=True)
class Person:
    """Whoever did something. One who has deleted their account is None instead."""

    id: int
    name: str
    full_name: str
    avatar_sha256: str
    wire_id: str = ""

    @property
    def object_id(self) -> str:
        return self.wire_id or object_id("accounts", self.id)


@dataclass(frozen=True)
class Discussion:
    id: int
    repo_id: int
    num: int
    title: str
    status: Status
    is_pull_request: bool
    base: str
    """The full ref a pull request asks to be merged into; "" for a discussion."""
    base_oid: str | None
    """Where that was when the pull request was merged."""
    merge_oid: str | None
    author: Person | None
    pinned: bool
    locked: bool
    comments: int
    created_at: Moment
    updated_at: Moment

    @property
    def ref(self) -> str:
        return f"{PR_PREFIX}{self.num}"

    @property
    def object_id(self) -> str:
        return object_id("discussions", self.id)

    def path(self, repo: Repo) -> str:
        return f"{repo.path}/discussions/{self.num}"

    def is_by(self, user_id: int | None) -> bool:
        return user_id is not None and self.author is not None and self.author.id == user_id


@dataclass(frozen=True)
class Edit:
    """What a comment said before. `at` is when it came to say so."""

    content: str
    author: Person | None
    at: Moment


@dataclass(frozen=True)
class Reaction:
    emoji: str
    names: tuple[str, ...]


@dataclass(frozen=True)
class Event:
    """One thing that happened. Only a comment has `content`; a hidden one has lost it."""

    id: int
    discussion_id: int
    kind: EventKind
    author: Person | None
    data: Mapping[str, Any]
    content: str | None
    edits: int
    edited_at: Moment | None
    hidden_at: Moment | None
    created_at: Moment
    history: tuple[Edit, ...] = ()
    reactions: tuple[Reaction, ...] = ()
    html: str = ""

    @property
    def object_id(self) -> str:
        return object_id("discussion_events", self.id)

    @property
    def hidden(self) -> bool:
        return self.hidden_at is not None

    def with_(self, **values: Any) -> "Event":
        """The same event, dressed: with its history, its reactions or its HTML."""
        return replace(self, **values)

    def is_by(self, user_id: int | None) -> bool:
        return user_id is not None and self.author is not None and self.author.id == user_id


@dataclass(frozen=True)
class Wish:
    """What somebody asks to open. `base` is a full ref for a pull request, "" for a discussion."""

    title: str
    description: str
    base: str = ""
    draft: bool = False


EMPTY = Wish("", "")


@dataclass(frozen=True)
class Filter:
    """Which of a repo's talks: `kind` all, discussion, pull_request; `status` all, open, closed."""

    kind: str = "all"
    status: str = "all"
    author: str = ""
    text: str = ""
    pinned_first: bool = False


@dataclass(frozen=True)
class Changes:
    """What a pull request would bring. `diff` is unified text; `conflicts` are paths."""

    head: str | None
    """None once its ref is gone and nothing remembers where it was."""
    base: str | None
    common: str | None
    conflicts: tuple[str, ...] = ()
    diff: str = ""
    behind: bool = False
    """Whether the base has nothing that is not in it already: there is nothing to merge."""


@dataclass(frozen=True)
class Notice:
    """Something that happened, and that somebody is told of."""

    id: int
    reason: Reason
    discussion: Discussion
    repo: Repo
    event: Event
    at: Moment
    read: bool


# --- announced -----------------------------------------------------------------------------


@dataclass(frozen=True)
class DiscussionOpened:
    """Announced once a discussion or pull request and its first comment are there."""

    repo: Repo
    discussion: Discussion
    comment: Event
    actor_id: int | None


@dataclass(frozen=True)
class DiscussionChanged:
    """Announced when its status, title, pin, lock or commits are new; `event` says which."""

    repo: Repo
    discussion: Discussion
    event: Event
    actor_id: int | None


@dataclass(frozen=True)
class Commented:
    """Announced for every comment but the first."""

    repo: Repo
    discussion: Discussion
    comment: Event
    actor_id: int | None


@dataclass(frozen=True)
class CommentChanged:
    """Announced when a comment was edited or hidden; `comment` is as it is now."""

    repo: Repo
    discussion: Discussion
    comment: Event
    actor_id: int | None


# --- refused -------------------------------------------------------------------------------


class TalkClosed(Forbidden):
    """The repo's owner has switched discussions off."""

    code = "DiscussionsDisabled"

    def __init__(self) -> None:
        super().__init__("Discussions are disabled for this repo.")


class Locked(Forbidden):
    """Only those who may write to the repo go on in a locked discussion."""

    code = "DiscussionLocked"

    def __init__(self) -> None:
        super().__init__("This conversation is locked: only the repo's writers can go on with it.")


class MergeConflict(Conflict):
    """Both sides changed the same. `files` are the paths."""

    code = "MergeConflict"

    def __init__(self, files: tuple[str, ...]) -> None:
        shown = ", ".join(files[:10]) + (" …" if len(files) > 10 else "")
        super().__init__(f"Both sides changed: {shown}. Resolve it on the branch first.")
        self.details["files"] = list(files)


@dataclass(frozen=True)
class Thread:
    """A discussion with all that was said, and what whoever asks may do there."""

    repo: Repo
    discussion: Discussion
    events: tuple[Event, ...] = ()
    writes: bool = False
    """May pin, lock, hide and merge."""
    speaks: bool = False
    runs: bool = False
    """May rename and close it."""
    reads: bool = False
    manages: bool = False
    has_ref: bool = False
    changes: Changes | None = None
    people: tuple[Person, ...] = ()
