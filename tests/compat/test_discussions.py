"""Discussions and pull requests by the real client: each call, as its own suite asks for it."""

import threading
from pathlib import Path
from typing import Any

import pytest
from huggingface_hub import (
    CommitInfo,
    CommitOperationAdd,
    CommitOperationDelete,
    HfApi,
    hf_hub_download,
)
from huggingface_hub.community import DiscussionComment, DiscussionWithDetails
from huggingface_hub.errors import BadRequestError, HfHubHTTPError, RevisionNotFoundError

from bearhug.hub import Hub
from tests.conftest import Server
from tests.repos_of import make_repo

pytestmark = pytest.mark.client
BERT = "ada/bert"


@pytest.fixture(autouse=True)
def bert(hub: Hub) -> None:
    make_repo(hub, "bert")


def first_comment(found: DiscussionWithDetails) -> DiscussionComment:
    return next(event for event in found.events if isinstance(event, DiscussionComment))


def test_numbers_are_shared_and_lists_are_newest_first(ada: HfApi) -> None:
    pull = ada.create_pull_request(BERT, " A change ! ")
    talk = ada.create_discussion(BERT, "A question")
    assert (pull.num, pull.title, pull.status, pull.is_pull_request) == (
        1,
        "A change !",
        "draft",
        True,
    )
    assert pull.git_reference == "refs/pr/1"
    assert (talk.num, talk.status, talk.is_pull_request) == (2, "open", False)

    def listed(**asked: Any) -> list[int]:
        return [each.num for each in ada.get_repo_discussions(BERT, **asked)]

    assert listed() == listed(discussion_type="all") == [2, 1]
    assert listed(discussion_type="pull_request") == [1]
    assert listed(discussion_type="discussion") == [2]
    assert listed(author="unknown") == []
    assert listed(author="ada") == [2, 1]
    ada.change_discussion_status(BERT, 2, "closed")
    assert listed(discussion_status="open") == [1]
    assert listed(discussion_status="closed") == [2]


def test_more_than_a_page_is_listed(ada: HfApi) -> None:
    for number in range(53):
        ada.create_discussion(BERT, f"Question {number}")
    assert [each.num for each in ada.get_repo_discussions(BERT)] == list(range(53, 0, -1))


def test_details_are_the_same_whoever_asks_again(ada: HfApi, linus: HfApi) -> None:
    talk = linus.create_discussion(BERT, "A question", description="Is it *warm*? @ada")
    assert talk == ada.get_discussion_details(BERT, talk.num)
    assert [event.type for event in talk.events] == ["comment"]
    comment = first_comment(talk)
    assert comment.content == "Is it *warm*? @ada"
    assert '<em>warm</em>? <a class="mention" href="/ada">@ada</a>' in comment.rendered
    assert comment.author == comment.last_edited_by == "linus"
    assert not comment.edited
    assert comment.number_of_edits == 0


def test_every_answer_is_the_event_of_later_details(ada: HfApi) -> None:
    talk = ada.create_discussion(BERT, "A question")
    answers = [
        ada.comment_discussion(BERT, 1, "# Yes\n\n**Bold** 💥"),
        ada.rename_discussion(BERT, 1, "Another question"),
        ada.change_discussion_status(BERT, 1, "closed", comment="Enough."),
        ada.edit_discussion_comment(BERT, 1, first_comment(talk).id.upper(), "Edited 🤗"),
    ]
    later = ada.get_discussion_details(BERT, 1)
    assert later.title == "Another question"
    assert later.status == "closed"
    assert all(answer in later.events for answer in answers)
    edited = first_comment(later)
    assert (edited.content, edited.edited, edited.number_of_edits) == ("Edited 🤗", True, 1)
    assert edited.edit_history[0]["raw"].startswith("Discussion opened")


