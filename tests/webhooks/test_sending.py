"""How deliveries leave: late, again, to nobody who may not know, and never into our own house."""

import socket
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bearhug.accounts import service as accounts
from bearhug.app import build_hub
from bearhug.config import Settings
from bearhug.errors import Forbidden
from bearhug.files.model import RevisionPushed
from bearhug.hub import Actor, Delegation, Grant, Hub, Permission, Transaction
from bearhug.kit.addresses import Guard
from bearhug.repos import service as repos
from bearhug.repos.model import RepoKind, Visibility
from bearhug.webhooks import service
from bearhug.webhooks.model import Delivery, Watchable, Watched, Webhook, Wish
from tests.conftest import Server, introduce, person, serving
from tests.repos_of import make_repo, push
from tests.webhooks.conftest import Clock, until
from tests.webhooks.receiving import Receiver, receiving


def make_hook(
    hub: Hub, url: str, *, by: str = "ada", watch: str = "ada", secret: str = ""
) -> Webhook:
    watched = (Watched(Watchable.USER, watch),)
    wish = Wish("http://hub.test", url, watched, secret=secret)
    return hub.write_as(person(hub, by), service.create, wish)


def log(hub: Hub, hook: Webhook, by: str = "ada") -> list[Delivery]:
    """What the owner's log says, the newest first."""
    return list(hub.read_as(person(hub, by), service.log, hook.object_id).deliveries)


def settled(hub: Hub, hook: Webhook) -> list[Delivery]:
    """The same, once each has been tried."""
    until(lambda: all(each.milliseconds is not None for each in log(hub, hook)))
    return log(hub, hook)


def poke(hub: Hub, times: int = 1) -> None:
    """Something happens to ada/poked, one event each time."""

    def change(tx: Transaction) -> None:
        repos.change_settings(tx, RepoKind.MODEL, "ada/poked", gated="manual")

    for _ in range(times):
        hub.write_as(person(hub, "ada"), change)


def poked_hook(hub: Hub, url: str) -> Webhook:
    make_repo(hub, "poked")
    return make_hook(hub, url)


def test_what_came_back_is_kept(server: Server, receiver: Receiver) -> None:
    hook = poked_hook(server.hub, f"{receiver.url}/open")
    poke(server.hub)
    sent = settled(server.hub, hook)
    assert [(each.action, each.scope, each.status, each.answer) for each in sent] == [
        ("update", "repo.config", 200, "said 200")
    ]
    assert (sent[0].attempts, sent[0].due_at, sent[0].failure) == (1, None, "")


