"""Repos with something in them."""

from collections.abc import Callable, Mapping

import pytest

from bearhug.files import service as files
from bearhug.files.model import Add, Proposal
from bearhug.hub import Hub, Transaction
from bearhug.repos import service as repos
from bearhug.repos.model import Repo, RepoKind, Visibility
from tests.conftest import person

Fill = Callable[..., str]


@pytest.fixture
def make(hub: Hub) -> Callable[..., Repo]:
    """`make("bert")`: a model of ada's, with its first commit."""

    def make(name: str, *, kind: RepoKind = RepoKind.MODEL, private: bool = False) -> Repo:
        visibility = Visibility.PRIVATE if private else Visibility.PUBLIC
        sdk = "static" if kind is RepoKind.SPACE else ""

        def create(tx: Transaction) -> Repo:
            return repos.create(tx, kind, name, visibility=visibility, sdk=sdk)

        return hub.write_as(person(hub, "ada"), create)

    return make


@pytest.fixture
def fill(hub: Hub) -> Fill:
    """`fill(repo, {"a.txt": b"A"}, title="Say A")`: one commit of ada's; returns its id."""

    def fill(
        repo: Repo, content: Mapping[str, bytes], *, title: str = "Fill it", rev: str = "main"
    ) -> str:
        ops = tuple(Add(path, data) for path, data in content.items())
        proposal = Proposal(ops, title, branch=rev)
        return files.commit_now(hub, person(hub, "ada"), repo.kind, str(repo.name), proposal)

    return fill
