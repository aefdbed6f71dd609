"""Opening, saying, mending: everything that is done to a discussion but merging."""

from collections.abc import Mapping
from dataclasses import dataclass

from bearhug.discussions.model import (
    COMMENT_CHARS,
    EMOJI,
    TITLE_CHARS,
    CommentChanged,
    Commented,
    Discussion,
    DiscussionChanged,
    DiscussionOpened,
    Event,
    EventKind,
    Status,
    Wish,
)
from bearhug.discussions.service import refs, rights
from bearhug.discussions.service.telling import tell
from bearhug.discussions.store import events, talks
from bearhug.errors import Conflict, Forbidden, NotFound, Unprocessable
from bearhug.hub import Transaction
from bearhug.repos import service as repos
from bearhug.repos.model import Access, Repo, RepoKind


@dataclass(frozen=True)
class Spot:
    """A discussion as an address names it."""

    kind: RepoKind
    name: str
    num: int


def open_discussion(
    tx: Transaction, kind: RepoKind, name: str, wish: Wish
) -> tuple[Repo, Discussion]:
    """Open a discussion, or with a `base` an empty pull request whose ref stands where that is.

    Raises as `rights.see` and `require_speak`, Unprocessable naming the field, RevisionNotFound.
    """
    repo = rights.see(tx, kind, name)
    rights.require_speak(tx, repo)
    if wish.base:
        repos.require(tx.actor, repo, Access.READ)
    opened = enter(tx, repo, wish, title=title_of(wish.title))
    if wish.base:
        refs.begin(tx, repo, opened)
    return repo, opened


def enter(tx: Transaction, repo: Repo, wish: Wish, *, title: str) -> Discussion:
    """The rows of something new, and the news of it. Whether the actor may was asked before."""
    opened = talks.add(
        tx.db,
        repo.id,
        title=title,
        status=Status.DRAFT if wish.draft else Status.OPEN,
        base=wish.base,
        author_id=tx.actor.user_id,
        at=tx.now,
    )
    content = checked(wish.description, blank=True)
    comment = _add(tx, opened, EventKind.COMMENT, content=content)
    tx.announce(DiscussionOpened(repo, opened, comment, tx.actor.user_id))
    tell(tx, repo, opened, comment)
    return opened


def comment(tx: Transaction, spot: Spot, text: str) -> tuple[Repo, Event]:
    """Say something. Raises as `find`, NotSignedIn, Forbidden, Locked, Unprocessable."""
    repo, discussion = find(tx, spot)
    rights.require_speak(tx, repo, discussion)
    return repo, say(tx, repo, discussion, text)


def say(tx: Transaction, repo: Repo, discussion: Discussion, text: str) -> Event:
    said = _add(tx, discussion, EventKind.COMMENT, content=checked(text))
    talks.commented(tx.db, discussion.id, tx.now)
    tx.announce(Commented(repo, discussion, said, tx.actor.user_id))
    tell(tx, repo, discussion, said)
    return said


def edit_comment(tx: Transaction, spot: Spot, wire_id: str, text: str) -> tuple[Repo, Event]:
    """Say it better; what it said stays in its history. Raises Forbidden to all but its author."""
    repo, discussion, found = _comment(tx, spot, wire_id)
    user_id = rights.require_speak(tx, repo, discussion)
    if not found.is_by(user_id):
        raise Forbidden("Only who wrote a comment may edit it.")
    content = checked(text)
    if content == found.content:
        return repo, found
    edited = events.edit(tx.db, found, content, user_id, tx.now)
    talks.commented(tx.db, discussion.id, tx.now, more=0)
    tx.announce(CommentChanged(repo, discussion, edited, user_id))
    tell(tx, repo, discussion, edited)
    return repo, edited


def hide_comment(tx: Transaction, spot: Spot, wire_id: str) -> tuple[Repo, Event]:
    """Take a comment away for good. Its author may, and whoever writes to the repo."""
    repo, discussion, found = _comment(tx, spot, wire_id)
    user_id = rights.require_speak(tx, repo, discussion)
    if not (found.is_by(user_id) or rights.decides(tx.actor, repo)):
        raise Forbidden("Only its author, and those who write to the repo, may hide a comment.")
    hidden = events.hide(tx.db, found, user_id, tx.now)
    tx.announce(CommentChanged(repo, discussion, hidden, user_id))
    return repo, hidden


def react(tx: Transaction, spot: Spot, wire_id: str, emoji: str) -> tuple[Repo, Event]:
    """Answer with one of `EMOJI`, or take it back. Raises Unprocessable for any other."""
    repo, discussion, found = _comment(tx, spot, wire_id)
    user_id = rights.require_speak(tx, repo, discussion)
    if emoji not in EMOJI:
        raise Unprocessable(f"reaction: use one of {' '.join(EMOJI)}.")
    return repo, events.toggle(tx.db, found, user_id, emoji, tx.now)


