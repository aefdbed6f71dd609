"""The words this feature speaks. No I/O."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum

from bearhug.errors import BadName
from bearhug.kit.wire import Moment, object_id

NAME_PATTERN = r"(?!.*(?:--|\.\.))(?!.*\.git$)[A-Za-z0-9_](?:[A-Za-z0-9._\-]{0,94}[A-Za-z0-9_])?"
"""The rule of one part of a name, as Python and a browser's <input pattern> both read it."""

PART = re.compile(NAME_PATTERN)


class RepoKind(StrEnum):
    MODEL = "model"
    DATASET = "dataset"
    SPACE = "space"
    KERNEL = "kernel"
    """Compiled code that libraries load; its branches v1, v2, … are its versions."""

    @property
    def plural(self) -> str:
        return f"{self}s"

    @property
    def prefix(self) -> str:
        """What stands before owner/name in a web address."""
        return "" if self is RepoKind.MODEL else f"{self}s/"

    @property
    def title(self) -> str:  # type: ignore[override]
        return "Space" if self is RepoKind.SPACE else str(self)


class Visibility(StrEnum):
    PUBLIC = "public"
    PRIVATE = "private"
    PROTECTED = "protected"
    """A Space that everyone may use and only its members may read."""


class Access(IntEnum):
    """How far a caller may go with a repo; each includes those before it."""

    METADATA = 0  # that it is there, and its card's facts
    NAMES = 1  # what its files, branches and commits are called: a gate shows so much
    READ = 2  # its files
    WRITE = 3
    ADMIN = 4  # its settings, its name, its end


@dataclass(frozen=True)
class RepoName:
    """`owner/name`. Rules as in huggingface_hub/utils/_validators.py, validate_repo_id."""

    owner: str
    name: str

    def __post_init__(self) -> None:
        for part in (self.owner, self.name):
            if not PART.fullmatch(part):
                raise BadName(
                    f"{part!r} cannot be part of a repo name: use letters, digits, '-', '_' and"
                    " '.', at most 96; no '--' or '..', none of '-' and '.' at either end,"
                    " and not '.git' at its end."
                )

    def __str__(self) -> str:
        return f"{self.owner}/{self.name}"

    @property
    def key(self) -> str:
        return str(self).lower()

    @classmethod
    def parse(cls, text: str) -> "RepoName":
        """From `owner/name`. Raises BadName."""
        owner, slash, name = text.partition("/")
        if not slash:
            raise BadName(f"{text!r} names no owner: write owner/name.")
        return cls(owner, name)


@dataclass(frozen=True)
class Repo:
    id: int
    kind: RepoKind
    name: RepoName
    owner_id: int
    visibility: Visibility
    gated: str
    """"" for no, else "auto" or "manual"."""
    disabled: bool
    sdk: str
    created_by: int | None
    created_at: Moment
    updated_at: Moment
    head: str | None
    downloads: int
    downloads_all: int
    likes: int
    trending: float
    used_bytes: int
    talk: bool
    """Whether its discussions and pull requests are open."""
    group_id: int | None
    """The resource group it is in: its members alone are the organisation's members here."""

    @property
    def private(self) -> bool:
        return self.visibility is not Visibility.PUBLIC

    @property
    def path(self) -> str:
        """Where it lives on the hub: /ada/bert, /datasets/ada/squad."""
        return address(self.kind, self.name)

    @property
    def api_path(self) -> str:
        return f"/api/{self.kind.plural}/{self.name}"

    @property
    def object_id(self) -> str:
        return object_id("repos", self.id)


@dataclass(frozen=True)
class Variable:
    """What a Space finds in its environment; a secret's value is never told again."""

    key: str
    value: str
    secret: bool = False
    description: str = ""


@dataclass(frozen=True)
class Hosting:
    """What a Space is to run with, in the Hub's words; None where nothing was said."""

    hardware: str | None = None
    storage: str | None = None
    sleep_seconds: int | None = None
    variables: Sequence[Variable] = ()
    volumes: Sequence[Mapping[str, object]] | None = None


@dataclass(frozen=True)
class Beginning:
    """What a new repo starts with: all that `origin` holds, or these files and this licence."""

    origin: Repo | None = None
    license: str = ""
    files: Mapping[str, bytes] = field(default_factory=dict)
    hosting: Hosting = Hosting()


NOTHING = Beginning()


@dataclass(frozen=True)
class RepoCreated:
    """Announced once the repo's row exists."""

    repo: Repo
    beginning: Beginning = NOTHING


@dataclass(frozen=True)
class RepoChanged:
    """Announced when its name, visibility, gate or other settings are new."""

    before: Repo
    repo: Repo


@dataclass(frozen=True)
class RepoDeleted:
    """Announced while its rows are still there."""

    repo: Repo


def address(kind: RepoKind, name: RepoName) -> str:
    return f"/{kind.prefix}{name}"
