"""Talking to a real model in a real browser: words come as they are made, stop, stay, are kept."""

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.conftest import Server
from tests.inference.conftest import answering, smollm_path  # noqa: F401 - fixtures
from tests.inference.living import rests, session_of

pytestmark = [pytest.mark.browser, pytest.mark.model]

STORY = "Write a very long story about a bear."

LISTEN = """() => {
  const line = document.querySelector(".chat__waiting")
  window.told = []
  new MutationObserver(() => window.told.push(line.textContent)).observe(line, { childList: true })
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox"]
        )
        yield browser
        browser.close()


@pytest.fixture
def hub_at(answering: Server) -> Server:  # noqa: F811 - that fixture
    return answering


@pytest.fixture
def visitor(browser: Browser, hub_at: Server) -> Iterator[Page]:
    with browser.new_context(base_url=hub_at.url) as context:
        yield from watched(context)


@pytest.fixture
def ada(browser: Browser, hub_at: Server) -> Iterator[Page]:
    with browser.new_context(base_url=hub_at.url) as context:
        cookie = session_of(hub_at.hub, "ada")
        context.add_cookies([{"name": "bearhug_session", "value": cookie, "url": hub_at.url}])
        yield from watched(context)


def watched(context: BrowserContext) -> Iterator[Page]:
    """A page whose script may not break."""
    page = context.new_page()
    broken: list[str] = []
    page.on("pageerror", lambda error: broken.append(str(error)))
    yield page
    assert not broken


def send(page: Page, words: str, tokens: int = 40) -> None:
    page.locator("chat-box:defined").wait_for()
    page.locator(".chat__settings summary").click()
    page.get_by_label("Longest answer").fill(str(tokens))
    page.get_by_label("Your message").fill(words)
    page.get_by_label("Your message").press("Enter")


def test_from_a_question_to_a_link_that_anyone_may_open(
    ada: Page, visitor: Page, hub_at: Server
) -> None:
    ada.goto("/ada/smol")
    send(ada, "What is the capital of France? One word.")
    answer = ada.locator("ol.chat > li").nth(1)
    expect(answer.locator(".bubble")).not_to_be_empty(timeout=90_000)
    expect(ada.locator("ol.chat")).to_have_attribute("aria-busy", "false", timeout=90_000)
    expect(answer.locator(".chat__meta")).to_contain_text("tokens/s")
    expect(ada.locator("#try .stage")).to_have_text("Warm")
    said = answer.locator(".bubble").inner_text()

    ada.get_by_role("button", name="Save this run").click()
    ada.get_by_role("button", name="For everyone").click()
    ada.get_by_role("link", name="Saved: open the run").click()
    expect(ada.locator("blockquote")).to_have_text(said)
    expect(ada.locator(".keepsake")).to_contain_text("What is the capital of France? One word.")

    visitor.goto(ada.url)
    expect(visitor.locator("blockquote")).to_have_text(said)
    expect(visitor.get_by_text("Smol answers short questions in English.")).to_be_visible()
    with visitor.expect_download() as download:
        visitor.get_by_role("link", name="Picture").click()
    assert download.value.path().read_bytes().startswith(b"\x89PNG")
    visitor.get_by_role("link", name="Go on from here").click()
    expect(visitor.locator("ol.chat > li")).to_have_count(2)


@pytest.mark.parametrize("way", ["button", "Escape"])
def test_stop_stops_the_work_and_keeps_what_was_said(ada: Page, hub_at: Server, way: str) -> None:
    ada.goto("/ada/smol")
    send(ada, STORY, tokens=4000)
    bubble = ada.locator("ol.chat > li").nth(1).locator(".bubble")
    expect(bubble).to_contain_text(" ", timeout=90_000)
    before = len(bubble.inner_text())
    ada.wait_for_function(
        "before => document.querySelectorAll('.bubble')[1].textContent.length > before",
        arg=before,
    )
    if way == "button":
        ada.get_by_role("button", name="Stop").click()
    else:
        ada.get_by_label("Your message").press("Escape")
    expect(ada.locator(".chat__meta")).to_contain_text("stopped")
    assert len(bubble.inner_text()) > before
    assert rests(hub_at.hub)
    expect(ada.get_by_role("button", name="Save this run")).to_be_visible()


def test_a_conversation_goes_on(ada: Page) -> None:
    ada.goto("/ada/smol")
    ada.locator("chat-box:defined").wait_for()
    ada.get_by_role("button", name="Capital of France").click()
    expect(ada.locator("ol.chat")).to_have_attribute("aria-busy", "false", timeout=90_000)
    ada.get_by_label("Your message").fill("One line\nand")
    ada.get_by_label("Your message").press("Shift+Enter")
    ada.get_by_label("Your message").press_sequentially("another")
    with ada.expect_request("**/v1/chat/completions") as asked:
        ada.get_by_label("Your message").press("Enter")
    sent = asked.value.post_data_json
    assert [message["role"] for message in sent["messages"]] == ["user", "assistant", "user"]
    assert sent["messages"][-1]["content"] == "One line\nand\nanother"
    assert (sent["temperature"], sent["max_tokens"]) == (0.2, 64)
    ada.get_by_role("button", name="Stop").click()
    ada.get_by_role("button", name="Start over").click()
    expect(ada.locator("ol.chat > li")).to_have_count(0)


def test_waking_is_told_in_words(ada: Page, hub_at: Server) -> None:
    supervisor = hub_at.hub.rooms["supervisor"]
    ada.goto("/ada/secret")
    assert not [key for key in supervisor.statuses() if key.startswith("ada/secret")]
    ada.evaluate(LISTEN)
    send(ada, "Hello!", tokens=4)
    expect(ada.locator(".chat__meta")).to_contain_text("tokens", timeout=90_000)
    expect(ada.locator(".chat__waiting")).to_be_hidden()
    assert "Waking the model:" in ada.evaluate("window.told.join()")


def test_a_failure_says_why_and_how_to_go_on(ada: Page) -> None:
    ada.goto("/ada/smol")
    refused = {"error": {"message": "The model ran out of memory after 2 tokens."}}
    told = 'data: {"id":"x","choices":[{"index":0,"delta":{"content":"Bears hum"}}]}\n\n'

    def break_off(route: object) -> None:
        body = f"{told}data: {json.dumps(refused)}\n\n"
        route.fulfill(status=200, content_type="text/event-stream", body=body)  # type: ignore[attr-defined]

    ada.route("**/v1/chat/completions", break_off)
    send(ada, "Why do bears hum?")
    failed = ada.locator("li.failed")
    expect(failed.locator(".bubble")).to_have_text("Bears hum")
    expect(failed).to_contain_text("ran out of memory after 2 tokens. What it said is kept.")
    ada.unroute("**/v1/chat/completions")
    failed.get_by_role("button", name="Ask again").click()
    expect(ada.locator("li.failed")).to_have_count(0)
    expect(ada.locator("ol.chat")).to_have_attribute("aria-busy", "false", timeout=90_000)


def test_what_a_model_says_is_never_markup(ada: Page) -> None:
    ada.goto("/ada/smol")
    told = '{"id":"x","choices":[{"index":0,"delta":{"content":"<b>x</b> **y** <img src=x>"}}]}'
    ada.route(
        "**/v1/chat/completions",
        lambda route: route.fulfill(
            status=200, content_type="text/event-stream", body=f"data: {told}\n\n"
        ),
    )
    send(ada, "Say it")
    bubble = ada.locator("ol.chat > li").nth(1).locator(".bubble")
    expect(bubble).to_have_text("<b>x</b> y <img src=x>")
    assert bubble.locator("img, b").count() == 0
    expect(bubble.locator("strong")).to_have_text("y")


def test_without_a_script_a_page_answers(browser: Browser, hub_at: Server) -> None:
    cookie = session_of(hub_at.hub, "ada")
    with browser.new_context(base_url=hub_at.url, java_script_enabled=False) as context:
        context.add_cookies([{"name": "bearhug_session", "value": cookie, "url": hub_at.url}])
        page = context.new_page()
        page.goto("/ada/smol")
        page.get_by_label("Your message").fill("What is the capital of France? One word.")
        page.get_by_role("button", name="Send").click()
        assert page.url.endswith("/ada/smol/try#try")
        expect(page.locator("ol.chat > li")).to_have_count(2)
        said = page.locator("ol.chat > li").nth(1).locator(".bubble").inner_text()
        page.get_by_label("Your message").fill("And of Italy?")
        page.get_by_role("button", name="Send").click()
        expect(page.locator("ol.chat > li")).to_have_count(4)
        expect(page.locator("ol.chat > li").nth(1)).to_contain_text(said[:20])
        page.get_by_role("button", name="Only for me").click()
        expect(page.locator(".keepsake__before")).to_have_count(2)
        expect(page.get_by_text("Only you see it")).to_be_visible()
