"""Webhooks in the browser's settings, by their forms."""

import re
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from bearhug.app import Application
from bearhug.hub import Hub
from bearhug.webhooks import service
from bearhug.webhooks.model import Outcome
from tests.conftest import person
from tests.repos_of import make_repo

ADA = {"Authorization": "Bearer hf_ada"}
LINUS = {"Authorization": "Bearer hf_linus"}
FORM = {
    "url": "https://hooks.example/in?token=1",
    "watch_kind": ["user", "model", "user"],
    "watch_name": ["ada", "bears/den", ""],
    "domains": ["repo"],
    "secret": "quince",
}


@pytest.fixture
def client(hub: Hub) -> TestClient:
    """In process, and not living: nothing is sent but what the test sends."""
    return TestClient(Application(hub), base_url="http://hub.test", follow_redirects=False)


@pytest.fixture
def made(client: TestClient) -> str:
    """The address of a webhook of ada's."""
    answer = client.post("/settings/webhooks", data=FORM, headers=ADA)
    assert answer.status_code == 303
    return answer.headers["location"]


def rows(hub: Hub) -> list[Path]:
    """The files of the database."""
    return list(hub.settings.data_dir.glob("*.db*"))


def test_one_is_made_shown_and_changed(client: TestClient, hub: Hub, made: str) -> None:
    assert "hooks.example" in client.get("/settings/webhooks", headers=ADA).text
    page = client.get(f"{made}/settings", headers=ADA).text
    assert 'value="bears/den"' in page
    assert "quince" not in page
    assert b"quince" not in b"".join(file.read_bytes() for file in rows(hub))
    client.post(
        f"{made}/settings", data={**FORM, "secret": "", "watch_name": ["bears"]}, headers=ADA
    )
    hook = hub.read_as(person(hub, "ada"), service.webhooks)[0]
    assert (service.secret_of(hub, hook), [each.name for each in hook.watched]) == (
        "quince",
        ["bears"],
    )
    forgetting = {**FORM, "secret": "", "forget_secret": "on"}
    client.post(f"{made}/settings", data=forgetting, headers=ADA)
    assert hub.read_as(person(hub, "ada"), service.webhooks)[0].sealed == ""
    client.post(f"{made}/delete", headers=ADA)
    assert hub.read_as(person(hub, "ada"), service.webhooks) == []


def test_what_is_wrong_is_said_beside_its_field(client: TestClient) -> None:
    wrong = {"url": "hooks.example", "watch_name": ["a b"], "watch_kind": ["user"], "secret": "ö"}
    answer = client.post("/settings/webhooks", data=wrong, headers=ADA)
    assert answer.status_code == 422
    for words in ("Write the whole address", "cannot be the name of a person", "one line of ASCII"):
        assert words in answer.text
    assert 'value="a b"' in answer.text


def test_it_is_switched_off_and_on(client: TestClient, made: str) -> None:
    client.post(f"{made}/switch", data={"on": "0"}, headers=ADA)
    assert "It is disabled" in client.get(made, headers=ADA).text
    client.post(f"{made}/switch", data={"on": "1"}, headers=ADA)
    assert "It is disabled" not in client.get(made, headers=ADA).text


def test_the_log_shows_what_was_sent_and_what_came_back(
    client: TestClient, hub: Hub, made: str
) -> None:
    make_repo(hub, "den")
    page = client.get(made, headers=ADA).text
    assert page.count("waiting") == 2
    assert "ada/den" not in page, "it was not sent yet: who may know is not asked yet"

    hook = hub.read_as(person(hub, "ada"), service.webhooks)[0]
    sending = hub.write(service.take, hook.id)
    assert sending is not None
    said = "<b>no</b> thanks"
    hub.write(service.finish, sending, Outcome(7, 400, answer=said, hopeless=True))
    page = client.get(made, headers=ADA).text
    assert "ada/den" in page
    path = re.findall(rf'href="({made}/deliveries/\d+)"', page)[-1]
    shown = client.get(path, headers=ADA).text
    assert "&lt;b&gt;no&lt;/b&gt; thanks" in shown
    assert "&#34;version&#34;: 3" in shown

    again = client.post(f"{path}/replay", headers=ADA)
    assert again.status_code == 303
    assert "Replay of" in client.get(again.headers["location"], headers=ADA).text


def test_a_long_log_goes_on(client: TestClient, hub: Hub, made: str) -> None:
    for n in range(16):
        make_repo(hub, f"den{n}")
    page = client.get(made, headers=ADA).text
    older = re.search(rf'href="({made}\?before=\d+)"', page)
    assert older is not None
    assert client.get(older[1], headers=ADA).text.count("waiting") == 2


def test_nobody_elses_are_shown(client: TestClient, hub: Hub, made: str) -> None:
    make_repo(hub, "den")
    for path in (made, f"{made}/settings", f"{made}/deliveries/1"):
        assert client.get(path, headers=LINUS).status_code == 404
    for path in (f"{made}/switch", f"{made}/delete", f"{made}/deliveries/1/replay"):
        assert client.post(path, data={"on": "0"}, headers=LINUS).status_code == 404
    assert len(hub.read_as(person(hub, "ada"), service.webhooks)) == 1
