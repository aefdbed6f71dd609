"""What happens, and whom to tell: deliveries written in the transaction in which it happened.

A delivery is a row before it is a request, so that a crash loses none; whether its reader may
still know is asked again when it is sent.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass

from bearhug.discussions.model import (
    CommentChanged,
    Commented,
    Discussion,
    DiscussionChanged,
    DiscussionOpened,
    Event,
    EventKind,
)
from bearhug.errors import BadCredentials
from bearhug.files.model import RevisionPushed
from bearhug.hub import VISITOR, Actor, Role, Transaction
from bearhug.identity.service import speak_for
from bearhug.repos import service as repos
from bearhug.repos import store as repo_rows
from bearhug.repos.model import Access, Repo, RepoChanged, RepoCreated, RepoDeleted, RepoKind
from bearhug.webhooks import payload
from bearhug.webhooks.model import DAY_MS, SAME_DOMAIN, About, Webhook
from bearhug.webhooks.payload import Part
from bearhug.webhooks.store import deliveries, hooks

CONTENT, COMMENT = "repo.content", "discussion.comment"
MAIN = "refs/heads/main"


@dataclass(frozen=True)
class News:
    """What is to be told: `parts` of the payload, given where its reader reaches the hub."""

    action: str
    scope: str
    parts: Callable[[str], Part]

    @property
    def domain(self) -> str:
        return self.scope.partition(".")[0]


def on_repo_created(tx: Transaction, event: RepoCreated) -> None:
    _tell(tx, event.repo, _of_repo(tx, event.repo, "create", "repo"))


def on_repo_deleted(tx: Transaction, event: RepoDeleted) -> None:
    _tell(tx, event.repo, _of_repo(tx, event.repo, "delete", "repo"))


def on_repo_changed(tx: Transaction, event: RepoChanged) -> None:
    """A new name is a move, everything else is a change of its settings."""
    before, repo = event.before, event.repo
    if before.name == repo.name:
        more = payload.config_part(event)
        _tell(tx, repo, _of_repo(tx, repo, "update", "repo.config", more))
    else:
        more = payload.move_part(repo, hooks.account_object_id(tx.db, repo.owner_id))
        _tell(tx, repo, _of_repo(tx, before, "move", "repo", more), before)


def on_pushed(tx: Transaction, event: RevisionPushed) -> None:
    """Refs that move together are told together."""
    head = event.new if event.ref == MAIN else event.repo.head
    more = payload.refs_part(event)
    _tell(tx, event.repo, _of_repo(tx, event.repo, "update", CONTENT, more, head=head))


def on_discussion_opened(tx: Transaction, event: DiscussionOpened) -> None:
    news = _of_talk(tx, event.repo, event.discussion, "create", "discussion", event.comment)
    _tell(tx, event.repo, news)


def on_discussion_changed(tx: Transaction, event: DiscussionChanged) -> None:
    """Commits of a pull request are told as its ref's, not once more."""
    if event.event.kind in (EventKind.COMMIT, EventKind.REF):
        return
    _tell(tx, event.repo, _of_talk(tx, event.repo, event.discussion, "update", "discussion"))


def on_commented(tx: Transaction, event: Commented) -> None:
    news = _of_talk(tx, event.repo, event.discussion, "create", COMMENT, event.comment)
    _tell(tx, event.repo, news)


def on_comment_changed(tx: Transaction, event: CommentChanged) -> None:
    news = _of_talk(tx, event.repo, event.discussion, "update", COMMENT, event.comment)
    _tell(tx, event.repo, news)


def _of_repo(
    tx: Transaction,
    repo: Repo,
    action: str,
    scope: str,
    more: Part | None = None,
    *,
    head: str | None = None,
) -> News:
    def parts(hub_url: str) -> Part:
        owner = hooks.account_object_id(tx.db, repo.owner_id)
        tags = hooks.tags(tx.db, repo.id)
        part = payload.repo_part(repo, owner, hub_url, head=head or repo.head, tags=tags)
        return {"repo": part, **(more or {})}

    return News(action, scope, parts)


