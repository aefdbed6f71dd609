"""Builders: a repo of ada's with something in it, on whichever hub."""

from collections.abc import Mapping

from bearhug.files import service as files
from bearhug.files.model import Add, Proposal
from bearhug.hub import Hub, Transaction
from bearhug.repos import service as repos
from bearhug.repos.model import Repo, RepoKind, Visibility
from tests.conftest import person


def make_repo(
    hub: Hub,
    name: str,
    content: Mapping[str, bytes | str] | None = None,
    *,
    kind: RepoKind = RepoKind.MODEL,
    private: bool = False,
    by: str = "ada",
    owner: str | None = None,
) -> Repo:
    """A new repo; with `content`, a second commit holds it."""
    visibility = Visibility.PRIVATE if private else Visibility.PUBLIC
    sdk = "static" if kind is RepoKind.SPACE else ""

    def create(tx: Transaction) -> Repo:
        return repos.create(tx, kind, name, owner=owner, visibility=visibility, sdk=sdk)

    repo = hub.write_as(person(hub, by), create)
    if content:
        push(hub, repo, content, by=by)
    return repo


def push(hub: Hub, repo: Repo, content: Mapping[str, bytes | str], *, by: str = "ada") -> str:
    """One commit with these files; its id."""
    ops = tuple(
        Add(path, data.encode() if isinstance(data, str) else data)
        for path, data in content.items()
    )
    proposal = Proposal(ops, "Fill it")
    return files.commit_now(hub, person(hub, by), repo.kind, str(repo.name), proposal)
