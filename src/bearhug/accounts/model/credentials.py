"""What one signs in with, and what that lets a program do."""

from dataclasses import dataclass
from enum import StrEnum

from bearhug.hub import Permission
from bearhug.kit.wire import Moment

SECOND = 1000
DAY = 24 * 3600 * SECOND

FREE_FAILURES_ACCOUNT = 5
FREE_FAILURES_ADDRESS = 20
"""An office may share one address, so it may err more often than one account."""

FIRST_WAIT, LONGEST_WAIT = 5 * SECOND, 15 * 60 * SECOND

BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chromium/", "Chromium"),
    ("HeadlessChrome/", "Chromium"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
    ("curl/", "curl"),
    ("python", "Python"),
)
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


class TokenRole(StrEnum):
    READ = "read"
    WRITE = "write"
    FINE = "fineGrained"

    @property
    def words(self) -> str:
        return "fine-grained" if self is TokenRole.FINE else str(self)


@dataclass(frozen=True)
class Scope:
    """What a fine-grained token may do, and where.

    kind: "global", or "user", "org" or "repo" with the id of that row. `name` is for people
    and may be empty where it is not known; `repo_kind` is "model", "dataset", "space" or "kernel".
    """

    kind: str
    permissions: frozenset[Permission]
    id: int | None = None
    name: str = ""
    repo_kind: str = ""


@dataclass(frozen=True)
class Token:
    """A program's key. Of the secret itself only the end is kept, to tell it by."""

    id: int
    user_id: int
    name: str
    role: TokenRole
    scopes: tuple[Scope, ...]
    ending: str
    created_at: Moment
    expires_at: Moment | None
    used_at: Moment | None


@dataclass(frozen=True)
class Session:
    """A browser that is signed in."""

    id: int
    user_agent: str
    address: str
    created_at: Moment
    seen_at: Moment

    @property
    def device(self) -> str:
        return device(self.user_agent)


def device(user_agent: str) -> str:
    """A browser and where it runs, in words: "Firefox on Linux"."""
    browser = next((words for mark, words in BROWSERS if mark in user_agent), "A browser")
    system = next((words for mark, words in SYSTEMS if mark in user_agent), "")
    return f"{browser} on {system}" if system else browser


def wait(failures: int, free: int) -> int:
    """How long to wait after so many failures in a row, in milliseconds; doubling."""
    if failures < free:
        return 0
    # Not raised further than it matters: a number of a thousand digits helps nobody.
    return min(LONGEST_WAIT, FIRST_WAIT << min(failures - free, 16))


def in_words(seconds: int) -> str:
    """A wait as one says it: "5 seconds", "3 minutes"."""
    amount, unit = (seconds, "second") if seconds < 120 else (-(-seconds // 60), "minute")
    return f"{amount} {unit}" if amount == 1 else f"{amount} {unit}s"
