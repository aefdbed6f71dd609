"""The widget of each task in a real browser, on models that the hub really runs."""

import base64
import io
import struct
import wave
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.browser.widgets_hub import MADE, hub_of, hum, picture
from tests.conftest import Server, serving
from tests.inference.living import session_of

pytestmark = [pytest.mark.browser, pytest.mark.model]

WAIT = 90_000
FLAGS = ("--no-sandbox", "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream")


@pytest.fixture(scope="module")
def widgets(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    hub = hub_of(tmp_path_factory.mktemp("widgets"), *MADE)
    with serving(hub) as running:
        yield running
    hub.db.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture
def ada(browser: Browser, widgets: Server) -> Iterator[Page]:
    with browser.new_context(base_url=widgets.url, permissions=["microphone"]) as context:
        cookie = session_of(widgets.hub, "ada")
        context.add_cookies([{"name": "bearhug_session", "value": cookie, "url": widgets.url}])
        yield from watched(context)


@pytest.fixture
def narrow(browser: Browser, widgets: Server) -> Iterator[Page]:
    size = {"width": 390, "height": 844}
    with browser.new_context(base_url=widgets.url, viewport=size) as context:  # type: ignore[arg-type]
        yield from watched(context)


def watched(context: BrowserContext) -> Iterator[Page]:
    """A page whose script may not break, nor anything break its policy."""
    page = context.new_page()
    broken: list[str] = []
    page.on("pageerror", lambda error: broken.append(str(error)))
    page.on("console", lambda said: broken.append(said.text) if "Security" in said.text else None)
    yield page
    assert not broken


def opened(page: Page, name: str) -> None:
    page.goto(f"/ada/{name}")
    page.locator("task-widget:defined").wait_for()


def asked(page: Page, deed: str) -> None:
    page.locator("#try").get_by_role("button", name=deed).click()
    expect(page.locator("task-widget")).not_to_have_attribute("busy", "", timeout=WAIT)
    expect(page.locator("[data-timing]")).to_contain_text(" s on CPU")


def test_a_text_is_classified_and_the_answer_kept(ada: Page) -> None:
    opened(ada, "sentiment")
    ada.get_by_label("Text").fill("the bear loves honey")
    asked(ada, "Classify")
    rows = ada.locator(".answer .labels > li")
    expect(rows).to_have_count(3)
    scores = [float(str(each.get_attribute("value"))) for each in rows.locator("meter").all()]
    assert scores == sorted(scores, reverse=True)
    assert sum(scores) == pytest.approx(1, abs=1e-3)
    expect(ada.locator("#try .stage")).to_have_text("Warm")

    ada.locator(".answer__json summary").click()
    expect(ada.locator(".answer__json pre")).to_contain_text('"label": "NEUTRAL"')
    best = rows.first.locator("span").first.inner_text()
    ada.get_by_role("button", name="Save this run").click()
    ada.get_by_role("button", name="Only for me").click()
    ada.get_by_role("link", name="Saved for you: open the run").click()
    expect(ada.locator(".keepsake")).to_contain_text("the bear loves honey")
    expect(ada.locator(".keepsake")).to_contain_text(best)


def test_settings_reach_the_model_and_the_code(ada: Page) -> None:
    opened(ada, "sentiment")
    ada.locator("#try .chat__settings summary").click()
    ada.get_by_label("Most labels").fill("1")
    ada.get_by_label("Text").fill("my bear")
    asked(ada, "Classify")
    expect(ada.locator(".answer .labels > li")).to_have_count(1)
    ada.locator("[data-code] > summary").click()
    code = ada.locator("[data-code]")
    expect(code).to_contain_text('"my bear"')
    expect(code).to_contain_text("top_k=1")
    for client in ("Python", "JavaScript", "curl"):
        expect(code.locator(".code__name", has_text=client)).to_be_visible()


def test_entities_are_marked_in_a_text_that_stays_whole(ada: Page) -> None:
    opened(ada, "entities")
    words = "ada lives in paris , grace works at google ."
    ada.get_by_label("Text").fill(words)
    asked(ada, "Find them")
    expect(ada.locator(".entity").first).to_be_visible()
    bare = ada.locator(".entities").evaluate(
        "text => [...text.childNodes].map(each => (each.firstChild ?? each).textContent).join('')"
    )
    assert bare == words
    expect(ada.locator(".legend > li").first).to_be_visible()


def test_a_mask_is_put_in_by_a_button_and_missed_in_words(ada: Page) -> None:
    opened(ada, "masked")
    text = ada.get_by_label("Text")
    text.fill("the bear honey")
    asked_text = "the bear [MASK] honey"
    ada.locator("#try").get_by_role("button", name="Fill it in").click()
    expect(ada.locator(".answer .note--bad")).to_contain_text("[MASK]", timeout=WAIT)
    text.evaluate("field => field.setSelectionRange(8, 8)")
    ada.get_by_role("button", name="Insert").click()
    expect(text).to_have_value(asked_text)
    asked(ada, "Fill it in")
    expect(ada.locator(".answer .labels > li")).to_have_count(5)


def test_an_answer_is_marked_where_it_stands(ada: Page) -> None:
    opened(ada, "answering")
    ada.get_by_label("Question").fill("who loves honey ?")
    ada.get_by_label("Text that has the answer").fill("ada loves honey in the forest .")
    asked(ada, "Ask")
    answer = ada.locator(".answer__big").inner_text()
    marked = ada.locator(".answer__context mark").inner_text()
    assert answer.startswith(marked)
    expect(ada.locator(".answer__context")).to_have_text("ada loves honey in the forest .")


def test_a_vector_is_a_strip_of_its_dimensions(ada: Page) -> None:
    opened(ada, "encoder")
    ada.get_by_label("Text").fill("bear")
    asked(ada, "Compute")
    expect(ada.locator(".answer")).to_contain_text("32 dimensions")
    assert ada.locator(".answer .strip").first.locator("rect").count() == 32


def test_a_card_s_picture_is_read(ada: Page) -> None:
    opened(ada, "digits")
    ada.get_by_role("button", name="An eight").click()
    expect(ada.locator("task-widget")).not_to_have_attribute("busy", "", timeout=WAIT)
    expect(ada.locator(".chosen img")).to_be_visible()
    expect(ada.locator(".answer .labels > li").first).to_contain_text("eight", timeout=WAIT)
    ada.get_by_role("button", name="A zero").click()
    expect(ada.locator(".answer .labels > li").first).to_contain_text("zero", timeout=WAIT)


def test_a_picture_that_is_dropped_or_none(ada: Page) -> None:
    opened(ada, "boxes")
    ada.locator("#try").get_by_role("button", name="Find objects").click()
    assert ada.locator("image-input:invalid").count() == 1
    data = base64.b64encode(picture()).decode()
    transfer = ada.evaluate_handle(
        """data => {
          const bytes = Uint8Array.from(atob(data), letter => letter.charCodeAt(0))
          const transfer = new DataTransfer()
          transfer.items.add(new File([bytes], "bear.png", { type: "image/png" }))
          return transfer
        }""",
        data,
    )
    ada.locator("image-input").dispatch_event("drop", {"dataTransfer": transfer})
    expect(ada.locator(".chosen img")).to_be_visible()
    ada.locator("#try .chat__settings summary").click()
    ada.get_by_label("Least score").fill("0")
    asked(ada, "Find objects")
    rows, boxes = ada.locator(".found > li"), ada.locator(".overlay > g")
    expect(rows.first).to_be_visible()
    assert rows.count() == boxes.count()
    rows.first.hover()
    expect(ada.locator(".overlay > g[data-lit]")).to_have_count(1)


def test_what_the_microphone_hears_is_sent_as_a_wav_file(ada: Page) -> None:
    opened(ada, "hearing")
    ada.get_by_role("button", name="Record").click()
    expect(ada.get_by_role("button", name="Stop, 0:01")).to_be_visible(timeout=10_000)
    ada.get_by_role("button", name="Stop, 0:0").click()
    expect(ada.locator(".chosen audio")).to_be_visible()
    with ada.expect_request("**/hf-inference/models/**") as sent:
        ada.locator("#try").get_by_role("button", name="Classify").click()
    body = sent.value.post_data_json or {}
    with wave.open(io.BytesIO(base64.b64decode(body["inputs"]))) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (16_000, 1, 2)
        heard = struct.unpack(f"<{file.getnframes()}h", file.readframes(file.getnframes()))
    assert len(heard) > 8_000
    assert max(heard) > 100
    expect(ada.locator(".answer .labels > li")).to_have_count(3, timeout=WAIT)


def test_a_sound_file_of_any_rate_is_heard(ada: Page, tmp_path: Path) -> None:
    path = tmp_path / "hum.wav"
    path.write_bytes(hum())
    opened(ada, "hearing")
    ada.locator("audio-input input[type=file]").set_input_files(path)
    expect(ada.locator(".waveform rect")).to_have_count(120)
    asked(ada, "Classify")
    expect(ada.locator(".answer .labels > li")).to_have_count(3)


def test_without_a_script_a_page_answers(browser: Browser, widgets: Server, tmp_path: Path) -> None:
    cookie = session_of(widgets.hub, "ada")
    with browser.new_context(base_url=widgets.url, java_script_enabled=False) as context:
        context.add_cookies([{"name": "bearhug_session", "value": cookie, "url": widgets.url}])
        page = context.new_page()
        page.set_default_timeout(WAIT)
        page.goto("/ada/sentiment")
        page.get_by_label("Text").fill("the bear loves honey")
        page.locator("#try").get_by_role("button", name="Classify").click()
        assert page.url.endswith("/ada/sentiment/try#try")
        expect(page.locator(".answer")).to_contain_text("POSITIVE")
        expect(page.get_by_label("Text")).to_have_value("the bear loves honey")
        page.get_by_role("button", name="Only for me").click()
        expect(page.locator(".keepsake")).to_contain_text("the bear loves honey")

        path = tmp_path / "bear.png"
        path.write_bytes(picture())
        page.goto("/ada/digits")
        page.locator("input[type=file]").set_input_files(path)
        page.locator("#try").get_by_role("button", name="Classify").click()
        expect(page.locator(".answer")).to_contain_text("%")


def test_a_kept_answer_is_drawn_and_asked_again(ada: Page, tmp_path: Path) -> None:
    path = tmp_path / "hum.wav"
    path.write_bytes(hum())
    opened(ada, "hearing")
    ada.locator("audio-input input[type=file]").set_input_files(path)
    ada.locator(".chosen audio").wait_for()
    asked(ada, "Classify")
    ada.get_by_role("button", name="Save this run").click()
    ada.get_by_role("button", name="For everyone").click()
    ada.get_by_role("link", name="Saved: open the run").click()
    expect(ada.locator("task-answer .labels > li")).to_have_count(3)
    ada.wait_for_function("document.querySelector('[data-asked]').duration > 0.9")
    picture_of = ada.request.get(f"{ada.url}.png")
    assert picture_of.body().startswith(b"\x89PNG")
    ada.get_by_role("link", name="Run it again").click()
    expect(ada.locator(".chosen audio")).to_be_visible()


def test_what_a_card_says_is_shown_where_nothing_runs(narrow: Page) -> None:
    narrow.goto("/ada/unserved")
    assert narrow.locator("task-widget").count() == 0
    told = narrow.get_by_role("region", name="What it answers")
    expect(told).to_contain_text("Der Winter ist zu lang.")
    expect(told.locator(".labels > li").first).to_contain_text("sad")
    expect(narrow.locator("#here")).to_have_text("Not run here")


@pytest.mark.parametrize("name", ["digits", "answering", "hearing"])
def test_a_widget_fits_a_narrow_page(narrow: Page, name: str) -> None:
    opened(narrow, name)
    assert narrow.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_failure_is_told_and_stop_stops(ada: Page) -> None:
    opened(ada, "sentiment")
    ada.get_by_label("Text").fill("bear")
    ada.route("**/hf-inference/models/**", lambda route: None)
    ada.locator("#try").get_by_role("button", name="Classify").click()
    ada.get_by_label("Text").press("Escape")
    expect(ada.locator(".answer")).to_have_text("Stopped.")
    ada.unroute("**/hf-inference/models/**")
    ada.route("**/hf-inference/models/**", lambda route: route.abort())
    ada.locator("#try").get_by_role("button", name="Classify").click()
    expect(ada.get_by_role("alert")).to_contain_text("The hub does not answer.")
