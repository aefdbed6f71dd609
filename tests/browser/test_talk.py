"""Talk in a real browser: a discussion, an edit, a reaction, a change proposed and merged."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from bearhug.db import adding
from bearhug.db.schema import sessions
from bearhug.hub import Transaction
from bearhug.identity.service import digest
from tests.conftest import Server
from tests.repos_of import make_repo

pytestmark = pytest.mark.browser
HOME = "/ada/bert/discussions"

_SESSION = adding(
    sessions, "sha256", "user_id", "user_agent", "address", "created_at", "seen_at", "expires_at"
)


def _sign_in(tx: Transaction) -> None:
    at = {"created_at": tx.now, "seen_at": tx.now, "expires_at": tx.now + 3_600_000}
    for user_id, secret in ((1, "ada's"), (3, "linus's")):
        tx.db.run(_SESSION, sha256=digest(secret), user_id=user_id, user_agent="", address="", **at)


@pytest.fixture
def browser(server: Server) -> Iterator[Browser]:
    server.hub.write(_sign_in)
    make_repo(server.hub, "bert", {"a.txt": "one\n"})
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox"]
        )
        yield browser
        browser.close()


@pytest.fixture
def broken() -> Iterator[list[str]]:
    """What scripts threw: it fails the test."""
    found: list[str] = []
    yield found
    assert not found


def at(browser: Browser, server: Server, who: str, broken: list[str]) -> Page:
    context = browser.new_context(base_url=server.url)
    context.add_cookies([{"name": "bearhug_session", "value": f"{who}'s", "url": server.url}])
    page = context.new_page()
    page.on("pageerror", lambda error: broken.append(str(error)))
    return page


def test_a_discussion_is_opened_answered_edited_and_hidden(
    browser: Browser, server: Server, broken: list[str]
) -> None:
    page = at(browser, server, "linus", broken)
    page.goto(HOME)
    page.get_by_role("link", name="New discussion").click()
    page.get_by_label("Title").fill("Is it warm?")
    page.get_by_label("What you would like to say").fill("In **winter**, too? @ada")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator("#preview strong")).to_have_text("winter")
    page.get_by_role("button", name="Start the discussion").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Is it warm?")

    page.get_by_label("Your comment", exact=True).fill("Anybody?")
    page.get_by_label("Your comment", exact=True).press("Control+Enter")
    comment = page.locator("article.comment", has_text="Anybody?")
    expect(comment).to_be_visible()

    address = page.url
    comment.get_by_label("Add a reaction").click()
    comment.get_by_role("button", name="React with 🚀").click()
    expect(comment.locator("button.reaction")).to_contain_text("1")
    comment.get_by_label("What to do with this comment").click()
    comment.get_by_role("button", name="Edit", exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("What it says").fill("Anybody *there*?")
    dialog.get_by_role("button", name="Keep the change").click()
    edited = page.locator("article.comment", has_text="Anybody there?")
    expect(edited.locator("em")).to_have_text("there")
    expect(edited.locator("button.reaction")).to_contain_text("1")
    edited.get_by_label("What to do with this comment").click()
    edited.get_by_role("button", name="Hide").click()
    page.get_by_role("button", name="Hide it").click()
    expect(page.get_by_text("This comment was hidden")).to_be_visible()
    assert page.url == address


def test_a_change_proposed_on_the_page_is_merged(
    browser: Browser, server: Server, broken: list[str]
) -> None:
    linus = at(browser, server, "linus", broken)
    linus.goto("/ada/bert/blob/main/a.txt")
    linus.get_by_role("link", name="Edit").click()
    linus.get_by_role("textbox", name="Content").fill("one\ntwo\n")
    linus.get_by_label("What changes").fill("Count on")
    linus.get_by_role("button", name="Open a pull request").click()
    expect(linus.get_by_role("heading", level=1)).to_contain_text("Count on")
    expect(linus.get_by_text("No conflicts with main")).to_be_visible()
    expect(linus.get_by_role("button", name="Merge into main")).to_have_count(0)

    ada = at(browser, server, "ada", broken)
    ada.goto("/ada/bert")
    ada.get_by_label("Notifications, 1 unread").click()
    ada.get_by_role("link", name="Count on").click()
    ada.get_by_role("link", name="Files changed").click()
    expect(ada.locator("tr.add")).to_contain_text("two")
    ada.get_by_role("link", name="Talk").click()
    ada.get_by_role("button", name="Merge into main").click()
    expect(ada.locator(".state")).to_have_text("Merged")
    ada.goto("/ada/bert/raw/main/a.txt")
    expect(ada.locator("body")).to_contain_text("two")
