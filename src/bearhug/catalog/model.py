"""The words this feature speaks. No I/O."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from bearhug.repos.model import Repo, RepoKind


class Sort(StrEnum):
    """Orders of a listing, as its address spells them. Most, or newest, first."""

    TRENDING = "trending"
    DOWNLOADS = "downloads"
    LIKES = "likes"
    LIKES_30D = "likes30d"
    UPDATED = "updated"
    CREATED = "created"
    PARAMETERS = "parameters"
    BYTES = "bytes"
    NAME = "name"

    @property
    def words(self) -> str:
        return {
            Sort.TRENDING: "Trending",
            Sort.DOWNLOADS: "Most downloads",
            Sort.LIKES: "Most likes",
            Sort.LIKES_30D: "Most likes this month",
            Sort.UPDATED: "Recently changed",
            Sort.CREATED: "Newest",
            Sort.PARAMETERS: "Most parameters",
            Sort.BYTES: "Largest",
            Sort.NAME: "Name, from Z to A",
        }[self]


SORTS: dict[RepoKind, tuple[Sort, ...]] = {
    RepoKind.MODEL: (
        *(Sort.TRENDING, Sort.DOWNLOADS, Sort.LIKES, Sort.LIKES_30D, Sort.UPDATED, Sort.CREATED),
        Sort.PARAMETERS,
    ),
    RepoKind.DATASET: (
        *(Sort.TRENDING, Sort.DOWNLOADS, Sort.LIKES, Sort.LIKES_30D, Sort.UPDATED, Sort.CREATED),
        Sort.BYTES,
    ),
    RepoKind.SPACE: (Sort.TRENDING, Sort.LIKES, Sort.LIKES_30D, Sort.UPDATED, Sort.CREATED),
    RepoKind.KERNEL: (Sort.TRENDING, Sort.DOWNLOADS, Sort.LIKES, Sort.UPDATED, Sort.CREATED),
}
"""Orders that the page of each kind offers; an address may ask for any."""

After = tuple[float | str, int]
"""Where a page ended: the value it was sorted by, and the row's number."""

SIZES = (
    (0, "0"),
    (1_000_000, "1 M"),
    (3_000_000, "3 M"),
    (10_000_000, "10 M"),
    (30_000_000, "30 M"),
    (100_000_000, "100 M"),
    (300_000_000, "300 M"),
    (1_000_000_000, "1 B"),
    (3_000_000_000, "3 B"),
    (7_000_000_000, "7 B"),
    (15_000_000_000, "15 B"),
    (35_000_000_000, "35 B"),
    (70_000_000_000, "70 B"),
)
"""Steps of the size of models: the fewest parameters of each, as number and in words."""

FACETS: dict[RepoKind, tuple[str, ...]] = {
    RepoKind.MODEL: ("pipeline_tag", "library", "apps", "misc", "license", "language"),
    RepoKind.DATASET: ("task", "size", "modality", "format", "library", "license", "language"),
    RepoKind.SPACE: ("sdk", "license"),
    RepoKind.KERNEL: ("license",),
}
"""What a listing offers to filter by, in the order of the page."""

FACET_WORDS = {
    "pipeline_tag": "Task",
    "task": "Task",
    "library": "Library",
    "license": "Licence",
    "language": "Language",
    "size": "Rows",
    "format": "Format",
    "sdk": "Made with",
    "apps": "Runs in",
    "misc": "More",
    "modality": "Of",
}


@dataclass(frozen=True)
class Range:
    """Steps of SIZES from `low` up to, and without, `high`; at least one."""

    low: int
    high: int

    @property
    def whole(self) -> bool:
        return self.low <= 0 and self.high >= len(SIZES)

    @property
    def words(self) -> str:
        """ "30 M to 1 B parameters", "up to 1 B parameters"."""
        if self.high >= len(SIZES):
            return f"from {SIZES[self.low][1]} parameters"
        high = SIZES[self.high][1]
        low = f"{SIZES[self.low][1]} to" if self.low else "up to"
        return f"{low} {high} parameters"


@dataclass(frozen=True)
class Query:
    """What a listing is asked for.

    Of the values of one facet any will do; of `tags` (as the Hub spells them) all must be there,
    and all of `searches`. `after` is where the page before ended.
    """

    kind: RepoKind
    search: str = ""
    searches: Sequence[str] = ()
    """More to look for than `search`."""
    author: str = ""
    facets: Mapping[str, Sequence[str]] = field(default_factory=dict)
    tags: Sequence[str] = ()
    size: Range | None = None
    parameters: tuple[int, int] | None = None
    gated: bool | None = None
    served: bool | None = None
    """Whether this hub answers for it."""
    apps: Sequence[str] = ()
    """Applications, as clients name them: any will do."""
    uses: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """uses_model or uses_dataset, and names: Spaces that use any of them."""
    linked: bool = False
    """Spaces that use some model or dataset."""
    sort: Sort = Sort.TRENDING
    after: After | None = None
    limit: int = 30


@dataclass(frozen=True)
class Hit:
    """One repo of a listing, with what its card says in short."""

    repo: Repo
    pipeline_tag: str | None
    library: str | None
    parameters: int | None
    title: str
    summary: str
    tags: tuple[str, ...]
    of_org: bool = False
    avatar_sha256: str = ""


@dataclass(frozen=True)
class Count:
    """How many repos of the listing have this value of a facet."""

    value: str
    count: int
    chosen: bool


@dataclass(frozen=True)
class Listing:
    """`total` match, of `everything` the actor may see; `next` goes on from the last hit."""

    hits: Sequence[Hit]
    total: int
    everything: int
    next: After | None = None
    served: int = 0
    """How many of them this hub answers for."""
    facets: Mapping[str, Sequence[Count]] = field(default_factory=dict)
    sizes: Sequence[int] = ()
    """How many of each of SIZES."""
