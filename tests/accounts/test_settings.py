"""What one changes about oneself."""

from pathlib import Path

import pytest

from bearhug.accounts import service
from bearhug.app import build_hub
from bearhug.config import Settings
from bearhug.hub import Hub, Role
from bearhug.identity.service import speak_for
from bearhug.repos import service as repos
from bearhug.repos.model import RepoKind
from tests.accounts.conftest import PASSWORD, Open, add_member, sign_in

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 64
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Version/17.0 Safari/604.1"


def test_a_profile_is_tidied_and_kept(opened: Open, hub: Hub) -> None:
    form = {
        "full_name": " Dora\0 the\nBear ",
        "about": "One.\r\n\r\nTwo.",
        "website": "dens.example",
    }
    assert opened("dora").post("/settings/profile", data=form).status_code == 303
    dora = hub.read(service.find, "dora")
    assert (dora.full_name, dora.about) == ("Dora the Bear", "One.\n\nTwo.")
    assert dora.website == "https://dens.example"


@pytest.mark.parametrize(
    "website", ["javascript:alert(1)", "javascript://x/%0Aalert(1)", "ftp://x"]
)
def test_a_website_is_an_address_of_the_web(opened: Open, hub: Hub, website: str) -> None:
    form = {"full_name": "", "about": "", "website": website}
    page = opened("dora").post("/settings/profile", data=form)
    kept = hub.read(service.find, "dora").website
    assert page.status_code == 422 or kept.startswith("https://")
    assert not kept.startswith("javascript")


