"""The words this feature speaks. No I/O."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from bearhug.errors import Unprocessable
from bearhug.kit.wire import Moment, object_id
from bearhug.papers.model import Paper
from bearhug.repos.model import Repo
from bearhug.social.model import Person

MOST_TITLE, MOST_DESCRIPTION, MOST_NOTE = 120, 150, 500
"""Characters. The last two as HfApi documents them (create_collection, add_collection_item)."""

MOST_ITEMS = 1000
OID = re.compile(r"(?:^|[-/])([0-9a-f]{24})$")
"""What a slug ends with. The rest of it is for readers."""


class Theme(StrEnum):
    ORANGE = "orange"
    BLUE = "blue"
    GREEN = "green"
    PURPLE = "purple"
    PINK = "pink"
    INDIGO = "indigo"


class Sort(StrEnum):
    MODIFIED = "lastModified"
    TRENDING = "trending"
    UPVOTES = "upvotes"


class ItemKind(StrEnum):
    MODEL = "model"
    DATASET = "dataset"
    SPACE = "space"
    PAPER = "paper"
    COLLECTION = "collection"

    @property
    def plural(self) -> str:
        return f"{self}s"

    @property
    def of_repo(self) -> bool:
        return self not in (ItemKind.PAPER, ItemKind.COLLECTION)


@dataclass(frozen=True)
class Collection:
    """`oid` is what its address ends with; `position` is among its owner's."""

    id: int
    oid: str
    owner: Person
    group_id: int | None
    title: str
    description: str
    private: bool
    theme: Theme
    position: int
    upvotes: int
    created_at: Moment
    updated_at: Moment

    @property
    def slug(self) -> str:
        return f"{self.owner.name}/{'-'.join(filter(None, (slugified(self.title), self.oid)))}"

    @property
    def path(self) -> str:
        return f"/collections/{self.slug}"


@dataclass(frozen=True)
class Item:
    """One thing gathered: a repo, another collection or a paper (None once nobody names it)."""

    id: int
    collection_id: int
    kind: ItemKind
    key: str
    note: str
    position: int
    repo: Repo | None = None
    other: Collection | None = None
    paper: Paper | None = None

    @property
    def object_id(self) -> str:
        return object_id("collection_items", self.id)

    @property
    def name(self) -> str:
        """What it is called: owner/name, an arXiv number, or a collection's slug."""
        if self.repo is not None:
            return str(self.repo.name)
        return self.other.slug if self.other is not None else self.key

    @property
    def asked(self) -> str:
        """As a listing's `item` spells it: models/ada/bert."""
        return f"{self.kind.plural}/{self.name}"


@dataclass(frozen=True)
class Gathering:
    """A collection with those of its items that the actor may see, in order.

    `hidden` is how many there are that the actor may not see, told to whoever may change it.
    """

    collection: Collection
    items: Sequence[Item]
    upvoted: bool = False
    writes: bool = False
    hidden: int = 0


@dataclass(frozen=True)
class Change:
    """What is to be other in a collection; None stays as it is."""

    title: str | None = None
    description: str | None = None
    private: bool | None = None
    theme: Theme | None = None
    position: int | None = None


@dataclass(frozen=True)
class Asked:
    """What a listing is asked for; of several owners or items any will do.

    `after` is where the page before ended: (value it was sorted by, id).
    """

    owners: Sequence[str] = ()
    items: Sequence[str] = ()
    search: str = ""
    sort: Sort = Sort.TRENDING
    after: tuple[int, int] | None = None
    limit: int = 100


def slugified(title: str) -> str:
    """Its ASCII letters and digits, lower-cased, joined by hyphens."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def oid_of(slug: str) -> str | None:
    """What identifies a collection in the second half of its slug, or in a bare id."""
    found = OID.search(slug)
    return found[1] if found else None


def checked_title(text: str) -> str:
    """One line. Raises Unprocessable."""
    title = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    if not title:
        raise Unprocessable("title: give it one.")
    return _short("title", title, MOST_TITLE)


def checked_description(text: str) -> str:
    return _short("description", _plain(text), MOST_DESCRIPTION)


def checked_note(text: str) -> str:
    return _short("note", _plain(text), MOST_NOTE)


def _plain(text: str) -> str:
    kept = "".join(c for c in text.replace("\r\n", "\n") if c.isprintable() or c == "\n")
    return kept.strip()


def _short(field: str, text: str, most: int) -> str:
    if len(text) > most:
        raise Unprocessable(f"{field}: at most {most} characters; this has {len(text)}.")
    return text
