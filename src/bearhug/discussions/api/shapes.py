"""Discussions and their events as the Hub writes them: huggingface_hub/community.py reads them."""

from typing import Any

from bearhug.accounts.model.account import avatar_path
from bearhug.discussions.model import Changes, Discussion, Event, EventKind, Person, Thread
from bearhug.kit.wire import wire_time
from bearhug.repos.model import Repo
from bearhug.web.call import Call

HIDDEN = "This comment has been hidden"


def discussion(call: Call, repo: Repo, found: Discussion) -> dict[str, Any]:
    """As lists have it. Without `author` where the account is gone."""
    shown: dict[str, Any] = {
        "num": found.num,
        "title": found.title,
        "status": found.status,
        "isPullRequest": found.is_pull_request,
        "createdAt": wire_time(found.created_at),
        "pinned": found.pinned,
        "locked": found.locked,
        "numComments": found.comments,
        "repo": {"name": str(repo.name), "type": repo.kind.value},
    }
    return _with_author(call, shown, found.author)


def details(call: Call, thread: Thread) -> dict[str, Any]:
    """One with its events; of a pull request what it changes, and where that collides."""
    shown = discussion(call, thread.repo, thread.discussion)
    shown["id"] = thread.discussion.object_id
    shown["events"] = [event(call, each) for each in thread.events]
    if thread.discussion.is_pull_request:
        shown |= _changes(thread.discussion, thread.changes)
    return shown


def event(call: Call, found: Event) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "id": found.object_id,
        "type": found.kind,
        "createdAt": wire_time(found.created_at),
        "data": _comment(call, found) if found.kind is EventKind.COMMENT else dict(found.data),
    }
    return _with_author(call, shown, found.author)


def person(call: Call, found: Person) -> dict[str, Any]:
    return {
        "_id": found.object_id,
        "name": found.name,
        "fullname": found.full_name or found.name,
        "avatarUrl": call.base_url + avatar_path(found.name, found.avatar_sha256),
        "type": "user",
        "isPro": False,
    }


def _comment(call: Call, found: Event) -> dict[str, Any]:
    latest: dict[str, Any] = {
        "raw": HIDDEN if found.hidden else found.content,
        "html": HIDDEN if found.hidden else found.html,
        "updatedAt": wire_time(found.edited_at or found.created_at),
    }
    return {
        "edited": found.edits > 0,
        "hidden": found.hidden,
        "latest": _with_author(call, latest, found.author),
        "history": [
            _with_author(call, {"raw": old.content, "updatedAt": wire_time(old.at)}, old.author)
            for old in found.history
        ],
        "numEdits": found.edits,
        "reactions": [
            {"reaction": each.emoji, "users": list(each.names), "count": len(each.names)}
            for each in found.reactions
        ],
    }


def _changes(found: Discussion, brought: Changes | None) -> dict[str, Any]:
    changes: dict[str, Any] = {"base": found.base}
    if found.merge_oid is not None:
        changes["mergeCommitId"] = found.merge_oid
    return {
        "changes": changes,
        "filesWithConflicts": list(brought.conflicts) if brought else [],
        "diff": brought.diff if brought else "",
    }


def _with_author(call: Call, shown: dict[str, Any], author: Person | None) -> dict[str, Any]:
    return {**shown, "author": person(call, author)} if author else shown
