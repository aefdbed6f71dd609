"""Changing a repo from the browser, without a script."""

import re
from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

from bearhug.repos.model import Repo
from tests.files.conftest import Fill

Make = Callable[..., Repo]


@pytest.fixture
def ada(client: TestClient, as_ada: dict[str, str]) -> TestClient:
    """The client, asking as ada for pages and following where they lead."""
    client.headers.update({"Accept": "text/html", **as_ada})
    return client


def hidden(page: str, name: str) -> str:
    """The value of a form's hidden field."""
    found = re.search(rf'<input type="hidden" name="{name}" value="([^"]*)"', page)
    assert found, name
    return found[1]


def open_editor(ada: TestClient, url: str) -> dict[str, str]:
    """The fields of the editor's form as a browser would send them back."""
    page = ada.get(url)
    assert page.status_code == 200
    fields = {name: hidden(page.text, name) for name in ("old", "parent", "crlf")}
    text = re.search(r"<textarea name=\"content\"[^>]*>\n(.*)</textarea>", page.text, re.DOTALL)
    assert text
    return {**fields, "path": fields["old"], "content": text[1].replace("\n", "\r\n")}


def raw(client: TestClient, path: str, rev: str = "main") -> str:
    return client.get(f"/ada/bert/raw/{rev}/{path}").text


def test_a_file_is_changed(ada: TestClient, make: Make, fill: Fill) -> None:
    fill(make("bert"), {"a b?.txt": b"one\ntwo\n"})
    fields = open_editor(ada, "/ada/bert/edit/main/a%20b%3F.txt")
    fields["content"] += "three\r\n"
    fields["title"] = "Count on"
    page = ada.post("/ada/bert/edit/main/a%20b%3F.txt", data=fields)
    assert page.url.path == "/ada/bert/blob/main/a b?.txt"
    assert "Count on" in page.text
    assert raw(ada, "a%20b%3F.txt") == "one\ntwo\nthree\n"


def test_line_ends_stay_as_they_were(ada: TestClient, make: Make, fill: Fill) -> None:
    fill(make("bert"), {"dos.txt": b"one\r\ntwo\r\n"})
    fields = open_editor(ada, "/ada/bert/edit/main/dos.txt")
    ada.post("/ada/bert/edit/main/dos.txt", data={**fields, "content": "one\r\n2\r\n"})
    assert ada.get("/ada/bert/raw/main/dos.txt").content == b"one\r\n2\r\n"


def test_another_name_moves_the_file(ada: TestClient, make: Make, fill: Fill) -> None:
    fill(make("bert"), {"old.txt": b"kept\n"})
    fields = open_editor(ada, "/ada/bert/edit/main/old.txt")
    ada.post("/ada/bert/edit/main/old.txt", data={**fields, "path": "folder/new.txt"})
    assert raw(ada, "folder/new.txt") == "kept\n"
    assert ada.get("/ada/bert/raw/main/old.txt").status_code == 404


def test_what_another_changed_meanwhile_is_told_and_nothing_lost(
    ada: TestClient, make: Make, fill: Fill
) -> None:
    repo = make("bert")
    fill(repo, {"a.txt": b"one\n"})
    fields = open_editor(ada, "/ada/bert/edit/main/a.txt")
    fill(repo, {"a.txt": b"another's\n"})

    mine = {**fields, "content": "my own words\r\n", "title": "Say it my way"}
    refused = ada.post("/ada/bert/edit/main/a.txt", data=mine)

    assert refused.status_code == 412
    assert "Someone changed this file" in refused.text
    assert "my own words" in refused.text
    assert "Say it my way" in refused.text
    assert f"/compare/{fields['parent']}.." in refused.text
    assert raw(ada, "a.txt") == "another's\n"

    again = {**mine, "parent": hidden(refused.text, "parent")}
    assert ada.post("/ada/bert/edit/main/a.txt", data=again).status_code == 200
    assert raw(ada, "a.txt") == "my own words\n"


def test_a_change_elsewhere_does_not_stand_in_the_way(
    ada: TestClient, make: Make, fill: Fill
) -> None:
    repo = make("bert")
    fill(repo, {"a.txt": b"one\n"})
    fields = open_editor(ada, "/ada/bert/edit/main/a.txt")
    fill(repo, {"b.txt": b"elsewhere\n"})
    ada.post("/ada/bert/edit/main/a.txt", data={**fields, "content": "two\r\n"})
    assert (raw(ada, "a.txt"), raw(ada, "b.txt")) == ("two\n", "elsewhere\n")


def test_a_new_file(ada: TestClient, make: Make) -> None:
    make("bert")
    fields = open_editor(ada, "/ada/bert/new/main/docs?name=notes.md")
    page = ada.post(
        "/ada/bert/new/main", data={**fields, "path": "docs/notes.md", "content": "# Hm\r\n"}
    )
    assert page.url.path == "/ada/bert/blob/main/docs/notes.md"
    assert "Create notes.md" in page.text
    assert raw(ada, "docs/notes.md") == "# Hm\n"


