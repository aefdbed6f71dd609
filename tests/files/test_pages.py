"""Files as pages, read without a script."""

import hashlib
import json
import struct
from collections.abc import Callable
from urllib.parse import quote

import pytest
from starlette.testclient import TestClient

from bearhug.files import service as files
from bearhug.files.model import AddLfs, Proposal
from bearhug.hub import Hub
from bearhug.repos.model import Repo, RepoKind
from tests.conftest import person
from tests.files.conftest import Fill

Make = Callable[..., Repo]

PAGE = {"Accept": "text/html"}
ODD = ["a?b.txt", "a#b.txt", "50%.txt", "two words.txt", "größe.txt", "a&b<c>.txt", "+plus.txt"]


def add_lfs(hub: Hub, repo: Repo, path: str, content: bytes) -> None:
    """Commit a file that is kept outside git."""
    scratch = hub.objects.scratch / "sent"
    scratch.write_bytes(content)
    sha256 = hashlib.sha256(content).hexdigest()
    files.claim(hub, repo, scratch, sha256, len(content))
    proposal = Proposal((AddLfs(path, sha256, len(content)),), f"Upload {path}")
    files.commit_now(hub, person(hub, "ada"), repo.kind, str(repo.name), proposal)


def safetensors(tensors: dict[str, list[int]]) -> bytes:
    header: dict[str, object] = {"__metadata__": {"format": "pt"}}
    end = 0
    for name, (rows, columns) in tensors.items():
        start, end = end, end + rows * columns * 4
        header[name] = {"dtype": "F32", "shape": [rows, columns], "data_offsets": [start, end]}
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + bytes(end)


@pytest.mark.parametrize("kind", list(RepoKind))
def test_a_folder_says_who_changed_what_last(
    client: TestClient, make: Make, fill: Fill, kind: RepoKind
) -> None:
    repo = make("bert", kind=kind)
    fill(repo, {"config.json": b"{}", "onnx/model.txt": b"x"}, title="Add a config")
    oid = fill(repo, {"config.json": b"[]"}, title="Empty the config")

    page = client.get(f"{repo.path}/tree/main", headers=PAGE)

    assert page.status_code == 200
    assert "Empty the config" in page.text
    assert "Add a config" in page.text
    assert f"{repo.path}/blob/main/config.json" in page.text
    assert f"{repo.path}/tree/main/onnx" in page.text
    assert f"{repo.path}/commit/{oid}" in page.text
    assert "hf download ada/bert" in page.text
    assert "3 commits" in page.text.replace("</span>", "").replace('<span class="num">', "")


def test_a_subfolder(client: TestClient, make: Make, fill: Fill) -> None:
    repo = make("bert")
    fill(repo, {"a/b/c.txt": b"c"}, title="Add c")
    page = client.get("/ada/bert/tree/main/a/b", headers=PAGE)
    assert "/ada/bert/blob/main/a/b/c.txt" in page.text
    assert 'href="/ada/bert/tree/main/a"' in page.text


def test_a_long_folder_goes_on(client: TestClient, make: Make, fill: Fill) -> None:
    repo = make("many")
    fill(repo, {f"f{n:04}.txt": b"x" for n in range(1100)})
    first = client.get("/ada/many/tree/main", headers=PAGE)
    assert "f0498.txt" in first.text
    assert "f1099.txt" not in first.text
    assert 'rel="next" href="/ada/many/tree/main?after=f0498.txt"' in first.text
    second = client.get("/ada/many/tree/main?after=f0498.txt", headers=PAGE)
    assert "f0499.txt" in second.text
    assert "f0498.txt</a>" not in second.text


@pytest.mark.parametrize("name", ODD)
def test_odd_names_work(client: TestClient, make: Make, fill: Fill, name: str) -> None:
    repo = make("odd")
    fill(repo, {f"in {name}/{name}": b"held gently"})
    folder = client.get("/ada/odd/tree/main/" + quote(f"in {name}"), headers=PAGE)
    address = "/ada/odd/blob/main/" + quote(f"in {name}/{name}")
    assert address in folder.text
    assert "held gently" in client.get(address, headers=PAGE).text
    assert client.get("/ada/odd/commits/main/" + quote(f"in {name}"), headers=PAGE).is_success
    assert client.get("/ada/odd/resolve/main/" + quote(f"in {name}/{name}")).text == "held gently"