def _of_talk(
    tx: Transaction,
    repo: Repo,
    discussion: Discussion,
    action: str,
    scope: str,
    comment: Event | None = None,
) -> News:
    def parts(hub_url: str) -> Part:
        owner = hooks.account_object_id(tx.db, repo.owner_id)
        told = {
            "repo": payload.repo_part(repo, owner, hub_url),
            "discussion": payload.discussion_part(repo, discussion, hub_url),
        }
        if comment is not None:
            told["comment"] = payload.comment_part(repo, discussion, comment, hub_url)
        return told

    return News(action, scope, parts)


def _tell(tx: Transaction, repo: Repo, news: News, former: Repo | None = None) -> None:
    """Leave a delivery for everyone who listens and may know. `former`: under its old name."""
    if repo.kind is RepoKind.KERNEL:
        return  # the payload has no word for them, and clients refuse what they do not know
    told = False
    parts: dict[str, Part] = {}
    for hook in hooks.watching(tx.db, repo, former or repo):
        if _listens(hook, news) and _may_know(tx, hook, repo) and not is_spent(tx, hook):
            if hook.hub_url not in parts:
                parts[hook.hub_url] = news.parts(hook.hub_url)
            _leave(tx, hook, repo, news, parts[hook.hub_url])
            told = True
    if told:
        ring(tx)


def ring(tx: Transaction) -> None:
    """Tell this process's courier, if it has one, that something is to be sent."""
    wake = tx.hub.rooms.get("wake_courier")
    if wake is not None:
        tx.after(wake)


def is_spent(tx: Transaction, hook: Webhook) -> bool:
    """Whether it has been triggered as often as it may be within a day."""
    sent = deliveries.count_since(tx.db, hook.id, tx.now - DAY_MS)
    return sent >= tx.hub.settings.webhook_daily_limit


def hears(tx: Transaction, hook: Webhook, about: About) -> bool:
    """Whether its owner may know of this now."""
    try:
        actor = speak_for(tx, hook.user_id)
    except BadCredentials:  # the account is disabled
        return False
    repo = None if about.repo_id is None else repo_rows.by_id(tx.db, about.repo_id)
    if repo is not None:
        return repos.can(VISITOR if hook.public_only else actor, repo, Access.NAMES)
    return about.owner_id is None or (not hook.public_only and _belonged(actor, about))


def _belonged(actor: Actor, about: About) -> bool:
    """Whether the actor would read what was private and is gone: `repos.role_for`, of its ids."""
    role = actor.role_in(about.owner_id or 0)
    if about.group_id is not None and role is not Role.ADMIN and about.owner_id in actor.roles:
        role = actor.groups.get(about.group_id, Role.NO_ACCESS)
    return actor.operator or role >= Role.READ


def _listens(hook: Webhook, news: News) -> bool:
    return news.domain in {SAME_DOMAIN[name] for name in hook.domains}


def _may_know(tx: Transaction, hook: Webhook, repo: Repo) -> bool:
    return repos.can(VISITOR, repo, Access.NAMES) or hears(tx, hook, About(repo.id))


def _leave(tx: Transaction, hook: Webhook, repo: Repo, news: News, parts: Part) -> None:
    if news.scope == CONTENT and _join(tx, hook, repo, parts):
        return
    body = payload.whole(news.action, news.scope, parts, hook.object_id)
    about = About(repo.id)
    if not repos.can(VISITOR, repo, Access.NAMES):
        about = About(repo.id, repo.owner_id, repo.group_id)
    deliveries.add(
        tx.db,
        hook.id,
        about,
        (news.action, news.scope),
        json.dumps(body, ensure_ascii=False),
        at=tx.now,
    )


def _join(tx: Transaction, hook: Webhook, repo: Repo, parts: Part) -> bool:
    """Put the refs beside those of the same push, if there are any: one push is one trigger."""
    found = deliveries.unsent(tx.db, hook.id, repo.id, CONTENT, tx.now)
    if found is None:
        return False
    id, text = found
    body = json.loads(text)
    body["updatedRefs"] += parts["updatedRefs"]
    body["repo"] |= parts["repo"]
    deliveries.rewrite(tx.db, id, json.dumps(body, ensure_ascii=False))
    return True
