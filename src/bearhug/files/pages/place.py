"""Where in a repo a page is: read from its address, with the addresses that lead on from it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from starlette.requests import Request

from bearhug.errors import RevisionNotFound
from bearhug.files import service as files
from bearhug.files.model import Snapshot
from bearhug.files.service import permits
from bearhug.hub import Transaction
from bearhug.repos import service as repos
from bearhug.repos.model import Access, Repo, RepoKind

HEADS, TAGS = "refs/heads/", "refs/tags/"


@dataclass(frozen=True)
class Spot:
    """An address's parts, decoded."""

    kind: RepoKind
    name: str
    rev: str
    path: str

    @classmethod
    def of(cls, request: Request) -> "Spot":
        params = request.path_params
        return cls(
            RepoKind(params["kind"]),
            f"{params['owner']}/{params['name']}",
            params.get("rev", "main"),
            params.get("path", ""),
        )


@dataclass(frozen=True)
class Place:
    """A spot that was found: the repo at a commit, and what the reader may do there."""

    repo: Repo
    snapshot: Snapshot
    rev: str
    path: str
    writes: bool
    manages: bool
    pushes: bool = False
    """Whether a commit of theirs may go onto this very branch."""
    proposes: bool = False
    """Whether they may open a pull request."""

    @property
    def commit(self) -> str:
        return self.snapshot.commit

    @property
    def on_branch(self) -> bool:
        """Whether a commit can be put on top: a tag or a commit stays what it is."""
        return ref_of(self.rev) in self.snapshot.repository.refs

    @property
    def asks(self) -> bool:
        """Whether a change can be asked for: by a pull request onto this branch."""
        return self.proposes and HEADS + self.rev in self.snapshot.repository.refs

    @property
    def edits(self) -> bool:
        return self.on_branch and (self.pushes or self.asks)

    @property
    def branches(self) -> list[str]:
        """main first, then by name."""
        return sorted(self._named(HEADS), key=lambda name: (name != "main", name))

    @property
    def tags(self) -> list[str]:
        return sorted(self._named(TAGS), reverse=True)

    @property
    def short(self) -> str:
        """The revision as people read it: a whole commit id is cut."""
        return self.rev[:7] if self.rev == self.commit else self.rev

    def to(self, page: str, path: str = "", *, rev: str | None = None) -> str:
        """The address of a page of this repo at this revision, or another one."""
        parts = [self.repo.path, page, quoted(rev or self.rev, safe="")]
        return "/".join([*parts, quoted(path)] if path else parts)

    def crumbs(self) -> list[tuple[str, str]]:
        """The repo's name, then each folder to the path: words and addresses."""
        found = [(self.repo.name.name, self.to("tree"))]
        whole = ""
        for part in self.path.split("/") if self.path else ():
            whole = f"{whole}/{part}" if whole else part
            found.append((shown(part), self.to("tree", whole)))
        return found

    def _named(self, prefix: str) -> Iterator[str]:
        refs = self.snapshot.repository.refs
        return (name.removeprefix(prefix) for name in refs if name.startswith(prefix))


def find(tx: Transaction, spot: Spot, access: Access = Access.READ) -> Place:
    """Raises as `repos.find` does, and RevisionNotFound."""
    repo = repos.find(tx, spot.kind, spot.name, access=access)
    return Place(
        repo,
        files.at(tx, repo, spot.rev),
        spot.rev,
        spot.path,
        repos.can(tx.actor, repo, Access.WRITE),
        repos.can(tx.actor, repo, Access.ADMIN),
        permits.may_push(tx, repo, ref_of(spot.rev)),
        permits.may_propose(tx, repo),
    )


def editable(tx: Transaction, spot: Spot) -> Place:
    """Where somebody may write, or propose what they would.

    Raises as `find` does, NotSignedIn, Forbidden, and RevisionNotFound unless it is a branch.
    """
    place = find(tx, spot)
    tx.actor.require_user()
    if not place.on_branch:
        raise RevisionNotFound(spot.rev)
    if not place.edits:
        permits.require_push(tx, place.repo, ref_of(spot.rev))
    return place


def ref_of(rev: str) -> str:
    """The full name a branch has; a pull request's ref is one already."""
    return rev if rev.startswith(permits.PR_PREFIX) else HEADS + rev


def of_place(place: Place) -> dict[str, Any]:
    """What every page of files tells its template, by name."""
    return {
        "at": place,
        "repo": place.repo,
        "manages": place.manages,
        "place": place.repo.kind.plural,
        "shown": shown,
    }


def shown(text: str) -> str:
    """A name for people: what is not UTF-8 in it becomes question marks."""
    return text.encode("utf-8", "replace").decode()


def quoted(path: str, safe: str = "/") -> str:
    """A path inside an address. Bytes that are not UTF-8 stay themselves."""
    return quote(path, safe=safe, errors="surrogateescape")
