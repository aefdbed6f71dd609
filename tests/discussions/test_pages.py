"""The community tab, by plain forms: what stands there works without a script."""

import pytest
from starlette.testclient import TestClient

from bearhug.hub import Hub
from tests.discussions.conftest import Talking
from tests.repos_of import make_repo

HOME = "/ada/bert/discussions"


@pytest.fixture
def linus(client: TestClient, talking: Talking) -> TestClient:
    client.headers.update({"Authorization": "Bearer hf_linus", "Accept": "text/html"})
    return client


@pytest.fixture
def ada(client: TestClient, talking: Talking) -> TestClient:
    client.headers.update({"Authorization": "Bearer hf_ada", "Accept": "text/html"})
    return client


def test_a_discussion_from_its_opening_to_its_end(linus: TestClient) -> None:
    assert "Nothing said yet" in linus.get(HOME).text
    asked = {"title": "A question", "description": "Is it **warm**?", "type": "discussion"}
    looked = linus.post(HOME, data={**asked, "preview": "1"}).text
    assert "<strong>warm</strong>" in looked
    assert 'value="A question"' in looked
    opened = linus.post(HOME, data=asked)
    assert opened.url.path == f"{HOME}/1"
    assert "<strong>warm</strong>" in opened.text
    said = linus.post(f"{HOME}/1/comment", data={"comment": "Anybody?"})
    assert "Anybody?" in said.text
    assert "say something" in linus.post(f"{HOME}/1/comment", data={"comment": " "}).text
    closed = linus.post(f"{HOME}/1/status", data={"status": "closed", "comment": "Never mind"})
    assert "Never mind" in closed.text
    assert "closed this" in closed.text
    assert "A question" not in linus.get(HOME).text
    assert "A question" in linus.get(f"{HOME}?status=closed").text
    assert linus.post(f"{HOME}/1/status", data={"status": "merged"}).status_code == 422
    assert linus.post(f"{HOME}/1/status", data={"status": "odd"}).status_code == 400


def test_what_was_typed_comes_back_with_the_reason(linus: TestClient) -> None:
    refused = linus.post(HOME, data={"title": "x", "description": "Long words", "type": ""})
    assert refused.status_code == 422
    assert "Long words" in refused.text
    assert "3 to 200" in refused.text


def test_a_comment_alone_answers_a_component(linus: TestClient, talking: Talking) -> None:
    talking.open("linus")
    id = talking.look().events[0].object_id
    asked = {"Fragment": "comment"}
    address = f"{HOME}/1/comments/{id}"
    reacted = linus.post(f"{address}/react", data={"emoji": "🚀"}, headers=asked).text
    assert reacted.lstrip().startswith("<talk-item>")
    assert 'aria-pressed="true"' in reacted
    edited = linus.post(f"{address}/edit", data={"content": "Why *not*?"}, headers=asked).text
    assert "<em>not</em>" in edited
    assert "What it said before" in edited
    whole = linus.post(f"{address}/hide", data={})
    assert whole.url.path == f"{HOME}/1"
    assert "This comment was hidden" in whole.text


def test_the_list_filters_and_keeps_pins_on_top(ada: TestClient, talking: Talking) -> None:
    for title in ("Bears", "Honey", "100% bears"):
        talking.open("linus", title)
    talking.propose("grace", "c.txt", "c", "Bees")
    ada.post(f"{HOME}/1/pin", data={"on": "1"})
    page = ada.get(HOME).text
    assert page.index("Bears") < page.index("Bees") < page.index("Honey")
    assert "Honey" not in ada.get(f"{HOME}?search=BEARS").text
    percent = ada.get(f"{HOME}?search=100%25").text
    assert ("100% bears" in percent, ">Bears<" in percent) == (True, False)
    pulls = ada.get(f"{HOME}?type=pull_request").text
    assert ("Bees" in pulls, "Honey" in pulls) == (True, False)
    assert "Bees" not in ada.get(f"{HOME}?author=linus").text
    assert "No discussion is like that" in ada.get(f"{HOME}?author=nobody").text


