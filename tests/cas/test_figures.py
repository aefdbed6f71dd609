"""What is said of a repo's bytes is so: what is shared, and what goes when it goes."""

import random

from starlette.testclient import TestClient

from bearhug.cas.service import figures, sweeping
from bearhug.files import service as files
from bearhug.files.model import Add, Proposal
from bearhug.hub import Hub
from bearhug.repos import service as repos
from bearhug.repos.model import Repo, RepoKind
from tests.cas.sending import pack, repo_of, send
from tests.conftest import person

ONE, BOTH = (pack(random.Random(seed).randbytes(300_000)) for seed in (41, 42))


def at_rest(hub: Hub) -> int:
    return hub.read(figures.totals).stored


def two(hub: Hub) -> tuple[Repo, Repo]:
    first, second = repo_of(hub, "first"), repo_of(hub, "second")
    send(hub, first, ONE)
    send(hub, first, BOTH)
    send(hub, second, BOTH)
    proposal = Proposal((Add("notes.txt", b"only here"),), "Add")
    files.commit_now(hub, person(hub, "ada"), RepoKind.MODEL, str(first.name), proposal)
    return first, second


def test_deleting_frees_what_was_said(any_hub: Hub) -> None:
    first, second = two(any_hub)
    told = any_hub.read(figures.of_repo, first)
    assert told.files == 600_000
    assert told.shared >= BOTH.layout.stored_bytes
    assert told.stored - told.shared == told.freed >= ONE.layout.stored_bytes
    before = at_rest(any_hub)
    any_hub.write_as(person(any_hub, "ada"), repos.delete, RepoKind.MODEL, str(first.name))
    sweeping.collect(any_hub, at_once=True)
    assert before - at_rest(any_hub) == told.freed
    left = any_hub.read(figures.of_repo, second)
    assert (left.shared, left.files) == (0, 300_000)


def test_an_account_shares_with_others_only(any_hub: Hub) -> None:
    two(any_hub)
    told = any_hub.read(figures.of_account, 1)
    assert told.files == 900_000
    assert (told.shared, told.freed) == (0, at_rest(any_hub))
    assert any_hub.read(figures.of_account, 3).stored == 0
    assert any_hub.read(figures.totals).ratio > 1.4


def test_those_who_look_after_a_repo_see_its_storage(
    hub: Hub, client: TestClient, as_ada: dict[str, str], as_linus: dict[str, str]
) -> None:
    first, _ = two(hub)
    page = client.get(f"{first.path}/settings/storage", headers=as_ada)
    assert page.status_code == 200
    assert "What deleting would free" in page.text
    assert client.get(f"{first.path}/settings/storage", headers=as_linus).status_code == 403
    assert client.get("/settings/storage", headers=as_ada).status_code == 200
    assert client.get("/organizations/bears/settings/storage", headers=as_ada).status_code == 200
    assert client.get("/organizations/bears/settings/storage", headers=as_linus).status_code == 403
