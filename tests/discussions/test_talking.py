"""Who says what, who decides, and what becomes of what was said."""

import threading
from typing import Any

import pytest

from bearhug.accounts import service as accounts
from bearhug.discussions import service as talk
from bearhug.discussions.model import EventKind, Filter, Locked, Status, TalkClosed
from bearhug.errors import Conflict, Forbidden, RepoNotFound, Unprocessable
from bearhug.hub import Transaction
from bearhug.repos.model import Visibility
from tests.discussions.conftest import BERT, MODEL, Talking, spot


def test_numbers_have_no_gap_when_two_open_at_once(any_talking: Talking) -> None:
    def open_some(who: str) -> None:
        for _ in range(5):
            any_talking.open(who)

    threads = [threading.Thread(target=open_some, args=(who,)) for who in ("ada", "linus")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [any_talking.look(num).discussion.num for num in range(1, 11)] == list(range(1, 11))


def test_an_edit_keeps_what_was_said(any_talking: Talking) -> None:
    any_talking.open("linus")
    said = any_talking.say("linus", "one")
    for text in ("two", "three", "three"):
        any_talking.do("linus", talk.edit_comment, spot(), said, text)
    comment = any_talking.look().events[-1]
    assert comment.content == "three"
    assert [old.content for old in comment.history] == ["one", "two"]
    assert comment.edits == 2
    for other in ("ada", "grace"):
        with pytest.raises(Forbidden):
            any_talking.do(other, talk.edit_comment, spot(), said, "mine")


def test_a_hidden_comment_keeps_nothing(any_talking: Talking) -> None:
    any_talking.open("linus")
    said = any_talking.say("grace", "grizzly")
    any_talking.do("grace", talk.edit_comment, spot(), said, "grizzly bear")
    any_talking.do("linus", talk.react, spot(), said, "🚀")
    with pytest.raises(Forbidden):
        any_talking.do("linus", talk.hide_comment, spot(), said)
    any_talking.do("ada", talk.hide_comment, spot(), said)
    comment = any_talking.look().events[-1]
    assert (comment.hidden, comment.content, comment.history, comment.reactions) == (
        *(True, None),
        *((), ()),
    )
    with pytest.raises(Conflict):
        any_talking.do("grace", talk.edit_comment, spot(), said, "again")


def test_reactions_are_taken_back_by_giving_them_again(any_talking: Talking) -> None:
    any_talking.open("linus")
    first = any_talking.look().events[0].object_id
    for who, emoji in (("ada", "🚀"), ("grace", "🚀"), ("ada", "👍"), ("grace", "🚀")):
        any_talking.do(who, talk.react, spot(), first, emoji)
    given = any_talking.look().events[0].reactions
    assert [(each.emoji, each.names) for each in given] == [("👍", ("ada",)), ("🚀", ("ada",))]
    with pytest.raises(Unprocessable):
        any_talking.do("ada", talk.react, spot(), first, "🐍")


def test_lists_are_filtered_and_counted(any_talking: Talking) -> None:
    for who, title in (("ada", "Bears"), ("linus", "100% honey"), ("linus", "Honeycomb")):
        any_talking.open(who, title)
    any_talking.propose("linus", "c.txt", "c\n", "More honey")
    any_talking.do("ada", talk.set_pinned, spot(1), True)
    any_talking.do("ada", talk.set_status, spot(3), Status.CLOSED)

    def listed(**wanted: Any) -> list[int]:
        _, found = any_talking.hub.read(talk.board, MODEL, BERT, Filter(**wanted), 0)
        return [each.num for each in found]

    assert listed() == [4, 3, 2, 1]
    assert listed(pinned_first=True) == [1, 4, 3, 2]
    assert listed(status="open", author="LINUS") == [4, 2]
    assert listed(kind="pull_request") == [4]
    assert listed(text="100%") == [2]
    assert listed(text="HONEY", kind="discussion") == [3, 2]
    board, _ = any_talking.hub.read(talk.board, MODEL, BERT, Filter("discussion"), 0)
    assert (board.open, board.ended, board.total, board.speaks) == (2, 1, 3, False)


def test_who_may_decide(talking: Talking) -> None:
    talking.open("linus")
    for deed in (talk.set_pinned, talk.set_locked):
        with pytest.raises(Forbidden):
            talking.do("linus", deed, spot(), True)
    with pytest.raises(Forbidden):
        talking.do("grace", talk.rename, spot(), "Mine")
    with pytest.raises(Forbidden):
        talking.do("grace", talk.set_status, spot(), Status.CLOSED)
    talking.do("linus", talk.rename, spot(), "A better question")
    talking.do("linus", talk.set_status, spot(), Status.CLOSED)
    talking.do("ada", talk.set_status, spot(), Status.OPEN)
    talking.do("ada", talk.set_pinned, spot(), True)
    kinds = [event.kind for event in talking.look().events]
    assert kinds[1:] == [EventKind.TITLE, EventKind.STATUS, EventKind.STATUS, EventKind.PIN]


def test_a_locked_discussion_is_for_writers(talking: Talking) -> None:
    talking.open("linus")
    talking.do("ada", talk.set_locked, spot(), True)
    with pytest.raises(Locked):
        talking.say("linus", "But")
    with pytest.raises(Locked):
        talking.do("linus", talk.set_status, spot(), Status.CLOSED)
    talking.say("ada", "Enough.")
    assert not talking.look(who="linus").speaks
    assert talking.look(who="ada").speaks


def test_closed_discussions_are_only_read(talking: Talking) -> None:
    talking.open("linus")
    talking.set(talk=False)
    for deed in (lambda: talking.open("linus"), lambda: talking.say("linus", "But")):
        with pytest.raises(TalkClosed):
            deed()
    with pytest.raises(Forbidden):
        talking.propose("linus", "a.txt", "x")
    assert talking.look(who="linus").events[0].content == "Why?"


def test_what_is_hidden_is_not_talked_about(talking: Talking) -> None:
    talking.open("linus", text="@grace")
    talking.set(visibility=Visibility.PRIVATE)
    for deed in (lambda: talking.look(who="linus"), lambda: talking.say("linus", "But")):
        with pytest.raises(RepoNotFound):
            deed()
    assert talking.told("grace") == []


def read(tx: Transaction) -> None:
    talk.note_read(tx, talk.find(tx, spot())[1])


def test_those_concerned_are_told_once(any_talking: Talking) -> None:
    any_talking.open("linus", text="Hello @grace, and `@ada` in code, and @bears")
    assert any_talking.told("grace") == [(1, "mention")]
    assert any_talking.told("ada") == [(1, "owner")]
    assert any_talking.told("linus") == []
    any_talking.say("grace", "Here")
    assert any_talking.told("linus") == [(1, "author")]
    any_talking.say("ada", "And here")
    assert any_talking.told("grace") == [(1, "taking part")]
    any_talking.do("grace", read)
    assert any_talking.told("grace") == []
    any_talking.do("ada", talk.note_all_read)
    assert any_talking.told("ada") == []


def leave(tx: Transaction) -> None:
    accounts.delete_account(tx, confirm="linus", with_repos=False)


def test_words_of_someone_who_left_stay(any_talking: Talking) -> None:
    any_talking.open("linus")
    said = any_talking.say("linus", "Farewell")
    any_talking.do("ada", talk.react, spot(), said, "😔")
    any_talking.do("linus", leave)
    found = any_talking.look()
    assert found.discussion.author is None
    assert [event.author for event in found.events] == [None, None]
    assert found.events[-1].content == "Farewell"


def test_names_are_linked_where_there_is_somebody(talking: Talking) -> None:
    talking.open("linus", text="@ada @nobody `@grace` [@grace](/x) mail@grace.example\n\n## Why\n")
    html = talking.look().events[0].html
    assert html.count('class="mention"') == 1
    assert 'href="/ada">@ada</a>' in html
    assert "card-" not in html  # ids are this comment's own
    assert f'id="c{talking.look().events[0].id}-why"' in html


def test_a_comment_brings_no_script(talking: Talking) -> None:
    talking.open("linus", text='<script>alert(1)</script><img src=x onerror="alert(1)">@ada')
    html = talking.look().events[0].html
    assert "<script" not in html
    assert "onerror" not in html
