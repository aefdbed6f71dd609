"""What one may be called."""

import pytest

from bearhug.accounts import service
from bearhug.accounts.model import Refused, names
from bearhug.app import all_routes
from bearhug.errors import BadName, NotFound
from bearhug.hub import Hub


@pytest.mark.parametrize("name", ["ada", "Ada-Lovelace", "hub.js", "__DUMMY_HUB_USER__", "a1"])
def test_names_of_the_hub_are_names_here(name: str) -> None:
    assert names.check(f" {name} ") == name


@pytest.mark.parametrize(
    "name",
    ["", "a", "a" * 43, "-ada", "ada-", ".ada", "a--b", "a..b", "a b", "ä", "a/b", "a.git", "a\n"],
)
def test_what_cannot_stand_in_an_address_is_no_name(name: str) -> None:
    with pytest.raises(BadName):
        names.check(name if name != "a\n" else "a\nb")


def test_every_first_word_of_our_addresses_is_kept() -> None:
    firsts = {route.path.strip("/").split("/")[0] for route in all_routes()}
    for first in firsts - {""}:
        if "{" not in first and names.is_shaped(first):
            assert first.lower() in names.RESERVED, first


def test_only_the_hub_gives_names_that_a_stranger_could_pass_for(any_hub: Hub) -> None:
    assert any_hub.write(service.create_org, "bearhug").name == "bearhug"
    with pytest.raises(BadName):
        names.check("operator")


def test_a_name_is_found_in_any_case_and_nothing_else_is(any_hub: Hub) -> None:
    assert any_hub.read(service.find, "ADA").name == "ada"
    for name in ("nobody", "ada\0", "a" * 500, "ada/x"):
        with pytest.raises(NotFound):
            any_hub.read(service.find, name)


def test_the_hub_makes_people_without_passwords(any_hub: Hub) -> None:
    account = any_hub.write(service.create_user, "hub.js", "ci@dens.example", None)
    assert (account.name, account.operator) == ("hub.js", False)
    with pytest.raises(Refused) as refused:
        any_hub.write(service.create_user, "Hub.js", "CI@dens.example", None)
    assert set(refused.value.problems) == {"name", "email"}
