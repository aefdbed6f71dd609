"""What stands around other pages: `hub.rooms["around"]`."""

from typing import Any

from bearhug.discussions import service as talk
from bearhug.hub import Transaction
from bearhug.repos.model import Repo


def around(tx: Transaction, repo: object) -> dict[str, Any]:
    """The bell's number, and over a repo's pages the community tab."""
    found: dict[str, Any] = {"unread": talk.unread(tx)}
    if isinstance(repo, Repo):
        count = talk.tab(tx, repo)
        tab = ("talk", "Community", f"{repo.path}/discussions", "talk", count or None)
        found["more_tabs"] = [tab] if count is not None else []
    return found