def rename(tx: Transaction, spot: Spot, title: str) -> tuple[Repo, Event]:
    """Raises Forbidden to all but who opened it and who writes to the repo."""
    repo, discussion = find(tx, spot)
    rights.require_runs(tx, repo, discussion)
    new = title_of(title)
    if new == discussion.title:
        raise Unprocessable("title: it is called that already.")
    said = {"from": discussion.title, "to": new}
    return repo, record(tx, repo, discussion, EventKind.TITLE, said, title=new)


def set_status(
    tx: Transaction, spot: Spot, status: Status, comment: str = ""
) -> tuple[Repo, Event]:
    """Open, close, or make a draft of it. Raises Forbidden, Conflict where it leads nowhere."""
    repo, discussion = find(tx, spot)
    rights.require_runs(tx, repo, discussion)
    _check_status(discussion, status)
    if comment.strip():
        say(tx, repo, discussion, comment)
    if status.is_open and discussion.is_pull_request:
        refs.ensure(tx, repo, discussion)
    changed = record(tx, repo, discussion, EventKind.STATUS, {"status": status}, status=status)
    tell(tx, repo, discussion, changed)
    return repo, changed


def set_pinned(tx: Transaction, spot: Spot, pinned: bool) -> tuple[Repo, Event | None]:
    """Keep it at the top of the list. None if it is so already."""
    repo, discussion = find(tx, spot)
    rights.require_decides(tx, repo)
    if discussion.pinned == pinned:
        return repo, None
    said = {"pinned": pinned}
    return repo, record(tx, repo, discussion, EventKind.PIN, said, pinned=pinned)


def set_locked(tx: Transaction, spot: Spot, locked: bool) -> tuple[Repo, Event | None]:
    """Let only the repo's writers go on. None if it is so already."""
    repo, discussion = find(tx, spot)
    rights.require_decides(tx, repo)
    if discussion.locked == locked:
        return repo, None
    said = {"locked": locked}
    return repo, record(tx, repo, discussion, EventKind.LOCK, said, locked=locked)


def find(tx: Transaction, spot: Spot) -> tuple[Repo, Discussion]:
    """Raises as `rights.see` does, and NotFound."""
    repo = rights.see(tx, spot.kind, spot.name)
    return repo, rights.find(tx, repo, spot.num)


def record(
    tx: Transaction,
    repo: Repo,
    discussion: Discussion,
    kind: EventKind,
    said: Mapping[str, object],
    **values: object,
) -> Event:
    """Change the row, and tell what changed."""
    changed = talks.change(tx.db, discussion, at=tx.now, **values)
    event = events.add(tx.db, discussion.id, kind, author_id=tx.actor.user_id, at=tx.now, data=said)
    tx.announce(DiscussionChanged(repo, changed, event, tx.actor.user_id))
    return event


def title_of(text: str) -> str:
    """Raises Unprocessable for one too short or too long."""
    title = " ".join(text.split())
    least, most = TITLE_CHARS
    if not least <= len(title) <= most:
        raise Unprocessable(
            f"title: {least} to {most} characters say what it is about; this has {len(title)}."
        )
    return title


def checked(text: str, *, blank: bool = False) -> str:
    """A comment as it is kept. Raises Unprocessable."""
    text = text.replace("\r\n", "\n")
    if not blank and not text.strip():
        raise Unprocessable("comment: say something.")
    if len(text) > COMMENT_CHARS:
        raise Unprocessable(f"comment: at most {COMMENT_CHARS} characters; this has {len(text)}.")
    return text


def _check_status(discussion: Discussion, status: Status) -> None:
    if status is Status.MERGED:
        raise Unprocessable("status: merging makes it merged; use open or closed.")
    if status is Status.DRAFT and not discussion.is_pull_request:
        raise Unprocessable("status: only a pull request can be a draft.")
    if discussion.status is Status.MERGED:
        raise Conflict("It is merged: open another one.")
    if discussion.status is status:
        raise Conflict(f"It is {status} already.")


def _add(tx: Transaction, discussion: Discussion, kind: EventKind, *, content: str) -> Event:
    author_id = tx.actor.user_id
    return events.add(tx.db, discussion.id, kind, author_id=author_id, at=tx.now, content=content)


def _comment(tx: Transaction, spot: Spot, wire_id: str) -> tuple[Repo, Discussion, Event]:
    """By its 24 digits. Raises NotFound for what is none, or hidden."""
    repo, discussion = find(tx, spot)
    for event in events.of(tx.db, discussion.id):
        if event.object_id == wire_id.lower() and event.kind is EventKind.COMMENT:
            if event.hidden:
                raise Conflict("This comment was hidden.")
            return repo, discussion, event
    raise NotFound(f"No comment {wire_id} in this discussion.")