def test_go_to_file(client: TestClient, make: Make, fill: Fill) -> None:
    repo = make("bert")
    fill(repo, {"deep/er/tokenizer.json": b"{}", "tokens/readme.txt": b"x"})
    page = client.get("/ada/bert/find/main?q=TOKEN json", headers=PAGE)
    assert "/ada/bert/blob/main/deep/er/tokenizer.json" in page.text
    assert "readme.txt" not in page.text
    part = client.get("/ada/bert/find/main?q=readme", headers={**PAGE, "Fragment": "results"})
    assert "tokens/readme.txt" in part.text
    assert "<html" not in part.text


def test_text_has_numbers_and_colours(client: TestClient, make: Make, fill: Fill) -> None:
    repo = make("bert")
    fill(repo, {"chat.py": b"def hold(model):\n    return '<b>'\n"})
    page = client.get("/ada/bert/blob/main/chat.py", headers=PAGE).text
    assert '<span class="k">def</span>' in page
    assert 'id="L2" href="#L2"' in page
    assert 'id="L3"' not in page
    assert "&lt;b&gt;" in page
    assert "/ada/bert/raw/main/chat.py" in page
    assert "/ada/bert/commits/main/chat.py" in page


@pytest.mark.parametrize(
    ("path", "content", "mark"),
    [
        ("empty.txt", b"", "This file is empty"),
        ("crlf.txt", b"a\r\nb", 'id="L2"'),
        ("long.txt", b"x" * 1_100_000, "longer than 1 MiB"),
        ("wide.json", b"[" + b"1," * 400_000 + b"1]", 'id="L1"'),
        ("noise.dat", bytes(range(256)), "neither text nor a picture"),
        ("latin.txt", b"caf\xe9", "neither text nor a picture"),
        ("notes.ipynb", b'{"cells": []}', '<span class="nt">'),
        ("mystery", b"plain words", "plain words"),
        ("pixel.png", b"\x89PNG", '<img src="/ada/bert/resolve/main/pixel.png"'),
        ("drawing.svg", b"<svg/>", '<img src="/ada/bert/resolve/main/drawing.svg"'),
        ("hum.wav", b"RIFF", "<audio controls"),
        ("film.mp4", b"mp4", "<video controls"),
        ("paper.pdf", b"%PDF", "<iframe"),
        ("bad.safetensors", b"\xff" * 20, "neither text nor a picture"),
    ],
)
def test_each_kind_of_file_is_shown_as_it_can(
    client: TestClient, make: Make, fill: Fill, path: str, content: bytes, mark: str
) -> None:
    repo = make("bert")
    fill(repo, {path: content})
    page = client.get(f"/ada/bert/blob/main/{path}", headers=PAGE)
    assert page.status_code == 200
    assert mark in page.text


def test_what_lfs_keeps_is_told(client: TestClient, make: Make, hub: Hub) -> None:
    repo = make("bert")
    content = safetensors({"embed": [10, 20], "head": [20, 10]})
    add_lfs(hub, repo, "model.safetensors", content)

    assert ">LFS<" in client.get("/ada/bert/tree/main", headers=PAGE).text
    page = client.get("/ada/bert/blob/main/model.safetensors", headers=PAGE).text

    assert hashlib.sha256(content).hexdigest() in page
    assert "10 × 20" in page
    assert "<dt>Parameters</dt><dd>400</dd>" in page
    assert "version https://git-lfs.github.com/spec/v1" in page


def test_a_folder_asked_for_as_a_file(client: TestClient, make: Make, fill: Fill) -> None:
    fill(make("bert"), {"a/b.txt": b"x"})
    moved = client.get("/ada/bert/blob/main/a", headers=PAGE, follow_redirects=False)
    assert moved.headers["Location"] == "/ada/bert/tree/main/a"


def test_history_by_pages(client: TestClient, make: Make, fill: Fill) -> None:
    repo = make("bert")
    for n in range(60):
        fill(repo, {f"{n % 2}.txt": str(n).encode()}, title=f"Step {n}.")
    first = client.get("/ada/bert/commits/main", headers=PAGE).text
    assert "Step 59." in first
    assert "Step 9." not in first
    following = first.partition('rel="next" href="')[2].partition('"')[0]
    second = client.get(following, headers=PAGE).text
    assert "Step 9." in second
    assert "initial commit" in second
    of_one = client.get("/ada/bert/commits/main/1.txt", headers=PAGE).text
    assert "Step 59." in of_one
    assert "Step 58." not in of_one