def test_a_server_that_fails_is_asked_again_later(
    server: Server, receiver: Receiver, clock: Clock
) -> None:
    receiver.answers[:] = [503, 500, 429]
    hook = poked_hook(server.hub, f"{receiver.url}/open")
    poke(server.hub)
    waits = []
    for status in (503, 500, 429):
        until(lambda said=status: log(server.hub, hook)[0].status == said)  # type: ignore[misc]
        assert receiver.hears_nothing(0.1)
        waits.append((log(server.hub, hook)[0].due_at or 0) - clock())
        clock.advance(seconds=waits[-1] // 1000 + 1)
        server.hub.rooms["wake_courier"]()
    for wait_ms, seconds in zip(waits, (10, 60, 600), strict=True):
        assert seconds - 8 < wait_ms / 1000 <= seconds
    assert receiver.next().event == ("update", "repo.config")
    until(lambda: log(server.hub, hook)[0].arrived)
    assert log(server.hub, hook)[0].attempts == 4


def test_a_server_that_refuses_is_not_asked_again(server: Server, receiver: Receiver) -> None:
    receiver.answers[:] = [404, 302]
    hook = poked_hook(server.hub, f"{receiver.url}/open")
    poke(server.hub, 2)
    redirected, refused = settled(server.hub, hook)
    assert (refused.status, refused.due_at) == (404, None)
    assert (redirected.status, redirected.due_at) == (302, None)
    assert "redirects are not followed" in redirected.failure


def test_deliveries_keep_their_order(server: Server, receiver: Receiver) -> None:
    make_hook(server.hub, f"{receiver.url}/open")
    repo = make_repo(server.hub, "many")
    commits = [push(server.hub, repo, {f"{n}.txt": "x"}) for n in range(8)]
    heard = [receiver.next() for _ in range(10)]
    assert [each.told["updatedRefs"][0]["newSha"] for each in heard[2:]] == commits


def test_a_replay_is_a_delivery_of_its_own_to_where_the_webhook_points_now(
    server: Server, receiver: Receiver
) -> None:
    hub, ada = server.hub, person(server.hub, "ada")
    receiver.answers[:] = [410]
    hook = poked_hook(hub, f"{receiver.url}/hook")
    poke(hub)
    (old,) = settled(hub, hook)
    assert old.status == 401
    changed = Wish("http://hub.test", secret=receiver.secret)
    hub.write_as(ada, service.change, hook.object_id, changed)
    receiver.answers.clear()
    number = hub.write_as(ada, service.replay, hook.object_id, old.id)
    assert receiver.next().headers["x-webhook-secret"] == receiver.secret
    until(lambda: log(hub, hook)[0].arrived)
    new = log(hub, hook)[0]
    assert (new.id, new.replay_of, new.payload) == (number, old.id, old.payload)


def test_what_was_written_down_before_a_crash_is_sent_after_it(
    settings: Settings, receiver: Receiver
) -> None:
    before = build_hub(settings)
    before.write(introduce)
    make_hook(before, f"{receiver.url}/open")
    make_repo(before, "kept")
    before.db.close()  # nobody sent anything: its process was killed
    after = build_hub(settings)
    with serving(after):
        assert receiver.events(2) == [("create", "repo"), ("update", "repo.content")]
    after.db.close()


def test_what_a_dead_courier_had_in_hand_is_sent_by_another(
    hub: Hub, receiver: Receiver, clock: Clock
) -> None:
    hook = poked_hook(hub, f"{receiver.url}/open")
    poke(hub)
    assert hub.write(service.take, hook.id) is not None
    assert hub.write(service.take, hook.id) is None, "it is somebody's"
    with serving(hub):
        assert receiver.hears_nothing()
        clock.advance(seconds=181)
        hub.rooms["wake_courier"]()
        assert receiver.next().event == ("update", "repo.config")


def test_whoever_may_no_longer_know_is_not_told(hub: Hub, receiver: Receiver) -> None:
    hers = make_hook(hub, f"{receiver.url}/open?grace", by="grace", watch="bears")
    make_hook(hub, f"{receiver.url}/open?ada", watch="bears")
    make_repo(hub, "den", private=True, owner="bears")

    ada = person(hub, "ada")
    hub.write_as(ada, accounts.remove_member, "bears", "grace")
    hub.write_as(ada, repos.delete, RepoKind.MODEL, "bears/den")
    with serving(hub):
        assert receiver.events(3) == [
            ("create", "repo"),
            ("update", "repo.content"),
            ("delete", "repo"),
        ]
        assert receiver.hears_nothing()
    assert log(hub, hers, "grace") == []


def test_a_repo_that_became_private_is_told_to_nobody_else(hub: Hub, receiver: Receiver) -> None:
    make_hook(hub, f"{receiver.url}/open", by="linus")
    make_repo(hub, "shy")

    def hide(tx: Transaction) -> None:
        repos.change_settings(tx, RepoKind.MODEL, "ada/shy", visibility=Visibility.PRIVATE)

    hub.write_as(person(hub, "ada"), hide)
    with serving(hub):
        assert receiver.hears_nothing()


def test_a_disabled_webhook_sends_nothing(server: Server, receiver: Receiver) -> None:
    hook = poked_hook(server.hub, f"{receiver.url}/open")
    server.hub.write_as(person(server.hub, "ada"), service.disable, hook.object_id)
    poke(server.hub)
    assert receiver.hears_nothing()
    assert log(server.hub, hook) == []


def test_a_webhook_is_triggered_so_often_a_day_and_no_more(
    tmp_path: Path, receiver: Receiver
) -> None:
    settings = Settings(
        data_dir=tmp_path / "few", allowed_addresses="127.0.0.1", webhook_daily_limit=3
    )
    hub = build_hub(settings)
    hub.write(introduce)
    hook = poked_hook(hub, f"{receiver.url}/open")
    poke(hub, 5)
    assert len(log(hub, hook)) == 3
    later = replace(hub, clock=Clock(25 * 3600 * 1000))
    poke(later, 5)
    assert len(log(later, hook)) == 6
    hub.db.close()


def test_a_server_dead_for_days_is_given_up_and_why_is_told(
    server: Server, receiver: Receiver, clock: Clock
) -> None:
    receiver.answers[:] = [410] * 20
    hook = poked_hook(server.hub, f"{receiver.url}/open")
    poke(server.hub, 12)
    settled(server.hub, hook)
    clock.advance(days=4)
    poke(server.hub)

    def seen() -> Webhook:
        return server.hub.read_as(person(server.hub, "ada"), service.find, hook.object_id)

    until(lambda: seen().disabled)
    assert "13 deliveries in a row" in seen().trouble
    assert "answered 410" in seen().trouble
    again = server.hub.write_as(person(server.hub, "ada"), service.enable, hook.object_id)
    assert (again.trouble, again.failures, again.disabled) == ("", 0, False)


def test_a_server_that_sleeps_holds_nobody_up(server: Server, receiver: Receiver) -> None:
    make_repo(server.hub, "poked")
    with socket.create_server(("127.0.0.1", 0)) as asleep:
        url = f"http://127.0.0.1:{asleep.getsockname()[1]}/"
        hooks = [make_hook(server.hub, url, by="linus") for _ in range(12)]
        make_hook(server.hub, f"{receiver.url}/open")
        began = time.monotonic()
        poke(server.hub)
        receiver.next()
        assert time.monotonic() - began < 0.9
        until(lambda: log(server.hub, hooks[0], "linus")[0].failure != "")
        tried = log(server.hub, hooks[0], "linus")[0]
        assert "No answer within 1 seconds" in tried.failure
        assert tried.due_at is not None


def test_old_deliveries_are_forgotten(hub: Hub, receiver: Receiver, clock: Clock) -> None:
    hook = poked_hook(hub, f"{receiver.url}/open")
    poke(hub, 3)
    clock.advance(days=31)
    poke(hub)
    hub.write(service.prune)
    assert len(log(hub, hook)) == 1


def test_a_push_of_many_refs_is_one_trigger(hub: Hub, receiver: Receiver) -> None:
    repo = make_repo(hub, "tagged")
    hook = make_hook(hub, f"{receiver.url}/open")

    def tag(tx: Transaction) -> None:
        for n in range(3):
            tx.announce(RevisionPushed(repo, f"refs/tags/v{n}", None, "1" * 40, 1, ""))

    hub.write_as(person(hub, "ada"), tag)
    with serving(hub):
        refs = receiver.next().told["updatedRefs"]
    assert [each["ref"] for each in refs] == ["refs/tags/v0", "refs/tags/v1", "refs/tags/v2"]
    assert len(log(hub, hook)) == 1


def test_a_name_that_changes_its_address_gets_no_further(
    tmp_path: Path, receiver: Receiver
) -> None:
    """The name is looked up once; where it leads afterwards does not matter."""
    answers = ["127.0.0.2", "127.0.0.1", "127.0.0.1"]
    asked: list[str] = []

    def resolve(host: str, port: int) -> list[str]:
        asked.append(host)
        return [answers[min(len(asked), len(answers)) - 1]]

    hub = build_hub(Settings(data_dir=tmp_path / "data", allowed_addresses="127.0.0.2"))
    hub.write(introduce)
    hub.rooms["resolver"] = resolve
    port = int(receiver.url.rpartition(":")[2])
    with receiving("127.0.0.2", port) as outside:
        hook = poked_hook(hub, f"http://rebinding.example:{port}/open")
        with serving(hub):
            poke(hub)
            assert outside.next().headers["host"] == f"rebinding.example:{port}"
            assert asked == ["rebinding.example"]
            poke(hub)
            until(lambda: log(hub, hook)[0].failure != "")
            refused = log(hub, hook)[0]
    assert "private network" in refused.failure
    assert (refused.due_at, refused.attempts) == (None, 1)
    assert receiver.hears_nothing(0.1)
    hub.db.close()


@pytest.mark.parametrize("found", [["127.0.0.1"], ["93.184.216.34", "10.0.0.1"], ["::1"]])
def test_names_that_lead_inside_are_refused(
    tmp_path: Path, receiver: Receiver, found: list[str]
) -> None:
    hub = build_hub(Settings(data_dir=tmp_path / "data"))
    hub.write(introduce)
    hub.rooms["resolver"] = lambda host, port: found
    hook = poked_hook(hub, "http://hooks.example/open")
    with serving(hub):
        poke(hub)
        until(lambda: log(hub, hook)[0].failure != "")
    assert "hooks.example is inside a private network" in log(hub, hook)[0].failure
    hub.db.close()


def test_the_settings_of_the_guard_are_read(hub: Hub) -> None:
    assert service.guard_of(hub) == Guard.parse("127.0.0.1")


NARROW = Grant(fine=True, everywhere=frozenset({Permission.WEBHOOKS}))
APP = Delegation(1, 1, frozenset({"webhooks", "read-repos"}), frozenset(), 2**53)


@pytest.mark.parametrize("how", [{"grant": NARROW}, {"delegation": APP}])
def test_what_an_app_or_a_narrow_token_made_hears_of_public_repos_only(
    hub: Hub, receiver: Receiver, how: dict[str, Any]
) -> None:
    by: Actor = replace(person(hub, "ada"), **how)
    wish = Wish("http://hub.test", f"{receiver.url}/open", (Watched(Watchable.USER, "ada"),))
    hook = hub.write_as(by, service.create, wish)
    assert hook.public_only
    make_repo(hub, "shown")
    make_repo(hub, "hidden", private=True)
    with serving(hub):
        heard = [receiver.next() for _ in range(2)]
        assert {each.payload.repo.name for each in heard} == {"ada/shown"}
        assert receiver.hears_nothing()


def test_a_token_without_the_permission_makes_none(hub: Hub) -> None:
    fine = Grant(fine=True, everywhere=frozenset({Permission.WRITE}))
    for grant in (Grant(writes=False), fine):
        by = replace(person(hub, "ada"), grant=grant)
        wish = Wish("http://hub.test", "https://x.example", (Watched(Watchable.USER, "ada"),))
        with pytest.raises(Forbidden, match="may not change webhooks"):
            hub.write_as(by, service.create, wish)