def test_a_picture_is_served_so_that_it_can_do_nothing(opened: Open) -> None:
    browser = opened("dora")
    sent = browser.post("/settings/profile/avatar", files={"avatar": ("me.svg", PNG, "image/svg")})
    assert sent.status_code == 303
    picture = opened().get("/avatars/Dora")
    assert (picture.content, picture.headers["content-type"]) == (PNG, "image/png")
    assert picture.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in picture.headers["content-security-policy"]
    again = opened().get("/avatars/dora", headers={"If-None-Match": picture.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")

    assert browser.post("/settings/profile/avatar/remove").status_code == 303
    assert opened().get("/avatars/dora").headers["content-type"] == "image/svg+xml"


@pytest.mark.parametrize(
    "image", [b"<svg onload='alert(1)'/>", b"<html>", b"", PNG + b"\0" * 1024**2, b"RIFF1234WAVE"]
)
def test_what_is_no_picture_or_too_large_is_refused(opened: Open, image: bytes) -> None:
    page = opened("dora").post("/settings/profile/avatar", files={"avatar": ("a.png", image)})
    assert page.status_code == 422
    assert 'id="avatar-error"' in page.text


def test_nobody_without_an_account_sends_pictures(opened: Open) -> None:
    answer = opened().post("/settings/profile/avatar", files={"avatar": ("a.png", PNG)})
    assert answer.status_code == 401


def test_a_new_address_is_signed_in_by(opened: Open) -> None:
    browser = opened("dora")
    assert (
        browser.post("/settings/account/email", data={"email": "d@caves.example"}).status_code
        == 303
    )
    assert sign_in(opened(), "d@caves.example") == 303
    taken = browser.post("/settings/account/email", data={"email": "ada@bears.example"})
    assert "Another account has this address" in taken.text


def test_a_new_password_ends_the_other_sessions(opened: Open) -> None:
    browser, other = opened("dora"), opened()
    sign_in(other, "dora")
    form = {"old_password": PASSWORD, "new_password": "thirteen letters"}
    assert browser.post("/settings/account/password", data=form).status_code == 303
    assert browser.get("/settings/account").status_code == 200
    assert other.get("/settings/account").status_code == 303
    assert sign_in(opened(), "dora") == 422
    assert sign_in(opened(), "dora", "thirteen letters") == 303


def test_whoever_finds_a_browser_open_must_still_know_the_password(opened: Open) -> None:
    browser = opened("dora")
    form = {"old_password": "a guess", "new_password": "thirteen letters"}
    statuses = [browser.post("/settings/account/password", data=form).status_code for _ in range(6)]
    assert statuses == [422] * 5 + [429]


def test_sessions_are_told_apart_and_one_ended_elsewhere_really_ends(opened: Open) -> None:
    browser, phone = opened("dora"), opened(**{"User-Agent": PHONE})
    sign_in(phone, "dora")
    page = browser.get("/settings/sessions").text
    assert "Safari on iPhone" in page
    assert page.count("this browser") == 1

    number = page.split("/settings/sessions/")[2].split("/end")[0]
    assert browser.post(f"/settings/sessions/{number}/end").status_code == 303
    assert phone.get("/settings/profile").status_code == 303
    assert phone.get("/settings/profile").headers["location"].startswith("/login")


def test_all_other_sessions_end_at_once(opened: Open) -> None:
    browser, others = opened("dora"), [opened(), opened()]
    for other in others:
        sign_in(other, "dora")
    browser.post("/settings/sessions/end-others")
    assert browser.get("/settings/profile").status_code == 200
    assert [other.get("/settings/profile").status_code for other in others] == [303, 303]


def test_nobody_ends_anothers_session(opened: Open) -> None:
    dora, eve = opened("dora"), opened("eve")
    for number in range(1, 6):
        eve.post(f"/settings/sessions/{number}/end")
    assert dora.get("/settings/profile").status_code == 200


@pytest.mark.parametrize(
    "path", ["/settings/profile", "/settings/account", "/settings/sessions", "/settings/tokens"]
)
def test_a_token_opens_no_settings(opened: Open, path: str, as_ada: dict[str, str]) -> None:
    assert opened().get(path, headers=as_ada).status_code == 403


def test_a_token_changes_nobody(opened: Open, as_ada: dict[str, str]) -> None:
    browser = opened()
    for path, form in (
        ("/settings/account/email", {"email": "x@dens.example"}),
        ("/settings/account/password", {"old_password": "", "new_password": "thirteen letters"}),
        ("/settings/account/delete", {"confirm": "ada", "with_repos": "on"}),
        ("/settings/tokens", {"name": "more", "role": "write", "expires": "never"}),
    ):
        form = {"expires_on": "", "repos": "", **form}
        assert browser.post(path, data=form, headers=as_ada).status_code == 403, path


def test_deleting_an_account_needs_its_name_typed(opened: Open, hub: Hub) -> None:
    browser = opened("dora")
    wrong = browser.post("/settings/account/delete", data={"confirm": "dor"})
    assert (wrong.status_code, hub.read(service.find, "dora").name) == (422, "dora")
    assert browser.post("/settings/account/delete", data={"confirm": "dora"}).status_code == 303
    assert opened().get("/api/users/dora/avatar").status_code == 404
    assert sign_in(opened(), "dora") == 422


def test_repos_go_with_their_owner_only_if_that_is_said(opened: Open, hub: Hub) -> None:
    browser = opened("dora")
    hub.write(repos.create, RepoKind.MODEL, "den", owner="dora")
    refused = browser.post("/settings/account/delete", data={"confirm": "dora"})
    assert "tick this to delete them" in refused.text
    form = {"confirm": "dora", "with_repos": "on"}
    assert browser.post("/settings/account/delete", data=form).status_code == 303


def test_an_organisation_is_not_left_without_an_admin(opened: Open) -> None:
    dora, eve = opened("dora"), opened("eve")
    dora.post("/organizations/new", data={"name": "dens", "full_name": ""})
    add_member(dora, "dens", "eve", Role.WRITE)
    refused = dora.post("/settings/account/delete", data={"confirm": "dora"})
    assert refused.status_code == 422
    add_member(dora, "dens", "eve", Role.ADMIN)
    assert dora.post("/settings/account/delete", data={"confirm": "dora"}).status_code == 303
    assert eve.get("/organizations/dens/settings").status_code == 200


def test_the_hub_is_not_left_without_an_operator(tmp_path: Path, opened: Open) -> None:
    hub = build_hub(Settings(data_dir=tmp_path / "new"))
    boss = opened("boss", of=hub)
    eve = opened("eve", of=hub)
    refused = boss.post("/settings/account/delete", data={"confirm": "boss"})
    assert refused.status_code == 422
    assert "only operator" in refused.text
    assert eve.post("/settings/account/delete", data={"confirm": "eve"}).status_code == 303
    assert boss.post("/settings/account/delete", data={"confirm": "boss"}).status_code == 303
    hub.db.close()


def test_what_somebody_made_for_others_outlives_their_account(any_hub: Hub) -> None:
    hub = any_hub
    dora = hub.write(service.create_user, "dora", "dora@dens.example", None)
    hub.write(service.set_member, "bears", "dora", Role.WRITE)
    actor = hub.read(speak_for, dora.id)
    hub.write_as(actor, repos.create, RepoKind.MODEL, "den", owner="bears")
    hub.write_as(actor, service.delete_account, confirm="dora", with_repos=False)
    assert hub.read(repos.find, RepoKind.MODEL, "bears/den").created_by is None
