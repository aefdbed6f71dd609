"""What an actor carries: roles, groups, gates passed; asked in one statement, on each database."""

import time

from sqlalchemy import select

from bearhug.access import service as access
from bearhug.access.model import Status
from bearhug.db import statement
from bearhug.db.schema import repos as rows
from bearhug.hub import Hub, Role
from bearhug.repos import service as repos
from bearhug.repos import store as repo_rows
from bearhug.repos.model import Access, RepoKind
from tests.conftest import person
from tests.repos_of import make_repo

MODEL = RepoKind.MODEL


def test_an_actor_knows_where_it_may_go(any_hub: Hub) -> None:
    hub, ada = any_hub, person(any_hub, "ada")
    gated = make_repo(hub, "gated")
    den = make_repo(hub, "den", owner="bears", private=True)
    hub.write_as(ada, repos.change_settings, MODEL, "ada/gated", gated="auto")
    asked = hub.write_as(person(hub, "linus"), access.ask, MODEL, "ada/gated", {}, "192.0.2.1")
    assert asked is Status.ACCEPTED
    group = hub.write_as(
        ada,
        access.create_group,
        "bears",
        "North",
        users={"grace": Role.WRITE},
        contents=[(MODEL, "bears/den")],
    )
    linus, grace = person(hub, "linus"), person(hub, "grace")
    assert linus.admitted == {gated.id}
    assert grace.groups == {group.id: Role.WRITE}
    again = hub.read(lambda tx: repo_rows.by_id(tx.db, den.id))
    assert again is not None
    assert repos.can(grace, again, Access.WRITE)
    assert not repos.can(linus, again, Access.METADATA)
    assert [each.repo.id for each in hub.read_as(linus, access.own)] == [gated.id]
    asked_all = hub.read_as(ada, access.report, MODEL, "ada/gated")
    assert [row.user.name for row in asked_all] == ["linus"]
    step = hub.read_as(ada, access.browse, MODEL, "ada/gated", Status.ACCEPTED)
    assert (step.requests[0].email, step.more) == ("linus@bears.example", None)
    hub.write_as(ada, access.handle, MODEL, "ada/gated", "linus", Status.REJECTED, reason="No.")
    assert person(hub, "linus").admitted == frozenset()
    hub.write_as(ada, access.delete_group, "bears", group.object_id)
    assert person(hub, "grace").groups == {}


def test_what_is_asked_of_rows_is_the_rule(any_hub: Hub) -> None:
    """`store.readable` and `service.can` agree, for everybody, on every sort of repo."""
    hub, ada = any_hub, person(any_hub, "ada")
    made = [
        make_repo(hub, "open"),
        make_repo(hub, "own", private=True),
        make_repo(hub, "den", owner="bears", private=True),
        make_repo(hub, "cave", owner="bears", private=True),
    ]
    hub.write_as(
        ada,
        access.create_group,
        "bears",
        "North",
        users={"grace": Role.READ},
        contents=[(MODEL, "bears/den")],
    )
    hub.write_as(ada, access.create_group, "bears", "South", contents=[(MODEL, "bears/cave")])
    expected = {"ada": 4, "grace": 2, "linus": 1}
    for name, number in expected.items():
        actor = person(hub, name)
        now = [hub.read(lambda tx, id=repo.id: repo_rows.by_id(tx.db, id)) for repo in made]
        allowed = {each.id for each in now if each and repos.can(actor, each, Access.METADATA)}
        assert len(allowed) == number, name
        query = statement(select(rows.c.id).where(repo_rows.readable(actor)))
        listed = hub.read(lambda tx, query=query: tx.db.all(query))
        assert {row.id for row in listed} == allowed, name


def test_asking_costs_little(hub: Hub) -> None:
    began = time.perf_counter()
    for _ in range(200):
        person(hub, "grace")
    assert (time.perf_counter() - began) / 200 < 5e-3  # 0.1 ms alone; tests share processors
