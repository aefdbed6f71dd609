"""What happens on the hub, as a server built with huggingface_hub hears it."""

import pytest
from huggingface_hub import CommitOperationAdd, HfApi

from tests.conftest import Server
from tests.webhooks.receiving import Receiver

pytestmark = pytest.mark.client

WATCH = [{"type": "user", "name": "ada"}, {"type": "org", "name": "bears"}]


def test_a_repo_from_its_making_to_its_end(ada: HfApi, server: Server, receiver: Receiver) -> None:
    url = f"{receiver.url}/hook"
    hook = ada.create_webhook(url=url, watched=WATCH, domains=["repo"], secret=receiver.secret)
    who = ada.whoami()

    ada.create_repo("ada/digits")
    made = receiver.next()
    assert made.event == ("create", "repo")
    assert made.headers["x-webhook-secret"] == receiver.secret
    repo = made.payload.repo
    assert (repo.type, repo.name, repo.private) == ("model", "ada/digits", False)
    assert repo.owner.id == who["id"]
    assert repo.url.web == f"{server.url}/ada/digits"
    assert repo.url.api == f"{server.url}/api/models/ada/digits"
    assert (made.payload.webhook.id, made.payload.webhook.version) == (hook.id, 3)
    assert receiver.next().event == ("update", "repo.content")  # the initial commit

    card = b"---\nlicense: mit\n---\n# Digits\n"
    before = ada.model_info("ada/digits").sha
    commit = ada.create_commit(
        "ada/digits", [CommitOperationAdd("README.md", card)], commit_message="Card"
    )
    pushed = receiver.next()
    refs = pushed.payload.updatedRefs
    assert pushed.event == ("update", "repo.content")
    assert refs is not None
    assert [each.model_dump() for each in refs] == [
        {"ref": "refs/heads/main", "oldSha": before, "newSha": commit.oid}
    ]
    assert pushed.told["repo"]["headSha"] == commit.oid
    assert "license:mit" in (pushed.payload.repo.tags or [])

    ada.create_tag("ada/digits", tag="v1")
    tagged = receiver.next().told["updatedRefs"]
    assert tagged == [{"ref": "refs/tags/v1", "oldSha": None, "newSha": commit.oid}]
    ada.delete_tag("ada/digits", tag="v1")
    assert receiver.next().told["updatedRefs"][0]["newSha"] is None

    ada.update_repo_settings("ada/digits", private=True, gated="manual")
    changed = receiver.next()
    assert changed.event == ("update", "repo.config")
    assert changed.payload.repo.private
    assert changed.told["updatedConfig"]["private"] is True
    assert changed.told["updatedConfig"]["gated"] == "manual"

    ada.move_repo("ada/digits", "bears/numbers")
    moved = receiver.next()
    assert (moved.event, moved.payload.repo.name) == (("move", "repo"), "ada/digits")
    assert moved.payload.movedTo is not None
    assert moved.payload.movedTo.name == "bears/numbers"
    assert moved.payload.movedTo.owner.id != who["id"]

    ada.delete_repo("bears/numbers")
    assert receiver.next().event == ("delete", "repo")


def test_a_space_has_its_subdomain(ada: HfApi, receiver: Receiver) -> None:
    watched = [{"type": "space", "name": "ada/Show.Room"}]
    ada.create_webhook(url=f"{receiver.url}/open", watched=watched)
    ada.create_repo("ada/Show.Room", repo_type="space", space_sdk="static")
    repo = receiver.next().payload.repo
    assert (repo.type, repo.subdomain) == ("space", "ada-show-room")
    assert receiver.next().event == ("update", "repo.content")
    ada.create_repo("ada/other", repo_type="space", space_sdk="static")
    assert receiver.hears_nothing()
    ada.add_space_secret("ada/Show.Room", "KEY", "honey")
    told = receiver.next()
    assert (told.event, told.told["updatedConfig"]) == (("update", "repo.config"), {})


