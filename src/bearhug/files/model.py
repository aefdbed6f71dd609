"""The words this feature speaks. No I/O."""

from collections.abc import Mapping
from dataclasses import dataclass

from bearhug.git.formats import FOLDER, Pack, Pointer
from bearhug.git.repository import Repository
from bearhug.git.store import Blob
from bearhug.kit.wire import Moment
from bearhug.repos.model import Repo
from bearhug.storage.objects import lfs_key
from bearhug.xet.model import IN_CHUNKS


@dataclass(frozen=True)
class Snapshot:
    """A repo at one commit."""

    repo: Repo
    repository: Repository
    commit: str


@dataclass(frozen=True)
class Node:
    """A file or a folder of a snapshot. `size` is its content's, in bytes; a folder's is 0."""

    path: str
    oid: str
    mode: int
    size: int
    lfs: Pointer | None = None

    @property
    def is_dir(self) -> bool:
        return self.mode == FOLDER

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]

    @property
    def etag(self) -> str:
        """What names its content: the sha256 of an LFS file, else the git blob's id."""
        return self.lfs.sha256 if self.lfs else self.oid


@dataclass(frozen=True)
class Add:
    """These bytes at this path, in git itself."""

    path: str
    content: bytes


@dataclass(frozen=True)
class AddLfs:
    """An object the repo owns, at this path. Without a size, the stored object's."""

    path: str
    sha256: str
    size: int | None = None


@dataclass(frozen=True)
class Delete:
    """A file, or a folder of that name."""

    path: str


@dataclass(frozen=True)
class Copy:
    """What `source` is at `revision` (of the same repo) now also stands at `path`."""

    source: str
    path: str
    revision: str | None = None


Op = Add | AddLfs | Delete | Copy


@dataclass(frozen=True)
class Proposal:
    """A commit somebody wants: what it does, to which branch, and what it is called."""

    ops: tuple[Op, ...]
    title: str
    body: str = ""
    branch: str = "main"
    parent: str | None = None
    """A commit id of 5 to 40 digits that the branch must still be at."""

    @property
    def message(self) -> str:
        return f"{self.title}\n\n{self.body}" if self.body else self.title


@dataclass(frozen=True)
class Landing:
    """A commit built and its large bytes stored: all that is left is to say so in rows."""

    repo: Repo
    ref: str
    old: str | None
    new: str
    pack: Pack
    stored: bool
    blobs: tuple[Blob, ...]
    title: str
    at: Moment


@dataclass(frozen=True)
class RevisionPushed:
    """Announced in the transaction in which a ref moves, begins (`old` None) or ends (`new` None).

    `actor_id` is who pushed, None for the hub itself. `commits` are those a push by git brought,
    oldest first, as (id, title).
    """

    repo: Repo
    ref: str
    old: str | None
    new: str | None
    actor_id: int | None
    title: str
    commits: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class HistoryRewritten:
    """Announced when commits of a repo have become others, each branch told of besides.

    Whatever remembers a commit's id looks it up in `commits`: {old: new}.
    """

    repo: Repo
    commits: Mapping[str, str]


@dataclass(frozen=True)
class Form:
    """How a whole file is kept: as it is, in chunks, or (for a while) both ways."""

    sha256: str
    size: int
    raw: bool
    xet: str
    """Its Xet hash; empty while it is not in chunks."""

    @property
    def key(self) -> str:
        """Under which the store reads it, by the shortest way there is."""
        return lfs_key(self.sha256) if self.raw else f"{IN_CHUNKS}{self.xet}"


@dataclass(frozen=True)
class Holding:
    """An LFS object a repo holds: what it is called and by which ref, as far as one leads to it."""

    sha256: str
    size: int
    at: Moment
    """When it was sent here."""
    path: str | None
    ref: str | None

    @property
    def branch(self) -> str | None:
        """The ref as people say it."""
        return self.ref.removeprefix("refs/heads/").removeprefix("refs/tags/") if self.ref else None
