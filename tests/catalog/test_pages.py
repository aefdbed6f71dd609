"""Pages of the catalogue, read as a browser would without a script."""

import re

import pytest
from starlette.testclient import TestClient

from bearhug.hub import Hub
from bearhug.repos.model import RepoKind
from bearhug.social import service as social
from tests.conftest import person
from tests.repos_of import make_repo

README = """---
license: mit
pipeline_tag: fill-mask
language: en
base_model: ada/base
tags: [bears]
---
# Bert

Bert reads words and says what is missing. It is small.

![A bear](https://elsewhere.example/bear.png)
"""
PAGE = {"Accept": "text/html"}


def hits(text: str) -> list[str]:
    return re.findall(r'hit__name"><a href="/([^"]+)"', text)


@pytest.fixture
def bert(hub: Hub) -> None:
    make_repo(hub, "base")
    make_repo(hub, "bert", {"README.md": README, "config.json": "{}"})


def test_filters_are_in_the_address(client: TestClient, bert: None) -> None:
    assert hits(client.get("/models").text) == ["ada/bert", "ada/base"]
    page = client.get("/models?pipeline_tag=fill-mask&license=mit&search=bert").text
    assert hits(page) == ["ada/bert"]
    assert 'aria-label="Remove Fill the mask"' in page
    without = re.search(r'href="([^"]+)" aria-label="Remove mit"', page)
    assert without is not None
    assert without[1].replace("&amp;", "&") == "/models?pipeline_tag=fill-mask&search=bert"
    assert re.search(r'value="fill-mask" checked', page)


def test_a_component_gets_the_results_and_fresh_counts(client: TestClient, bert: None) -> None:
    part = client.get("/models?license=mit", headers={"Fragment": "results"}).text
    assert "<html" not in part
    assert hits(part) == ["ada/bert"]
    assert '<template data-into="facets">' in part


@pytest.mark.parametrize(
    "query",
    ["sort=nonsense", "after=nonsense", "min=9&max=2", "min=x", "license=nothing", "search=%22%2A"],
)
def test_an_address_that_means_nothing_still_answers(
    client: TestClient, bert: None, query: str
) -> None:
    assert client.get(f"/models?{query}").status_code == 200


def test_pages_of_a_long_list(client: TestClient, hub: Hub) -> None:
    for number in range(35):
        make_repo(hub, f"m{number}")
    first = client.get("/models?sort=created").text
    following = re.search(r'rel="next" href="([^"]+)"', first)
    assert following is not None
    rest = client.get(following[1].replace("&amp;", "&")).text
    assert len(hits(first)) == 30
    assert hits(rest) == [f"ada/m{number}" for number in (4, 3, 2, 1, 0)]


def test_the_page_of_a_model(client: TestClient, bert: None) -> None:
    page = client.get("/ada/bert")
    assert page.status_code == 200
    assert "Bert reads words" in page.text
    assert 'href="/models?pipeline_tag=fill-mask"' in page.text
    assert 'href="/models?filter=bears"' in page.text
    assert 'href="/ada/base"' in page.text
    assert "https://elsewhere.example/bear.png" in page.text
    assert '<img src="https://elsewhere' not in page.text
    assert page.text.count("<h1") == 1
    assert 'href="?use=hf#use"' in page.text
    base = client.get("/ada/base").text
    assert "1 fine-tune" in base


def test_how_to_use_it(client: TestClient, bert: None) -> None:
    page = client.get("/ada/bert?use=hf").text
    assert "HF_ENDPOINT" in page
    assert "http://hub.test" in page
    assert "hf download ada/bert" in re.sub(r"<[^>]+>", "", page)


def test_an_empty_repo_says_how_to_begin(
    client: TestClient, hub: Hub, as_ada: dict[str, str]
) -> None:
    make_repo(hub, "bert")
    page = client.get("/ada/bert", headers=as_ada).text
    words = re.sub(r"<[^>]+>", "", page)
    assert "hf upload ada/bert ." in words
    assert 'href="/ada/bert/upload/main"' in page
    assert 'href="#try"' not in page
    write = re.search(r'href="([^"]*)"[^>]*>(?:(?!</a>).)*Write the card', page)
    assert write is not None
    assert 'value="README.md"' in client.get(write[1], headers=as_ada).text
    visitor = client.get("/ada/bert").text
    assert "hf upload" not in visitor
    assert "No card yet" in visitor


