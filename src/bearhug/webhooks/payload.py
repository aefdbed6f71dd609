"""What is sent: the Hub's payload, version 3.

Shapes as in huggingface_hub/_webhooks_payload.py and the Hub's documentation, "Webhooks".
"""

from collections.abc import Sequence
from typing import Any

from bearhug.discussions.model import Discussion, Event, Person
from bearhug.files.model import RevisionPushed
from bearhug.repos.model import Repo, RepoChanged, RepoKind, Visibility
from bearhug.webhooks.model import VERSION

Part = dict[str, Any]


def repo_part(
    repo: Repo, owner: str, hub_url: str, *, head: str | None = None, tags: Sequence[str] = ()
) -> Part:
    """`repo`; `owner` is an object id. Events on discussions tell neither head nor tags."""
    told: Part = {
        "type": repo.kind.value,
        "name": str(repo.name),
        "id": repo.object_id,
        "private": repo.private,
        "url": {"web": hub_url + repo.path, "api": hub_url + repo.api_path},
        "owner": {"id": owner},
    }
    if repo.kind is RepoKind.SPACE:
        told["subdomain"] = str(repo.name).lower().replace("/", "-").replace(".", "-")
    if head:
        told["headSha"] = head
    if tags:
        told["tags"] = list(tags)
    return told


def refs_part(event: RevisionPushed) -> Part:
    return {"updatedRefs": [{"ref": event.ref, "oldSha": event.old, "newSha": event.new}]}


def move_part(repo: Repo, owner: str) -> Part:
    """Where it is now; `repo` beside it is as it was."""
    return {"movedTo": {"name": str(repo.name), "owner": {"id": owner}}}


def config_part(event: RepoChanged) -> Part:
    """The settings that are new, as far as a payload tells them; `private` is the Hub's one."""
    before, now = event.before, event.repo
    new: Part = {}
    if before.visibility is not now.visibility:
        new = {"private": now.visibility is not Visibility.PUBLIC}
        new["visibility"] = now.visibility.value
    if before.gated != now.gated:
        new["gated"] = now.gated or False
    if before.disabled != now.disabled:
        new["disabled"] = now.disabled
    return {"updatedConfig": new}


def discussion_part(repo: Repo, discussion: Discussion, hub_url: str) -> Part:
    told: Part = {
        "id": discussion.object_id,
        "title": discussion.title,
        "url": {
            "web": hub_url + discussion.path(repo),
            "api": f"{hub_url}{repo.api_path}/discussions/{discussion.num}",
        },
        "status": discussion.status.value,
        "author": _author(discussion.author),
        "num": discussion.num,
        "isPullRequest": discussion.is_pull_request,
        "pinned": discussion.pinned,
    }
    if discussion.is_pull_request:
        told["changes"] = {"base": discussion.base}
        if discussion.merge_oid:
            told["changes"]["mergeCommitId"] = discussion.merge_oid
    return told


def comment_part(repo: Repo, discussion: Discussion, comment: Event, hub_url: str) -> Part:
    """`comment`. One that is hidden has lost its words."""
    told: Part = {
        "id": comment.object_id,
        "author": _author(comment.author),
        "hidden": comment.hidden,
        "url": {"web": f"{hub_url}{discussion.path(repo)}#{comment.object_id}"},
    }
    if not comment.hidden:
        told["content"] = comment.content or ""
    return told


def whole(action: str, scope: str, parts: Part, webhook: str) -> Part:
    """`parts`: repo, and what else there is to tell. `webhook` is its object id."""
    event = {"action": action, "scope": scope}
    return {"event": event, **parts, "webhook": {"id": webhook, "version": VERSION}}


def _author(person: Person | None) -> Part:
    """Somebody who has deleted their account has an id that is nobody's."""
    return {"id": person.object_id if person else "0" * 24}