def test_a_hidden_comment_is_gone(ada: HfApi, linus: HfApi) -> None:
    linus.create_discussion(BERT, "A question")
    said = linus.comment_discussion(BERT, 1, "grizzly")
    linus.edit_discussion_comment(BERT, 1, said.id, "grizzly bear")
    with pytest.warns(UserWarning, match="irreversible"):
        hidden = ada.hide_discussion_comment(BERT, 1, said.id)
    assert hidden.hidden
    later = ada.get_discussion_details(BERT, 1)
    assert hidden in later.events
    assert "grizzly" not in str(later)


def test_a_pull_request_from_nothing_to_merged(ada: HfApi) -> None:
    pull = ada.create_pull_request(BERT, "A change")
    (head,) = ada.list_repo_commits(BERT, revision=pull.git_reference)
    assert head == ada.list_repo_commits(BERT)[0]
    assert (pull.target_branch, pull.conflicting_files, pull.diff) == ("refs/heads/main", [], "")
    ada.create_commit(
        BERT,
        [CommitOperationAdd("file.test", b"Content\n")],
        commit_message="Some file",
        revision=pull.git_reference,
    )
    with pytest.raises(HfHubHTTPError, match="draft"):
        ada.merge_pull_request(BERT, 1)
    ada.change_discussion_status(BERT, 1, "open")
    waiting = ada.get_discussion_details(BERT, 1)
    assert "+Content" in (waiting.diff or "")
    assert [(e.type) for e in waiting.events] == ["comment", "commit", "status-change"]
    ada.merge_pull_request(BERT, 1, comment="Thank you")
    merged = ada.get_discussion_details(BERT, 1)
    assert merged.status == "merged"
    assert merged.merge_commit_oid == ada.list_repo_commits(BERT)[0].commit_id
    assert [event.type for event in merged.events][-2:] == ["comment", "status-change"]
    assert merged.diff == waiting.diff
    assert merged == ada.get_discussion_details(BERT, 1)
    assert "file.test" in ada.list_repo_files(BERT)
    with pytest.raises(HfHubHTTPError, match="merged"):
        ada.merge_pull_request(BERT, 1)


def test_a_commit_makes_a_pull_request(ada: HfApi) -> None:
    ada.upload_file(path_or_fileobj=b"old", path_in_repo="old.md", repo_id=BERT)
    made = ada.create_commit(
        BERT,
        [CommitOperationDelete("old.md"), CommitOperationAdd("buffer", b"Buffer data")],
        commit_message="Test create_commit",
        create_pr=True,
    )
    assert made.pr_url == f"{ada.endpoint}/{BERT}/discussions/1"
    assert (made.pr_num, made.pr_revision) == (1, "refs/pr/1")
    assert "buffer" not in ada.list_repo_files(BERT)
    path = hf_hub_download(BERT, "buffer", revision="refs/pr/1", endpoint=ada.endpoint)
    assert Path(path).read_bytes() == b"Buffer data"
    refs = ada.list_repo_refs(BERT, include_pull_requests=True)
    assert refs.pull_requests is not None
    assert [(each.ref, each.target_commit) for each in refs.pull_requests] == [
        ("refs/pr/1", made.oid)
    ]
    ada.merge_pull_request(BERT, 1)
    assert sorted(ada.list_repo_files(BERT)) == [".gitattributes", "buffer"]


def test_a_pull_request_needs_a_branch(ada: HfApi) -> None:
    ada.create_branch(BERT, branch="other")
    head = ada.list_repo_refs(BERT).branches[0].target_commit

    def propose(revision: str) -> CommitInfo:
        change = [CommitOperationAdd("file.txt", b"content")]
        return ada.create_commit(
            BERT, change, commit_message="x", revision=revision, create_pr=True
        )

    made = propose("other")
    assert ada.get_discussion_details(BERT, made.pr_num or 0).target_branch == "refs/heads/other"
    for revision in (head, "missing"):
        with pytest.raises(RevisionNotFoundError):
            propose(revision)


