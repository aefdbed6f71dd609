"""Reading: lists of discussions, and one with its whole story."""

from dataclasses import dataclass

from bearhug.discussions.model import Discussion, Event, Filter, Person, Thread
from bearhug.discussions.service import changes, refs, rights
from bearhug.discussions.service.prose import dressed
from bearhug.discussions.service.talking import Spot, find
from bearhug.discussions.store import events, talks
from bearhug.hub import Transaction
from bearhug.repos import service as repos
from bearhug.repos.model import Access, Repo, RepoKind, Visibility

PAGE = 50
BOARD = 25


@dataclass(frozen=True)
class Board:
    """What stands around a list: counts of the open and the ended of its kind, and rights."""

    repo: Repo
    open: int
    ended: int
    total: int
    speaks: bool
    reads: bool
    manages: bool


def listing(
    tx: Transaction, kind: RepoKind, name: str, wanted: Filter, *, page: int = 0, limit: int = PAGE
) -> tuple[Repo, list[Discussion], int]:
    """A page of a repo's discussions, newest first, and how many there are. Pages from 0."""
    repo = rights.see(tx, kind, name)
    found, total = talks.page(tx.db, repo.id, wanted, start=page * limit, limit=limit)
    return repo, found, total


def thread(tx: Transaction, spot: Spot, *, diff: bool = False) -> Thread:
    """One with all that was said, and what whoever asks may do there. Slow: renders, reads git.

    What a pull request changes is left out for who may not read the files.
    """
    repo, discussion = find(tx, spot)
    story = dressed(tx, repo, events.of(tx.db, discussion.id))
    reads = repos.can(tx.actor, repo, Access.READ)
    brought = None
    if discussion.is_pull_request and reads:
        brought = changes.look(tx, repo, discussion, diff=diff)
    writes = rights.decides(tx.actor, repo)
    return Thread(
        repo,
        discussion,
        tuple(story),
        writes=writes,
        speaks=rights.may_speak(tx.actor, repo) and (writes or not discussion.locked),
        runs=rights.runs(tx.actor, repo, discussion),
        reads=reads,
        manages=repos.can(tx.actor, repo, Access.ADMIN),
        has_ref=discussion.is_pull_request and refs.exists(tx, repo, discussion),
        changes=brought,
        people=_people(story),
    )


def dress(tx: Transaction, repo: Repo, event: Event) -> Event:
    """One event as `thread` shows it."""
    return dressed(tx, repo, [event])[0]


def tab(tx: Transaction, repo: Repo) -> int | None:
    """How many are open, for the repo's tabs; None where there is no tab to show."""
    needed = Access.READ if repo.visibility is Visibility.PROTECTED else Access.METADATA
    if not repos.can(tx.actor, repo, needed):
        return None
    count = talks.count_open(tx.db, repo.id)
    return count if repo.talk or talks.any_of(tx.db, repo.id) else None


def board(
    tx: Transaction, kind: RepoKind, name: str, wanted: Filter, page: int
) -> tuple[Board, list[Discussion]]:
    """A page of the list as people see it, pinned first."""
    repo, found, total = listing(tx, kind, name, wanted, page=page, limit=BOARD)
    opened, ended = talks.counts(tx.db, repo.id, wanted.kind)
    reads = repos.can(tx.actor, repo, Access.READ)
    speaks = rights.may_speak(tx.actor, repo)
    manages = repos.can(tx.actor, repo, Access.ADMIN)
    return Board(repo, opened, ended, total, speaks, reads, manages), found


def asking(tx: Transaction, kind: RepoKind, name: str) -> Board:
    """Whoever is about to open something. Raises as `rights.require_speak` does."""
    repo = rights.see(tx, kind, name)
    rights.require_speak(tx, repo)
    reads = repos.can(tx.actor, repo, Access.READ)
    return Board(repo, 0, 0, 0, True, reads, repos.can(tx.actor, repo, Access.ADMIN))


def _people(story: list[Event]) -> tuple[Person, ...]:
    seen = {event.author.id: event.author for event in story if event.author is not None}
    return tuple(seen.values())
