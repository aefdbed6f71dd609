"""Collections, with the real client."""

import uuid

import httpx
import pytest
from huggingface_hub import HfApi
from huggingface_hub.errors import HfHubHTTPError

from bearhug.repos.model import RepoKind
from tests.conftest import Server
from tests.repos_of import make_repo

pytestmark = pytest.mark.client

PAPER = "See [the paper](https://arxiv.org/abs/1706.03762)."


@pytest.fixture
def ada(server: Server) -> HfApi:
    make_repo(server.hub, "bert", {"README.md": PAPER})
    make_repo(server.hub, "squad", kind=RepoKind.DATASET)
    make_repo(server.hub, "demo", kind=RepoKind.SPACE)
    make_repo(server.hub, "secret", private=True)
    return HfApi(endpoint=server.url, token="hf_ada")


@pytest.fixture
def linus(server: Server) -> HfApi:
    return HfApi(endpoint=server.url, token="hf_linus")


def status(error: pytest.ExceptionInfo[HfHubHTTPError]) -> int:
    return int(error.value.response.status_code)


def test_a_slug_goes_by_its_id(ada: HfApi) -> None:
    id = uuid.uuid4()
    made = ada.create_collection(f"My cool stuff {id}", description="Contains a lot")
    assert made.slug.startswith(f"ada/my-cool-stuff-{id}-")
    assert (made.description, made.items, made.position) == ("Contains a lot", [], 0)
    assert made.url == f"{ada.endpoint}/collections/{made.slug}"
    new = ada.update_collection_metadata(
        made.slug, title="New title", description="Other", private=True, theme="pink"
    )
    assert (new.title, new.description, new.private, new.theme) == (
        "New title",
        "Other",
        True,
        "pink",
    )
    assert new.slug != made.slug
    assert new.slug.rsplit("-", 1)[1] == made.slug.rsplit("-", 1)[1]
    assert ada.get_collection(made.slug).slug == ada.get_collection(new.slug).slug == new.slug


def test_equal_titles_are_one_collection(ada: HfApi) -> None:
    made = ada.create_collection("Same")
    with pytest.raises(HfHubHTTPError) as error:
        ada.create_collection("Same")
    assert status(error) == 409
    assert ada.create_collection("Same", exists_ok=True).slug == made.slug


def test_a_private_one_is_hidden(ada: HfApi, linus: HfApi) -> None:
    slug = ada.create_collection("Mine", private=True).slug
    for call in (linus.get_collection, linus.delete_collection):
        with pytest.raises(HfHubHTTPError) as error:
            call(slug)
        assert status(error) == 404
    assert list(linus.list_collections(owner="ada")) == []
    assert len(list(ada.list_collections(owner="ada"))) == 1
    ada.update_collection_metadata(slug, private=False)
    assert linus.get_collection(slug).slug == slug
    with pytest.raises(HfHubHTTPError) as error:
        linus.update_collection_metadata(slug, title="Theirs")
    assert status(error) == 403


def test_deleting(ada: HfApi) -> None:
    slug = ada.create_collection("Short").slug
    ada.delete_collection(slug)
    with pytest.raises(HfHubHTTPError) as error:
        ada.delete_collection(slug)
    assert status(error) == 404
    ada.delete_collection(slug, missing_ok=True)


