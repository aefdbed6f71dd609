"""Files in a real browser: dropped, edited, found by keys."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from bearhug.db import adding
from bearhug.db.schema import sessions
from bearhug.files import service as files
from bearhug.files.model import Add, Proposal
from bearhug.hub import Hub, Transaction
from bearhug.identity.service import digest
from bearhug.repos import service as repos
from bearhug.repos.model import RepoKind
from tests.conftest import Server, person

pytestmark = pytest.mark.browser

Fill = Callable[..., str]
CODE = "".join(f"line {n}\n" for n in range(1, 61))

DROPPED = """() => {
  const transfer = new DataTransfer()
  const big = new Uint8Array(24 * 1024 * 1024).fill(7)
  transfer.items.add(new File([big], "model.safetensors"))
  transfer.items.add(new File(["hello\\n"], "notes.txt"))
  return transfer
}"""

LISTEN = """() => {
  const said = []
  const status = document.querySelector("file-drop [role=status]")
  const all = { childList: true, characterData: true, subtree: true }
  new MutationObserver(() => said.push(status.textContent)).observe(status, all)
  addEventListener("pagehide", () => sessionStorage.setItem("said", JSON.stringify(said)))
}"""

_SESSION = adding(
    sessions, "sha256", "user_id", "user_agent", "address", "created_at", "seen_at", "expires_at"
)


@pytest.fixture
def page(server: Server) -> Iterator[Page]:
    """Ada, signed in, at a hub with ada/bert. A script that breaks fails the test."""
    server.hub.write(_sign_in)
    server.hub.write_as(person(server.hub, "ada"), repos.create, RepoKind.MODEL, "bert")
    fill(server.hub, {"README.md": b"# Bert\n", "deep/er/code.py": CODE.encode()})
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox"]
        )
        context = browser.new_context(base_url=server.url)
        context.add_cookies([{"name": "bearhug_session", "value": "ada's", "url": server.url}])
        page = context.new_page()
        broken: list[str] = []
        page.on("pageerror", lambda error: broken.append(str(error)))
        yield page
        browser.close()
        assert not broken


def _sign_in(tx: Transaction) -> None:
    at = {"created_at": tx.now, "seen_at": tx.now, "expires_at": tx.now + 3_600_000}
    tx.db.run(_SESSION, sha256=digest("ada's"), user_id=1, user_agent="", address="", **at)


def fill(hub: Hub, content: dict[str, bytes], title: str = "Fill it") -> str:
    ops = tuple(Add(path, data) for path, data in content.items())
    ada = person(hub, "ada")
    return files.commit_now(hub, ada, RepoKind.MODEL, "ada/bert", Proposal(ops, title))


def content(hub: Hub, path: str) -> bytes:
    def read(tx: Transaction) -> bytes:
        repo = repos.find(tx, RepoKind.MODEL, "ada/bert")
        return files.read(tx, files.at(tx, repo), path)

    return hub.read(read)


def test_files_are_dropped_and_go_up_with_progress(page: Page, server: Server) -> None:
    page.goto("/ada/bert/upload/main/weights")
    dropped = page.evaluate_handle(DROPPED)
    page.dispatch_event(".drop", "dragover", {"dataTransfer": dropped})
    expect(page.locator("file-drop[over]")).to_have_count(1)
    page.dispatch_event(".drop", "drop", {"dataTransfer": dropped})
    expect(page.locator(".uploads li")).to_have_count(2)
    expect(page.get_by_text("2 files, 25 MB")).to_be_visible()

    page.evaluate(LISTEN)
    page.get_by_label("What changes").fill("Bring the weights")
    page.get_by_role("button", name="Commit the files").click()

    page.wait_for_url("**/ada/bert/tree/main/weights")
    expect(page.locator(".tree-head")).to_contain_text("Bring the weights")
    expect(page.get_by_role("row", name="model.safetensors")).to_contain_text("LFS")
    heard = page.evaluate("JSON.parse(sessionStorage.getItem('said'))")
    assert any("of 25 MB" in words for words in heard)
    assert content(server.hub, "weights/notes.txt") == b"hello\n"
    download = page.request.get("/ada/bert/resolve/main/weights/model.safetensors")
    assert download.body() == bytes([7]) * (24 * 1024 * 1024)


def test_a_folder_is_chosen(page: Page, server: Server, tmp_path: Path) -> None:
    (tmp_path / "set" / "in").mkdir(parents=True)
    (tmp_path / "set" / "in" / "a.txt").write_text("A")
    page.goto("/ada/bert/upload/main")
    page.locator("input[webkitdirectory]").set_input_files(tmp_path / "set")
    page.get_by_role("button", name="Commit the files").click()
    page.wait_for_url("**/ada/bert/tree/main")
    assert content(server.hub, "set/in/a.txt") == b"A"


def test_a_file_is_edited_and_looked_at_first(page: Page, server: Server) -> None:
    page.goto("/ada/bert/blob/main/README.md")
    page.get_by_role("link", name="Edit").click()
    editor = page.get_by_role("textbox", name="Content")
    editor.focus()
    page.keyboard.press("Control+End")
    page.keyboard.type("\nIt *holds* you.\n")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator("#preview em")).to_have_text("holds")
    page.get_by_label("What changes").fill("Say what it does")
    editor.focus()
    page.keyboard.press("Control+s")
    page.wait_for_url("**/ada/bert/blob/main/README.md")
    expect(page.locator("article.prose em")).to_have_text("holds")
    assert content(server.hub, "README.md") == b"# Bert\n\nIt *holds* you.\n"


def test_someone_elses_change_does_not_take_mine(page: Page, server: Server) -> None:
    page.goto("/ada/bert/edit/main/README.md")
    fill(server.hub, {"README.md": b"# Theirs\n"}, "Theirs first")
    page.get_by_role("textbox", name="Content").fill("# Mine\n")
    page.get_by_role("button", name="Commit to main").click()
    expect(page.get_by_text("Someone changed this file")).to_be_visible()
    expect(page.get_by_role("textbox", name="Content")).to_have_value("# Mine\n")
    page.get_by_role("link", name="See what changed").click()
    expect(page.locator(".diff .add")).to_contain_text("Theirs")


def test_a_file_is_found_by_keys(page: Page) -> None:
    page.goto("/ada/bert/tree/main")
    page.keyboard.press("t")
    page.keyboard.type("code")
    page.keyboard.press("Enter")
    page.wait_for_url("**/find/main?q=code")
    field = page.get_by_role("searchbox", name="Go to file")
    field.fill("nothing like it")
    expect(page.get_by_text("No file of that name")).to_be_visible()
    field.fill("er code")
    expect(page.get_by_role("link", name="deep/er/code.py")).to_be_visible()
    page.get_by_role("link", name="deep/er/code.py").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/blob/main/deep/er/code.py")


def test_lines_are_marked_in_the_address(page: Page) -> None:
    page.goto("/ada/bert/blob/main/deep/er/code.py#L40-L42")
    expect(page.locator(".source__numbers .on")).to_have_count(3)
    expect(page.locator("#L40")).to_be_in_viewport()
    page.locator("#L44").click()
    assert page.url.endswith("#L44")
    page.locator("#L46").click(modifiers=["Shift"])
    assert page.url.endswith("#L44-L46")
    expect(page.locator(".source__numbers .on")).to_have_count(3)


def test_a_long_folder_comes_by_itself(page: Page, server: Server) -> None:
    fill(server.hub, {f"many/f{n:04}.txt": b"x" for n in range(700)})
    page.goto("/ada/bert/tree/main/many")
    page.keyboard.press("End")
    expect(page.get_by_role("link", name="f0699.txt", exact=True)).to_be_attached()
    expect(page.locator("#entries tr")).to_have_count(700)


def test_a_repo_goes_only_once_its_name_is_typed(page: Page) -> None:
    page.goto("/ada/bert/settings")
    button = page.get_by_role("button", name="Delete")
    expect(button).to_be_disabled()
    page.get_by_placeholder("Type ada/bert").fill("ada/bert")
    button.click()
    page.wait_for_url("**/ada")
