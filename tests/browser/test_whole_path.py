"""From an empty folder to a real model answering, as the README promises it: `make serve`, a
browser, an account, a model found by its task, its card, an answer, a saved run and its picture.

With BEARHUG_KEEP_PICTURES set, its screenshots replace those of docs/images.
"""

import io
import os
import re
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.running import Running, free_port, wait_until_ready

pytestmark = [pytest.mark.browser, pytest.mark.model]

ROOT = Path(__file__).parents[2]
IMAGES = ROOT / "docs" / "images"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The hub, started by the README's own command in an empty data folder."""
    folder = tmp_path_factory.mktemp("made")
    port = free_port()
    log = folder / "log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            ["make", "serve", f"DATA={folder / 'data'}", f"PORT={port}"],
            cwd=ROOT,
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
    running = Running(f"http://localhost:{port}", process, log)
    try:
        wait_until_ready(running)
        yield running
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=30)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox"]
        )
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser, made: Running) -> Iterator[Page]:
    view = {"width": 1280, "height": 860}
    options = {"base_url": made.url, "viewport": view, "reduced_motion": "reduce"}
    with browser.new_context(**options) as context:  # type: ignore[arg-type]
        page = context.new_page()
        wrong: list[str] = []
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda line: line.type == "error" and wrong.append(line.text))
        yield page
        assert not wrong


def keep(page: Page, name: str) -> None:
    """A picture of what is seen, for the README."""
    if os.environ.get("BEARHUG_KEEP_PICTURES"):
        IMAGES.mkdir(exist_ok=True)
        page.screenshot(path=IMAGES / f"{name}.png")


def test_a_newcomer_comes_all_the_way(page: Page, browser: Browser, made: Running) -> None:
    sign_up(page)
    find_the_model(page)
    ask_it(page)
    run = save_the_run(page)
    a_stranger_opens_it(browser, made, run)


def sign_up(page: Page) -> None:
    page.goto("/")
    page.get_by_role("link", name="Sign up").first.click()
    page.get_by_label("Username").fill("ada")
    page.get_by_label("E-mail").fill("ada@bears.example")
    page.get_by_label("Password").fill("a bear in a pear tree")
    page.get_by_role("button", name="Open the account").click()
    steps = page.locator("ol.steps > li")
    expect(steps).to_have_count(7)
    expect(steps.first).to_have_class(re.compile("done"))
    expect(page.locator("ol.steps > li[aria-current=step]")).to_have_count(1)


def find_the_model(page: Page) -> None:
    page.get_by_role("link", name="Models", exact=True).first.click()
    expect(page.locator(".hit")).not_to_have_count(0)
    page.get_by_label(re.compile("^Text generation")).first.check()
    expect(page.locator(".hit")).to_have_count(1)
    assert "text-generation" in page.url
    keep(page, "models")
    page.reload()  # every state is an address
    expect(page.locator(".hit")).to_have_count(1)
    page.get_by_role("link", name=re.compile("SmolLM2-135M-Instruct-GGUF")).first.click()
    expect(page.locator("article.prose")).to_contain_text("How it was trained")


def ask_it(page: Page) -> None:
    page.locator(".chat__settings summary").click()
    page.get_by_label("Longest answer").fill("48")
    page.locator(".chat__settings summary").click()
    page.get_by_label("Your message").fill("What do bears eat?")
    page.get_by_label("Your message").press("Enter")
    answer = page.locator("ol.chat > li").nth(1)
    expect(answer.locator(".bubble")).not_to_be_empty(timeout=60_000)
    first = len(answer.locator(".bubble").inner_text())
    expect(page.locator("ol.chat")).to_have_attribute("aria-busy", "false", timeout=60_000)
    last = len(answer.locator(".bubble").inner_text())
    assert first < last, "the words came one after another"
    expect(answer.locator(".chat__meta")).to_contain_text("tokens/s")
    expect(answer.locator(".bubble")).to_contain_text(re.compile("bears", re.IGNORECASE))
    keep(page, "model")


def save_the_run(page: Page) -> str:
    page.get_by_role("button", name="Save this run").click()
    page.get_by_role("button", name="For everyone").click()
    page.get_by_role("link", name="Saved: open the run").click()
    expect(page.locator(".keepsake")).to_contain_text("What do bears eat?")
    expect(page.locator(".keepsake")).to_contain_text(re.compile("bears", re.IGNORECASE))
    expect(page.locator("main")).to_contain_text("very small language model")
    keep(page, "run")
    run = page.url
    page.goto("/")
    keep(page, "home")
    return run


def a_stranger_opens_it(browser: Browser, made: Running, run: str) -> None:
    with browser.new_context() as context:
        stranger = context.new_page()
        stranger.goto(run)
        expect(stranger.locator(".keepsake")).to_contain_text(re.compile("bears", re.IGNORECASE))
    picture = httpx.get(f"{run}.png")
    assert picture.headers["content-type"] == "image/png"
    assert Image.open(io.BytesIO(picture.content)).size == (1200, 630)