def test_a_conversation(ada: HfApi, linus: HfApi, server: Server, receiver: Receiver) -> None:
    ada.create_repo("ada/talk")
    watched = [{"type": "model", "name": "ada/talk"}]
    ada.create_webhook(url=f"{receiver.url}/open", watched=watched, domains=["discussions"])

    talk = linus.create_discussion("ada/talk", title="A question", description="Why bears?")
    opened = receiver.next().payload
    assert (opened.event.action, opened.event.scope) == ("create", "discussion")
    assert opened.discussion is not None
    assert (opened.discussion.num, opened.discussion.title) == (talk.num, "A question")
    assert (opened.discussion.status, opened.discussion.isPullRequest) == ("open", False)
    assert opened.discussion.author.id == linus.whoami()["id"]
    assert opened.discussion.url.web == f"{server.url}/ada/talk/discussions/{talk.num}"
    assert opened.comment is not None
    assert opened.comment.content == "Why bears?"
    assert opened.repo.head_sha is None

    said = ada.comment_discussion("ada/talk", talk.num, comment="They hug.")
    heard = receiver.next().payload
    assert (heard.event.action, heard.event.scope) == ("create", "discussion.comment")
    assert heard.comment is not None
    assert (heard.comment.id, heard.comment.content) == (said.id, "They hug.")

    ada.edit_discussion_comment("ada/talk", talk.num, said.id, new_content="They hug well.")
    edited = receiver.next().payload
    assert (edited.event.action, edited.event.scope) == ("update", "discussion.comment")
    assert edited.comment is not None
    assert edited.comment.content == "They hug well."

    with pytest.warns(UserWarning, match="irreversible"):
        ada.hide_discussion_comment("ada/talk", talk.num, said.id)
    hidden = receiver.next()
    assert hidden.payload.comment is not None
    assert hidden.payload.comment.hidden
    assert "content" not in hidden.told["comment"]

    ada.change_discussion_status("ada/talk", talk.num, new_status="closed")
    closed = receiver.next().payload
    assert (closed.event.action, closed.event.scope) == ("update", "discussion")
    assert closed.discussion is not None
    assert closed.discussion.status == "closed"


def test_a_pull_request_until_it_is_merged(ada: HfApi, receiver: Receiver) -> None:
    ada.create_repo("ada/code")
    ada.create_webhook(url=f"{receiver.url}/open", watched=WATCH)
    operations = [CommitOperationAdd("a.txt", b"a")]
    made = ada.create_commit("ada/code", operations, commit_message="Add a", create_pr=True)
    assert made.pr_num is not None
    opening = [receiver.next(), receiver.next()]
    assert sorted(heard.event for heard in opening) == [
        ("create", "discussion"),
        ("update", "repo.content"),
    ]
    opened = next(heard.payload for heard in opening if heard.payload.discussion)
    assert opened.discussion is not None
    assert opened.discussion.isPullRequest
    assert opened.discussion.changes is not None
    assert opened.discussion.changes.base == "refs/heads/main"
    pushed = next(heard.payload for heard in opening if heard.payload.updatedRefs)
    assert pushed.updatedRefs is not None
    assert pushed.updatedRefs[0].ref == f"refs/pr/{made.pr_num}"

    ada.merge_pull_request("ada/code", made.pr_num)
    merging = [receiver.next() for _ in range(2)]
    merged = next(heard.payload for heard in merging if heard.payload.discussion)
    assert merged.discussion is not None
    assert merged.discussion.status == "merged"
    assert merged.discussion.changes is not None
    assert merged.discussion.changes.mergeCommitId == ada.model_info("ada/code").sha


def test_a_private_repos_events_go_to_its_readers_alone(
    ada: HfApi, linus: HfApi, server: Server, receiver: Receiver
) -> None:
    ada.create_webhook(url=f"{receiver.url}/hook", watched=WATCH, secret=receiver.secret)
    linus.create_webhook(url=f"{receiver.url}/open", watched=WATCH)
    grace = HfApi(endpoint=server.url, token="hf_grace")
    grace.create_webhook(url=f"{receiver.url}/open?grace", watched=WATCH)

    ada.create_repo("bears/den", private=True)
    told = [receiver.next() for _ in range(4)]
    assert receiver.hears_nothing()
    assert len([each for each in told if "x-webhook-secret" in each.headers]) == 2
    hooks = {each.payload.webhook.id for each in told}
    assert hooks == {ada.list_webhooks()[0].id, grace.list_webhooks()[0].id}


def test_an_old_name_goes_on_being_watched(ada: HfApi, receiver: Receiver) -> None:
    ada.create_repo("ada/old")
    watched = [{"type": "model", "name": "ada/old"}]
    ada.create_webhook(url=f"{receiver.url}/open", watched=watched)
    ada.move_repo("ada/old", "ada/new")
    assert receiver.next().event == ("move", "repo")
    ada.create_branch("ada/new", branch="side")
    assert receiver.next().payload.repo.name == "ada/new"