def test_a_new_file_takes_no_ones_place(ada: TestClient, make: Make, fill: Fill) -> None:
    fill(make("bert"), {"a.txt": b"first\n"})
    fields = open_editor(ada, "/ada/bert/new/main")
    mine = {**fields, "path": "a.txt", "content": "second"}
    refused = ada.post("/ada/bert/new/main", data=mine)
    assert refused.status_code == 409
    assert "There is a a.txt already" in refused.text
    assert "second" in refused.text


@pytest.mark.parametrize("path", ["../up.txt", "a//b.txt", ".git/config", "..\\back"])
def test_a_path_that_cannot_be(ada: TestClient, make: Make, path: str) -> None:
    make("bert")
    fields = open_editor(ada, "/ada/bert/new/main")
    mine = {**fields, "path": path, "content": "kept in the form"}
    refused = ada.post("/ada/bert/new/main", data=mine)
    assert refused.status_code == 422
    assert "kept in the form" in refused.text


def test_only_text_is_edited(ada: TestClient, make: Make, fill: Fill) -> None:
    fill(make("bert"), {"noise.dat": bytes(range(256)), "big.txt": b"x" * 1_100_000})
    assert ada.get("/ada/bert/edit/main/noise.dat").status_code == 422
    assert ada.get("/ada/bert/edit/main/big.txt").status_code == 413


def test_a_tag_or_a_commit_is_not_edited(ada: TestClient, make: Make, fill: Fill) -> None:
    oid = fill(make("bert"), {"a.txt": b"x"})
    assert ada.get(f"/ada/bert/edit/{oid}/a.txt").status_code == 404
    assert "/edit/" not in ada.get(f"/ada/bert/blob/{oid}/a.txt").text


def test_a_file_is_deleted_after_a_question(ada: TestClient, make: Make, fill: Fill) -> None:
    fill(make("bert"), {"a/b/only.txt": b"x", "a/other.txt": b"y"})
    assert "Delete a/b/only.txt?" in ada.get("/ada/bert/delete/main/a/b/only.txt").text
    page = ada.post("/ada/bert/delete/main/a/b/only.txt", data={"title": "", "description": ""})
    assert page.url.path == "/ada/bert/tree/main/a"
    assert "Delete only.txt" in ada.get("/ada/bert/commits/main").text


def test_a_folder_is_deleted(ada: TestClient, make: Make, fill: Fill) -> None:
    fill(make("bert"), {"a/b.txt": b"x", "a/c.txt": b"y"})
    assert "Everything in this folder" in ada.get("/ada/bert/delete/main/a").text
    page = ada.post("/ada/bert/delete/main/a", data={"title": "Away with it", "description": ""})
    assert page.url.path == "/ada/bert/tree/main"
    assert ada.get("/ada/bert/tree/main/a").status_code == 404


def test_files_are_uploaded_by_a_plain_form(ada: TestClient, make: Make) -> None:
    make("bert")
    weights = b"\0" * 3_000_000
    sent = [("files", ("notes.txt", b"hello\n")), ("files", ("model.safetensors", weights))]
    said = {"summary": "Bring them", "description": ""}
    page = ada.post("/ada/bert/upload/main/in", data=said, files=sent)
    assert page.url.path == "/ada/bert/tree/main/in"
    assert "Bring them" in page.text
    assert ada.get("/ada/bert/resolve/main/in/notes.txt").content == b"hello\n"
    assert ada.get("/ada/bert/resolve/main/in/model.safetensors").content == weights
    assert "git-lfs" in raw(ada, "in/model.safetensors")


def test_an_upload_of_nothing(ada: TestClient, make: Make) -> None:
    make("bert")
    nothing = ada.post("/ada/bert/upload/main", data={"summary": ""}, files={"x": b""})
    assert nothing.status_code == 400
    assert "choose at least one file" in nothing.text


@pytest.mark.parametrize("name", ["../../up.txt", "C:\\here\\up.txt", "/etc/up.txt"])
def test_an_uploads_name_stays_inside(ada: TestClient, make: Make, name: str) -> None:
    make("bert")
    page = ada.post("/ada/bert/upload/main", data={}, files={"files": (name, b"x")})
    assert page.url.path == "/ada/bert/tree/main"
    assert "/ada/bert/blob/main/up.txt" in page.text