def test_a_commit_shows_its_lines(client: TestClient, make: Make, fill: Fill, hub: Hub) -> None:
    repo = make("bert")
    fill(repo, {"a.txt": b"one\ntwo\n", "gone.bin": b"\0" * 10})
    oid = fill(repo, {"a.txt": b"one\n<2>\nthree\n", "b.txt": b"new\n"}, title="Count on")
    page = client.get(f"/ada/bert/commit/{oid}", headers=PAGE).text
    assert "Count on" in page
    assert '<tr class="del"><td>2</td><td></td><td>two</td></tr>' in page
    assert '<tr class="add"><td></td><td>2</td><td>&lt;2&gt;</td></tr>' in page
    assert 'href="/ada">' in page
    add_lfs(hub, repo, "m.bin", b"weights")
    page = client.get("/ada/bert/commit/main", headers=PAGE).text
    assert "Kept outside git" in page
    assert "7 bytes" in page


def test_the_first_commit_and_a_short_id(client: TestClient, make: Make) -> None:
    repo = make("bert")
    assert repo.head is None
    log = client.get("/ada/bert/commits/main", headers=PAGE).text
    oid = log.partition("/ada/bert/commit/")[2][:40]
    assert "The first commit" in client.get(f"/ada/bert/commit/{oid[:8]}", headers=PAGE).text


def test_two_revisions_compared(
    client: TestClient, make: Make, fill: Fill, as_ada: dict[str, str]
) -> None:
    repo = make("bert")
    client.post("/api/models/ada/bert/branch/side%2Fway", headers=as_ada)
    fill(repo, {"new.txt": b"hello\n"}, title="On the side", rev="side/way")
    for dots in ("..", "..."):
        page = client.get(f"/ada/bert/compare/main{dots}side%2Fway", headers=PAGE).text
        assert "On the side" in page
        assert "hello" in page
    same = client.get("/ada/bert/compare/main..main", headers=PAGE)
    assert "Nothing new" in same.text
    assert client.get("/ada/bert/compare/main", headers=PAGE).status_code == 400


@pytest.mark.parametrize(
    "address",
    [
        "tree/nowhere",
        "tree/main/nothing",
        "blob/main/nothing.txt",
        "blob/nowhere/README.md",
        "commit/0123456789012345678901234567890123456789",
        "commits/nowhere",
        "compare/main..nowhere",
        "find/nowhere",
    ],
)
def test_what_is_not_there_is_said_in_words(client: TestClient, make: Make, address: str) -> None:
    make("bert")
    page = client.get(f"/ada/bert/{address}", headers=PAGE)
    assert page.status_code == 404
    assert "Nothing here by that name" in page.text


def test_a_path_that_was_never_there_has_no_history(client: TestClient, make: Make) -> None:
    make("bert")
    page = client.get("/ada/bert/commits/main/nothing.txt", headers=PAGE)
    assert "No commits" in page.text


PAGES = ["tree/main", "blob/main/.gitattributes", "commits/main", "commit/main", "branches"]


@pytest.mark.parametrize("address", [*PAGES, "find/main?q=x", "compare/main..main"])
def test_private_files_do_not_exist_for_strangers(
    client: TestClient, make: Make, address: str, as_ada: dict[str, str], as_linus: dict[str, str]
) -> None:
    make("secret", private=True)
    url = f"/ada/secret/{address}"
    assert client.get(url, headers={**PAGE, **as_ada}).status_code == 200
    assert client.get(url, headers={**PAGE, **as_linus}).status_code == 404
    visitor = client.get(url, headers=PAGE, follow_redirects=False)
    assert visitor.headers["Location"].startswith("/login?next=")


@pytest.mark.parametrize("address", PAGES)
def test_visitors_are_offered_nothing_they_may_not_do(
    client: TestClient, make: Make, address: str
) -> None:
    make("bert")
    page = client.get(f"/ada/bert/{address}", headers=PAGE).text
    for deed in (
        "/edit/",
        "/upload/",
        "/delete/",
        "/new/",
        "/ada/bert/settings",
        'method="post" action="/ada',
    ):
        assert deed not in page


def test_markdown_is_a_page_or_its_source(client: TestClient, make: Make, fill: Fill) -> None:
    text = b"---\nlicense: mit\n---\n# Hello\n\n[config](config.json) <script>x</script>\n"
    fill(make("bert"), {"docs/guide.md": text})
    page = client.get("/ada/bert/blob/main/docs/guide.md", headers=PAGE).text
    assert "Hello<a" in page
    assert 'href="/ada/bert/blob/main/docs/config.json"' in page
    article = page.partition("<article")[2]
    assert "license: mit" not in article
    assert "<script>x" not in page
    source = client.get("/ada/bert/blob/main/docs/guide.md?plain=1", headers=PAGE).text
    assert 'id="L2" href="#L2"' in source
    assert "license" in source
