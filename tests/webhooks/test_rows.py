"""A delivery's way through the rows, on both databases; nothing is really sent."""

from dataclasses import replace

from starlette.testclient import TestClient

from bearhug.accounts import service as accounts
from bearhug.accounts.model import Scope, TokenRole
from bearhug.app import Application
from bearhug.hub import Hub, Permission
from bearhug.repos import service as repos
from bearhug.repos.model import RepoKind
from bearhug.webhooks import service
from bearhug.webhooks.model import Outcome, Watchable, Watched, Wish
from tests.conftest import person
from tests.repos_of import make_repo, push
from tests.webhooks.conftest import Clock

WELL, BADLY = Outcome(5, 200, "thanks"), Outcome(5, failure="No answer.")


def test_from_an_event_to_the_log(any_hub: Hub) -> None:
    clock = Clock()
    hub = replace(any_hub, clock=clock)
    ada = person(hub, "ada")
    watched = (Watched(Watchable.ORG, "Bears"), Watched(Watchable.MODEL, "ada/One"))
    wish = Wish("http://hub.test", "https://x.example/", watched, secret="s3")
    hook = hub.write_as(ada, service.create, wish)
    repo = make_repo(hub, "one")
    push(hub, repo, {"a.txt": "a"})
    make_repo(hub, "two")
    assert [each[:2] for each in hub.read(service.waiting)] == [(hook.id, 1)]

    first = hub.write(service.take, hook.id)
    assert first is not None
    assert (first.secret, first.attempt) == ("s3", 1)
    hub.write(service.finish, first, BADLY)
    second = hub.write(service.take, hook.id)
    assert second is not None
    assert second.delivery_id != first.delivery_id, "the first waits ten seconds"
    hub.write(service.put_back, second)
    clock.advance(seconds=11)
    for attempt in (2, 2, 1):
        sending = hub.write(service.take, hook.id)
        assert sending is not None
        assert sending.attempt == attempt
        hub.write(service.finish, sending, WELL)
    assert hub.write(service.take, hook.id) is None

    found = hub.read_as(ada, service.log, hook.object_id)
    assert [each.status for each in found.deliveries] == [200, 200, 200]
    assert (found.more, found.today) == (None, 3)
    number = hub.write_as(ada, service.replay, hook.object_id, first.delivery_id)
    assert hub.read_as(ada, service.delivery, hook.object_id, number)[1].waiting

    hub.write_as(ada, repos.delete, RepoKind.MODEL, "ada/one")
    last = hub.write_as(ada, service.log, hook.object_id).deliveries[0]
    assert (last.action, last.scope) == ("delete", "repo")
    hub.write_as(ada, service.disable, hook.object_id)
    assert hub.read(service.waiting) == []
    clock.advance(days=40)
    hub.write(service.prune)
    assert hub.read_as(ada, service.log, hook.object_id).deliveries == []
    hub.write_as(ada, service.delete, hook.object_id)
    assert hub.read_as(ada, service.webhooks) == []


def test_a_fine_grained_token_may_be_given_webhooks(hub: Hub) -> None:
    scope = Scope("user", frozenset({Permission.WEBHOOKS}), 1)
    _, secret = hub.write(accounts.create_token, 1, "hooks", TokenRole.FINE, [scope])
    client = TestClient(Application(hub), headers={"Authorization": f"Bearer {secret}"})
    body = {"url": "https://x.example", "watched": [{"type": "user", "name": "ada"}]}
    made = client.post("/api/settings/webhooks", json=body)
    assert made.status_code == 200, made.text
    assert client.get("/api/settings/webhooks").json() == [made.json()["webhook"]]
    assert hub.read_as(person(hub, "ada"), service.webhooks)[0].public_only
