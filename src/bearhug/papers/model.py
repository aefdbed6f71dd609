"""The words this feature speaks. No I/O."""

import re
from dataclasses import dataclass

from bearhug.kit.wire import Moment, moment_of_month
from bearhug.repos.model import Repo, RepoKind

ARXIV = re.compile(r"(\d{4}\.\d{4,5})(?:v\d+)?")
"""An arXiv number since April 2007; a version names the same paper."""


@dataclass(frozen=True)
class Paper:
    """A paper that repos of this hub name.

    `counts` are the repos the actor may see, by kind; `first` the earliest of them. `title` is
    empty where no card gives it.
    """

    id: str
    title: str
    authors: tuple[str, ...]
    counts: dict[RepoKind, int]
    first: Repo
    trending: float

    @property
    def path(self) -> str:
        return f"/papers/{self.id}"

    @property
    def arxiv(self) -> str:
        return f"https://arxiv.org/abs/{self.id}"

    @property
    def name(self) -> str:
        """What to call it in words."""
        return self.title or f"arXiv:{self.id}"

    @property
    def published_at(self) -> Moment:
        """The first of the month its number names: more is not known here."""
        return moment_of_month(2000 + int(self.id[:2]), int(self.id[2:4]))

    @property
    def submitted_at(self) -> Moment:
        """When the first repo that names it was made here."""
        return self.first.created_at

    @property
    def submitter(self) -> str:
        return self.first.name.owner


def paper_id(text: str) -> str | None:
    """The arXiv number without its version; None for what is none."""
    found = ARXIV.fullmatch(text.strip().removeprefix("arxiv:").removeprefix("arXiv:"))
    if found is None or not 1 <= int(found[1][2:4]) <= 12:
        return None
    return found[1]
