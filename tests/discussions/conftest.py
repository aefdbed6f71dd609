"""A repo of ada's to talk about, and short words for doing so."""

from collections.abc import Callable
from typing import Any

import pytest

from bearhug.discussions import service as talk
from bearhug.discussions.model import Discussion, Thread, Wish
from bearhug.discussions.service import Spot
from bearhug.files import service as files
from bearhug.files.model import Add, Proposal
from bearhug.hub import Hub, Transaction
from bearhug.repos import service as repos
from bearhug.repos.model import RepoKind
from tests.conftest import person
from tests.repos_of import make_repo

BERT = "ada/bert"
MAIN = "refs/heads/main"
MODEL = RepoKind.MODEL


def spot(num: int = 1) -> Spot:
    return Spot(MODEL, BERT, num)


class Talking:
    """What people do on one hub, by their names."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        make_repo(hub, "bert", {"a.txt": "one\n", "b.txt": "b\n"})

    def open(self, who: str, title: str = "A question", text: str = "Why?") -> Discussion:
        wish = Wish(title, text)
        opened: Discussion = self.do(who, talk.open_discussion, MODEL, BERT, wish)[1]
        return opened

    def propose(self, who: str, path: str, content: str, title: str = "A change") -> int:
        proposal = Proposal((Add(path, content.encode()),), title)
        return files.propose_now(self.hub, person(self.hub, who), MODEL, BERT, proposal)[1]

    def commit(self, who: str, path: str, content: str, branch: str = "main") -> str:
        proposal = Proposal((Add(path, content.encode()),), f"Set {path}", branch=branch)
        return files.commit_now(self.hub, person(self.hub, who), MODEL, BERT, proposal)

    def do(self, who: str, deed: Callable[..., Any], *args: object) -> Any:
        return self.hub.write_as(person(self.hub, who), deed, *args)

    def say(self, who: str, text: str, num: int = 1) -> str:
        """The comment's id on the wire."""
        _, said = self.do(who, talk.comment, spot(num), text)
        return str(said.object_id)

    def set(self, **settings: Any) -> None:
        def change(tx: Transaction) -> None:
            repos.change_settings(tx, MODEL, BERT, **settings)

        self.do("ada", change)

    def look(self, num: int = 1, who: str = "ada", *, diff: bool = False) -> Thread:
        return self.hub.read_as(person(self.hub, who), talk.thread, spot(num), diff=diff)

    def told(self, who: str) -> list[tuple[int, str]]:
        """(number, reason) of what waits for them, newest first."""
        found, _ = self.hub.read_as(person(self.hub, who), talk.inbox, only_unread=True)
        return [(each.discussion.num, str(each.reason)) for each in found]


@pytest.fixture
def talking(hub: Hub) -> Talking:
    return Talking(hub)


@pytest.fixture
def any_talking(any_hub: Hub) -> Talking:
    return Talking(any_hub)
