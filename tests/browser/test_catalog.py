"""The catalogue in a real browser: filtered as one types, liked in place, copied from."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Route, expect, sync_playwright

from bearhug.db import adding
from bearhug.db.schema import sessions
from bearhug.hub import Transaction
from bearhug.identity.service import digest
from tests.conftest import Server
from tests.repos_of import make_repo

pytestmark = pytest.mark.browser

_SESSION = adding(
    sessions, "sha256", "user_id", "user_agent", "address", "created_at", "seen_at", "expires_at"
)
CARD = "---\nlicense: {license}\npipeline_tag: {task}\n---\n# {name}\n\n```python\nx = 1\n```\n"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])


@pytest.fixture
def page(browser: Browser, server: Server) -> Iterator[Page]:
    """Linus, signed in, at a hub with forty models of ada's. A script that breaks fails."""
    server.hub.write(_sign_in)
    for number in range(40):
        task, license = ("fill-mask", "mit") if number % 4 else ("translation", "apache-2.0")
        readme = CARD.format(license=license, task=task, name=f"Model {number}")
        make_repo(server.hub, f"m{number:02d}", {"README.md": readme})
    context = browser.new_context(base_url=server.url)
    context.add_cookies([{"name": "bearhug_session", "value": "linus's", "url": server.url}])
    page = context.new_page()
    broken: list[str] = []
    page.on("pageerror", lambda error: broken.append(str(error)))
    yield page
    context.close()
    assert not broken


def _sign_in(tx: Transaction) -> None:
    at = {"created_at": tx.now, "seen_at": tx.now, "expires_at": tx.now + 3_600_000}
    tx.db.run(_SESSION, sha256=digest("linus's"), user_id=3, user_agent="", address="", **at)


def test_a_list_follows_what_one_chooses(page: Page) -> None:
    page.goto("/models")
    task = page.get_by_role("checkbox", name="Translation")
    task.check()
    expect(page.locator(".hit")).to_have_count(10)
    expect(page).to_have_url(re.compile(r"/models\?pipeline_tag=translation$"))
    expect(page.locator(".chip")).to_have_text("Translation")
    expect(task).to_be_checked()
    page.get_by_label("Search by name or card").fill("m08")
    expect(page.locator(".hit")).to_have_count(1)
    expect(page.locator(".hit")).to_contain_text("m08")
    address = page.url
    page.goto("/")
    page.goto(address)
    expect(page.locator(".hit")).to_have_count(1)
    page.get_by_label("Remove Translation").click()
    expect(page).not_to_have_url(re.compile("translation"))


def test_a_long_list_comes_by_itself(page: Page) -> None:
    page.goto("/models?sort=created")
    expect(page.locator(".hit")).to_have_count(30)
    page.keyboard.press("End")
    expect(page.locator(".hit")).to_have_count(40)


def test_liking_changes_the_button_and_nothing_else(page: Page) -> None:
    page.goto("/ada/m01")
    button = page.get_by_role("button", name=re.compile("^Like"))
    expect(button).to_have_attribute("aria-pressed", "false")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    expect(button).to_contain_text("1")
    page.reload()
    expect(button).to_have_attribute("aria-pressed", "true")
    button.click()
    expect(button).to_contain_text("0")


def test_code_of_a_card_is_copied(page: Page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto("/ada/m01")
    page.locator(".prose").get_by_role("button", name="Copy").click()
    assert page.evaluate("navigator.clipboard.readText()") == "x = 1\n"


def test_searching_from_anywhere(page: Page) -> None:
    page.goto("/")
    page.keyboard.press("/")
    page.keyboard.type("m07")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/search\?q=m07"))
    expect(page.locator(".hit")).to_have_count(1)


def test_without_a_script_a_filter_is_a_form(browser: Browser, server: Server) -> None:
    make_repo(server.hub, "one", {"README.md": CARD.format(license="mit", task="x", name="One")})
    make_repo(server.hub, "two")
    context = browser.new_context(base_url=server.url, java_script_enabled=False)
    page = context.new_page()
    page.goto("/models")
    page.get_by_label("mit").check()
    page.get_by_role("button", name="Filter").click()
    expect(page.locator(".hit")).to_have_count(1)
    page.goto("/ada/one")
    page.get_by_text("Use this model").click()
    page.get_by_role("link", name="Download it all").click()
    expect(page.locator("#use")).to_contain_text("hf download ada/one")
    context.close()


def test_back_undoes_a_filter(page: Page) -> None:
    page.goto("/models")
    expect(page.locator(".hit")).to_have_count(30)
    page.get_by_role("checkbox", name="Translation").check()
    expect(page).to_have_url(re.compile(r"pipeline_tag=translation$"))
    page.get_by_label("Search by name or card").press_sequentially("m0", delay=30)
    expect(page).to_have_url(re.compile(r"search=m0"))
    page.go_back()
    expect(page).to_have_url(re.compile(r"\?pipeline_tag=translation$"))
    expect(page.get_by_label("Search by name or card")).to_have_value("")
    expect(page.locator(".hit")).to_have_count(10)
    page.go_back()
    expect(page).to_have_url(re.compile(r"/models$"))
    expect(page.get_by_role("checkbox", name="Translation")).not_to_be_checked()
    expect(page.locator(".hit")).to_have_count(30)
    page.go_forward()
    expect(page.get_by_role("checkbox", name="Translation")).to_be_checked()
    expect(page.locator(".hit")).to_have_count(10)


def test_a_filter_ticked_before_the_script_came_is_a_step_too(page: Page) -> None:
    held: list[Route] = []
    page.route("**/live-form.js*", lambda route: held.append(route))
    with page.expect_request("**/live-form.js*"):
        page.goto("/models", wait_until="commit")
    page.get_by_role("checkbox", name="Translation").check()
    for route in held:
        route.continue_()
    expect(page).to_have_url(re.compile(r"pipeline_tag=translation$"))
    page.go_back()
    expect(page).to_have_url(re.compile(r"/models$"))
    expect(page.get_by_role("checkbox", name="Translation")).not_to_be_checked()


def test_the_bar_shows_what_is_found_while_one_types(page: Page) -> None:
    page.goto("/spaces")
    page.keyboard.press("/")
    field = page.get_by_role("combobox", name="Search")
    field.press_sequentially("m1", delay=30)
    options = page.locator(".quick__one")
    expect(options.first).to_contain_text("ada/m1")
    expect(page.get_by_role("listbox", name="Found")).to_be_visible()
    field.press("Escape")
    expect(page.get_by_role("listbox", name="Found")).to_be_hidden()
    field.press_sequentially("7")
    expect(page.locator(".quick__one").first).to_contain_text("ada/m17")
    field.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    field.press("Enter")
    expect(page).to_have_url(re.compile(r"/ada/m17$"))
    page.get_by_role("combobox", name="Search").fill("linus")
    expect(options.first).to_contain_text("linus")
    page.get_by_role("combobox", name="Search").press("Enter")
    expect(page).to_have_url(re.compile(r"/search\?q=linus$"))
    expect(page.get_by_role("heading", name="People")).to_be_visible()


def test_the_words_of_cards_are_marked(page: Page) -> None:
    page.goto("/search/full-text?q=model+17")
    expect(page.locator(".passage")).to_have_count(1)
    expect(page.locator(".passage mark").first).to_have_text("Model")
    page.get_by_role("link", name="By name").click()
    expect(page).to_have_url(re.compile(r"/search\?q=model%2017$"))
