"""Each custom element improves the markup it wraps; a page without scripts keeps its forms."""

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect, sync_playwright

from .stage import Stage, on_stage

pytestmark = pytest.mark.browser

SEARCH = """
<live-form target="results"><form action="/search"><label>Search <input name="search"></label>
<label><input type="checkbox" name="tag" value="gguf"> GGUF</label></form>
<p id="count">-</p></live-form>
<section id="results">{% block results %}<a href="/one?$QUERY">$QUERY</a>
<template data-into="count">counted $QUERY</template>{% endblock %}</section>
"""

LIST = """
<row-more list="rows" fragment="page">{% block page %}<ul id="rows"><li>a $QUERY</li></ul>
<nav class="pages"><a rel="next" href="/list?after=1">Older</a></nav>{% endblock %}</row-more>
"""

DROP = """
{% set repo = {"kind": "model", "path": "/ada/bear", "name": {"owner": "ada", "name": "bear"}} %}
{% call ui.file_drop(repo, "main", "/posted", "/after", folder="deep") %}
{{ ui.field("What changes", "summary") }}{% endcall %}
"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])


@pytest.fixture
def stage() -> Iterator[Stage]:
    with on_stage() as stage:
        stage.pages["/after"] = "<h1>Arrived</h1>"
        yield stage


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    page = browser.new_page(reduced_motion="reduce")
    said: list[str] = []
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on(
        "console", lambda message: said.append(message.text) if "Policy" in message.text else None
    )
    yield page
    page.close()
    assert said == []


def test_a_live_form_follows_its_fields_and_keeps_the_address(stage: Stage, page: Page) -> None:
    stage.pages["/search"] = SEARCH
    page.goto(stage.url + "/search")
    page.get_by_label("Search").last.fill("bear")
    expect(page.locator("#results a")).to_have_text("search=bear")
    expect(page.locator("#count")).to_have_text("counted search=bear")
    page.get_by_label("GGUF").check()
    expect(page).to_have_url(stage.url + "/search?search=bear&tag=gguf")
    expect(page.locator("#results a")).to_have_text("search=bear&tag=gguf")
    expect(page.get_by_label("GGUF")).to_be_focused()


def test_a_box_ticked_before_the_script_came_counts(stage: Stage, page: Page) -> None:
    stage.pages["/search"] = SEARCH
    held: list[Route] = []
    page.route("**/live-form.js", lambda route: held.append(route))
    page.goto(stage.url + "/search", wait_until="domcontentloaded")
    page.get_by_label("GGUF").check()
    expect(page.locator("#count")).to_have_text("-")
    held[0].continue_()
    expect(page.locator("#results a")).to_have_text("tag=gguf")
    expect(page).to_have_url(stage.url + "/search?tag=gguf")


def test_the_next_page_joins_the_list(stage: Stage, page: Page) -> None:
    stage.pages["/list"] = LIST
    page.goto(stage.url + "/list")
    expect(page.locator("#rows li")).to_have_count(5)
    page.get_by_role("link", name="Older").click()
    expect(page.locator("#rows li")).to_have_count(6)
    assert page.url == stage.url + "/list"


def test_files_arrive_by_lfs_and_in_one_commit(stage: Stage, page: Page, tmp_path: Path) -> None:
    stage.pages["/up"] = DROP
    stage.broken = 1
    large, small = b"bear" * 3_000_000, b"hum" * 500
    for name, content in {
        "a.bin": large,
        "b.bin": small,
        "c.txt": b"caf\xc3\xa9",
        "d.tmp": b"",
    }.items():
        (tmp_path / name).write_bytes(content)
    page.goto(stage.url + "/up")
    expect(page.get_by_role("button", name="Commit the files")).to_be_disabled()
    expect(page.get_by_role("button", name="Commit the files")).to_be_disabled()
    page.get_by_label("Choose files").set_input_files(sorted(tmp_path.iterdir()))
    expect(page.get_by_text("4 files, 12 MB")).to_be_visible()
    page.get_by_label("What changes").fill("Add bears")
    page.get_by_role("button", name="Commit the files").click()
    page.wait_for_url(stage.url + "/after")
    assert set(stage.objects.values()) == {large, small}
    header, *rest = stage.commits[0]
    assert header == {"key": "header", "value": {"summary": "Add bears", "description": ""}}
    named = {line["value"]["path"]: line["value"] for line in rest}
    assert set(named) == {"deep/a.bin", "deep/b.bin", "deep/c.txt"}
    assert named["deep/c.txt"]["content"] == "Y2Fmw6k="
    assert named["deep/a.bin"]["oid"] == hashlib.sha256(large).hexdigest()


def test_a_file_that_failed_is_tried_again_and_the_others_are_kept(
    stage: Stage, page: Page, tmp_path: Path
) -> None:
    stage.pages["/up"] = DROP
    stage.broken = 4
    for name in ("a.bin", "b.bin"):
        (tmp_path / name).write_bytes(name.encode())
    page.goto(stage.url + "/up")
    expect(page.get_by_role("button", name="Commit the files")).to_be_disabled()
    page.get_by_label("Choose files").set_input_files([tmp_path / "a.bin"])
    page.get_by_role("button", name="Commit the files").click()
    expect(page.get_by_role("status").filter(has_text="did not arrive")).to_be_visible(timeout=9000)
    assert stage.commits == []
    page.get_by_role("button", name="Commit the files").click()
    page.wait_for_url(stage.url + "/after")
    assert len(stage.commits) == 1


def test_the_theme_is_a_cookie(stage: Stage, page: Page) -> None:
    page.goto(stage.url + "/after")
    page.get_by_role("button", name=re.compile("Theme")).click()
    assert page.locator("html").get_attribute("data-theme") == "light"
    assert page.context.cookies()[0]["value"] == "light"


def test_a_name_must_be_typed_before_a_deletion(stage: Stage, page: Page) -> None:
    stage.pages["/end"] = '{{ ui.danger("Delete", "For ever.", "ada/bear", "Delete it", "/x") }}'
    page.goto(stage.url + "/end")
    button = page.get_by_role("button", name="Delete it")
    expect(button).to_be_disabled()
    page.get_by_placeholder("Type ada/bear").fill("ada/bear")
    expect(button).to_be_enabled()


def test_the_editor_numbers_lines_indents_and_saves(stage: Stage, page: Page) -> None:
    stage.pages["/edit"] = (
        '<form action="/after"><code-editor><textarea name="text" aria-label="Text">'
        "a\nb</textarea></code-editor></form>"
    )
    page.goto(stage.url + "/edit")
    field = page.get_by_label("Text")
    field.press("Control+Home")
    field.press("Tab")
    field.press("Control+End")
    field.press("Enter")
    expect(page.locator(".editor__numbers")).to_have_text("1\n2\n3")
    assert field.input_value() == "  a\nb\n"
    field.press("Control+s")
    page.wait_for_url(re.compile("/after"))


def test_keys_lead_to_places_but_not_while_typing(stage: Stage, page: Page) -> None:
    stage.pages["/models"] = "<h1>Models</h1>"
    page.goto(stage.url + "/after")
    page.keyboard.press("/")
    expect(page.get_by_role("combobox", name="Search")).to_be_focused()
    page.keyboard.type("gm?")
    expect(page.get_by_role("combobox", name="Search")).to_have_value("gm?")
    page.get_by_role("combobox", name="Search").blur()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("m")
    page.wait_for_url(stage.url + "/models")


def test_a_menu_closes_by_escape_and_is_walked_by_arrows(stage: Stage, page: Page) -> None:
    stage.pages["/menu"] = (
        '{% call ui.menu("Use it") %}<a href="#a">One</a><a href="#b">Two</a>{% endcall %}'
    )
    page.goto(stage.url + "/menu")
    page.get_by_text("Use it").click()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("link", name="Two")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="Two")).to_be_hidden()


def test_every_component_of_the_kit_is_drawn_within_its_policy(stage: Stage, page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    stage.pages["/kit"] = stage.environment.get_template("kit.html")
    page.goto(stage.url + "/kit")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    expect(page.locator(":not(:defined)")).to_have_count(0)
