"""What an account did lately: pushes, new repos, likes, discussions, collections."""

from dataclasses import dataclass

from bearhug.accounts.model import Account
from bearhug.catalog.store import lately as store
from bearhug.collections import service as collections
from bearhug.collections.model import Collection
from bearhug.db import Row
from bearhug.files.service.starting import TITLE
from bearhug.hub import Transaction
from bearhug.kit.wire import Moment
from bearhug.repos.model import Repo, RepoKind
from bearhug.repos.store import repo_of

MOST = 30


@dataclass(frozen=True)
class Deed:
    """One thing somebody did: `words` what, `name` to what, with a link; `said` in which words."""

    at: Moment
    icon: str
    words: str
    name: str
    href: str
    said: str = ""


def lately(tx: Transaction, account: Account) -> list[Deed]:
    """The latest first, as far as the actor may see what it was done to."""
    db, actor, id = tx.db, tx.actor, account.id
    pushes = store.pushes(db, actor, id, TITLE, MOST)
    deeds = [_pushed(row, repo_of(row)) for row in pushes]
    deeds += [_made(row, repo_of(row)) for row in store.made(db, actor, id, MOST)]
    deeds += [_gathered(each.collection) for each in collections.of_owner(tx, account.name)]
    if not account.is_org:
        deeds += [_liked(row, repo_of(row)) for row in store.liked(db, actor, id, MOST)]
        deeds += [_opened(row, repo_of(row)) for row in store.opened(db, actor, id, MOST)]
    return sorted(deeds, key=lambda deed: deed.at, reverse=True)[:MOST]


def count_opened(tx: Transaction, account: Account) -> int:
    """How many discussions and pull requests somebody began, as far as the actor may see them."""
    return store.count_opened(tx.db, tx.actor, account.id)


def _pushed(row: Row, repo: Repo) -> Deed:
    href = f"{repo.path}/commit/{row.oid}"
    return Deed(row.at, "commit", "Pushed to", str(repo.name), href, row.said)


def _made(row: Row, repo: Repo) -> Deed:
    icons = {RepoKind.MODEL: "cube", RepoKind.DATASET: "data", RepoKind.SPACE: "window"}
    icon = icons.get(repo.kind, "bolt")
    return Deed(row.at, icon, f"Made the {repo.kind.title}", str(repo.name), repo.path)


def _liked(row: Row, repo: Repo) -> Deed:
    return Deed(row.at, "heart", "Likes", str(repo.name), repo.path)


def _opened(row: Row, repo: Repo) -> Deed:
    pull = bool(row.is_pull_request)
    words = "Opened a pull request on" if pull else "Began a discussion on"
    href = f"{repo.path}/discussions/{row.num}"
    return Deed(row.at, "merge" if pull else "talk", words, str(repo.name), href, row.said)


def _gathered(found: Collection) -> Deed:
    return Deed(found.created_at, "list", "Began the collection", found.title, found.path)