def test_things_of_every_kind_in_order(ada: HfApi, linus: HfApi) -> None:
    inner = ada.create_collection("Inner").slug
    slug = ada.create_collection("All kinds").slug
    ada.add_collection_item(slug, "ada/bert", "model", note="This is my model")
    ada.add_collection_item(slug, "ada/squad", "dataset")
    ada.add_collection_item(slug, "ada/demo", "space")
    ada.add_collection_item(slug, "1706.03762", "paper")
    ada.add_collection_item(slug, inner, "collection")
    whole = ada.add_collection_item(slug, "ada/secret", "model")
    assert [(each.item_type, each.item_id, each.note) for each in whole.items] == [
        ("model", "ada/bert", "This is my model"),
        ("dataset", "ada/squad", None),
        ("space", "ada/demo", None),
        ("paper", "1706.03762", None),
        ("collection", inner, None),
        ("model", "ada/secret", None),
    ]
    for id, kind, code in (
        ("ada/bert", "model", 409),
        ("ada/bert", "dataset", 404),
        ("ada/none", "model", 404),
        ("2301.00001", "paper", 404),
        ("ada/none-" + 24 * "0", "collection", 404),
        ("ada/bucket", "bucket", 404),
        (slug, "collection", 422),
    ):
        with pytest.raises(HfHubHTTPError) as error:
            ada.add_collection_item(slug, id, kind)  # type: ignore[arg-type]
        assert status(error) == code, (id, kind)
    assert len(ada.add_collection_item(slug, "ada/bert", "model", exists_ok=True).items) == 6

    ada.update_collection_item(slug, whole.items[0].item_object_id, note="New note", position=1)
    items = ada.get_collection(slug).items
    assert [each.item_id for each in items[:2]] == ["ada/squad", "ada/bert"]
    assert [each.position for each in items] == [0, 1, 2, 3, 4, 5]
    assert items[1].note == "New note"

    ada.delete_collection_item(slug, items[1].item_object_id)
    with pytest.raises(HfHubHTTPError) as error:
        ada.delete_collection_item(slug, items[1].item_object_id)
    assert status(error) == 404
    ada.delete_collection_item(slug, items[1].item_object_id, missing_ok=True)
    seen = [each.item_id for each in linus.get_collection(slug).items]
    assert seen == ["ada/squad", "ada/demo", "1706.03762", inner]
    ada.delete_repo("ada/squad", repo_type="dataset")
    ada.move_repo("ada/demo", "ada/shown", repo_type="space")
    assert [each.item_id for each in linus.get_collection(slug).items] == [
        "ada/shown",
        "1706.03762",
        inner,
    ]


def test_lists_show_four_items_and_no_position(ada: HfApi, linus: HfApi) -> None:
    for number in range(5):
        ada.create_repo(f"ada/m{number}")
    slug = ada.create_collection("Long").slug
    for number in range(5):
        ada.add_collection_item(slug, f"ada/m{number}", "model")
    other = linus.create_collection("Of ada's").slug
    linus.add_collection_item(other, "ada/m1", "model")
    found = list(linus.list_collections(owner="ada"))
    assert [len(each.items) for each in found] == [4]
    with_it = linus.list_collections(item="models/ada/m1", sort="lastModified")
    assert [each.slug for each in with_it] == [other, slug]
    assert list(linus.list_collections(item="models/ada/none")) == []
    assert len(list(linus.list_collections(limit=1))) == 1
    assert len(list(linus.list_collections(owner=["ada", "linus"]))) == 2


def test_every_page_of_a_list_comes(ada: HfApi) -> None:
    for number in range(7):
        ada.create_collection(f"Number {number}")
    first = ada.list_collections(sort="lastModified")
    assert [each.position for each in first] == list(range(7))
    from_pages = []
    url = f"{ada.endpoint}/api/collections?limit=3&sort=trending"
    while url:
        answer = httpx.get(url)
        from_pages += [each["slug"] for each in answer.json()]
        url = answer.links.get("next", {}).get("url", "")
    assert len(set(from_pages)) == len(from_pages) == 7


def test_ones_own_order(ada: HfApi) -> None:
    slugs = [ada.create_collection(title).slug for title in ("One", "Two", "Three")]
    moved = ada.update_collection_metadata(slugs[2], position=0)
    assert moved.position == 0
    assert [ada.get_collection(slug).position for slug in slugs] == [1, 2, 0]


def test_an_organisations_are_its_writers(ada: HfApi, server: Server) -> None:
    grace = HfApi(endpoint=server.url, token="hf_grace")  # reads in bears
    slug = ada.create_collection("Ours", namespace="bears", private=True).slug
    assert grace.get_collection(slug).owner["name"] == "bears"  # type: ignore[index]
    for refused in (
        lambda: grace.create_collection("Mine", namespace="bears"),
        lambda: grace.add_collection_item(slug, "ada/bert", "model"),
        lambda: grace.update_collection_resource_group(slug, 24 * "0"),
    ):
        with pytest.raises(HfHubHTTPError) as error:
            refused()
        assert status(error) == 403
    with pytest.raises(HfHubHTTPError) as error:
        ada.update_collection_resource_group(slug, 24 * "0")
    assert status(error) == 404
    ada.update_collection_resource_group(slug, None)