def test_branches_and_tags(ada: TestClient, make: Make, fill: Fill) -> None:
    fill(make("bert"), {"a.txt": b"x"}, title="Begin")
    made = {"kind": "branch", "name": "side/way", "start": "main"}
    assert "side/way begins at main." in ada.post("/ada/bert/branches", data=made).text
    assert ada.get("/ada/bert/tree/side%2Fway").status_code == 200
    tag = {"kind": "tag", "name": "v1.0", "start": "side/way"}
    page = ada.post("/ada/bert/branches", data=tag).text
    assert "/ada/bert/tree/v1.0" in page
    assert "/ada/bert/compare/main..side" in page

    twice = ada.post("/ada/bert/branches", data=made)
    assert twice.status_code == 409
    assert "already exists" in twice.text
    bad = ada.post("/ada/bert/branches", data={**made, "name": "a b"})
    assert bad.status_code == 422
    lost = ada.post("/ada/bert/branches", data={**made, "name": "c", "start": "nowhere"})
    assert "Invalid rev id: nowhere" in lost.text

    ada.post("/ada/bert/branches/delete", data={"kind": "branch", "name": "side/way"})
    ada.post("/ada/bert/branches/delete", data={"kind": "tag", "name": "v1.0"})
    left = ada.get("/ada/bert/branches").text
    assert "side/way" not in left
    assert "No tags yet" in left
    main = {"kind": "branch", "name": "main"}
    assert ada.post("/ada/bert/branches/delete", data=main).status_code == 403


WAYS = ["edit/main/a.txt", "new/main", "upload/main", "delete/main/a.txt"]


@pytest.mark.parametrize("way", WAYS)
def test_a_stranger_only_proposes(
    client: TestClient, make: Make, fill: Fill, way: str, as_linus: dict[str, str]
) -> None:
    fill(make("bert"), {"a.txt": b"x"})
    client.headers["Accept"] = "text/html"
    form = client.get(f"/ada/bert/{way}", headers=as_linus).text
    assert "pull request" in form
    assert "Commit to main" not in form
    old = "a.txt" if way.startswith("edit") else ""
    fields = {"path": "a.txt" if old else "b.txt", "content": "mine", "old": old}
    sent = {"files": {"files": ("c.txt", b"mine")}} if way.startswith("upload") else {}
    posted = {"data": fields, "headers": as_linus, "follow_redirects": False, **sent}
    proposed = client.post(f"/ada/bert/{way}", **posted)  # type: ignore[arg-type]
    assert proposed.headers["Location"] == "/ada/bert/discussions/1"
    assert raw(client, "a.txt") == "x"
    client.cookies.clear()  # the words of the redirect
    assert client.post(f"/ada/bert/{way}", data=fields).status_code == 401
    led = client.get(f"/ada/bert/{way}", follow_redirects=False)
    assert led.headers["Location"].startswith("/login")
    elsewhere = way.replace("main", "v9")
    assert client.post(f"/ada/bert/{elsewhere}", data=fields, headers=as_linus).status_code == 404


def test_a_stranger_makes_no_branches(
    client: TestClient, make: Make, as_linus: dict[str, str]
) -> None:
    make("bert")
    fields = {"name": "b", "kind": "branch", "start": "main"}
    assert client.post("/ada/bert/branches", data=fields, headers=as_linus).status_code == 403
    assert client.post("/ada/bert/branches", data=fields).status_code == 401


def test_a_writer_may_propose_too(ada: TestClient, make: Make, fill: Fill) -> None:
    fill(make("bert"), {"a.txt": b"x"})
    fields = {"path": "a.txt", "content": "mine", "old": "a.txt", "pr": "1"}
    answer = ada.post("/ada/bert/edit/main/a.txt", data=fields, follow_redirects=False)
    assert answer.headers["Location"] == "/ada/bert/discussions/1"
    assert raw(ada, "a.txt") == "x"
    onto = {**fields, "pr": "", "content": "better"}
    there = "/ada/bert/edit/refs%2Fpr%2F1/a.txt"
    assert ada.post(there, data=onto, follow_redirects=False).status_code == 303
    assert ada.get("/ada/bert/raw/refs%2Fpr%2F1/a.txt").text == "better"


def test_another_sites_page_changes_nothing(client: TestClient, make: Make) -> None:
    make("bert")
    client.cookies.set("bearhug_session", "whatever")
    sent = {"Sec-Fetch-Site": "cross-site"}
    assert client.post("/ada/bert/new/main", data={}, headers=sent).status_code == 403


def test_markdown_is_looked_at_before_it_is_committed(
    ada: TestClient, make: Make, fill: Fill
) -> None:
    fill(make("bert"), {"README.md": b"# One\n"})
    fields = open_editor(ada, "/ada/bert/edit/main/README.md")
    mine = {**fields, "content": "# Two *bears*", "title": "Two", "preview": "1"}
    page = ada.post("/ada/bert/edit/main/README.md", data=mine).text
    assert "<em>bears</em>" in page
    assert "# Two *bears*</textarea>" in page
    part = ada.post("/ada/bert/edit/main/README.md", data=mine, headers={"Fragment": "preview"})
    assert "<em>bears</em>" in part.text
    assert "<textarea" not in part.text
    assert raw(ada, "README.md") == "# One\n"