def test_every_repo_page_leads_there(ada: TestClient, talking: Talking) -> None:
    talking.open("linus")
    for address in ("", "/tree/main", "/settings", "/discussions/new"):
        page = ada.get(f"/ada/bert{address}").text
        assert f'href="{HOME}"' in page, address
    ada.post("/ada/bert/settings/discussions", data={})
    assert "only be read" in ada.get(f"{HOME}/1").text
    assert ada.get(f"{HOME}/new").status_code == 403


def test_a_pull_request_page_by_page(ada: TestClient, talking: Talking) -> None:
    talking.propose("linus", "a.txt", "two\n")
    page = ada.get(f"{HOME}/1").text
    assert "No conflicts with main" in page
    assert "refs/pr/1" in page
    assert "A change" in ada.get(f"{HOME}/1/commits").text
    files = ada.get(f"{HOME}/1/files").text
    assert "<td>two</td>" in files
    merged = ada.post(f"{HOME}/1/merge", data={"comment": ""}).text
    assert "merged this into" in merged
    assert "Delete refs/pr/1" in merged
    assert "is deleted" in ada.post(f"{HOME}/1/ref", data={"on": "0"}).text
    assert "<td>two</td>" in ada.get(f"{HOME}/1/files").text
    assert "is back" in ada.post(f"{HOME}/1/ref", data={"on": "1"}).text
    talking.open("linus")
    assert ada.get(f"{HOME}/2/files").status_code == 404


def test_a_conflict_says_whose(ada: TestClient, talking: Talking) -> None:
    talking.propose("linus", "a.txt", "two\n", "Say two")
    talking.commit("ada", "a.txt", "three\n")
    page = ada.get(f"{HOME}/1").text
    assert "1 file</span> changed on both sides" in page or "changed on both sides" in page
    assert "refs/pr/1: linus, Say two" in page
    assert "main: ada, Set a.txt" in page
    assert ada.post(f"{HOME}/1/merge", data={"comment": "kept"}).status_code == 409


def test_reading_it_empties_the_inbox(ada: TestClient, talking: Talking) -> None:
    talking.open("linus", "A question")
    assert "A question" in ada.get("/notifications").text
    assert "Notifications, 1 unread" in ada.get("/ada/bert").text
    ada.get(f"{HOME}/1")
    assert "Nothing new" in ada.get("/notifications").text
    assert "A question" in ada.get("/notifications?all=1").text
    talking.say("linus", "Well?")
    assert ada.get("/api/notifications").json()["count"] == {"unread": 1}
    assert "Nothing new" in ada.post("/notifications/read").text


def test_a_visitor_reads_and_is_led_to_sign_in(client: TestClient, talking: Talking) -> None:
    client.headers["Accept"] = "text/html"
    talking.open("linus", "A question")
    page = client.get(f"{HOME}/1").text
    assert "Sign in</a> to take part" in page
    assert '<form method="post"' not in page.replace('action="/logout"', "")
    led = client.get(f"{HOME}/new", follow_redirects=False)
    assert led.headers["Location"].startswith("/login")
    assert client.get("/notifications", follow_redirects=False).status_code == 303
    assert client.post(f"{HOME}/1/comment", data={"comment": "x"}).status_code == 401


def test_pages_of_a_list(client: TestClient, hub: Hub, talking: Talking) -> None:
    make_repo(hub, "other")
    for number in range(27):
        talking.open("linus", f"Question {number}")
    client.headers["Accept"] = "text/html"
    first, second = client.get(HOME).text, client.get(f"{HOME}?p=1").text
    assert ("Question 26" in first, "Question 1<" in first) == (True, False)
    assert ("Question 26" in second, "Question 1<" in second) == (False, True)
    assert client.get(f"{HOME}?p=nonsense").status_code == 200
    assert client.get(f"{HOME}/99999999999").status_code == 404