def test_a_stranger_proposes_and_goes_on_but_does_not_merge(ada: HfApi, linus: HfApi) -> None:
    change = [CommitOperationAdd("regular.txt", b"text"), CommitOperationAdd("lfs.pkl", b"\0" * 99)]
    made = linus.create_commit(BERT, change, commit_message="From afar", create_pr=True)
    assert made.pr_num == 1
    linus.upload_file(
        path_or_fileobj=b"\1" * 99, path_in_repo="more.bin", repo_id=BERT, revision="refs/pr/1"
    )
    for forbidden in (
        lambda: linus.merge_pull_request(BERT, 1),
        lambda: linus.upload_file(path_or_fileobj=b"x", path_in_repo="x", repo_id=BERT),
    ):
        with pytest.raises(HfHubHTTPError) as refused:
            forbidden()
        assert refused.value.response.status_code == 403
    ada.merge_pull_request(BERT, 1)
    assert {"regular.txt", "lfs.pkl", "more.bin"} <= set(ada.list_repo_files(BERT))
    log = ada.get_discussion_details(BERT, 1)
    assert [event.type for event in log.events] == ["comment", "commit", "commit", "status-change"]
    with pytest.raises(HfHubHTTPError):  # it is over: the ref is no longer theirs
        linus.upload_file(
            path_or_fileobj=b"x", path_in_repo="x", repo_id=BERT, revision="refs/pr/1"
        )


def test_both_sides_changed_the_same(ada: HfApi) -> None:
    for text, proposing in ((b"one\n", False), (b"two\n", True), (b"three\n", False)):
        ada.upload_file(
            path_or_fileobj=text, path_in_repo="a.txt", repo_id=BERT, create_pr=proposing
        )
    assert ada.get_discussion_details(BERT, 1).conflicting_files == ["a.txt"]
    with pytest.raises(HfHubHTTPError, match=r"a\.txt") as refused:
        ada.merge_pull_request(BERT, 1)
    assert refused.value.response.status_code == 409
    assert ada.get_discussion_details(BERT, 1).status == "open"


def test_a_proposal_on_an_older_commit_merges_all_the_same(ada: HfApi) -> None:
    old = ada.list_repo_commits(BERT)[0].commit_id
    ada.upload_file(path_or_fileobj=b"new", path_in_repo="new.txt", repo_id=BERT)
    change = [CommitOperationAdd("mine.txt", b"mine")]
    ada.create_commit(BERT, change, commit_message="x", create_pr=True, parent_commit=old)
    ada.merge_pull_request(BERT, 1)
    assert {"new.txt", "mine.txt"} <= set(ada.list_repo_files(BERT))


def test_two_clients_race_for_numbers(server: Server, ada: HfApi, linus: HfApi) -> None:
    def open_some(api: HfApi) -> None:
        for number in range(8):
            api.create_discussion(BERT, f"Question {number}")

    threads = [threading.Thread(target=open_some, args=(api,)) for api in (ada, linus)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [each.num for each in ada.get_repo_discussions(BERT)] == list(range(16, 0, -1))


def test_what_cannot_be(ada: HfApi, linus: HfApi, server: Server) -> None:
    linus.create_discussion(BERT, "A question")
    with pytest.raises(HfHubHTTPError, match="3 to 200"):
        ada.create_discussion(BERT, "x")
    with pytest.raises(HfHubHTTPError, match="say something"):
        ada.comment_discussion(BERT, 1, "  ")
    with pytest.raises(HfHubHTTPError, match="No discussion 7"):
        ada.get_discussion_details(BERT, 7)
    with pytest.raises(HfHubHTTPError, match="Only who wrote"):
        ada.edit_discussion_comment(
            BERT, 1, first_comment(ada.get_discussion_details(BERT, 1)).id, "Mine now"
        )
    with pytest.raises(HfHubHTTPError, match="nothing to merge"):
        ada.merge_pull_request(BERT, 1)
    with pytest.raises((BadRequestError, HfHubHTTPError)):
        HfApi(endpoint=server.url, token=False).create_discussion(BERT, "A question")
