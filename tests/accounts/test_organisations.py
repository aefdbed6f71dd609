"""Organisations: who is in them, and who decides that."""

from collections.abc import Callable

import pytest

from bearhug.accounts import service
from bearhug.accounts.model import Refused
from bearhug.accounts.model.profile import Profile
from bearhug.errors import Forbidden, HubError, NotFound, NotSignedIn
from bearhug.hub import VISITOR, Actor, Hub, Role, Transaction
from bearhug.identity.service import speak_for
from bearhug.repos import service as repos
from bearhug.repos.model import RepoKind
from tests.accounts.conftest import Open, add_member

ADA, GRACE, LINUS = 1, 2, 3


def roles(hub: Hub, org: str = "bears") -> dict[str, Role]:
    def read(tx: Transaction) -> dict[str, Role]:
        found = service.members(tx, service.find_org(tx, org))
        return {member.account.name: member.role for member in found}

    return hub.read(read)


def by(hub: Hub, user_id: int) -> Actor:
    return hub.read(speak_for, user_id)


def test_whoever_makes_an_organisation_is_its_admin(any_hub: Hub) -> None:
    org = any_hub.write_as(by(any_hub, LINUS), service.found_org, "dens", full_name="The Dens")
    assert (org.title, roles(any_hub, "dens")) == ("The Dens", {"linus": Role.ADMIN})
    with pytest.raises(Refused):
        any_hub.write_as(by(any_hub, LINUS), service.found_org, "DENS")
    with pytest.raises(NotSignedIn):
        any_hub.write_as(VISITOR, service.found_org, "caves")


def test_an_admin_adds_people_and_changes_their_role(any_hub: Hub) -> None:
    for role in (Role.CONTRIBUTOR, Role.NO_ACCESS, Role.WRITE):
        any_hub.write_as(by(any_hub, ADA), service.set_member, "bears", "Linus", role)
        assert roles(any_hub)["linus"] is role
    assert by(any_hub, LINUS).role_in(4) is Role.WRITE


@pytest.mark.parametrize("user_id", [GRACE, LINUS])
def test_nobody_else_does(any_hub: Hub, user_id: int) -> None:
    actor = by(any_hub, user_id)
    deeds: list[Callable[[], object]] = [
        lambda: any_hub.write_as(actor, service.set_member, "bears", "linus", Role.ADMIN),
        lambda: any_hub.write_as(actor, service.remove_member, "bears", "ada"),
        lambda: any_hub.write_as(actor, service.delete_org, "bears", confirm="bears"),
        lambda: any_hub.write_as(actor, service.change_org, "bears", Profile("Mine")),
        lambda: any_hub.write_as(actor, service.remove_avatar, org="bears"),
    ]
    for deed in deeds:
        with pytest.raises(Forbidden):
            deed()


def test_the_last_admin_stays_one(any_hub: Hub) -> None:
    ada = by(any_hub, ADA)
    deeds: list[Callable[[], object]] = [
        lambda: any_hub.write_as(ada, service.set_member, "bears", "ada", Role.WRITE),
        lambda: any_hub.write_as(ada, service.remove_member, "bears", "ada"),
        lambda: any_hub.write_as(ada, service.leave, "bears"),
    ]
    for deed in deeds:
        with pytest.raises(Refused, match="only admin"):
            deed()
    any_hub.write_as(ada, service.set_member, "bears", "grace", Role.ADMIN)
    any_hub.write_as(ada, service.leave, "bears")
    assert roles(any_hub) == {"grace": Role.ADMIN}


def test_one_leaves_only_where_one_is(any_hub: Hub) -> None:
    any_hub.write_as(by(any_hub, GRACE), service.leave, "bears")
    assert roles(any_hub) == {"ada": Role.ADMIN}
    with pytest.raises(NotFound):
        any_hub.write_as(by(any_hub, LINUS), service.leave, "bears")


@pytest.mark.parametrize("name", ["nobody", "bears", ""])
def test_only_people_are_members(any_hub: Hub, name: str) -> None:
    with pytest.raises(Refused):
        any_hub.write_as(by(any_hub, ADA), service.set_member, "bears", name, Role.READ)


def test_a_person_is_no_organisation(any_hub: Hub) -> None:
    with pytest.raises(HubError, match="person"):
        any_hub.write(service.set_member, "ada", "grace", Role.READ)


def test_deleting_one_needs_its_name_and_takes_its_repos(any_hub: Hub) -> None:
    any_hub.write(repos.create, RepoKind.MODEL, "den", owner="bears")
    ada = by(any_hub, ADA)
    with pytest.raises(Refused):
        any_hub.write_as(ada, service.delete_org, "bears", confirm="bear")
    any_hub.write_as(ada, service.delete_org, "bears", confirm="bears")
    with pytest.raises(HubError):
        any_hub.read(repos.find, RepoKind.MODEL, "bears/den")


def test_its_repos_are_private_by_default_where_it_says_so(any_hub: Hub) -> None:
    any_hub.write_as(by(any_hub, ADA), service.change_org, "bears", Profile(default_private=True))
    assert any_hub.write(repos.create, RepoKind.MODEL, "den", owner="bears").private


def test_memberships_know_how_many_are_there(any_hub: Hub) -> None:
    def read(tx: Transaction) -> list[tuple[str, Role, int, bool]]:
        found = service.organisations(tx, service.find(tx, "ada"))
        return [(each.org.name, each.role, each.members, each.sole_admin) for each in found]

    assert any_hub.read(read) == [("bears", Role.ADMIN, 2, True)]


def test_the_pages_do_the_same(opened: Open, hub: Hub) -> None:
    dora, eve = opened("dora"), opened("eve")
    made = dora.post("/organizations/new", data={"name": "dens", "full_name": "The Dens"})
    assert made.headers["location"] == "/organizations/dens/settings/members"
    assert add_member(dora, "dens", "eve", Role.WRITE) == 303
    assert add_member(dora, "dens", "nobody", Role.WRITE) == 422
    assert add_member(dora, "dens", "dora", Role.READ) == 422
    assert roles(hub, "dens") == {"dora": Role.ADMIN, "eve": Role.WRITE}
    assert "The Dens" in eve.get("/settings/organizations").text
    assert eve.get("/organizations/dens/settings").status_code == 403
    assert dora.post("/settings/organizations/dens/leave").status_code == 422
    assert eve.post("/settings/organizations/dens/leave").status_code == 303
    assert roles(hub, "dens") == {"dora": Role.ADMIN}
    gone = dora.post("/organizations/dens/settings/delete", data={"confirm": "dens"})
    assert gone.status_code == 303
    assert dora.get("/organizations/dens/settings").status_code == 404


def test_a_role_that_is_none_is_refused(opened: Open) -> None:
    dora = opened("dora")
    dora.post("/organizations/new", data={"name": "dens", "full_name": ""})
    form = {"user": "ada", "role": "emperor"}
    assert dora.post("/organizations/dens/settings/members", data=form).status_code == 400


def test_a_visitor_is_led_to_the_door(opened: Open) -> None:
    for path in ("/organizations/new", "/organizations/bears/settings", "/settings/organizations"):
        assert opened().get(path).headers["location"] == f"/login?next={path}"