def test_metadata_that_is_wrong_is_told_to_its_maker(
    client: TestClient, hub: Hub, as_ada: dict[str, str]
) -> None:
    make_repo(hub, "bert", {"README.md": "---\na: [1\n---\n# Bert\n"})
    assert "Line 3" in client.get("/ada/bert", headers=as_ada).text
    assert "Line 3" not in client.get("/ada/bert").text


def test_a_private_repo_is_not_there(
    client: TestClient, hub: Hub, as_linus: dict[str, str], as_ada: dict[str, str]
) -> None:
    make_repo(hub, "secret", {"README.md": "# Hush"}, private=True)
    assert client.get("/ada/secret", headers=PAGE, follow_redirects=False).status_code == 303
    assert client.get("/ada/secret", headers={**as_linus, **PAGE}).status_code == 404
    assert "Hush" in client.get("/ada/secret", headers=as_ada).text
    for path in ("/", "/models", "/search?q=secret", "/ada"):
        assert "secret" not in client.get(path).text.replace("q=secret", "").replace(
            'value="secret"', ""
        ).replace("<title>secret", ""), path


def test_datasets_spaces_and_searching_all(client: TestClient, hub: Hub, bert: None) -> None:
    readme = "---\npretty_name: Words\ntask_categories: [translation]\n---\n# Words of bert\n"
    make_repo(hub, "words", {"README.md": readme, "a.csv": "a\n1\n"}, kind=RepoKind.DATASET)
    make_repo(hub, "page", kind=RepoKind.SPACE)
    assert hits(client.get("/datasets?task=translation").text) == ["datasets/ada/words"]
    assert hits(client.get("/spaces?sdk=static").text) == ["spaces/ada/page"]
    assert "pd.read_csv" in re.sub(
        r"<[^>]+>", "", client.get("/datasets/ada/words?use=pandas").text
    )
    assert "does not run them" in client.get("/spaces/ada/page").text
    found = hits(client.get("/search?q=bert").text)
    assert set(found) == {"ada/bert", "datasets/ada/words"}
    assert client.get("/search").status_code == 200


def test_a_profile(client: TestClient, hub: Hub, bert: None) -> None:
    hub.write_as(person(hub, "linus"), social.like, RepoKind.MODEL, "ada/bert")
    assert hits(client.get("/ada").text) == ["ada/bert", "ada/base"]
    assert hits(client.get("/linus").text) == ["ada/bert"], "what he likes: he has made nothing"
    assert "No datasets yet" in client.get("/ada?show=datasets").text
    assert client.get("/bears").status_code == 200
    assert client.get("/ADA", follow_redirects=False).headers["location"] == "/ada"
    assert client.get("/nobody").status_code == 404


def test_a_visitor_is_welcomed(client: TestClient, bert: None) -> None:
    page = client.get("/").text
    assert "The hub you hold." in page
    assert 'href="/join"' in page
    assert hits(page)[:2] == ["ada/bert", "ada/base"]
    assert "pushed to" in page


def test_a_newcomer_walks_the_path(
    client: TestClient, hub: Hub, bert: None, as_linus: dict[str, str]
) -> None:
    make_repo(hub, "facts", kind=RepoKind.DATASET)
    assert "1 of 7" in client.get("/", headers=as_linus).text
    for path, done in (("/models", 2), ("/ada/bert", 3), ("/datasets/ada/facts", 4)):
        client.get(path, headers=as_linus)
        client.get(path, headers=as_linus)
        assert f"{done} of 7" in client.get("/", headers=as_linus).text
    assert "1 of 7" in client.get("/", headers={"Authorization": "Bearer hf_grace"}).text


def test_small_things(client: TestClient) -> None:
    assert "Disallow: /api/" in client.get("/robots.txt").text
    assert client.get("/favicon.ico").headers["content-type"].startswith("image/svg")
    assert client.get("/-/kit").status_code == 200
