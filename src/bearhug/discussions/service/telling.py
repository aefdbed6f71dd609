"""Who is told of what is said: those named, who opened it, who takes part, whose repo it is."""

from collections.abc import Iterable, Iterator

from bearhug.discussions.model import Discussion, Event, Notice, Reason
from bearhug.discussions.service.prose import mentioned
from bearhug.discussions.store import notices, people
from bearhug.errors import BadCredentials
from bearhug.hub import Transaction
from bearhug.identity.service import speak_for
from bearhug.repos import service as repos
from bearhug.repos.model import Access, Repo, Visibility

MOST_TOLD = 200
PAGE = 50


def tell(tx: Transaction, repo: Repo, discussion: Discussion, event: Event) -> None:
    """One notice each, for the first of the reasons that holds; none to who did it."""
    told: dict[int, Reason] = {}
    for user_id, reason in _concerned(tx, repo, discussion, event):
        if user_id != tx.actor.user_id and len(told) < MOST_TOLD:
            told.setdefault(user_id, reason)
    for user_id, reason in told.items():
        if _may_see(tx, repo, user_id):
            notices.add(tx.db, user_id, discussion.id, event.id, reason, tx.now)


def inbox(
    tx: Transaction, *, only_unread: bool = False, before: int = notices.NEWEST
) -> tuple[list[Notice], int | None]:
    """What the actor was told, of what they may still see; the id to go on before, or None.

    Raises NotSignedIn.
    """
    user_id = tx.actor.require_user()
    found = notices.listed(tx.db, user_id, only_unread=only_unread, before=before, limit=PAGE + 1)
    more = found[PAGE - 1].id if len(found) > PAGE else None
    return [each for each in found[:PAGE] if _sees(tx, each.repo)], more


def unread(tx: Transaction) -> int:
    """How many discussions have something new for the actor; the bell shows it."""
    return notices.count_unread(tx.db, tx.actor.user_id) if tx.actor.user_id else 0


def has_news(tx: Transaction, discussion: Discussion) -> bool:
    user_id = tx.actor.user_id
    return user_id is not None and notices.waits(tx.db, user_id, discussion.id)


def note_read(tx: Transaction, discussion: Discussion) -> None:
    notices.read(tx.db, tx.actor.require_user(), discussion.id, tx.now)


def note_all_read(tx: Transaction) -> None:
    """Raises NotSignedIn."""
    notices.read_all(tx.db, tx.actor.require_user(), tx.now)


def _concerned(
    tx: Transaction, repo: Repo, discussion: Discussion, event: Event
) -> Iterator[tuple[int, Reason]]:
    for user_id in _mentioned(tx, event):
        yield user_id, Reason.MENTION
    if discussion.author is not None:
        yield discussion.author.id, Reason.AUTHOR
    for user_id in notices.taking_part(tx.db, discussion.id):
        yield user_id, Reason.TAKING_PART
    for user_id in _owners(tx, repo):
        yield user_id, Reason.OWNER


def _mentioned(tx: Transaction, event: Event) -> Iterable[int]:
    known = people.named(tx.db, mentioned(event.content or ""))
    return [id for id, _, is_person in known.values() if is_person]


def _owners(tx: Transaction, repo: Repo) -> list[int]:
    return [*notices.admins(tx.db, repo.owner_id)] or [repo.owner_id]


def _may_see(tx: Transaction, repo: Repo, user_id: int) -> bool:
    try:
        actor = speak_for(tx, user_id)
    except BadCredentials:  # an account that was switched off, or an organisation's
        return False
    needed = Access.READ if repo.visibility is Visibility.PROTECTED else Access.METADATA
    return repos.can(actor, repo, needed)


def _sees(tx: Transaction, repo: Repo) -> bool:
    needed = Access.READ if repo.visibility is Visibility.PROTECTED else Access.METADATA
    return repos.can(tx.actor, repo, needed)
