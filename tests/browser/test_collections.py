"""Collections and follows in a real browser: filled from a repo's page, ordered, found good."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from bearhug.collections import service as collections
from bearhug.collections.model import Collection
from bearhug.db import adding
from bearhug.db.schema import sessions
from bearhug.hub import Transaction
from bearhug.identity.service import digest
from tests.conftest import Server, person
from tests.repos_of import make_repo

pytestmark = pytest.mark.browser

_SESSION = adding(
    sessions, "sha256", "user_id", "user_agent", "address", "created_at", "seen_at", "expires_at"
)
NAMES = ("one", "two", "three")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])


@pytest.fixture
def found(server: Server) -> Collection:
    """Ada's collection of three models, in order."""
    for name in NAMES:
        make_repo(server.hub, name)

    def fill(tx: Transaction) -> Collection:
        made = collections.create(tx, "In order")
        for name in NAMES:
            collections.add_item(tx, made.slug, *collections.parse_item(f"models/ada/{name}"))
        at = {"created_at": tx.now, "seen_at": tx.now, "expires_at": tx.now + 3_600_000}
        tx.db.run(_SESSION, sha256=digest("ada's"), user_id=1, user_agent="", address="", **at)
        return made

    return server.hub.write_as(person(server.hub, "ada"), fill)


@pytest.fixture(params=[True], ids=["with scripts"])
def page(request: pytest.FixtureRequest, browser: Browser, server: Server) -> Iterator[Page]:
    """Ada, signed in. A script that breaks fails."""
    context = browser.new_context(base_url=server.url, java_script_enabled=request.param)
    context.add_cookies([{"name": "bearhug_session", "value": "ada's", "url": server.url}])
    page = context.new_page()
    broken: list[str] = []
    page.on("pageerror", lambda error: broken.append(str(error)))
    yield page
    context.close()
    assert not broken


def order(page: Page) -> Locator:
    return page.locator(".items .hit__name a")


def shows(page: Page, *names: str) -> None:
    expect(order(page)).to_have_text([f"ada/{name}" for name in names])


def test_things_are_dragged_into_order(page: Page, found: Collection) -> None:
    page.goto(found.path)
    shows(page, "one", "two", "three")
    grip = page.locator("[data-grip]").first.bounding_box()
    last = page.locator(".items__one").last.bounding_box()
    assert grip is not None
    assert last is not None
    page.mouse.move(grip["x"] + 5, grip["y"] + 5)
    page.mouse.down()
    page.mouse.move(last["x"] + 30, last["y"] + last["height"] - 4, steps=8)
    with page.expect_response(re.compile("/items/")) as kept:
        page.mouse.up()
    assert kept.value.ok
    shows(page, "two", "three", "one")
    page.reload()
    shows(page, "two", "three", "one")


def test_things_are_moved_by_keys(page: Page, found: Collection) -> None:
    page.goto(found.path)
    page.get_by_role("button", name="Move ada/three up").focus()
    for names in (("one", "three", "two"), ("three", "one", "two")):
        with page.expect_response(re.compile("/items/")):
            page.keyboard.press("Enter")
        shows(page, *names)
    expect(page.get_by_role("button", name="Move ada/three down")).to_be_focused()
    expect(page.locator("drag-list [role=status]")).to_have_text("Now 1 of 3.")
    page.reload()
    shows(page, "three", "one", "two")


@pytest.mark.parametrize("page", [False], ids=["without scripts"], indirect=True)
def test_all_works_as_forms(page: Page, found: Collection) -> None:
    page.goto(found.path)
    page.get_by_role("button", name="Move ada/one down").click()
    shows(page, "two", "one", "three")
    page.get_by_text("Add a note").first.click()
    page.get_by_label("Note on ada/two").fill("Best <b>first</b>")
    page.get_by_role("button", name="Save the note").first.click()
    expect(page.locator(".items__note")).to_have_text("Best <b>first</b>")
    page.get_by_role("button", name="Take ada/three out").click()
    shows(page, "two", "one")
    page.get_by_label("What", exact=True).fill("ada/none")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("Repository not found")
    page.get_by_label("What", exact=True).fill("ada/three")
    page.get_by_role("button", name="Add", exact=True).click()
    shows(page, "two", "one", "three")
    page.get_by_role("button", name=re.compile("^Upvote")).click()
    expect(page.get_by_role("button", name=re.compile("^Upvote"))).to_contain_text("1")
    page.get_by_role("link", name="Edit", exact=True).click()
    page.get_by_label("Title").fill("In another order")
    page.get_by_label("Pink").check()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("In another order")


def test_a_model_goes_into_a_collection_from_its_page(page: Page, found: Collection) -> None:
    page.goto("/ada/one")
    panel = page.get_by_role("region", name="Collections")
    expect(panel.get_by_role("link", name="In order")).to_be_visible()
    panel.get_by_text("Add to a collection").click()
    panel.get_by_role("button", name="In order").click()
    expect(page).to_have_url(re.compile("/ada/one$"))
    expect(panel).to_contain_text("In none yet")
    panel.get_by_text("Add to a collection").click()
    panel.get_by_role("link", name="New collection").click()
    page.get_by_label("Title").fill("Brand new")
    page.get_by_role("button", name="Make the collection").click()
    expect(page).to_have_url(re.compile("/collections/ada/brand-new-"))
    shows(page, "one")


def test_following_changes_the_button_and_brings_news(page: Page, found: Collection) -> None:
    page.goto("/linus")
    button = page.get_by_role("button", name=re.compile("^Follow"))
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    page.goto("/?news=following")
    expect(page.get_by_text("Nothing from those you follow")).to_be_visible()
    page.goto("/linus?show=followers")
    expect(page.locator("#people").get_by_role("link", name="ada")).to_be_visible()


def test_deleting_asks_first(page: Page, found: Collection) -> None:
    page.goto(found.path)
    page.get_by_role("button", name="Delete").first.click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page).to_have_url(re.compile(r"/ada\?show=collections"))
    expect(page.get_by_text("No collections yet")).to_be_visible()
