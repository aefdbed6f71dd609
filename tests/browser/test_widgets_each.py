"""Each other task's widget, once: what it sends is taken, what comes back is drawn."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from tests.browser.widgets_hub import MORE, hub_of, hum, picture
from tests.conftest import Server, serving

pytestmark = [pytest.mark.browser, pytest.mark.model]

WAIT = 90_000
FILES = {"image": ("bear.png", picture), "audio": ("hum.wav", hum)}

# What is written first, the button, and what of the answer is looked for.
ASKED: dict[str, tuple[dict[str, str], str, str]] = {
    "entailment": ({"Labels": "food, travel, honey"}, "Classify", ".labels > li:nth-child(3)"),
    "ranker": ({"Question": "who loves honey"}, "Rank", ".labels > li:nth-child(3)"),
    "tapas": ({}, "Ask", ".answer__big + .scroll td"),
    "bart": ({"Text": "the bear loves honey"}, "Summarise", ".answer__written, .soft"),
    "t5": ({"Text": "the bear"}, "Translate", ".answer__written, .soft"),
    "segformer": ({}, "Find regions", ".found input:checked"),
    "dpt": ({}, "See the depth", "img.answer__picture"),
    "clip": ({"Labels": "bear, cat"}, "Classify", ".labels > li:nth-child(2)"),
    "captioner": ({}, "Describe", ".answer__written, .soft"),
    "vilt": ({"Question": "what is this ?"}, "Ask", ".labels > li"),
    "wav2vec2": ({}, "Write it down", ".answer__written, .soft"),
    "vits": ({"Text": "bear"}, "Speak", "audio"),
}


@pytest.fixture(scope="module")
def widgets(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    hub = hub_of(tmp_path_factory.mktemp("widgets"), *MORE)
    with serving(hub) as running:
        yield running
    hub.db.close()


@pytest.fixture(scope="module")
def page(widgets: Server) -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox"]
        )
        yield browser.new_page(base_url=widgets.url)
        browser.close()


@pytest.mark.parametrize("name", ASKED)
def test_the_widget_of_each_task_answers(page: Page, tmp_path: Path, name: str) -> None:
    written, deed, drawn = ASKED[name]
    page.goto(f"/ada/{name}")
    page.locator("task-widget:defined").wait_for()
    for kind, (file, made) in FILES.items():
        if page.locator(f"{kind}-input").count():
            (tmp_path / file).write_bytes(made())
            page.locator(f"{kind}-input input[type=file]").set_input_files(tmp_path / file)
            page.locator(".chosen > *").first.wait_for()
    for label, words in written.items():
        page.get_by_label(label, exact=True).fill(words)
    page.locator("#try").get_by_role("button", name=deed).click()
    expect(page.locator("task-widget")).not_to_have_attribute("busy", "", timeout=WAIT)
    problems = page.locator(".answer .note--bad")
    assert problems.count() == 0, problems.inner_text()
    expect(page.locator(f".answer :is({drawn})").first).to_be_visible()
