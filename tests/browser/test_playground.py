"""The Playground with a real model in a real browser."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_widget import (  # noqa: F401 - fixtures
    ada,
    answering,
    browser,
    hub_at,
    smollm_path,
    visitor,
)

pytestmark = [pytest.mark.browser, pytest.mark.model]

LONG = 90_000


def ask(page: Page, words: str) -> None:
    page.locator("play-ground:defined").wait_for()
    page.get_by_label("Longest answer").fill("24")
    page.get_by_label("Your message").fill(words)
    page.get_by_label("Your message").press("Enter")


def test_two_models_answer_one_question_and_a_run_is_kept(ada: Page) -> None:  # noqa: F811
    ada.goto("/playground?model=ada/smol")
    expect(ada.get_by_label("Second model").first).to_be_hidden()
    ada.get_by_role("button", name="Ask a second model too").click()
    ada.get_by_label("System prompt").fill("You answer in one word.")
    second = ada.locator("[data-pane]").nth(1)
    second.locator("select").select_option("ada/secret")
    expect(ada).to_have_url(re.compile(r"model=ada%2Fsmol&beside=ada%2Fsecret$"))
    ask(ada, "What is the capital of France?")
    for pane in ada.locator("[data-pane]").all():
        answer = pane.locator("ol.chat > li").nth(1)
        expect(answer.locator(".bubble")).not_to_be_empty(timeout=LONG)
        expect(pane.locator("ol.chat")).to_have_attribute("aria-busy", "false", timeout=LONG)
        expect(answer.locator(".chat__meta")).to_contain_text("tokens/s")
        expect(pane.locator(".stage")).to_have_text("Warm")
    first = ada.locator("[data-pane]").first
    said = first.locator("ol.chat > li").nth(1).locator(".bubble").inner_text()
    first.get_by_role("button", name="Save this run").click()
    first.get_by_role("link", name="Saved for you").click()
    expect(ada.locator("blockquote")).to_have_text(said)
    expect(ada.get_by_text("Only you see it")).to_be_visible()


def test_once_more_stop_and_start_over(visitor: Page) -> None:  # noqa: F811
    visitor.goto("/playground?model=ada/smol")
    ask(visitor, "Say a number.")
    expect(visitor.locator("ol.chat").first).to_have_attribute("aria-busy", "false", timeout=LONG)
    visitor.get_by_role("button", name="Once more").click()
    expect(visitor.get_by_role("button", name="Once more")).to_have_count(1, timeout=LONG)
    expect(visitor.locator("ol.chat").first.locator("> li")).to_have_count(2)
    visitor.get_by_label("Longest answer").fill("2000")
    visitor.get_by_label("Your message").fill("Write a very long story about a bear.")
    visitor.get_by_label("Your message").press("Enter")
    expect(visitor.locator("li.streaming .bubble")).not_to_be_empty(timeout=LONG)
    visitor.get_by_role("button", name="Stop").click()
    expect(visitor.get_by_text("stopped")).to_be_visible()
    visitor.get_by_role("button", name="Start over").click()
    expect(visitor.locator("ol.chat > li")).to_have_count(0)


def test_the_code_is_what_was_asked(visitor: Page) -> None:  # noqa: F811
    visitor.goto("/playground?model=ada/smol")
    visitor.locator("play-ground:defined").wait_for()
    visitor.get_by_label("Temperature").fill("0.3")
    visitor.get_by_label("Stop at").fill("END, ###")
    visitor.get_by_label("Your message").fill("Why do bears hum?")
    visitor.get_by_role("button", name="Code").click()
    code = visitor.locator("#play-code pre")
    for part in ("ada/smol", "temperature=0.3", '["END", "###"]', "Why do bears hum?", "/v1"):
        expect(code).to_contain_text(part)
    visitor.get_by_role("button", name="curl").click()
    expect(code).to_contain_text("curl http://")
